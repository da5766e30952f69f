"""A CSV manifest: a header, then one filing a row, or several rows for a filing with several lines of goods."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final, TextIO

import msgspec
from tidewaiter_client.protojson import Unreadable, read_filing

from tidewaiter_cli.reading.columns import COLUMNS, ITEM_COLUMNS, CellRefused, place, shown
from tidewaiter_cli.reading.line import BadLine, Line
from tidewaiter_cli.stopping import Stop

_ROWS_MAX: Final = 250
"""Lines of goods in one filing, by the contract."""

_MONEY: Final = ("unitValue", "listedPrice")


@dataclass(slots=True)
class _Draft:
    """The filing that the rows so far make up."""

    number: int
    request_id: str
    content: dict[str, Any]
    bad: list[BadLine] = field(default_factory=list)


def read_table(file: TextIO) -> Iterator[Line]:
    """The filings of a CSV manifest, each under the number of its first line.

    A row that repeats the request_id of the row before adds a line of goods; of its other columns, those that say
    something else than the first row are refused. Stop when the header names a column that there is not.
    """
    rows = csv.reader(file, strict=True)
    names = _header(rows)
    draft: _Draft | None = None
    for number, cells in _numbered(rows):
        if isinstance(cells, BadLine):
            yield Line(number, bad=[cells])
            continue
        row = dict(zip(names, cells, strict=False))
        if len(cells) != len(names):
            yield Line(number, bad=[BadLine(number, "", f"has {len(cells)} cells, the header has {len(names)}")])
        elif draft is not None and row.get("request_id") and row["request_id"] == draft.request_id:
            _add_goods(draft, number, row)
        else:
            if draft is not None:
                yield _finished(draft)
            draft = _begun(number, row)
    if draft is not None:
        yield _finished(draft)


def _header(rows: Iterator[list[str]]) -> list[str]:
    try:
        names = [name.strip().lower() for name in next(rows, [])]
    except (csv.Error, UnicodeDecodeError) as error:
        raise Stop(f"the header cannot be read as CSV: {error}.", advice="Save the table as CSV in UTF-8.") from error
    if not names:
        raise Stop("the manifest is empty.", advice="A CSV manifest begins with a header; see docs/cli.md.")
    for name in names:
        if name not in COLUMNS:
            near = get_close_matches(name, COLUMNS, n=1)
            raise Stop(
                f"there is no column {name[:60]!r}.",
                advice=f"Did you mean {near[0]}?" if near else "docs/cli.md lists the columns; remove this one.",
            )
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise Stop(f"the column {twice} is there twice.", advice="Keep one.")
    return names


def _numbered(rows: Any) -> Iterator[tuple[int, list[str] | BadLine]]:
    while True:
        first = rows.line_num + 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except (csv.Error, UnicodeDecodeError) as error:
            yield first, BadLine(first, "", f"cannot be read as CSV: {error}")
            continue
        if any(cell.strip() for cell in cells):
            yield first, [cell.strip() for cell in cells]


def _begun(number: int, row: dict[str, str]) -> _Draft:
    draft = _Draft(number, row.get("request_id", ""), {})
    if any(row.get(name) for name in ITEM_COLUMNS):
        draft.content["items"] = [{}]
    _place_all(draft, number, row, row.keys())
    return draft


def _add_goods(draft: _Draft, number: int, row: dict[str, str]) -> None:
    items = draft.content.setdefault("items", [])
    if len(items) >= _ROWS_MAX:
        if len(items) == _ROWS_MAX:
            draft.bad.append(BadLine(number, "items", f"a filing has at most {_ROWS_MAX} lines of goods"))
            items.append({})
        return
    items.append({})
    _place_all(draft, number, row, ITEM_COLUMNS & row.keys())
    again = _begun(number, row).content
    for name, value in again.items():
        if name != "items" and draft.content.get(name) != value:
            draft.bad.append(BadLine(number, name, "differs from the first row of this request_id"))


def _place_all(draft: _Draft, number: int, row: dict[str, str], names: Iterable[str]) -> None:
    for name in names:
        if row[name]:
            try:
                place(draft.content, COLUMNS[name], row[name])
            except CellRefused as refused:
                draft.bad.append(BadLine(number, name, f"{shown(COLUMNS[name], row[name])}{refused}"))


def _finished(draft: _Draft) -> Line:
    if draft.bad:
        return Line(draft.number, bad=draft.bad)
    for part in (draft.content, *draft.content.get("items", [])):
        _drop_unknown_amounts(part)
    try:
        return Line(draft.number, filing=read_filing(msgspec.json.encode(draft.content)))
    except UnicodeEncodeError:
        return Line(draft.number, bad=[BadLine(draft.number, "", "must be UTF-8; save the table as CSV in UTF-8")])
    except Unreadable as unreadable:
        return Line(draft.number, bad=[BadLine(draft.number, unreadable.field, unreadable.detail)])


def _drop_unknown_amounts(part: dict[str, Any]) -> None:
    # A currency without an amount says nothing; kept, it would be an amount of zero.
    for name in _MONEY:
        if "units" not in part.get(name, {"units": ""}):
            del part[name]
