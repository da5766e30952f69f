"""Judging recorded shipments again by the same code: on their person-days as they were, or on days made up anew.

As they were: the recorded finding names the person-day and what counted on it, and for an order that was over its
limit, so no ledger is asked. Made up anew,
for another law: all shipments claim on a ledger of their own first, and are told after; see `python -m
tidewaiter_eligibility.rerun --help`.
"""

from __future__ import annotations

from typing import NamedTuple

from tidewaiter_eligibility.judge import judge
from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.model import DayKey, Finding, Shipment
from tidewaiter_eligibility.tell import DayState, OrderState, tell


class DayAsItWas(NamedTuple):
    """What a recorded finding says of its person-day: its id, the cents of all others on it, and who counted."""

    person_day: str
    others_minor: int
    shipments: int
    first_ids: tuple[str, ...]


class OrderAsItWas(NamedTuple):
    """What a recorded finding says of an order that was over its limit: the cents of its other lots, and how many."""

    others_minor: int
    shipments: int


class DayUnknown(Exception):
    """The verdict hangs on a person-day, and the record does not say what counted on it."""


def rerun(shipment: Shipment, day: DayAsItWas | None, order: OrderAsItWas | None = None, *, law: Law) -> Finding:
    """The finding by this law on the day as it was: the same as recorded, for the same law. Raises DayUnknown."""
    judgement = judge(shipment, law=law)
    if judgement.rule is None:
        return tell(judgement, shipment_id=shipment.shipment_id, key=None, state=None)
    if day is None:
        raise DayUnknown
    own_minor = judgement.value_minor or 0
    state = DayState(total_minor=day.others_minor + own_minor, shipments=day.shipments, first_ids=day.first_ids)
    lots = None
    if order is not None and judgement.lot is not None:
        lots = OrderState(
            rule=judgement.lot.rule, total_minor=order.others_minor + own_minor, shipments=order.shipments
        )
    key = DayKey(judgement.local_day, day.person_day)
    return tell(judgement, shipment_id=shipment.shipment_id, key=key, state=state, order=lots)
