"""One table of a TOML file, read field by field; whatever is missing, malformed or unknown is refused by row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import TypedDict, TypeVar

from tidewaiter_eligibility.errors import LawRefused
from tidewaiter_eligibility.law.rows import Clock, Standing
from tidewaiter_eligibility.model import Confidence

_ID = re.compile(r"[!-~]{1,64}")
_TWO_PLACES = re.compile(r"([0-9]{1,9})\.([0-9]{2})")
_CLOCKS = {clock.name: clock for clock in Clock}
_STANDINGS = {standing.name: standing for standing in Standing}
STANDING = "standing"
"""The field by which `own` marks the rows of an operator's directory; the shipped files do not have it."""
CONFIDENCES = {kind.name.lower(): kind for kind in Confidence if kind is not Confidence.UNSPECIFIED}

A = TypeVar("A")

Sources = Mapping[str, Mapping[str, object]]
"""File name → its parsed TOML."""


class RowFields(TypedDict):
    """The fields of every row, as `rows.Row` takes them."""

    id: str
    first_day: date
    end_day: date | None
    clock: Clock
    citation: str
    confidence: Confidence
    note: str
    standing: Standing


def id_of(table: Mapping[str, object], *, where: str) -> str:
    """The id of a row, by which answers and errors name it. LawRefused, at `where`, when it has none or is not one."""
    name = table.get("id")
    if not isinstance(name, str) or not name.strip():
        raise LawRefused(row=where, problem="id is missing")
    if not _ID.fullmatch(name):
        raise LawRefused(row=where, problem="id is not 1 to 64 letters, digits and signs of ASCII without a blank")
    return name


class Fields:
    """One table of a file, read field by field; `end` refuses whatever was not asked for."""

    def __init__(self, table: object, *, where: str) -> None:
        if not isinstance(table, Mapping):
            raise LawRefused(row=where, problem="it is not a table")
        self._table = table
        name = table.get("id")
        self.where = name if isinstance(name, str) and _ID.fullmatch(name) else where
        self._asked: set[str] = set()

    def refuse(self, problem: str) -> LawRefused:
        return LawRefused(row=self.where, problem=problem)

    def _get(self, key: str) -> object:
        self._asked.add(key)
        return self._table.get(key)

    def text(self, key: str) -> str:
        value = self._get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.refuse(f"{key} is missing")
        return value

    def optional_text(self, key: str) -> str:
        return self.text(key) if key in self._table else ""

    def flag(self, key: str) -> bool:
        value = self._get(key)
        if not isinstance(value, bool):
            raise self.refuse(f"{key} is not true or false")
        return value

    def optional_flag(self, key: str) -> bool:
        return key in self._table and self.flag(key)

    def day(self, key: str) -> date:
        value = self._get(key)
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.refuse(f"{key} is not a date")
        return value

    def optional_day(self, key: str) -> date | None:
        return self.day(key) if key in self._table else None

    def one_of(self, key: str, known: Mapping[str, A]) -> A:
        value = self.text(key)
        if value not in known:
            raise self.refuse(f"{key} {value} is unknown; known are {', '.join(sorted(known))}")
        return known[value]

    def optional_one_of(self, key: str, known: Mapping[str, A]) -> A | None:
        return self.one_of(key, known) if key in self._table else None

    def optional_each_of(self, key: str, known: Mapping[str, A]) -> tuple[A, ...]:
        return self.each_of(key, known) if key in self._table else ()

    def whole_number(self, key: str, *, high: int) -> int:
        value = self._get(key)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= high:
            raise self.refuse(f"{key} is not a whole number from 0 to {high}")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._get(key)
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self.refuse(f"{key} is not a list of texts")
        if len(set(value)) != len(value):
            raise self.refuse(f"{key} says something twice")
        return tuple(value)

    def each_of(self, key: str, known: Mapping[str, A]) -> tuple[A, ...]:
        values = self.texts(key)
        for value in values:
            if value not in known:
                raise self.refuse(f"{key} {value} is unknown; known are {', '.join(sorted(known))}")
        return tuple(known[value] for value in values)

    def some_of(self, key: str, known: Mapping[str, A]) -> tuple[A, ...]:
        """As `each_of`, for a list that says nothing when it is empty."""
        found = self.each_of(key, known)
        if not found:
            raise self.refuse(f"{key} is empty; known are {', '.join(sorted(known))}")
        return found

    def each_like(self, key: str, pattern: re.Pattern[str]) -> tuple[str, ...]:
        values = self.texts(key)
        for value in values:
            if not pattern.fullmatch(value):
                raise self.refuse(f"{key} {value} is not well formed")
        return values

    def optional_each_like(self, key: str, pattern: re.Pattern[str]) -> tuple[str, ...]:
        return self.each_like(key, pattern) if key in self._table else ()

    def dollars(self, key: str) -> int:
        """Cents, from a text such as "800.00"."""
        return self._hundredths(key, "dollars and cents such as 800.00")

    def percent(self, key: str) -> int:
        """Hundredths of a percent, from a text such as "10.00"."""
        return self._hundredths(key, "a percentage such as 10.00")

    def optional_percent(self, key: str) -> int | None:
        return self.percent(key) if key in self._table else None

    def _hundredths(self, key: str, what: str) -> int:
        match = _TWO_PLACES.fullmatch(self.text(key))
        if match is None:
            raise self.refuse(f"{key} is not {what}")
        return int(match[1]) * 100 + int(match[2])

    def optional_dollars(self, key: str) -> int | None:
        return self.dollars(key) if key in self._table else None

    def tables(self, key: str) -> list[Fields]:
        value = self._get(key)
        if not isinstance(value, list) or not value:
            raise self.refuse(f"{key} has no rows")
        return [Fields(table, where=f"{self.where} {key} {number}") for number, table in enumerate(value, start=1)]

    def optional_tables(self, key: str) -> list[Fields]:
        return self.tables(key) if key in self._table else []

    def table(self, key: str) -> Fields:
        return Fields(self._get(key), where=f"{self.where} {key}")

    def names(self) -> list[str]:
        """The names of the table's own fields."""
        return list(self._table)

    def row(self) -> RowFields:
        """The fields of every row."""
        first_day, end_day = self.day("from"), self.optional_day("to")
        if end_day is not None and end_day <= first_day:
            raise self.refuse("to is not after from")
        return {
            "id": self._id(),
            "first_day": first_day,
            "end_day": end_day,
            "clock": self.one_of("clock", _CLOCKS),
            "citation": self.text("citation"),
            "confidence": self.one_of("confidence", CONFIDENCES),
            "note": self.text("note"),
            "standing": self.optional_one_of(STANDING, _STANDINGS) or Standing.SHIPPED,
        }

    def _id(self) -> str:
        self._asked.add("id")
        return id_of(self._table, where=self.where)

    def end(self) -> None:
        unknown = sorted(set(self._table) - self._asked)
        if unknown:
            raise self.refuse(f"{', '.join(unknown)}: no such field")
