"""Laws for the tests of eligibility: that which ships with the service, with an operator's rows laid over it."""

from __future__ import annotations

from datetime import date
from typing import Any

from tidewaiter_eligibility.law import Law, read_law, read_sources
from tidewaiter_eligibility.law.exchange import Exchange
from tidewaiter_eligibility.law.own import laid_over

ROW: dict[str, Any] = {
    "from": date(1994, 1, 1),
    "clock": "EASTERN_0001",
    "citation": "the operator's own list",
    "confidence": "unverified",
    "note": "for a test",
}


def own_law(*, exchange: Exchange | None = None, **files: dict[str, list[dict[str, Any]]]) -> Law:
    """The law with these rows over it: file name without its ending → kind → rows, each completed from `ROW`."""
    own = {
        f"{name}.toml": {kind: [{**ROW, **row} for row in rows] for kind, rows in kinds.items()}
        for name, kinds in files.items()
    }
    return read_law(laid_over(read_sources(), own), exchange)


def shipped_row(file: str, kind: str, row_id: str) -> dict[str, Any]:
    """A row as the law ships it, to be changed and laid over itself."""
    rows = read_sources()[f"{file}.toml"][kind]
    assert isinstance(rows, list)
    return dict(next(row for row in rows if row["id"] == row_id))


def a_case(**changes: Any) -> dict[str, Any]:
    """Aluminium foil of China under an order, for certain."""
    fields = {"id": "A-570-053", "flag": "ANTIDUMPING", "goods": "aluminium foil", "hts": ["7607"], "origins": ["CN"]}
    return {**fields, "certain": True, **changes}
