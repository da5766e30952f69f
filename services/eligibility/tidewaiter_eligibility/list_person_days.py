"""ListPersonDays: the person-days on which anything counts, or those near their limit, all pages of one moment."""

from __future__ import annotations

from typing import NamedTuple

from tidewaiter_eligibility.get_person_day import PersonDay
from tidewaiter_eligibility.ledger import Ledger, LedgerState
from tidewaiter_eligibility.model import DayKey
from tidewaiter_eligibility.pages import Place, page_token, place_of
from tidewaiter_eligibility.snapshots import WHATEVER_IS_KNOWN, Snapshots, Wanted

LOOKED_AT_MAX = 5_000
"""How many person-days one page looks at: a page may be short, or empty, before the last."""
_LOOKED_AT_ONCE = 100
_LAST_DAY = "9999-12-31"


class PersonDaysPage(NamedTuple):
    """One page, in order of day and id. `next_page_token` is "" on the last; `snapshot` is the same on all."""

    person_days: tuple[PersonDay, ...]
    next_page_token: str
    snapshot: str


class PersonDayLister:
    """Lists the person-days of one ledger."""

    def __init__(self, *, ledger: Ledger) -> None:
        self._snapshots = Snapshots(ledger)

    def list_(
        self,
        *,
        local_day: str = "",
        headroom_minor_max: int | None = None,
        page_size: int,
        page_token_: str = "",
        wanted: Wanted = WHATEVER_IS_KNOWN,
    ) -> PersonDaysPage:
        """A page of those of one local day, "" for all, with at most so much headroom, None for any.

        The pages together are the whole list as of the first, however much is written meanwhile. Failure INVALID,
        PAGE_TOKEN; those of `Snapshots.read`, SNAPSHOT_GONE among them when the list takes longer than it is kept.
        """
        question = (local_day, "" if headroom_minor_max is None else str(headroom_minor_max))
        place = place_of(page_token_, question, parts=2)
        if place is not None:
            wanted = Wanted(at_exact_snapshot=place.snapshot)
        after = DayKey(*place.after) if place is not None else DayKey(local_day, "")
        (found, last), snapshot = self._snapshots.read(
            lambda state: _read(state, after, local_day or _LAST_DAY, headroom_minor_max, page_size), wanted
        )
        token = "" if last is None else page_token(question, Place(snapshot, tuple(last)))
        return PersonDaysPage(tuple(found), token, snapshot)


def _read(
    state: LedgerState, after: DayKey, through: str, headroom_minor_max: int | None, page_size: int
) -> tuple[list[PersonDay], DayKey | None]:
    """The person-days found, and the last one looked at when there may be more."""
    found: list[PersonDay] = []
    looked_at, at_once = 0, max(page_size, _LOOKED_AT_ONCE)
    while looked_at < LOOKED_AT_MAX:
        keys = state.days(after=after, through=through, at_most=at_once)
        totals = state.totals(keys)
        for key in keys:
            after, looked_at = key, looked_at + 1
            total = totals.get(key)
            if total is None or not _is_near(total.limit_minor - total.total_minor, headroom_minor_max):
                continue
            found.append(PersonDay(key, total))
            if len(found) == page_size:
                return found, key if state.days(after=key, through=through, at_most=1) else None
        if len(keys) < at_once:
            return found, None
    return found, after


def _is_near(headroom_minor: int, headroom_minor_max: int | None) -> bool:
    return headroom_minor_max is None or headroom_minor <= headroom_minor_max
