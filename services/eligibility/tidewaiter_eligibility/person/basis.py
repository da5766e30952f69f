"""By which rules a key was made: said in the answer, and of nobody in particular.

Plain numbers: the enumeration of the standard library takes a microsecond to join two.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

Basis = int
"""A set of the rules below, kept with each claim: the numbers are on disk, and none is ever given again."""

BUYER: Final = 1
CONSIGNEE: Final = 2
ACCENTS: Final = 4
TITLE: Final = 8
LEGAL_FORM: Final = 16
GENERATION: Final = 32
CARE_OF: Final = 64
INITIAL: Final = 128
SHORT_NAME: Final = 256
UNIT: Final = 512
BOX: Final = 1024
STREET_FORMS: Final = 2048
LATER_LINE: Final = 4096
STATE_AND_ZIP: Final = 8192
ZIP_CUT: Final = 16384
ZIP_ZERO: Final = 32768


@lru_cache(4096)
def rules_in(basis: Basis) -> tuple[int, ...]:
    """The rules of a set as the contract numbers them (PersonKeyRule): 1 for the first bit, 2 for the second."""
    return tuple(place + 1 for place in range(basis.bit_length()) if basis >> place & 1)
