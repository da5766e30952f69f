"""Reasons in words: one clear sentence each, with the amounts, the rule, its citation and how well it is known.

Nothing said here names a person, an address or a description.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from tidewaiter_eligibility.law.goods_book import Excluded
from tidewaiter_eligibility.law.rows import BonaFide, Conversion, Exclusion, Gift, KeptOpen, Limit, Path, Regime, Row
from tidewaiter_eligibility.law.words import dollars, spoken
from tidewaiter_eligibility.model import Confidence, GoodsFlag, Item, Mode, PersonDayRule, Reason, ReasonCode

_CACHED_MAX = 8192
_BY_MODE = {
    Mode.AIR: "by air",
    Mode.TRUCK: "by truck",
    Mode.RAIL: "by rail",
    Mode.OCEAN: "by sea",
    Mode.MAIL: "by mail",
}


@lru_cache(_CACHED_MAX)
def input_missing(field: str, why: str, rule: Row | None = None) -> Reason:
    """An input that the law needs is not given."""
    return _said(ReasonCode.INPUT_MISSING, f"{field} is missing: {why}.", rule, field=field)


def port_missing(port: str, why: str, rule: Row | None = None) -> Reason:
    """The port is not given, or is none on record, so that nobody knows its local day."""
    field = "port_of_entry"
    if not port:
        return input_missing(field, why, rule)
    return _said(ReasonCode.INPUT_MISSING, f"{field} {port} is no port on record: {why}.", rule, field=field)


def rate_unknown(field: str, currency_code: str, day: date, rule: Conversion | None) -> Reason:
    """An amount in a currency for which no rate is in force on that day."""
    detail = f"An amount in {currency_code} cannot be weighed: no rate is in force on {day}; give it in USD."
    return _said(ReasonCode.RATE_UNKNOWN, detail, rule, field=field)


def value_absurd() -> Reason:
    """The lines together are worth more than an answer can say."""
    detail = "The lines together are worth more than can be said; check their quantities and values."
    return _said(ReasonCode.INPUT_MISSING, detail, None, field="items")


def law_unknown(what: str) -> Reason:
    """No rule on record covers the case."""
    return _said(ReasonCode.LAW_UNKNOWN, f"No rule on record covers {what}.", None)


@lru_cache(_CACHED_MAX)
def exemption_off(regime: Regime, mode: Mode, day: date) -> Reason:
    """The exemption is closed or repealed for this mode and day."""
    if regime.exemption == "repealed":
        return _said(ReasonCode.EXEMPTION_REPEALED, f"The exemption is repealed as of {regime.first_day}.", regime)
    goods = f"goods of {' or '.join(sorted(regime.origins))}" if regime.origins else "goods of every origin"
    return _said(ReasonCode.EXEMPTION_CLOSED, f"The exemption is closed to {goods} {_BY_MODE[mode]} on {day}.", regime)


def exemption_unknown(regime: Regime, day: date) -> Reason:
    """Whether the exemption is open to such goods on that day is not on record."""
    goods = f"goods of {' or '.join(sorted(regime.origins))}" if regime.origins else "goods of every origin"
    return _said(
        ReasonCode.LAW_UNKNOWN, f"Whether the exemption was open to {goods} on {day} is not on record.", regime
    )


def value_over_limit(value_minor: int, limit: Limit) -> Reason:
    """The shipment alone is over the limit."""
    detail = f"{dollars(value_minor)} is over the limit of {dollars(limit.limit_minor)} for one person on one day."
    return _said(ReasonCode.VALUE_OVER_LIMIT, detail, limit)


@lru_cache(_CACHED_MAX)
def excluded(found: Excluded, item: int) -> Reason:
    """The goods never pass, or not by some entries. Known no better than the rule and what tells the goods."""
    exclusion = found.exclusion
    if exclusion.bars:
        rest = "" if exclusion.free_minor is None else f" in a shipment worth more than {dollars(exclusion.free_minor)}"
        effect = f"which never pass free of duty{rest}"
    else:
        effect = (
            f"to which these entries are closed: {', '.join(sorted(spoken(path.name) for path in exclusion.removes))}"
        )
    field, known = f"items[{item}].hts_code", exclusion.confidence
    if found.prefix is not None:
        subject, known = f"Goods of HTS {found.prefix.digits} are", doubtful(known, found.prefix.confidence)
    elif found.case is not None:
        subject, known = f"Case {found.case.id} is about", doubtful(known, found.case.confidence)
    else:
        subject, field = "The line is flagged as", f"items[{item}].flags"
    return Reason(
        code=exclusion.reason,
        rule_id=exclusion.id,
        detail=f"{subject} {exclusion.goods}, {effect}.",
        citation=exclusion.citation if found.case is None else f"{exclusion.citation}; {found.case.citation}",
        confidence=known,
        field=field,
    )


def perhaps_excluded(found: Excluded, wants: str, number: int, item: Item) -> Reason:
    """What is given does not tell whether the goods are excluded; `wants` names the field of the line that would."""
    exclusion, case = found.exclusion, found.case
    field = f"items[{number}].{wants}"
    if wants == "hts_code":
        detail = f"{field} is missing or short: {len(item.hts_code)} digits do not tell whether the goods are"
    elif wants == "origin_country":
        detail = f"{field} is missing: it tells whether the goods are"
    else:
        either = f"{exclusion.flag.name if exclusion.flag else ''} or {GoodsFlag.OUT_OF_SCOPE.name}"
        detail = f"{field} must say {either}: number and origin alone do not tell whether the goods are"
    by_case = "" if case is None else f" (case {case.id})"
    return Reason(
        code=ReasonCode.INPUT_MISSING,
        rule_id=exclusion.id,
        detail=f"{detail} {exclusion.goods}{by_case}.",
        citation=exclusion.citation if case is None else f"{exclusion.citation}; {case.citation}",
        confidence=exclusion.confidence if case is None else doubtful(exclusion.confidence, case.confidence),
        field=field,
    )


def hinted(exclusion: Exclusion, number: int) -> Reason:
    """There is no HTS number, and the description may mean excluded goods."""
    field = f"items[{number}].hts_code"
    return Reason(
        code=ReasonCode.INPUT_MISSING,
        rule_id=exclusion.id,
        detail=f"{field} is missing: the description alone does not tell whether the goods are {exclusion.goods}.",
        citation=exclusion.citation,
        confidence=doubtful(exclusion.confidence, exclusion.words_confidence),
        field=field,
    )


@lru_cache(64)
def kept_open(rule: KeptOpen, flags: frozenset[GoodsFlag]) -> Reason:
    """The closing does not reach these goods."""
    goods = " and ".join(flag.name.lower().replace("_", " ") for flag in sorted(flags))
    return _said(ReasonCode.KEPT_OPEN, f"The closing of the exemption does not reach {goods}.", rule)


def entry_named(row: Path, closed: tuple[tuple[Path, Exclusion], ...]) -> Reason:
    """Why this entry: the rule that opens it, its band, who may file it, and which lighter ones take no such goods."""
    band = "" if row.value_minor_max is None else f" up to {dollars(row.value_minor_max)}"
    parts = [f"{row.name[0].upper()}{row.name[1:]}{band}", f"filed by: {row.may_file}", f"bond: {row.bond}"]
    parts += [f"closed to {by.goods}: {each.name} ({by.id})" for each, by in closed]
    return _said(ReasonCode.ENTRY_NAMED, f"{'; '.join(parts)}.", row)


def gift_over_allowance(value_minor: int, gift: Gift) -> Reason:
    """The gift alone is over its allowance."""
    allowance = dollars(gift.limit.limit_minor)
    detail = f"{dollars(value_minor)} is over the allowance of {allowance} for gifts to one person on one day."
    return _said(ReasonCode.GIFT_OVER_ALLOWANCE, detail, gift)


@lru_cache(64)
def undeclared_open(limit: Limit) -> Reason:
    """A gift whose recipient's day is over its allowance, while the exemption is open to it."""
    detail = (
        f"The exemption is open up to {dollars(limit.limit_minor)}: filed again without the gift declaration "
        "the parcel is weighed as an ordinary import."
    )
    return _said(ReasonCode.GIFT_UNDECLARED_OPEN, detail, limit, field="gift")


@lru_cache(64)
def gift_not_bona_fide(test: BonaFide) -> Reason:
    """Called a gift, and shown to be sold to whom it is sent."""
    detail = (
        "The goods are declared as a gift, but they were sold, and no buyer other than the recipient is named abroad."
    )
    return _said(ReasonCode.GIFT_NOT_BONA_FIDE, detail, test, field="gift")


def over_informal_limit(value_minor: int, path: Path) -> Reason:
    """The value is above the band of an entry that would otherwise do."""
    detail = f"{dollars(value_minor)} is over the limit of {dollars(path.value_minor_max or 0)} for informal entry."
    return _said(ReasonCode.OVER_INFORMAL_LIMIT, detail, path)


def day_holds(rule: PersonDayRule, value_minor: int, total_minor: int) -> Reason:
    """The shipment passes, and so does all else on its person-day."""
    others = total_minor - value_minor
    beside = f" beside {dollars(others)} of other shipments" if others else ""
    detail = f"{dollars(value_minor)}{beside} is within {dollars(rule.limit_minor)} for one person on one day."
    return Reason(
        code=rule.allowed, rule_id=rule.rule_id, detail=detail, citation=rule.citation, confidence=rule.confidence
    )


def day_broken(rule: PersonDayRule, total_minor: int, shipments: int) -> Reason:
    """All that one person imports on that day is over the limit, and every shipment of the day pays for it.

    Or, by the other reading, this one: `total_minor` is then its own value and that of those that pass.
    """
    limit = f"over the limit of {dollars(rule.limit_minor)} for one person on one day"
    if rule.is_marginal:
        detail = f"With those that pass the sum would be {dollars(total_minor)}, {limit}; they were claimed before it."
    else:
        detail = f"{dollars(total_minor)} in {shipments} shipments is {limit}; none of them passes free of duty."
    return Reason(
        code=rule.over,
        rule_id=rule.broken_rule_id,
        detail=detail,
        citation="; ".join(dict.fromkeys(f"{rule.citation}; {rule.broken_citation}".split("; "))),
        confidence=doubtful(rule.confidence, rule.broken_confidence),
    )


def lots_over(rule: PersonDayRule, total_minor: int, shipments: int) -> Reason:
    """The lots of one order that claim the exemption are together over its limit, and none of them passes."""
    detail = (
        f"{shipments} shipments name one order of one seller and are together worth {dollars(total_minor)}, over the "
        f"limit of {dollars(rule.limit_minor)}; lots of one order do not pass, on whatever days they arrive."
    )
    return Reason(
        code=rule.over, rule_id=rule.rule_id, detail=detail, citation=rule.citation, confidence=rule.confidence
    )


def _said(code: ReasonCode, detail: str, rule: Row | None, *, field: str = "") -> Reason:
    if rule is None:
        return Reason(code=code, rule_id="", detail=detail, citation="", confidence=Confidence.UNSPECIFIED, field=field)
    return Reason(
        code=code, rule_id=rule.id, detail=detail, citation=rule.citation, confidence=rule.confidence, field=field
    )


_DOUBT = (Confidence.OFFICIAL, Confidence.SECONDARY, Confidence.INFERRED, Confidence.UNVERIFIED)


def doubtful(*confidences: Confidence) -> Confidence:
    """The least certain of them: what rests on several rules is known no better than the weakest."""
    return max(confidences, key=_DOUBT.index)
