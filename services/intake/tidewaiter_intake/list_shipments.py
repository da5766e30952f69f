"""ListShipments: pages of the shipments on which one filer filed, in the order in which they began.

A page goes on behind the last shipment that the page before looked at, by id: ids begin with the time and never
change, so each that is there at the first page comes once, whatever is filed meanwhile.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import Final, NamedTuple, Protocol

from tidewaiter_intake import errors
from tidewaiter_intake.get import standing
from tidewaiter_intake.model import Case, Filing, Outcome, ShipmentId, Standing

PAGE_SIZE: Final = 100
"""Of a page whose size is not given."""
LOOKED_AT_MAX: Final = 1_000
"""Shipments looked at for one page. When fewer meet the conditions the page is shorter."""
PAGE_BYTES_MAX: Final = 1 << 20
"""What the shipments of a page were filed and decided as, with the last one at most once over: pages are messages."""

_AT_ONCE: Final = 20
"""Looked at before others have their turn: some milliseconds."""
_TOKEN: Final = re.compile(r"([A-Za-z0-9._:-]{1,128})~([0-9a-f]{16})", re.ASCII)


class Wanted(NamedTuple):
    """What is asked for: all of it holds for each shipment told. No outcome stands for any.

    Arrivals in nanoseconds since 1970 UTC, the second exclusive, None for no bound.
    """

    originator_code: str
    outcomes: frozenset[Outcome] = frozenset()
    arrival_from_ns: int | None = None
    arrival_until_ns: int | None = None


class Page(NamedTuple):
    """Shipments in the order in which they began, and where the next page begins; "" when there is none."""

    standings: tuple[Standing, ...]
    next_token: str


class Journal(Protocol):
    """What this verb needs of the journal."""

    def of_filer(self, originator_code: str, *, after: str = "", at_most: int) -> list[ShipmentId]:
        """Shipments on which this originator filed, by id."""
        ...

    def cases(self, shipment_ids: Iterable[ShipmentId]) -> list[Case]:
        """The shipments as they stand, in order."""
        ...


class Desk(Protocol):
    """What this verb needs of the desk."""

    async def settled(self, shipment_ids: Sequence[ShipmentId]) -> None:
        """Wait until the journal knows what was told of these shipments."""
        ...


class ListShipments:
    """The verb; one for the life of the service."""

    def __init__(
        self,
        *,
        journal: Journal,
        desk: Desk,
        read_filing: Callable[[bytes], Filing],
        looked_at_max: int = LOOKED_AT_MAX,
        page_bytes_max: int = PAGE_BYTES_MAX,
    ) -> None:
        self._journal = journal
        self._desk = desk
        self._read_filing = read_filing
        self._looked_at_max = looked_at_max
        self._page_bytes_max = page_bytes_max

    async def page(self, wanted: Wanted, *, page_size: int = 0, token: str = "") -> Page:
        """At most `page_size` shipments, PAGE_SIZE for 0. The work is bounded, so a page may have fewer, even none,
        and not be the last.

        Failure INVALID, PAGE_TOKEN_UNKNOWN, for a token that was not given for these conditions.
        """
        size = page_size or PAGE_SIZE
        candidates = self._journal.of_filer(
            wanted.originator_code, after=_after(token, wanted), at_most=self._looked_at_max + 1
        )
        found: list[Standing] = []
        bytes_found = 0
        for start in range(0, min(len(candidates), self._looked_at_max), _AT_ONCE):
            some = candidates[start : min(start + _AT_ONCE, self._looked_at_max)]
            await self._desk.settled(some)
            for case in self._journal.cases(some):
                seen = standing(case, self._read_filing)
                if not _meets(seen, wanted):
                    continue
                found.append(seen)
                bytes_found += _bytes_of(case)
                if len(found) == size or bytes_found >= self._page_bytes_max:
                    is_last = case.shipment_id == candidates[-1]
                    return Page(tuple(found), "" if is_last else _token(case.shipment_id, wanted))
            await asyncio.sleep(0)
        if len(candidates) > self._looked_at_max:
            return Page(tuple(found), _token(candidates[self._looked_at_max - 1], wanted))
        return Page(tuple(found), "")


def _meets(seen: Standing, wanted: Wanted) -> bool:
    if wanted.outcomes and seen.decision.outcome not in wanted.outcomes:
        return False
    first, end = wanted.arrival_from_ns, wanted.arrival_until_ns
    if first is None and end is None:
        return True
    arrival = seen.shipment.facts.arrival_ns
    return arrival is not None and (first is None or first <= arrival) and (end is None or arrival < end)


def _bytes_of(case: Case) -> int:
    decided = len(case.current.content) if case.current else 0
    return decided + sum(len(filed.content) for filed in case.filings)


def _token(last: ShipmentId, wanted: Wanted) -> str:
    return f"{last}~{_digest(wanted)}"


def _after(token: str, wanted: Wanted) -> str:
    """The last shipment that was looked at, "" for none."""
    if not token:
        return ""
    read = _TOKEN.fullmatch(token)
    if read is None or read[2] != _digest(wanted):
        raise errors.page_token_unknown()
    return read[1]


def _digest(wanted: Wanted) -> str:
    said = repr(wanted._replace(outcomes=frozenset()))
    outcomes = ",".join(str(int(one)) for one in sorted(wanted.outcomes))
    return sha256(f"{said} {outcomes}".encode()).hexdigest()[:16]
