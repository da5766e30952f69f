"""Which data elements a filing needs, by filer type, mode and day: one table, one check.

The table is `requirements.toml`; a row says where it is written and how well it is known.
A missing required element refuses the filing, a missing expected one is told as a reason
that the filer can mend. A filing that is late by the arrival that it names is told so, and never refused.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from operator import attrgetter
from typing import Any, NamedTuple

from tidewaiter_chassis.failures import Violation

from tidewaiter_intake.errors import RequirementsRefused
from tidewaiter_intake.model import Facts, FilerType, Filing, Mode, Reason, ReasonCode, ReasonSource

_CONFIDENCE = {"official": 1, "secondary": 2, "unverified": 3, "inferred": 4}
_PRESENCE = frozenset({"required", "expected", "timely"})
_COLUMNS = frozenset(
    {"id", "code", "fields", "filers", "modes", "presence", "from", "to", "citation", "confidence", "fix"}
)
_EPOCH = date(1970, 1, 1).toordinal()
_NANOSECONDS_A_DAY = 86_400 * 1_000_000_000
_NANOSECONDS_A_MINUTE = 60 * 1_000_000_000
_MODEL_NAMES = {"estimated_arrival": "arrival_ns"}


@dataclass(frozen=True, slots=True)
class Element:
    """One row: one of `fields` is needed of these filers and modes in [first, end)."""

    rule_id: str
    code: str
    fields: tuple[str, ...]
    filers: frozenset[FilerType]
    modes: frozenset[Mode]
    required: bool
    first: date
    end: date
    citation: str
    confidence: int
    fix: str
    when: str = ""
    minutes_before_arrival: int | None = None

    @property
    def presence(self) -> str:
        """As the table has it."""
        if self.minutes_before_arrival is not None:
            return "timely"
        return "required" if self.required else "expected"

    def covers(self, filer_type: FilerType | None, mode: Mode | None, day: date) -> bool:
        """Whether the row speaks of such a filing received on `day`; None for any filer or mode."""
        return (
            (not self.filers or filer_type is None or filer_type in self.filers)
            and (not self.modes or mode is None or mode in self.modes)
            and self.first <= day < self.end
        )


class _Covering(NamedTuple):
    """The rows that speak of one kind of filing on one day: with what says that one is lacking, or with its minutes."""

    required: tuple[tuple[Element, Callable[[Facts], bool]], ...]
    expected: tuple[tuple[Element, Callable[[Facts], bool]], ...]
    timely: tuple[tuple[Element, int], ...]


class Requirements:
    """The table, ready to be asked. Rows for a (filer type, mode, day) are found once."""

    def __init__(self, elements: Iterable[Element]) -> None:
        self.elements = tuple(elements)
        self._covering = lru_cache(maxsize=1024)(self._find)

    def violations(self, filing: Filing, day: date) -> tuple[Violation, ...]:
        """Every required element that the filing lacks."""
        return tuple(
            Violation(
                field=f"filing.{element.fields[0]}",
                code=element.code,
                message=f"{_named(element.fields)} {_lacking(element.fields)} missing and required of a "
                f"{filing.filer_type.name.lower().replace('_', ' ')} ({element.citation}): {element.fix}",
            )
            for element, lacks in self._covering(filing.filer_type, filing.facts.mode, day).required
            if lacks(filing.facts)
        )

    def shortfalls(self, filing: Filing, day: date) -> tuple[Reason, ...]:
        """Every expected element that the filing lacks, as a reason its filer can mend."""
        return tuple(
            Reason(
                code=ReasonCode.DATA_INCOMPLETE,
                source=ReasonSource.DATA_QUALITY,
                rule_id=element.rule_id,
                detail=f"{_named(element.fields)} {_lacking(element.fields)} missing: {element.fix}.",
                citation=element.citation,
                confidence=element.confidence,
                field=element.fields[0],
            )
            for element, lacks in self._covering(filing.filer_type, filing.facts.mode, day).expected
            if lacks(filing.facts)
        )

    def lateness(self, filing: Filing, received_at_ns: int) -> tuple[Reason, ...]:
        """Every deadline of the filing's mode that had passed when it was received, nanoseconds since 1970.

        Counted from the arrival that the filing names; of one that names none nothing is told.
        """
        arrival_ns = filing.facts.arrival_ns
        timely = self._covering(filing.filer_type, filing.facts.mode, _day(received_at_ns)).timely
        if arrival_ns is None or not timely:
            return ()
        left = (arrival_ns - received_at_ns) // _NANOSECONDS_A_MINUTE
        return tuple(
            Reason(
                code=ReasonCode.FILED_LATE,
                source=ReasonSource.DATA_QUALITY,
                rule_id=element.rule_id,
                detail=f"Filed {_before(left)} arrival; due {minutes} minutes before it: {element.fix}.",
                citation=element.citation,
                confidence=element.confidence,
                field=element.fields[0],
            )
            for element, minutes in timely
            if left < minutes
        )

    def quality(self, filed: Iterable[tuple[Filing, int]]) -> tuple[Reason, ...]:
        """What the filers of one shipment could mend, each once: of filings with the time they were received,
        nanoseconds since 1970, oldest first. A later filing of the same originator stands for its earlier ones, but for
        the time: the first one was in time or was late.
        """
        filed = tuple(filed)
        standing = {filing.originator_code: (filing, received_at_ns) for filing, received_at_ns in filed}
        first: dict[str, int] = {}
        for filing, ns in filed:
            first.setdefault(filing.originator_code, ns)
        told = (
            (*self.shortfalls(filing, _day(ns)), *self.lateness(filing, first[code]))
            for code, (filing, ns) in standing.items()
        )
        return tuple(dict.fromkeys(reason for reasons in told for reason in reasons))

    def _find(self, filer_type: FilerType, mode: Mode, day: date) -> _Covering:
        rows = [element for element in self.elements if element.covers(filer_type, mode, day)]
        return _Covering(
            required=tuple((row, _lacks(row)) for row in rows if row.presence == "required"),
            expected=tuple((row, _lacks(row)) for row in rows if row.presence == "expected"),
            timely=tuple((row, row.minutes_before_arrival) for row in rows if row.minutes_before_arrival is not None),
        )


def _day(ns: int) -> date:
    return date.fromordinal(_EPOCH + ns // _NANOSECONDS_A_DAY)


def load() -> Requirements:
    """The table of this release; RequirementsRefused names every row that is damaged."""
    text = files("tidewaiter_intake").joinpath("requirements.toml").read_text("utf-8")
    return parse(text)


def parse(text: str) -> Requirements:
    """The table in `text`; RequirementsRefused names every row that is damaged."""
    elements, problems = [], []
    for number, row in enumerate(tomllib.loads(text).get("element", ()), start=1):
        try:
            elements.append(_element(row))
        except (KeyError, ValueError, TypeError) as wrong:
            problems.append(f"element {number} ({row.get('id', 'no id')}): {wrong}")
    repeated = {e.rule_id for e in elements if [o.rule_id for o in elements].count(e.rule_id) > 1}
    problems += [f"element {rule_id}: the id is used twice" for rule_id in sorted(repeated)]
    if problems or not elements:
        raise RequirementsRefused("; ".join(problems) or "the table is empty")
    return Requirements(elements)


def _element(row: dict[str, Any]) -> Element:
    missing = _COLUMNS - row.keys()
    unknown = row.keys() - _COLUMNS - {"when", "minutes_before_arrival"}
    if missing or unknown:
        raise ValueError(f"missing {sorted(missing)}, unknown {sorted(unknown)}")
    if not row["citation"]:
        raise ValueError("the citation is empty")
    if row["presence"] not in _PRESENCE:
        raise ValueError(f"presence {row['presence']!r} is none of {sorted(_PRESENCE)}")
    minutes = row.get("minutes_before_arrival")
    is_due = isinstance(minutes, int) and minutes >= 0
    if (row["presence"] == "timely") != is_due or (minutes is not None and not is_due):
        raise ValueError("minutes_before_arrival, 0 or more, goes with the presence timely, and with no other")
    for path in (*row["fields"], row.get("when") or row["fields"][0]):
        _reader(path)
    return Element(
        rule_id=row["id"],
        code=row["code"],
        fields=tuple(row["fields"]),
        filers=frozenset(FilerType[name] for name in row["filers"]),
        modes=frozenset(Mode[name] for name in row["modes"]),
        required=row["presence"] == "required",
        first=date.fromisoformat(row["from"]),
        end=date.fromisoformat(row["to"]) if row["to"] else date.max,
        citation=row["citation"],
        confidence=_CONFIDENCE[row["confidence"]],
        fix=row["fix"],
        when=row.get("when", ""),
        minutes_before_arrival=row.get("minutes_before_arrival"),
    )


def _before(minutes: int) -> str:
    return f"{minutes} minutes before" if minutes >= 0 else f"{-minutes} minutes after"


def _named(fields: tuple[str, ...]) -> str:
    return " or ".join(fields)


def _lacking(fields: tuple[str, ...]) -> str:
    return "is" if len(fields) == 1 else "are all"


def _lacks(element: Element) -> Callable[[Facts], bool]:
    """Whether a filing lacks every field of the row; for lines of goods, whether any line does."""
    by_line = [attrgetter(path.removeprefix("items.")) for path in element.fields if path.startswith("items.")]
    if by_line:
        return lambda facts: any(not _any(by_line, item) for item in facts.items)
    readers = [_reader(path) for path in element.fields]
    if not element.when:
        return lambda facts: not _any(readers, facts)
    condition = _reader(element.when)
    return lambda facts: bool(condition(facts)) and not _any(readers, facts)


def _any(readers: Sequence[Callable[[Any], Any]], what: Any) -> bool:
    # A plain loop: every filing passes here once a row, and a generator would cost three times as much.
    for read in readers:  # noqa: SIM110
        if read(what):
            return True
    return False


def _reader(path: str) -> Callable[[Facts], Any]:
    """Reads a path such as `consignee.name`; ValueError when a filing has no such field."""
    first, _, second = path.partition(".")
    first = _MODEL_NAMES.get(first, first)
    if first not in Facts._fields:
        raise ValueError(f"a filing has no field {path!r}")
    read = attrgetter(first)
    return (lambda facts: getattr(read(facts), second, None)) if second else read
