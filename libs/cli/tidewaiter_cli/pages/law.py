"""The law laid out for a person, in lines of at most 80 columns wherever it goes."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from tidewaiter.eligibility.v1 import eligibility_pb2
from tidewaiter.trade.v1 import trade_pb2

from tidewaiter_cli.pages.showing import name_of, sentence_case
from tidewaiter_cli.stopping import MISSPELT, Stop

Row = eligibility_pb2.LawRow

_COLUMNS: Final = 80
_RED, _GREEN, _PLAIN = "\x1b[31m", "\x1b[32m", "\x1b[0m"


def of_kind(rows: Iterable[Row], kind: str) -> list[Row]:
    """The rows of one kind, all but zones for ""; Stop when no kind is called so."""
    found = list(rows)
    kinds = list(dict.fromkeys(row.kind for row in found))
    if kind and kind not in kinds:
        known = ", ".join(kinds) or "none"
        raise Stop(f"--kind {kind} is no kind among these rows.", advice=f"They are: {known}.", status=MISSPELT)
    return [row for row in found if row.kind == kind or (not kind and row.kind != "zone")]


def print_rows(rows: Sequence[Row], *, notes: bool = False, law_version: str) -> None:
    """A heading for each kind with its clock, and below it each row: its days, its words, where it is written."""
    for kind, found in groupby(rows, key=lambda row: row.kind):
        of_kind = list(found)
        clock = "" if kind == "clock" else f", by {of_kind[0].clock}"
        print(f"{sentence_case(kind)}{clock}")
        for row in of_kind:
            for line in lines_of(row, notes=notes):
                print(line)
    print(f"law {law_version}")


def difference(before: Iterable[Row], after: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    """The rows that are in force before and no more after, and those that are in force only after."""
    first, second = list(before), list(after)
    known = {row.rule_id for row in first}, {row.rule_id for row in second}
    ended = [row for row in first if row.rule_id not in known[1]]
    return ended, [row for row in second if row.rule_id not in known[0]]


def print_difference(ended: Sequence[Row], began: Sequence[Row], *, before: str, after: str, law_version: str) -> None:
    """What ended, marked with a minus, and what began, marked with a plus, kind by kind."""
    print(f"from {before} to {after}")
    kinds = dict.fromkeys(row.kind for row in (*ended, *began))
    for kind in kinds:
        print(sentence_case(kind))
        for mark, rows, colour in (("-", ended, _RED), ("+", began, _GREEN)):
            for row in rows:
                if row.kind == kind:
                    for line in lines_of(row, mark=mark):
                        print(_coloured(line, colour))
    if not kinds:
        print("nothing changed")
    print(f"law {law_version}")


def lines_of(row: Row, *, mark: str = " ", notes: bool = False) -> Iterator[str]:
    """One row: its id and days, whom it is about, what it says, its instrument and how well it is known."""
    own = "" if row.standing == "shipped" else f", {row.standing} by the operator"
    first = getattr(row, "from")
    days = f"{first} to {row.to}" if row.to else f"from {first}"
    yield from _wrapped(f"{row.rule_id}  {days}{_about(row)}{own}", mark, 2)
    yield from _wrapped(row.says, mark, 4)
    confidence = sentence_case(name_of(trade_pb2.Confidence, row.confidence, "CONFIDENCE_"))
    yield from _wrapped(f"{row.citation} ({confidence})", mark, 4)
    if notes:
        yield from _wrapped(row.note, mark, 4)


def dictionary_of(row: Row) -> dict[str, Any]:
    """The row for machines: every field, in snake case."""
    modes = [sentence_case(name_of(trade_pb2.TransportMode, mode, "TRANSPORT_MODE_")) for mode in row.modes]
    return {
        "kind": row.kind,
        "rule_id": row.rule_id,
        "from": getattr(row, "from"),
        "to": row.to,
        "clock": row.clock,
        "modes": modes,
        "countries": [*row.countries],
        "says": row.says,
        "citation": row.citation,
        "confidence": sentence_case(name_of(trade_pb2.Confidence, row.confidence, "CONFIDENCE_")),
        "note": row.note,
        "standing": row.standing,
    }


def _about(row: Row) -> str:
    modes = [sentence_case(name_of(trade_pb2.TransportMode, mode, "TRANSPORT_MODE_")) for mode in row.modes]
    told = (", ".join(modes), ", ".join(row.countries))
    return "".join(f"  {each}" for each in told if each)


def _wrapped(text: str, mark: str, indent: int) -> Iterator[str]:
    lead = f"{mark}{' ' * (indent - 1)}"
    more = f"{mark}{' ' * (indent + 1)}"
    yield from textwrap.wrap(
        text, _COLUMNS, initial_indent=lead, subsequent_indent=more, break_on_hyphens=False, break_long_words=True
    )


def _coloured(line: str, colour: str) -> str:
    return f"{colour}{line}{_PLAIN}" if sys.stdout.isatty() else line
