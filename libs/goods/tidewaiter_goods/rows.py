"""Reads rows of TOML strictly: what is missing, unknown, of another type or out of range becomes a problem that
names the file, the table, the row's number and its id. Reading goes on, so that all problems come at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import Enum
from typing import TypeVar

Choice = TypeVar("Choice", bound=Enum)
Filler = TypeVar("Filler")

_EPOCH = date(1970, 1, 1)


class Row:
    """One table of a file, read key by key; `close` then names the keys that nobody asked for.

    A reading that fails adds a problem and returns a value of the right type, which is never used: problems
    refuse the whole scorecard.
    """

    def __init__(self, data: Mapping[str, object], *, where: str, problems: list[str]) -> None:
        self._data = data
        self._where = where
        self._problems = problems
        self._asked: set[str] = set()

    def problem(self, what: str) -> None:
        """Adds a problem of this row."""
        self._problems.append(f"{self._where}: {what}")

    def text(self, key: str, *, default: str | None = None) -> str:
        """A text that is not blank; `default` when the key may be absent."""
        value = self._get(key, default)
        if isinstance(value, str) and (value.strip() or value == default):
            return value
        return self._wrong(key, "text", "")

    def integer(self, key: str, *, least: int, most: int, default: int | None = None) -> int:
        """A whole number within the two bounds, both included; `default` when the key may be absent."""
        value = self._get(key, default)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        return self._wrong(key, f"a whole number from {least} to {most}", least)

    def choice(self, key: str, kind: type[Choice], *, default: Choice | None = None) -> Choice:
        """The name of a member of the enumeration."""
        value = self._get(key, default.name if default else None)
        if isinstance(value, str) and value in kind.__members__:
            return kind[value]
        return self._wrong(key, "one of " + ", ".join(kind.__members__), next(iter(kind)))

    def texts(self, key: str, *, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """A list of texts, none twice."""
        value = self._get(key, default)
        if isinstance(value, list | tuple):
            texts = tuple(one for one in value if isinstance(one, str) and one.strip())
            if len(texts) == len(value) == len(set(texts)):
                return texts
        return self._wrong(key, "a list of texts, none twice", ())

    def flag(self, key: str) -> bool:
        """True or false; false when it is absent."""
        value = self._get(key, False)
        return value if isinstance(value, bool) else self._wrong(key, "true or false", False)

    def all_texts(self) -> dict[str, str]:
        """Every key with its text, for a table whose keys are free."""
        self._asked.update(self._data)
        return {key: self.text(key) for key in self._data}

    def day(self, key: str, *, needed: bool = True) -> int | None:
        """A date, as days from 1970-01-01; None when it is absent and not needed."""
        if not needed and key not in self._data:
            self._asked.add(key)
            return None
        value = self._get(key, None)
        if isinstance(value, date) and not isinstance(value, datetime):
            return (value - _EPOCH).days
        return self._wrong(key, "a date", 0)

    def shown(self, key: str) -> str:
        """The value as it is written, for an answer to repeat; empty when it is absent."""
        return str(self._data.get(key, ""))

    def close(self) -> None:
        """Names every key that is not known here: a typing error must not change a score silently."""
        for key in sorted(self._data.keys() - self._asked):
            self.problem(f"{key} is not known here")

    def _get(self, key: str, default: object) -> object:
        self._asked.add(key)
        if key not in self._data and default is None:
            self.problem(f"{key} is missing")
        return self._data.get(key, default)

    def _wrong(self, key: str, wanted: str, filler: Filler) -> Filler:
        if key in self._data:
            self.problem(f"{key} = {_shown(self._data[key])} is not {wanted}")
        return filler


def rows(document: Mapping[str, object], table: str, *, file: str, problems: list[str], least: int = 1) -> list[Row]:
    """The rows of an array of tables, at least `least`."""
    found = document.get(table, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        problems.append(f"{file} {table}: is not an array of tables, [[{table}]]")
        return []
    if len(found) < least:
        problems.append(f"{file} [[{table}]]: needs at least {least} row(s)")
    return [
        Row(one, where=f"{file} [[{table}]] {number}{_named(one)}", problems=problems)
        for number, one in enumerate(found, start=1)
    ]


def single(document: Mapping[str, object], table: str, *, file: str, problems: list[str]) -> Row:
    """The one table of that name; an absent one reads as empty, and its keys as missing."""
    found = document.get(table, {})
    if not isinstance(found, dict):
        problems.append(f"{file} {table}: is not a table, [{table}]")
        found = {}
    return Row(found, where=f"{file} [{table}]", problems=problems)


def repeated(values: Iterable[str]) -> list[str]:
    """The values that stand more than once, each named once."""
    seen: set[str] = set()
    twice: dict[str, None] = {}
    for value in values:
        if value in seen:
            twice[value] = None
        seen.add(value)
    return list(twice)


def _named(row: Mapping[str, object]) -> str:
    name = next((row[key] for key in ("id", "term", "action") if isinstance(row.get(key), str)), None)
    return f" ({name})" if name else ""


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
