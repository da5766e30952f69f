"""One line of a manifest: a filing, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_client.protojson import Unreadable, read_filing

LINE_BYTES_MAX: Final = 8 * 1024 * 1024
"""A longer line could not be filed either; its end is looked for without keeping it."""

_MARK: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class BadLine:
    """What is wrong, where; `field` is a path in the filing or a column, and empty for the line as a whole."""

    number: int
    field: str
    problem: str

    def __str__(self) -> str:
        return f"line {self.number}: {f'{self.field}: ' if self.field else ''}{self.problem}"


@dataclass(frozen=True, slots=True)
class Line:
    """A filing, under the number of its (first) line, or everything wrong with it."""

    number: int
    filing: trade_pb2.Filing | None = None
    bad: list[BadLine] = field(default_factory=list)


def read_lines(file: BinaryIO) -> Iterator[Line]:
    """The filings of a JSON Lines manifest, one protojson Filing a line; blank lines are passed over."""
    number = 0
    while line := file.readline(LINE_BYTES_MAX + 1):
        number += 1
        if len(line) > LINE_BYTES_MAX:
            _skip_rest(file)
            yield Line(number, bad=[BadLine(number, "", f"is longer than {LINE_BYTES_MAX} bytes")])
            continue
        text = line.removeprefix(_MARK).strip() if number == 1 else line.strip()
        if not text:
            continue
        try:
            yield Line(number, filing=read_filing(text))
        except Unreadable as unreadable:
            yield Line(number, bad=[BadLine(number, unreadable.field, unreadable.detail)])


def _skip_rest(file: BinaryIO) -> None:
    while (rest := file.readline(LINE_BYTES_MAX)) and not rest.endswith(b"\n"):
        pass
