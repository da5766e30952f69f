"""The law as data: TOML rows beside this file, read, cross-checked and looked up by day.

No date, limit, country or HTS number is in the code.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable

from tidewaiter_eligibility.errors import LawRefused
from tidewaiter_eligibility.law.book import Excluded, Law
from tidewaiter_eligibility.law.crosscheck import refuse_contradictions
from tidewaiter_eligibility.law.fields import Sources
from tidewaiter_eligibility.law.reading import read_rows

__all__ = ["Excluded", "Law", "LawRefused", "law_version", "load_law", "read_sources"]


def load_law(sources: Sources | None = None) -> Law:
    """The law of the files beside this one, or of `sources` (file name → parsed TOML).

    LawRefused names the first row that is incomplete, unknown, or in contradiction with another.
    """
    found = read_sources() if sources is None else sources
    rows = read_rows(found)
    refuse_contradictions(rows)
    return Law(rows=rows, version=law_version(found))


def read_sources(folder: Traversable | None = None) -> Sources:
    """The TOML files of a folder, of the one beside this file without, parsed. LawRefused names what is not TOML."""
    sources = {}
    for file in (folder or files(__name__)).iterdir():
        if file.name.endswith(".toml"):
            try:
                sources[file.name] = tomllib.loads(file.read_text(encoding="utf-8"))
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
                raise LawRefused(row=file.name, problem=f"it is not TOML: {error}") from error
    return sources


def law_version(sources: Sources) -> str:
    """SHA-256, hex, over the data in canonical form: comments and the order of files and rows do not count."""
    canonical = json.dumps(_canonical(sources), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _canonical(value: object) -> object:
    if isinstance(value, dict):
        return {str(key): _canonical(each) for key, each in value.items()}
    if isinstance(value, list) and all(isinstance(each, dict) for each in value):
        return sorted((_canonical(each) for each in value), key=lambda row: json.dumps(row, sort_keys=True))
    if isinstance(value, list):
        # The order within a list of texts is law: entries are named by preference.
        return [_canonical(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value
