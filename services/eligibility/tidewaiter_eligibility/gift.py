"""Bona-fide gifts, 19 USC 1321(a)(2)(A): an allowance of its own that no suspension of paragraph (C) touches."""

from __future__ import annotations

from msgspec import Struct

from tidewaiter_eligibility import reasons
from tidewaiter_eligibility.claimant import claimant
from tidewaiter_eligibility.goods import Goods
from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.law.rows import BonaFide, Gift
from tidewaiter_eligibility.model import LocalDay, Reason, Shipment
from tidewaiter_eligibility.person import same_name
from tidewaiter_eligibility.worth import Worth


class GiftTest(Struct, frozen=True, kw_only=True, gc=False):
    """What became of a declared gift.

    With a `person`, and the `basis` of its key, it passes on its own and counts against that person's day of gifts.
    Otherwise it `failed`, or it is `unclear` whether it passes; it is then judged as any other shipment.
    """

    gift: Gift | None
    person: str
    failed: tuple[Reason, ...]
    unclear: tuple[Reason, ...]
    basis: int = 0


NO_GIFT = GiftTest(gift=None, person="", failed=(), unclear=())
"""The shipment is not declared as a gift."""


def judge_gift(shipment: Shipment, *, day: LocalDay, worth: Worth, goods: Goods, law: Law) -> GiftTest:
    """Whether a declared gift is one and within its allowance; whether its recipient's day holds is not asked here."""
    first = day.candidates[0]
    test = law.bona_fide(first)
    gifts = law.gifts(first) if not shipment.country_of_shipment else [law.gift(shipment.country_of_shipment, first)]
    allowances = [gift for gift in gifts if gift is not None]
    if test is None or not allowances:
        return _unclear(reasons.law_unknown(f"gifts arriving on {first}"))
    if _is_sold_to_recipient(shipment, test):
        return _failed(reasons.gift_not_bona_fide(test))
    if goods.barring:
        # The goods' own reasons say so.
        return _failed()
    if worth.minor is None:
        return _unclear(*worth.unclear)
    return _within_allowance(shipment, allowances, day, worth.minor, goods)


def _within_allowance(
    shipment: Shipment, allowances: list[Gift], day: LocalDay, value_minor: int, goods: Goods
) -> GiftTest:
    allowances.sort(key=lambda gift: gift.limit.limit_minor)
    least, most = allowances[0], allowances[-1]
    if value_minor > most.limit.limit_minor:
        return _failed(reasons.gift_over_allowance(value_minor, most))
    unclear = list(goods.unclear)
    if least is not most:
        why = "the allowance for gifts depends on where they are sent from"
        unclear.append(reasons.input_missing("country_of_shipment", why, most))
    if not day.is_known:
        unclear.append(reasons.port_missing(shipment.port_of_entry, "gifts of one day count together", least))
    who = claimant(shipment, least.limit)
    unclear += who.unclear
    if unclear:
        return _unclear(*unclear)
    return GiftTest(gift=least, person=who.person, failed=(), unclear=(), basis=who.basis)


def _is_sold_to_recipient(shipment: Shipment, test: BonaFide) -> bool:
    """A sale shows, and no buyer is named who is someone else than the recipient and outside the customs territory."""
    buyer, consignee = shipment.buyer, shipment.consignee
    if buyer is not None and consignee is not None and same_name(buyer, consignee):
        return True
    is_sold = shipment.has_seller or shipment.has_listed_price or bool(shipment.order_id or shipment.seller_account_id)
    is_donor_abroad = buyer is not None and buyer.country_code not in {"", *test.customs_territory}
    return is_sold and not is_donor_abroad


def _failed(*why: Reason) -> GiftTest:
    return GiftTest(gift=None, person="", failed=why, unclear=())


def _unclear(*what: Reason) -> GiftTest:
    return GiftTest(gift=None, person="", failed=(), unclear=what)
