"""The law as data: TOML rows beside this file, read, cross-checked and looked up by day.

No date, limit, country or HTS number is in the code.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from importlib.resources import files
from pathlib import Path

from tidewaiter_eligibility.errors import LawRefused
from tidewaiter_eligibility.law.book import Law
from tidewaiter_eligibility.law.crosscheck import refuse_contradictions
from tidewaiter_eligibility.law.exchange import Exchange, Rate, read_rates
from tidewaiter_eligibility.law.fields import STANDING, Sources
from tidewaiter_eligibility.law.own import laid_over, read_folder, read_own
from tidewaiter_eligibility.law.reading import read_rows
from tidewaiter_eligibility.person import KEY_VERSION

__all__ = ["Law", "LawRefused", "law_version", "load_law", "read_law", "read_sources"]

_SHOWN_ONLY = frozenset({"note", STANDING})
"""Fields that only listings of the law show."""


def load_law(*, own: Sequence[Path] = (), rates_file: Path | None = None) -> Law:
    """The law that ships with the service, the rows of each `own` directory laid over it, and the rates of exchange.

    LawRefused names the first row that is incomplete, unknown, or in contradiction with another.
    """
    sources = read_sources()
    for folder in own:
        sources = laid_over(sources, read_own(folder))
    return read_law(sources, None if rates_file is None else read_rates(rates_file))


def read_law(sources: Sources, exchange: Exchange | None = None) -> Law:
    """The law of `sources` (file name → parsed TOML). LawRefused as `load_law`."""
    rows = read_rows(sources)
    refuse_contradictions(rows)
    rates = () if exchange is None else exchange.rates
    return Law(rows=rows, exchange=exchange, version=law_version(sources, rates))


def read_sources() -> Sources:
    """The TOML files beside this one, parsed. LawRefused names the file that is not TOML."""
    return read_folder(files(__name__))


def law_version(sources: Sources, rates: Sequence[Rate] = ()) -> str:
    """SHA-256, hex, over what an answer rests on or repeats, and the version of the rules that tell persons apart.

    Comments, notes, whose a row is, and the order of files and rows do not count: no answer differs by them.
    """
    content: dict[str, object] = {"law": _canonical(sources), "person_key": KEY_VERSION}
    if rates:
        content["rates"] = sorted(
            [each.currency_code, _canonical(each.first_day), _canonical(each.end_day), each.text, each.source]
            for each in rates
        )
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _canonical(value: object) -> object:
    if isinstance(value, dict):
        return {str(key): _canonical(each) for key, each in value.items() if key not in _SHOWN_ONLY}
    if isinstance(value, list) and all(isinstance(each, dict) for each in value):
        return sorted((_canonical(each) for each in value), key=lambda row: json.dumps(row, sort_keys=True))
    if isinstance(value, list):
        # The order within a list of texts is law: entries are named by preference.
        return [_canonical(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value
