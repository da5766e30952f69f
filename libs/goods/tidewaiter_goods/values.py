"""What goods were worth before: the unit values of the user's own filings, by six HTSUS digits, origin and currency.

A distribution is held as at most 101 values, the percentiles 0 to 100 by nearest rank, so that memory is bounded by the
number of kinds of goods and not by the number of filings.
"""

from __future__ import annotations

import hashlib
import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

FORMAT = "tidewaiter-values/1"
NANOS_PER_UNIT = 1_000_000_000
SAMPLE_MAX = 10_000
"""Of more filings of one kind, an even sample of so many is kept while building."""

Kind = tuple[str, str, str]
"""Six digits, country of origin, currency."""


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    hts6: str
    origin: str
    currency: str
    count: int
    percentiles: tuple[int, ...]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: str
    built: str
    filings: int
    rows: tuple[_Row, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a value stands: at least `percentile` percent of the `count` values are lower than it."""

    percentile: int
    count: int


@dataclass(frozen=True, slots=True)
class Distribution:
    """The values of one kind of goods, in billionths of the currency's unit: percentiles, rising, and their number."""

    count: int
    percentiles: tuple[int, ...]


class Values:
    """Distributions by kind of goods."""

    def __init__(self, distributions: Mapping[Kind, Distribution], *, version: str, sha256: str) -> None:
        self.version = version
        """Names the day on which they were built and the content."""
        self.sha256 = sha256
        self._distributions = distributions

    def __len__(self) -> int:
        return len(self._distributions)

    def standing(self, hts_code: str, origin_country: str, currency: str, unit_nanos: int) -> Standing | None:
        """Where the value stands among those of its kind; None when none of its kind was filed."""
        kind = (hts_code.replace(".", "")[:6], origin_country, currency)
        held = self._distributions.get(kind)
        if held is None:
            return None
        lower = bisect_left(held.percentiles, unit_nanos)
        # Up to 101 values are all there; of more, the k-th percentile being lower says that k percent are.
        share = 100 * lower // held.count if held.count <= len(held.percentiles) else max(0, lower - 1)
        return Standing(percentile=share, count=held.count)


def read_values(content: bytes) -> Values:
    """The distributions in a file that `write_values` wrote. ValueError naming what is wrong with it."""
    try:
        held = msgspec.json.decode(content, type=_File)
    except msgspec.MsgspecError as error:
        raise ValueError(f"is no file of values: {error}") from error
    if held.format != FORMAT:
        raise ValueError(f"format is {held.format!r}, not {FORMAT!r}; build it anew")
    distributions = {}
    for row in held.rows:
        if not row.percentiles or list(row.percentiles) != sorted(row.percentiles) or row.count < len(row.percentiles):
            raise ValueError(
                f"the row of {row.hts6} from {row.origin} in {row.currency} does not rise, or counts too few"
            )
        distributions[(row.hts6, row.origin, row.currency)] = Distribution(row.count, row.percentiles)
    sha256 = hashlib.sha256(content).hexdigest()
    return Values(distributions, version=f"values {held.built} {sha256[:12]}", sha256=sha256)


class Gathering:
    """Gathers unit values, of each kind an even sample once they are many, without a die: the same filings, the same
    file."""

    def __init__(self) -> None:
        self.filings = 0
        self._values: dict[Kind, list[int]] = {}
        self._counts: dict[Kind, int] = {}

    def add(self, kind: Kind, unit_nanos: int) -> None:
        """One line of goods. Every n-th is kept, n doubling whenever SAMPLE_MAX are held and every other one goes."""
        count = self._counts.get(kind, 0)
        self._counts[kind] = count + 1
        values = self._values.setdefault(kind, [])
        step = 1 << max(0, math.ceil(math.log2((count + 1) / SAMPLE_MAX))) if count >= SAMPLE_MAX else 1
        if count % step == 0:
            values.append(unit_nanos)
        if len(values) > SAMPLE_MAX:
            del values[1::2]

    def written(self, *, built: str, count_min: int) -> bytes:
        """The file: every kind of which at least `count_min` values were seen."""
        kinds = sorted(kind for kind, count in self._counts.items() if count >= count_min)
        rows = tuple(_Row(*kind, self._counts[kind], percentiles(self._values[kind])) for kind in kinds)
        return msgspec.json.format(
            msgspec.json.encode(_File(format=FORMAT, built=built, filings=self.filings, rows=rows)), indent=1
        )

    def __len__(self) -> int:
        return len(self._counts)


def percentiles(values: Iterable[int]) -> tuple[int, ...]:
    """All of up to 101 values in order, else their percentiles 0 to 100 by nearest rank."""
    ordered = sorted(values)
    if len(ordered) <= 101:
        return tuple(ordered)
    return tuple(ordered[max(0, math.ceil(len(ordered) * share / 100) - 1)] for share in range(101))
