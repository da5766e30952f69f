"""A folder of lists, filled by whoever keeps them: which files in it are lists, what is in each, and how old it is.

A list is known by what is in it, wherever it lies: three files of the Office of Foreign Assets Control in one folder
are one list, named like that folder; any other file is one list, named like the file without its ending.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from tidewaiter_screening.lists.entry import Damage, DamageCode, Entry, Reading
from tidewaiter_screening.lists.headed import headed_format, read_headed
from tidewaiter_screening.lists.ofac import TRIPLES, read_triple
from tidewaiter_screening.lists.un import ROOT, read_un

LISTS_MAX: Final = 64
"""More lists than this in one folder are refused; each is held in memory."""
FILE_BYTES_MAX: Final = 256 * 1024 * 1024
"""A larger file is not read and is reported; the largest official one has 30 MB."""
_DEPTH_MAX: Final = 3
_FILES_MAX: Final = 4_096
_ENDINGS: Final = frozenset({".csv", ".txt", ".tsv", ".xml"})
_VERSION_FILE: Final = "VERSION"
_LIST_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_VERSION = re.compile(r"[\w.:+ -]{1,64}", re.ASCII)

Stamp = tuple[tuple[str, int, int, int], ...]
"""Path, size, time of the last change in nanoseconds and inode of each file: whether anything changed."""


class Files(NamedTuple):
    """The files of one list, by name in the order of their format. A file that is absent is None."""

    list: str
    files: tuple[tuple[str, Path | None], ...]
    triple: tuple[str, str, str] | None = None

    def written(self) -> float:
        """When one of them was last written, in seconds since 1970; 0 when none can be asked."""
        times = []
        for _, path in self.files:
            if path is not None:
                try:
                    times.append(path.stat().st_mtime)
                except OSError:
                    continue
        return max(times, default=0.0)


class PartyList(NamedTuple):
    """One list as read.

    `version` is the first line of a file VERSION beside it, else the day that the list gives for its making, else the
    first 12 digits of its `sha256`. `written` is when a file of it was last written, in seconds since 1970.
    `gaps` says in words what of it cannot be searched; empty when all of it can.
    """

    list: str
    version: str
    sha256: str
    written: float
    entries: tuple[Entry, ...]
    damages: tuple[Damage, ...]
    gaps: tuple[str, ...]

    def aliases(self) -> int:
        """How many aliases the entries have."""
        return sum(len(entry.aliases) for entry in self.entries)

    def damage_counts(self) -> dict[str, int]:
        """How many damages of each code, the codes in order of their names."""
        return dict(sorted(Counter(damage.code.name for damage in self.damages).items()))


class Folder(NamedTuple):
    """What lies in a folder: the files of each list, by name, and the names of what is no list."""

    lists: tuple[Files, ...]
    ignored: tuple[str, ...]
    stamp: Stamp


class ListsRefused(ValueError):
    """A folder that cannot be used as one of lists: not there, or with more than is read."""


def look_into(folder: Path) -> Folder:
    """Which lists a folder holds, without reading them; folders in it are looked into as well.

    A file whose columns or root no format has is ignored and named. `ListsRefused` when the folder is not there or
    holds more than `LISTS_MAX` lists.
    """
    if not folder.is_dir():
        raise ListsRefused(f"{folder} is no folder")
    paths = sorted(_files_below(folder, _DEPTH_MAX))
    if len(paths) > _FILES_MAX:
        raise ListsRefused(f"{folder} holds more than {_FILES_MAX} files; at most so many are looked at")
    found: dict[Path, Files] = {}
    taken: set[Path] = set()
    for triple in TRIPLES:
        for place in sorted({path.parent for path in paths if path.name.lower() in triple}):
            here = {path.name.lower(): path for path in paths if path.parent == place}
            members = tuple((name, here.get(name)) for name in triple)
            taken.update(path for _, path in members if path is not None)
            found[place / triple[0]] = Files(_named(place.name, triple), members, triple)
    ignored = []
    for path in paths:
        if path in taken or path.name == _VERSION_FILE:
            continue
        if _is_list(path):
            found[path] = Files(_fit(path.stem), ((path.name, path),))
        else:
            ignored.append(str(path.relative_to(folder)))
    if len(found) > LISTS_MAX:
        raise ListsRefused(f"{folder} holds {len(found)} lists; at most {LISTS_MAX} are read")
    lists = _told_apart(found)
    return Folder(tuple(sorted(lists, key=lambda one: one.list)), tuple(ignored), _stamp(folder, paths))


def read_files(files: Files) -> PartyList:
    """One list from its files. Never raises for any content: what is wrong is in its damages and gaps.

    `sha256` covers, file by file in the order of the format: the name, a line feed, the SHA-256 of the content in hex
    (a dash for a missing file), a line feed.
    """
    damages: list[Damage] = []
    contents = {name: _content(name, path, damages) for name, path in files.files}
    reading = _read(files, contents)
    sha256 = _digest(contents)
    place = next(path.parent for _, path in files.files if path is not None)
    return PartyList(
        list=files.list,
        version=_version(place) or reading.published[:10] or sha256[:12],
        sha256=sha256,
        written=files.written(),
        entries=reading.entries,
        damages=(*damages, *reading.damages),
        gaps=_gaps(files, contents, reading),
    )


def read_folder(folder: Path) -> tuple[PartyList, ...]:
    """All lists of a folder, ordered by name. `ListsRefused` as `look_into` raises it."""
    return tuple(read_files(files) for files in look_into(folder).lists)


def _files_below(folder: Path, depth: int) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith("."):
            # A file that is still being written is kept out of sight like this, by us and by many tools.
            continue
        if path.is_file():
            yield path
        elif depth > 1 and path.is_dir():
            yield from _files_below(path, depth - 1)


def _stamp(folder: Path, paths: Sequence[Path]) -> Stamp:
    stamps = []
    for path in paths:
        try:
            status = path.stat()
        except OSError:
            continue
        stamps.append((str(path.relative_to(folder)), status.st_size, status.st_mtime_ns, status.st_ino))
    return tuple(stamps)


def _is_list(path: Path) -> bool:
    if path.suffix.lower() not in _ENDINGS:
        return False
    try:
        with path.open("rb") as file:
            head = file.read(64 * 1024)
    except OSError:
        return True
    # An empty file may be a list that was cut off: that is a gap to be told, not a list less.
    return not head.strip() or ROOT in head or headed_format(head) is not None


def _named(folder: str, triple: tuple[str, str, str]) -> str:
    return _fit(folder if triple == TRIPLES[0] else f"{folder}-consolidated")


def _fit(name: str) -> str:
    fitting = re.sub(r"[^A-Za-z0-9._-]", "-", name).lstrip("._-")[:64]
    return fitting if _LIST_NAME.fullmatch(fitting) else "list"


def _told_apart(found: Mapping[Path, Files]) -> list[Files]:
    """Lists of one name take that of their folder too, and a number when that is not enough."""
    shared = Counter(files.list for files in found.values())
    told: dict[str, Files] = {}
    for path, files in found.items():
        name = files.list if shared[files.list] == 1 else _fit(f"{path.parent.name}-{files.list}")
        number = 2
        while name in told:
            name, number = f"{name[:60]}-{number}", number + 1
        told[name] = files._replace(list=name)
    return list(told.values())


def _content(name: str, path: Path | None, damages: list[Damage]) -> bytes | None:
    if path is None:
        return None
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            damages.append(Damage(name, 0, DamageCode.FILE_TOO_LARGE))
            return None
        return path.read_bytes()
    except OSError:
        damages.append(Damage(name, 0, DamageCode.FILE_UNREADABLE))
        return None


def _read(files: Files, contents: Mapping[str, bytes | None]) -> Reading:
    if files.triple is not None:
        return read_triple(contents, files.triple)
    name, content = next(iter(contents.items()))
    if content is None:
        return Reading((), ())
    if not content.strip():
        return Reading((), (Damage(name, 0, DamageCode.FILE_EMPTY),))
    if ROOT in content[: 64 * 1024]:
        return read_un(content, file=name)
    layout = headed_format(content)
    return read_headed(content, layout, file=name) if layout else Reading((), ())


def _digest(contents: Mapping[str, bytes | None]) -> str:
    digest = hashlib.sha256()
    for name, content in contents.items():
        inner = "-" if content is None else hashlib.sha256(content).hexdigest()
        digest.update(f"{name}\n{inner}\n".encode())
    return digest.hexdigest()


def _version(place: Path) -> str:
    try:
        first = (place / _VERSION_FILE).read_text(encoding="utf-8", errors="replace").partition("\n")[0].strip()
    except OSError:
        return ""
    return first if _VERSION.fullmatch(first) else ""


def _gaps(files: Files, contents: Mapping[str, bytes | None], reading: Reading) -> tuple[str, ...]:
    gaps = []
    if not reading.entries:
        gaps.append(f"no entry of the list {files.list} could be read")
    if files.triple is not None and contents[files.triple[1]] is None:
        gaps.append(f"the aliases of the list {files.list} could not be read")
    return tuple(gaps)
