"""A folder of lists: each folder in it that holds any of a list's three files is one list, named like the folder.

Any, not only the first: a list whose entries are gone is a gap to be told, not a list less.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tidewaiter_risk.errors import lists_folder_missing, lists_too_many
from tidewaiter_risk.lists.ofac import ALIASES_FILE, FILES, Entry, read_triple
from tidewaiter_risk.lists.records import Damage, DamageCode
from tidewaiter_risk.model import ListVersion

LISTS_MAX = 64
"""More lists than this in one folder are refused at the start; each is held in memory."""
FILE_BYTES_MAX = 256 * 1024 * 1024
"""A larger file is not read and is reported; the largest official one has 6 MB."""

SAMPLE_DIR = Path(__file__).parent / "sample"
"""The packaged list: invented names in the official format, for trying the service out."""

_VERSION_FILE = "VERSION"
_LIST_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_VERSION = re.compile(r"[\w.:+ -]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyList:
    """One list as read. `gaps` says in words what of it cannot be searched; empty when all of it can."""

    version: ListVersion
    entries: tuple[Entry, ...]
    damages: tuple[Damage, ...]
    gaps: tuple[str, ...]
    invented: bool

    def damage_counts(self) -> dict[str, int]:
        """How many damages of each code, the codes in order of their names."""
        counts = Counter(damage.code.name for damage in self.damages)
        return dict(sorted(counts.items()))


def read_lists(folder: Path) -> tuple[PartyList, ...]:
    """All lists of a folder, ordered by name.

    Failure LISTS_FOLDER_MISSING when the folder is not there, LISTS_TOO_MANY beyond `LISTS_MAX`.
    """
    if not folder.is_dir():
        raise lists_folder_missing(str(folder))
    folders = sorted(path for path in folder.iterdir() if _is_list(path))
    if len(folders) > LISTS_MAX:
        raise lists_too_many(len(folders), LISTS_MAX)
    return tuple(read_list(path) for path in folders)


def ignored_in(folder: Path) -> tuple[str, ...]:
    """What else lies in a folder of lists and is not read: worth a line in the log, it may be a list to somebody."""
    return tuple(sorted(path.name for path in folder.iterdir() if not _is_list(path)))


def read_list(folder: Path, *, invented: bool = False) -> PartyList:
    """One list from its folder. `invented` marks it as made up, and so does every reason that rests on it.

    Its version is the first line of a file VERSION beside the three, else the first 12 digits of its SHA-256.
    That hash covers, file by file in the order sdn, alt, add: the name, a line feed, the SHA-256 of the content
    in hex (a dash for a missing file), a line feed.
    """
    damages: list[Damage] = []
    files = {file: _content(folder, file, damages) for file in FILES}
    triple = read_triple(files)
    sha256 = _digest(files)
    return PartyList(
        version=ListVersion(
            list=folder.name,
            version=_version(folder) or sha256[:12],
            sha256=sha256,
            entries=len(triple.entries),
        ),
        entries=triple.entries,
        damages=(*damages, *triple.damages),
        gaps=_gaps(folder.name, files, len(triple.entries)),
        invented=invented,
    )


def _is_list(path: Path) -> bool:
    return _LIST_NAME.fullmatch(path.name) is not None and any((path / file).is_file() for file in FILES)


def _content(folder: Path, file: str, damages: list[Damage]) -> bytes | None:
    path = folder / file
    if not path.is_file():
        return None
    if path.stat().st_size > FILE_BYTES_MAX:
        damages.append(Damage(file, 0, DamageCode.FILE_TOO_LARGE))
        return None
    return path.read_bytes()


def _digest(files: dict[str, bytes | None]) -> str:
    digest = hashlib.sha256()
    for file in FILES:
        content = files[file]
        inner = "-" if content is None else hashlib.sha256(content).hexdigest()
        digest.update(f"{file}\n{inner}\n".encode())
    return digest.hexdigest()


def _version(folder: Path) -> str:
    path = folder / _VERSION_FILE
    if not path.is_file():
        return ""
    first = path.read_text(encoding="utf-8", errors="replace").partition("\n")[0].strip()
    return first if _VERSION.fullmatch(first) else ""


def _gaps(name: str, files: dict[str, bytes | None], entries: int) -> tuple[str, ...]:
    gaps = []
    if not entries:
        gaps.append(f"no entry of the list {name} could be read")
    if files[ALIASES_FILE] is None:
        gaps.append(f"the aliases of the list {name} could not be read")
    return tuple(gaps)
