"""Of which order a shipment is a lot: lots of one order sent apart to pass free are not exempt (19 USC 1321(a)(2)).

The day of a lot and the person it is sent to do not matter. Why the order is told by its seller and its number, what
that misses and whom it could wrong: docs/decisions/0019-lots-of-one-order-count-together.md.
"""

from __future__ import annotations

from functools import lru_cache

from tidewaiter_eligibility.law.rows import Row, SingleOrder
from tidewaiter_eligibility.model import Lot, PersonDayRule, ReasonCode, Shipment
from tidewaiter_eligibility.person import person_key
from tidewaiter_eligibility.person.words import plain


def lot(shipment: Shipment, person: str, *, row: SingleOrder | None, limit: PersonDayRule) -> Lot | None:
    """The lot that a shipment is which passes every test of its own; None when it names no order or no rule holds.

    `person` is the claimant in normal form; `limit` the rule of its person-day, whose limit the lots together may
    reach. Lots under limits of different amounts are counted apart.
    """
    number = " ".join(plain(shipment.order_id).split())
    if row is None or not number:
        return None
    rule = _rule(row, limit)
    return Lot(rule=rule, order="\n".join((number, _seller(shipment, person), f"{limit.limit_minor}", rule.paragraph)))


def _seller(shipment: Shipment, person: str) -> str:
    """Whose order number it is: the seller's account, else the seller by name and address, else the claimant."""
    if account := shipment.seller_account_id.strip():
        return f"account {account}"
    if shipment.seller is not None:
        key = person_key(shipment.seller)
        if not key.missing:
            return f"seller {key.text}"
    return f"person {person.partition(chr(10))[0]}"


@lru_cache(64)
def _rule(row: Row, limit: PersonDayRule) -> PersonDayRule:
    return PersonDayRule(
        paragraph=limit.paragraph,
        limit_minor=limit.limit_minor,
        allowed=limit.allowed,
        over=ReasonCode.LOTS_OF_ONE_ORDER,
        rule_id=row.id,
        citation=row.citation,
        confidence=row.confidence,
        broken_rule_id=row.id,
        broken_citation=row.citation,
        broken_confidence=row.confidence,
    )
