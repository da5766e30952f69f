"""What the law of the day says of one shipment alone; its person-day is weighed afterwards, in `tell`.

The order of the tests, all of which are made:
1. inputs without which no law can be looked up; 2. regime by mode, origin and local day; 3. excluded goods;
4. bona-fide gift; 5. the value alone; 6. whose day it counts against; 7. the entry it needs otherwise.
A test that fails settles the verdict even when an input is missing elsewhere; a missing input matters only
where the answer hangs on it.
"""

from __future__ import annotations

from functools import lru_cache

from msgspec import Struct

from tidewaiter_eligibility import reasons
from tidewaiter_eligibility.claimant import claimant
from tidewaiter_eligibility.day import arrival_day
from tidewaiter_eligibility.gift import NO_GIFT, GiftTest, judge_gift
from tidewaiter_eligibility.goods import Goods, judge_goods
from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.law.rows import BrokenDay, Limit, Row
from tidewaiter_eligibility.model import (
    EntryPath,
    Judgement,
    LocalDay,
    Mode,
    PersonDayRule,
    Reason,
    ReasonCode,
    Shipment,
    Verdict,
)
from tidewaiter_eligibility.path import Way, entry, privilege
from tidewaiter_eligibility.regime import Governing, governing
from tidewaiter_eligibility.worth import Worth, worth


class Case(Struct, frozen=True, kw_only=True, gc=False):
    """One shipment with what was found about it so far."""

    shipment: Shipment
    mode: Mode
    day: LocalDay
    governing: Governing
    worth: Worth
    goods: Goods
    law: Law


def judge(shipment: Shipment, *, law: Law) -> Judgement:
    """The judgement on one shipment: pure, the same for the same shipment and law."""
    mode, arrival = shipment.mode, shipment.arrival_seconds
    if mode is None or arrival is None:
        return _unjudged(shipment, law)
    day = arrival_day(arrival, shipment.port_of_entry, law)
    value = worth(shipment.items)
    case = Case(
        shipment=shipment,
        mode=mode,
        day=day,
        governing=governing(shipment, mode=mode, day=day, law=law),
        worth=value,
        goods=judge_goods(shipment.items, value_minor=value.minor, day=day.candidates[0], law=law),
        law=law,
    )
    gift = judge_gift(shipment, day=day, worth=value, goods=case.goods, law=law) if shipment.gift else NO_GIFT
    return _judged_as_gift(case, gift) if gift.person else _judged_as_any_other(case, gift)


def _unjudged(shipment: Shipment, law: Law) -> Judgement:
    why = "no law can be looked up without it"
    needed = (("mode", shipment.mode), ("estimated_arrival", shipment.arrival_seconds))
    missing = tuple(reasons.input_missing(field, why) for field, value in needed if value is None)
    return Judgement(
        verdict=Verdict.UNKNOWN,
        regime_id="",
        local_day="",
        zone="",
        value_minor=worth(shipment.items).minor,
        limit_minor=None,
        path=EntryPath.UNSPECIFIED,
        path_otherwise=EntryPath.UNSPECIFIED,
        reasons=missing,
        reasons_otherwise=(),
        rule=None,
        person="",
        law_version=law.version,
    )


def _judged_as_gift(case: Case, test: GiftTest) -> Judgement:
    """A gift within its allowance: its recipient's day of gifts decides, and nothing else."""
    gift = test.gift
    assert gift is not None
    rule = person_day_rule(
        limit=gift.limit,
        broken_day=gift.broken_day,
        by=gift,
        allowed=ReasonCode.GIFT_ALLOWED,
        over=ReasonCode.GIFT_OVER_ALLOWANCE,
    )
    otherwise = _exemption_off(case)
    return _claimed(case, wanted=gift.paths, rule=rule, person=test.person, said=(), said_otherwise=otherwise)


def _judged_as_any_other(case: Case, gift: GiftTest) -> Judgement:
    """Paragraph (C): every other case."""
    failed = (*_exemption_off(case), *case.goods.barring, *_value_over(case))
    if failed and gift.unclear:
        return _asked(case, (*gift.failed, *failed, *gift.unclear))
    if failed:
        return _refused(case, (*gift.failed, *failed))
    regime = case.governing.regime
    unclear = (*case.governing.unclear, *_day_unclear(case), *case.worth.unclear, *case.goods.unclear)
    if regime is None or regime.limit is None or regime.broken_day is None:
        return _asked(case, (*gift.failed, *gift.unclear, *unclear))
    who = claimant(case.shipment, regime.limit)
    if unclear or who.unclear:
        return _asked(case, (*gift.failed, *gift.unclear, *unclear, *who.unclear))
    rule = person_day_rule(
        limit=regime.limit,
        broken_day=regime.broken_day,
        by=regime.limit,
        allowed=ReasonCode.EXEMPTION_MET,
        over=ReasonCode.PERSON_DAY_OVER_LIMIT,
    )
    return _claimed(
        case, wanted=regime.paths, rule=rule, person=who.person, said=gift.failed, said_otherwise=gift.failed
    )


def _exemption_off(case: Case) -> tuple[Reason, ...]:
    regime = case.governing.regime
    if regime is None or regime.limit is not None:
        return ()
    return (reasons.exemption_off(regime, case.mode, case.day.candidates[0]),)


def _value_over(case: Case) -> tuple[Reason, ...]:
    regime, value = case.governing.regime, case.worth.minor
    if regime is None or regime.limit is None or value is None or value <= regime.limit.limit_minor:
        return ()
    return (reasons.value_over_limit(value, regime.limit),)


def _day_unclear(case: Case) -> tuple[Reason, ...]:
    if case.day.is_known:
        return ()
    return (reasons.port_missing(case.shipment.port_of_entry, "the limit is that of one local day"),)


def _way(case: Case) -> Way:
    """The entry that the shipment needs when it does not pass."""
    regime = case.governing.regime
    if regime is None:
        return Way(path=EntryPath.UNSPECIFIED, reasons=case.governing.unclear)
    return entry(
        regime.paths,
        mode=case.mode,
        day=case.day.candidates[0],
        worth=case.worth,
        goods=case.goods,
        law=case.law,
    )


def _claimed(
    case: Case,
    *,
    wanted: tuple[EntryPath, ...],
    rule: PersonDayRule,
    person: str,
    said: tuple[Reason, ...],
    said_otherwise: tuple[Reason, ...],
) -> Judgement:
    way = _way(case)
    return _judgement(
        case,
        verdict=Verdict.ELIGIBLE,
        path=privilege(wanted, mode=case.mode, day=case.day.candidates[0], law=case.law),
        path_otherwise=way.path,
        said=said,
        said_otherwise=(*said_otherwise, *way.reasons),
        rule=rule,
        person=person,
    )


def _refused(case: Case, said: tuple[Reason, ...]) -> Judgement:
    way = _way(case)
    return _judgement(case, verdict=Verdict.NOT_ELIGIBLE, path=way.path, said=(*said, *way.reasons))


def _asked(case: Case, said: tuple[Reason, ...]) -> Judgement:
    once = {(reason.code, reason.field): reason for reason in reversed(said)}
    return _judgement(case, verdict=Verdict.UNKNOWN, path=EntryPath.UNSPECIFIED, said=tuple(reversed(once.values())))


def _judgement(
    case: Case,
    *,
    verdict: Verdict,
    path: EntryPath,
    said: tuple[Reason, ...],
    path_otherwise: EntryPath = EntryPath.UNSPECIFIED,
    said_otherwise: tuple[Reason, ...] = (),
    rule: PersonDayRule | None = None,
    person: str = "",
) -> Judgement:
    regime, day = case.governing.regime, case.day
    limit = rule.limit_minor if rule else regime.limit.limit_minor if regime and regime.limit else None
    return Judgement(
        verdict=verdict,
        regime_id=regime.id if regime else "",
        local_day=day.text,
        zone=day.zone,
        value_minor=case.worth.minor,
        limit_minor=limit,
        path=path,
        path_otherwise=path_otherwise,
        reasons=said,
        reasons_otherwise=said_otherwise,
        rule=rule,
        person=person,
        law_version=case.law.version,
    )


@lru_cache(64)
def person_day_rule(
    *, limit: Limit, broken_day: BrokenDay, by: Row, allowed: ReasonCode, over: ReasonCode
) -> PersonDayRule:
    """The rule by which a person-day is judged, with the citations of all it rests on."""
    return PersonDayRule(
        paragraph=limit.paragraph,
        limit_minor=limit.limit_minor,
        allowed=allowed,
        over=over,
        rule_id=by.id,
        citation=by.citation,
        confidence=by.confidence,
        broken_rule_id=broken_day.id,
        broken_citation=broken_day.citation,
        broken_confidence=broken_day.confidence,
    )
