"""GetPersonDay: what counts on one person-day, shipment by shipment, all of one moment."""

from __future__ import annotations

from typing import NamedTuple

from tidewaiter_chassis.failures import Failure, Kind

from tidewaiter_eligibility.ledger import CountedShipment, Ledger, LedgerState, Total
from tidewaiter_eligibility.model import DayKey
from tidewaiter_eligibility.pages import Place, page_token, place_of
from tidewaiter_eligibility.snapshots import WHATEVER_IS_KNOWN, Snapshots, Wanted


class PersonDay(NamedTuple):
    """A person-day with its total, and some of its shipments by id."""

    key: DayKey
    total: Total
    shipments: tuple[CountedShipment, ...] = ()


class PersonDayPage(NamedTuple):
    """One page. `next_page_token` is "" on the last; `snapshot` is the same on all."""

    person_day: PersonDay
    next_page_token: str
    snapshot: str


class PersonDayReader:
    """Reads person-days of one ledger."""

    def __init__(self, *, ledger: Ledger) -> None:
        self._snapshots = Snapshots(ledger)

    def get(
        self, key: DayKey, *, page_size: int, page_token_: str = "", wanted: Wanted = WHATEVER_IS_KNOWN
    ) -> PersonDayPage:
        """A page of the person-day, or of the one it became part of. The amounts of all pages add up to its total.

        Failure NOT_FOUND, PERSON_DAY_NOT_FOUND, when nothing counts there; INVALID, PAGE_TOKEN; those of
        `Snapshots.read`.
        """
        place = place_of(page_token_, key, parts=1)
        if place is not None:
            wanted = Wanted(at_exact_snapshot=place.snapshot)
        after = place.after[0] if place is not None else ""
        (found, has_more), snapshot = self._snapshots.read(lambda state: _read(state, key, after, page_size), wanted)
        last = found.shipments[-1].shipment_id if found.shipments else ""
        return PersonDayPage(found, page_token(key, Place(snapshot, (last,))) if has_more else "", snapshot)


def _read(state: LedgerState, key: DayKey, after: str, page_size: int) -> tuple[PersonDay, bool]:
    key = state.aliases({key}).get(key, key)
    total = state.totals({key}).get(key)
    if total is None:
        raise Failure(
            kind=Kind.NOT_FOUND,
            reason="PERSON_DAY_NOT_FOUND",
            detail="Nothing counts on that person-day. Give person_day and local_day as an answer named them.",
        )
    shipments = state.breakdown(key, after=after, at_most=page_size + 1)
    return PersonDay(key, total, tuple(shipments[:page_size])), len(shipments) > page_size
