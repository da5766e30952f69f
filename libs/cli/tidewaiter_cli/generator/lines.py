"""A manifest as lines: the filings of many parcels, each filer's at its own time."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

import msgspec

from tidewaiter_cli.generator.dice import Dice
from tidewaiter_cli.generator.filings import filings
from tidewaiter_cli.generator.names import SAMPLE_LISTED
from tidewaiter_cli.generator.parcels import parcels

_LATER_MAX: Final = (0, 30, 90)
"""How many parcels later the first, second and third filing on a parcel come, at most: filers do not wait."""


def manifest_lines(
    count: int, *, seed: int, wrong_check_digits: float = 0.0, listed: tuple[str, ...] = SAMPLE_LISTED
) -> Iterator[bytes]:
    """So many protojson filings, a line each, with line ends; the same seed and options give the same bytes.

    `wrong_check_digits` is the share of parcels whose tracking number bears a wrong one, and is refused by intake.
    `listed` are names to be found on a list of denied parties.
    """
    encode = msgspec.json.Encoder().encode
    for filing in islice(_interleaved(seed, wrong_check_digits, listed), count):
        yield encode(filing) + b"\n"


def _interleaved(seed: int, wrong_check_digits: float, listed: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    dice = Dice(seed)
    waiting: list[tuple[int, int, int, dict[str, Any]]] = []
    for number, parcel in enumerate(parcels(dice, listed)):
        wrong = dice.chance(wrong_check_digits)
        when = number
        for order, filing in enumerate(filings(dice, parcel, seed=seed, number=number, wrong_check_digit=wrong)):
            # Never before the filer before: whoever comes later has both keys, and so joins.
            when += dice.between(0, _LATER_MAX[order])
            heapq.heappush(waiting, (when, number, order, filing))
        while waiting and waiting[0][0] <= number:
            yield heapq.heappop(waiting)[3]
