"""Which regime governs a shipment, as far as its inputs tell."""

from __future__ import annotations

from msgspec import Struct

from tidewaiter_eligibility import reasons
from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.law.rows import Regime
from tidewaiter_eligibility.model import LocalDay, Mode, Reason, Shipment


class Governing(Struct, frozen=True, kw_only=True, gc=False):
    """The regime; None when an input is missing that decides it, and `unclear` then asks for it."""

    regime: Regime | None
    unclear: tuple[Reason, ...]


def governing(shipment: Shipment, *, mode: Mode, day: LocalDay, law: Law) -> Governing:
    """The strictest regime among the origins of all goods: one closed origin closes the shipment.

    An unknown day or origin is asked for only when it makes a difference.
    """
    known = frozenset([item.origin_country for item in shipment.items])
    if day.zone and known and "" not in known:
        regime = law.regime_of_all(mode, known, day.candidates[0])
        return _none_covers(day) if regime is None else Governing(regime=regime, unclear=())
    return _by_possibility(shipment, mode, day, law)


def _by_possibility(shipment: Shipment, mode: Mode, day: LocalDay, law: Law) -> Governing:
    known = frozenset(item.origin_country for item in shipment.items if item.origin_country)
    without = [number for number, item in enumerate(shipment.items) if not item.origin_country]
    by_day = []
    for candidate in day.candidates:
        added = law.origins_named(mode, candidate) if without or not known else frozenset(known)
        by_day.append({law.regime_of_all(mode, known | {origin}, candidate) for origin in added})
    possible = set().union(*by_day)
    if len(possible) == 1:
        regime = possible.pop()
        return _none_covers(day) if regime is None else Governing(regime=regime, unclear=())
    unclear = []
    if any(one != by_day[0] for one in by_day):
        unclear.append(
            reasons.port_missing(shipment.port_of_entry, "the local day of arrival decides which regime governs")
        )
    if any(len(one) > 1 for one in by_day):
        why = "the origin of the goods decides which regime governs"
        fields = [f"items[{number}].origin_country" for number in without] or ["items"]
        unclear += [reasons.input_missing(field, why) for field in fields]
    return Governing(regime=None, unclear=tuple(unclear))


def _none_covers(day: LocalDay) -> Governing:
    return Governing(regime=None, unclear=(reasons.law_unknown(f"an arrival on {day.candidates[0]}"),))
