"""From a judgement and the state of its person-day to the answer: pure, and the same in any order of arrival.

DENY_ALL: while the sum of all that counts on a person-day is within the limit, each of its shipments passes;
once it is over, none does. The sum does not depend on the order, so the verdicts do not either.
DENY_MARGINAL: a shipment passes while there is room for it beside those that pass; one for which there is none counts
for nothing, and is told again when there is. Here the order in which the ledger took the claims decides.
A lot of an order is told the worse of two: what its person-day says, and what its order does, which is over its limit
or not as under DENY_ALL. Each counts all that claim, whatever the other says, so that neither depends on order.
"""

from __future__ import annotations

from msgspec import Struct

from tidewaiter_eligibility.model import DayKey, Finding, Judgement, PersonDayRule, Reason, Verdict
from tidewaiter_eligibility.reasons import day_broken, day_holds, lots_over

COUNTED_IDS_MAX = 100


class DayState(Struct, frozen=True, kw_only=True, gc=False):
    """What counts on a person-day: its sum in cents, how many shipments, and the first of them by id."""

    total_minor: int
    shipments: int
    first_ids: tuple[str, ...]


class OrderState(Struct, frozen=True, kw_only=True, gc=False):
    """What counts for one order: the rule of its lots, their sum in cents, and how many they are."""

    rule: PersonDayRule
    total_minor: int
    shipments: int

    @property
    def is_over(self) -> bool:
        """Whether no lot of it passes. A single one never is: by itself each is within the limit."""
        return self.total_minor > self.rule.limit_minor


def verdict_of_day(*, total_minor: int, limit_minor: int) -> Verdict:
    """What every shipment that counts on a person-day, or for an order, is told; the limit itself still passes."""
    return Verdict.ELIGIBLE if total_minor <= limit_minor else Verdict.NOT_ELIGIBLE


def tell(
    judgement: Judgement,
    *,
    shipment_id: str,
    key: DayKey | None,
    state: DayState | None,
    order: OrderState | None = None,
) -> Finding:
    """The answer for one shipment, which is among those that `state` and `order` count."""
    if judgement.rule is None or key is None or state is None:
        return _stands(judgement)
    return _hangs(judgement, judgement.rule, shipment_id, key, state, order)


def _stands(judgement: Judgement) -> Finding:
    return Finding(
        verdict=judgement.verdict,
        regime_id=judgement.regime_id,
        entry_path=judgement.path,
        reasons=judgement.reasons,
        person_day="",
        local_day=judgement.local_day,
        zone=judgement.zone,
        value_minor=judgement.value_minor,
        limit_minor=judgement.limit_minor,
        headroom_minor=None,
        day_total_minor=None,
        counted_shipment_ids=(),
        counted_shipments=0,
        law_version=judgement.law_version,
        why=judgement.why,
        duties=judgement.duties,
        conversions=judgement.conversions,
        unlisted=judgement.unlisted,
    )


def _hangs(
    judgement: Judgement,
    rule: PersonDayRule,
    shipment_id: str,
    key: DayKey,
    state: DayState,
    order: OrderState | None,
) -> Finding:
    day = verdict_of_day(total_minor=state.total_minor, limit_minor=rule.limit_minor)
    value_minor = judgement.value_minor or 0
    failed: tuple[Reason, ...] = ()
    if day is Verdict.NOT_ELIGIBLE:
        failed = (day_broken(rule, state.total_minor, state.shipments),)
    over = order if order is not None and order.is_over else None
    if over is not None:
        failed = (*failed, lots_over(over.rule, over.total_minor, over.shipments))
    is_held = not failed
    reasons = (
        (day_holds(rule, value_minor, state.total_minor), *judgement.reasons)
        if is_held
        else (*failed, *judgement.reasons_otherwise)
    )
    return Finding(
        verdict=Verdict.ELIGIBLE if is_held else Verdict.NOT_ELIGIBLE,
        regime_id=judgement.regime_id,
        entry_path=judgement.path if is_held else judgement.path_otherwise,
        reasons=reasons,
        person_day=key.person_day,
        local_day=judgement.local_day,
        zone=judgement.zone,
        value_minor=value_minor,
        limit_minor=rule.limit_minor,
        headroom_minor=_headroom(rule, value_minor, state.total_minor, is_held=day is Verdict.ELIGIBLE),
        day_total_minor=state.total_minor,
        counted_shipment_ids=_with(shipment_id, state.first_ids),
        counted_shipments=state.shipments,
        law_version=judgement.law_version,
        why=judgement.why if is_held else judgement.why_otherwise,
        duties=() if is_held else judgement.duties,
        conversions=judgement.conversions,
        unlisted=judgement.unlisted,
        basis=judgement.basis,
        order_total_minor=None if over is None else over.total_minor,
        order_shipments=0 if over is None else over.shipments,
    )


def _headroom(rule: PersonDayRule, value_minor: int, total_minor: int, *, is_held: bool) -> int:
    """What is left of the limit after this shipment; one that is denied alone takes nothing of it."""
    counted = total_minor - value_minor if rule.is_marginal and not is_held else total_minor
    return max(0, rule.limit_minor - counted)


def _with(shipment_id: str, first_ids: tuple[str, ...]) -> tuple[str, ...]:
    """The ids, this shipment's among them, at most COUNTED_IDS_MAX."""
    if not shipment_id or shipment_id in first_ids:
        return first_ids[:COUNTED_IDS_MAX]
    return tuple(sorted((*first_ids[: COUNTED_IDS_MAX - 1], shipment_id)))
