"""Lists for the tests of screening: files in the official formats, and indexes over a few names."""

from __future__ import annotations

from pathlib import Path

from tidewaiter_screening.index import NameIndex
from tidewaiter_screening.lists.entry import Alias, Entry

END = b"\x1a"


def lines(*texts: str, encoding: str = "utf-8") -> bytes:
    """The content of a file of the Office of Foreign Assets Control with these lines."""
    return b"".join(text.encode(encoding) + b"\r\n" for text in texts) + END


def sdn_line(entry_id: str, name: str, *, kind: str = "-0- ", program: str = "TEST", remarks: str = "-0- ") -> str:
    """One line of an sdn.csv."""
    return f'{entry_id},"{name}",{kind},"{program}"' + ",-0- " * 7 + f",{remarks}"


def write_list(folder: Path, *, sdn: bytes | None, alt: bytes | None = END, add: bytes | None = END) -> Path:
    """Writes a list's three files into a folder; None leaves a file out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (("sdn.csv", sdn), ("alt.csv", alt), ("add.csv", add)):
        if content is not None:
            (folder / name).write_bytes(content)
    return folder


def entries_of(*names: str) -> tuple[Entry, ...]:
    """One entry for each name, numbered from 1; what stands after a vertical bar is an alias."""
    return tuple(
        Entry(str(number), name.split("|")[0], aliases=tuple(Alias(alias) for alias in name.split("|")[1:]))
        for number, name in enumerate(names, start=1)
    )


def index_of_names(*names: str) -> NameIndex:
    """An index over one list of these names."""
    return NameIndex({"made": entries_of(*names)})
