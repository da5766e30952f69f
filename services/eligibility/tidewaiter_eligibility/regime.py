"""Which regime governs a shipment, as far as its inputs tell."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from tidewaiter_eligibility import reasons
from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.law.rows import Regime
from tidewaiter_eligibility.model import Mode, Reason, Shipment


class Governing(Struct, frozen=True, kw_only=True, gc=False):
    """The regime; None when an input is missing that decides it, and `unclear` then asks for it.

    `unclear` also says when the regime does not tell whether the exemption is open.
    """

    regime: Regime | None
    unclear: tuple[Reason, ...]


def governing(shipment: Shipment, *, mode: Mode, day: date, law: Law) -> Governing:
    """The strictest regime among the origins of all goods, on a day of the law: one closed origin closes the shipment.

    An unknown origin is asked for only when it makes a difference.
    """
    known = frozenset([item.origin_country for item in shipment.items])
    if known and "" not in known:
        return _of(law.regime_of_all(mode, known, day), day)
    possible = {law.regime_of_all(mode, (*known - {""}, other), day) for other in law.origins_named(mode)}
    if len(possible) == 1:
        return _of(possible.pop(), day)
    why = "the origin of the goods decides which regime governs"
    without = [number for number, item in enumerate(shipment.items) if not item.origin_country]
    fields = [f"items[{number}].origin_country" for number in without] or ["items"]
    return Governing(regime=None, unclear=tuple(reasons.input_missing(field, why) for field in fields))


def _of(regime: Regime | None, day: date) -> Governing:
    if regime is None:
        return Governing(regime=None, unclear=(reasons.law_unknown(f"an arrival on {day}"),))
    if regime.exemption == "unknown":
        return Governing(regime=regime, unclear=(reasons.exemption_unknown(regime, day),))
    return Governing(regime=regime, unclear=())
