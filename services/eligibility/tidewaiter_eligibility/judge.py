"""What the law of the day says of one shipment alone; its person-day is weighed afterwards, in `tell`.

The order of the tests, all of which are made:
1. inputs without which no law can be looked up; 2. regime by mode, origin and local day; 3. excluded goods;
4. bona-fide gift; 5. the value alone; 6. whose day it counts against; 7. the entry it needs otherwise.
A test that fails settles the verdict even when an input is missing elsewhere; a missing input matters only
where the answer hangs on it.
"""

from __future__ import annotations

from functools import lru_cache

from tidewaiter_eligibility import reasons
from tidewaiter_eligibility.case import Case, day_of, terms_of
from tidewaiter_eligibility.claimant import NOBODY, Claimant, claimant
from tidewaiter_eligibility.duty import duties
from tidewaiter_eligibility.gift import NO_GIFT, GiftTest, judge_gift
from tidewaiter_eligibility.goods import NO_IDS, judge_goods
from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.law.rows import BrokenDay, Limit, Row
from tidewaiter_eligibility.lot import lot
from tidewaiter_eligibility.model import (
    Duty,
    EntryPath,
    Judgement,
    Lot,
    PersonDayRule,
    Reason,
    ReasonCode,
    Shipment,
    Verdict,
)
from tidewaiter_eligibility.path import Way, entry, privilege
from tidewaiter_eligibility.regime import governing
from tidewaiter_eligibility.worth import worth


def judge(shipment: Shipment, *, law: Law) -> Judgement:
    """The judgement on one shipment: pure, the same for the same shipment and law."""
    mode, day = shipment.mode, day_of(shipment, law)
    if mode is None or day is None:
        return _unjudged(shipment, law)
    found = governing(shipment, mode=mode, day=day.law_day, law=law)
    value = worth(shipment, day=day, law=law)
    case = Case(
        shipment=shipment,
        mode=mode,
        day=day,
        governing=found,
        terms=terms_of(shipment, found.regime, day=day, law=law),
        worth=value,
        goods=judge_goods(
            shipment.items,
            value_minor=value.minor,
            mode=mode,
            day=day.law_day,
            law=law,
            named=NO_IDS if found.regime is None else found.regime.excludes,
        ),
        law=law,
    )
    gift = judge_gift(shipment, day=day, worth=value, goods=case.goods, law=law) if shipment.gift else NO_GIFT
    return _judged_as_gift(case, gift) if gift.person else _judged_as_any_other(case, gift)


def _unjudged(shipment: Shipment, law: Law) -> Judgement:
    why = "no law can be looked up without it"
    when = shipment.as_of or shipment.arrival_seconds
    needed = (("mode", shipment.mode), ("estimated_arrival", when))
    missing = tuple(reasons.input_missing(field, why) for field, value in needed if value is None)
    return Judgement(
        verdict=Verdict.UNKNOWN,
        regime_id="",
        local_day="",
        zone="",
        value_minor=None,
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
    gift, broken_day = test.gift, case.law.broken_day(case.day.candidates[0])
    assert gift is not None
    assert broken_day is not None, "the rows were cross-checked"
    rule = person_day_rule(
        limit=gift.limit,
        broken_day=broken_day,
        by=gift,
        allowed=ReasonCode.GIFT_ALLOWED,
        over=ReasonCode.GIFT_OVER_ALLOWANCE,
    )
    way = _privilege(case, gift.paths)
    who = Claimant(person=test.person, unclear=(), basis=test.basis)
    return _claimed(case, way=way, rule=rule, who=who, said=(), said_otherwise=_not_as_ordinary(case))


def _judged_as_any_other(case: Case, gift: GiftTest) -> Judgement:
    """Paragraph (C): every other case."""
    way = _privilege(case, case.terms.paths) if case.terms.is_open else _NO_WAY
    closed = way.reasons if way.path is EntryPath.NONE else ()
    failed = (*_exemption_off(case), *case.goods.barring, *closed, *_value_over(case))
    if failed and gift.unclear:
        return _asked(case, (*gift.failed, *failed, *gift.unclear))
    if failed:
        return _refused(case, (*gift.failed, *failed))
    unclear = (*case.governing.unclear, *_day_unclear(case), *case.worth.unclear, *case.goods.unclear, *way.reasons)
    limit, broken_day = case.terms.limit, case.terms.broken_day
    if limit is None or broken_day is None:
        return _asked(case, (*gift.failed, *gift.unclear, *unclear, *_limit_unknown(case)))
    who = claimant(case.shipment, limit)
    if unclear or who.unclear:
        return _asked(case, (*gift.failed, *gift.unclear, *unclear, *who.unclear))
    rule = person_day_rule(
        limit=limit,
        broken_day=broken_day,
        by=limit,
        allowed=ReasonCode.EXEMPTION_MET,
        over=ReasonCode.PERSON_DAY_OVER_LIMIT,
    )
    said = (*case.terms.said, *gift.failed)
    return _claimed(case, way=way, rule=rule, who=who, said=said, said_otherwise=gift.failed)


def _not_as_ordinary(case: Case) -> tuple[Reason, ...]:
    """Why a gift whose recipient's day is over is not passed as an ordinary import either: it has to ask for that."""
    limit, value = case.terms.limit, case.worth.minor
    if case.governing.unclear:
        return ()
    if limit is not None and value is not None and value <= limit.limit_minor:
        return (reasons.undeclared_open(limit),)
    return (*_exemption_off(case), *_value_over(case))


def _exemption_off(case: Case) -> tuple[Reason, ...]:
    regime = case.governing.regime
    if regime is None or case.terms.is_open:
        return ()
    return (reasons.exemption_off(regime, case.mode, case.day.law_day),)


def _limit_unknown(case: Case) -> tuple[Reason, ...]:
    """Open by the clock of the law, on a local day for which no limit is on record."""
    if not case.terms.is_open:
        return ()
    return (reasons.law_unknown(f"the limit of one person on {case.day.candidates[0]}"),)


def _value_over(case: Case) -> tuple[Reason, ...]:
    limit, value = case.terms.limit, case.worth.minor
    if limit is None or value is None or value <= limit.limit_minor:
        return ()
    return (reasons.value_over_limit(value, limit),)


def _day_unclear(case: Case) -> tuple[Reason, ...]:
    if case.day.is_known:
        return ()
    return (reasons.port_missing(case.shipment.port_of_entry, "the limit is that of one local day"),)


_NO_WAY = Way(path=EntryPath.UNSPECIFIED, reasons=())


def _privilege(case: Case, wanted: tuple[EntryPath, ...]) -> Way:
    """The privilege that the shipment passes under when it is eligible."""
    return privilege(
        wanted, mode=case.mode, day=case.day.law_day, items=case.shipment.items, goods=case.goods, law=case.law
    )


def _entry(case: Case) -> Way:
    """The entry that the shipment needs when it does not pass."""
    regime = case.governing.regime
    if regime is None:
        return Way(path=EntryPath.UNSPECIFIED, reasons=case.governing.unclear)
    return entry(
        regime.paths,
        mode=case.mode,
        day=case.day.law_day,
        worth=case.worth,
        goods=case.goods,
        law=case.law,
    )


def _claimed(
    case: Case,
    *,
    way: Way,
    rule: PersonDayRule,
    who: Claimant,
    said: tuple[Reason, ...],
    said_otherwise: tuple[Reason, ...],
) -> Judgement:
    otherwise = _entry(case)
    return _judgement(
        case,
        verdict=Verdict.ELIGIBLE,
        way=way,
        otherwise=otherwise,
        said=said,
        said_otherwise=(*said_otherwise, *otherwise.reasons),
        rule=rule,
        who=who,
    )


def _refused(case: Case, said: tuple[Reason, ...]) -> Judgement:
    way = _entry(case)
    return _judgement(case, verdict=Verdict.NOT_ELIGIBLE, way=way, said=_each_once((*said, *way.reasons)))


def _asked(case: Case, said: tuple[Reason, ...]) -> Judgement:
    return _judgement(case, verdict=Verdict.UNKNOWN, way=_NO_WAY, said=_each_once(said))


def _each_once(said: tuple[Reason, ...]) -> tuple[Reason, ...]:
    if len(said) < 2:
        return said
    return tuple({(reason.code, reason.rule_id, reason.field): reason for reason in reversed(said)}.values())[::-1]


def _judgement(
    case: Case,
    *,
    verdict: Verdict,
    way: Way,
    said: tuple[Reason, ...],
    otherwise: Way = _NO_WAY,
    said_otherwise: tuple[Reason, ...] = (),
    rule: PersonDayRule | None = None,
    who: Claimant = NOBODY,
) -> Judgement:
    regime, day, limit = case.governing.regime, case.day, case.terms.limit
    return Judgement(
        verdict=verdict,
        regime_id=regime.id if regime else "",
        local_day=day.text,
        zone=day.zone,
        value_minor=case.worth.minor,
        limit_minor=rule.limit_minor if rule else limit.limit_minor if limit else None,
        path=way.path,
        path_otherwise=otherwise.path,
        reasons=said,
        reasons_otherwise=said_otherwise,
        rule=rule,
        person=who.person,
        law_version=case.law.version,
        basis=who.basis,
        why=way.why,
        why_otherwise=otherwise.why,
        duties=_duties(case, way.path, otherwise.path),
        conversions=case.worth.conversions,
        unlisted=case.law.goods.unlisted if rule else (),
        lot=_lot(case, rule, who) if rule and case.shipment.order_id else None,
    )


def _lot(case: Case, rule: PersonDayRule, who: Claimant) -> Lot | None:
    row = case.law.single_order(rule.paragraph, case.day.candidates[0])
    return lot(case.shipment, who.person, row=row, limit=rule)


def _duties(case: Case, *paths: EntryPath) -> tuple[Duty, ...]:
    for path in paths:
        if case.law.has_duty(path):
            return duties(path, case.shipment.items, value_minor=case.worth.minor, day=case.day.law_day, law=case.law)
    return ()


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
        is_marginal=broken_day.effect == "DENY_MARGINAL",
    )
