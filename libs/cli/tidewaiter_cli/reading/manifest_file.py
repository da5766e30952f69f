"""A manifest on the disk or on standard input, in either format."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, Literal, cast

from tidewaiter_cli.reading.line import Line, read_lines
from tidewaiter_cli.reading.table import read_table
from tidewaiter_cli.stopping import MISSPELT, Stop
from tidewaiter_cli.typed import STANDARD_INPUT

Format = Literal["jsonl", "csv"]

_SUFFIXES: Final[dict[str, Format]] = {".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl", ".csv": "csv"}
_BUFFER_BYTES: Final = 256 * 1024


class ManifestFile:
    """The lines of one manifest, read as they are asked for."""

    def __init__(self, file: io.BufferedReader, *, format: Format, bytes_total: int | None) -> None:
        self.bytes_total = bytes_total
        self._file = file
        self._format = format

    @property
    def bytes_read(self) -> int:
        """How far it has been read; 0 where that cannot be told."""
        return self._file.tell() if self.bytes_total is not None and not self._file.closed else 0

    def lines(self) -> Iterator[Line]:
        """Every line that is not blank; constant memory."""
        if self._format == "jsonl":
            yield from read_lines(cast(BinaryIO, self._file))
        else:
            # What is no UTF-8 must cost its line and not the rest: it comes through and is refused with its field.
            text = io.TextIOWrapper(self._file, encoding="utf-8-sig", errors="surrogateescape", newline="")
            try:
                yield from read_table(text)
            finally:
                # Left to itself it would close the file, which is not its own.
                text.detach()


@contextmanager
def opened(manifest: str, *, format: Format | None) -> Iterator[ManifestFile]:
    """The manifest at this path, or on standard input for STANDARD_INPUT; Stop when it cannot be read.

    Without a format the name's ending decides, and on standard input the first letter.
    """
    if manifest == STANDARD_INPUT:
        file = sys.stdin.buffer
        yield ManifestFile(cast(io.BufferedReader, file), format=format or _guess(file), bytes_total=None)
        return
    path = Path(manifest)
    found = format or _SUFFIXES.get(path.suffix.lower())
    if found is None:
        problem = f"{manifest}: its ending does not say what it is."
        raise Stop(problem, advice="Give --format jsonl or --format csv.", status=MISSPELT)
    try:
        file = path.open("rb", buffering=_BUFFER_BYTES)
    except OSError as error:
        raise Stop(f"{manifest} cannot be read: {error.strerror}.", advice="Check the path.") from error
    with file:
        size = path.stat().st_size if path.is_file() else None
        yield ManifestFile(cast(io.BufferedReader, file), format=found, bytes_total=size)


def _guess(file: BinaryIO) -> Format:
    head = cast(io.BufferedReader, file).peek(1).lstrip()
    return "jsonl" if head[:1] in (b"{", b"") else "csv"
