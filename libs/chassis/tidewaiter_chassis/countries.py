"""The countries there are: the codes of ISO 3166-1, as the time zone database lists them.

A code that is no country must not pass for one: a regime that closes two origins would be open to a mistyped third.
User-assigned codes, XK among them, are none.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Final


def _listed() -> frozenset[str]:
    table = files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text("utf-8")
    return frozenset(line.split("\t")[0] for line in table.splitlines() if line and not line.startswith("#"))


CODES: Final = _listed()
"""Every alpha-2 code, upper case."""
