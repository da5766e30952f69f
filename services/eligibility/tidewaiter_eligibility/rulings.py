"""What the verbs on persons share: recording a ruling exactly once, and naming those whose verdict turned by it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import Struct

from tidewaiter_eligibility.claimant import normal_form
from tidewaiter_eligibility.errors import ruling_repeated
from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.ledger import LedgerChange
from tidewaiter_eligibility.model import DayKey, Party, Turned
from tidewaiter_eligibility.person import Likeness, person_key
from tidewaiter_eligibility.person_day import PersonDays
from tidewaiter_eligibility.persons import Ruling, RulingKind
from tidewaiter_eligibility.turning import Turning

_NANOS_PER_SECOND = 1_000_000_000


class Order(Struct, frozen=True, kw_only=True, gc=False):
    """An operator's order to rule on parties, whom only the caller knows by name. Each has a whole key."""

    request_id: str
    author: str
    reason: str
    parties: tuple[Party, ...]


class Ruled(Struct, frozen=True, kw_only=True, gc=False):
    """What a ruling did: the person-days that it touches, and the shipments on them whose filers are to be told anew.

    `is_replayed`: it was on record before, and the answer is that of now.
    """

    ruling: Ruling
    person_days: tuple[DayKey, ...]
    turned: tuple[Turned, ...]
    is_replayed: bool


class Place(Struct, frozen=True, kw_only=True, gc=False):
    """One day and paragraph, and a party in normal form as it claims there."""

    local_day: str
    paragraph: str
    persons: tuple[str, ...]


def places(law: Law, parties: Sequence[Party], local_days: Sequence[str]) -> list[Place]:
    """Every day and paragraph on which the parties may claim, with each party as the law on record reads it."""
    likenesses: dict[str, Likeness] = {limit.paragraph: limit.likeness for limit in law.rows.limits}
    forms = {
        likeness: tuple(normal_form(person_key(party, likeness)) for party in parties)
        for likeness in set(likenesses.values())
    }
    return [
        Place(local_day=day, paragraph=paragraph, persons=forms[likeness])
        for day in local_days
        for paragraph, likeness in likenesses.items()
    ]


def record(
    change: LedgerChange, days: PersonDays, order: Order, kind: RulingKind, *, group: bytes, at_ns: int
) -> tuple[Ruling, bool]:
    """The ruling of an order, on record from now on, and whether it was before.

    Failure INVALID, REQUEST_REUSED, when the request_id stands for another ruling.
    """
    ruling = Ruling(
        number=0,
        request_id=order.request_id,
        kind=kind,
        author=order.author,
        reason=order.reason,
        recorded_seconds=at_ns // _NANOS_PER_SECOND,
        persons=tuple(sorted({days.anywhen(person_key(party).text) for party in order.parties})),
    )
    known = change.ruling(order.request_id)
    if known is None:
        return change.put_ruling(ruling, group), False
    if known._replace(number=0, recorded_seconds=ruling.recorded_seconds) != ruling:
        raise ruling_repeated(order.request_id)
    return known, True


def answer(change: LedgerChange, ruling: Ruling, touched: Collection[DayKey], *, is_replayed: bool) -> Ruled:
    """The answer to an order, after all of it is done: the turned are bounded as in an answer of Determine."""
    keys = sorted(set(touched))
    turning = Turning(change, change.totals(keys), answers=1)
    turned = turning.bounded([turning.on(key) for key in keys])
    return Ruled(ruling=ruling, person_days=tuple(keys), turned=turned, is_replayed=is_replayed)
