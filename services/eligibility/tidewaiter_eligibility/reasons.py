"""Reasons in words: one clear sentence each, with the amounts, the rule, its citation and how well it is known.

Nothing said here names a person, an address or a description.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from tidewaiter_eligibility.law.rows import BonaFide, Exclusion, Gift, HtsPrefix, Limit, Path, Regime, Row
from tidewaiter_eligibility.model import Confidence, Mode, Money, PersonDayRule, Reason, ReasonCode

_CACHED_MAX = 8192
_BY_MODE = {
    Mode.AIR: "by air",
    Mode.TRUCK: "by truck",
    Mode.RAIL: "by rail",
    Mode.OCEAN: "by sea",
    Mode.MAIL: "by mail",
}


def dollars(minor: int) -> str:
    """Cents as $1,234.56."""
    return f"${minor // 100:,}.{minor % 100:02d}"


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


def rate_unknown(field: str, value: Money) -> Reason:
    """An amount in a currency that cannot be converted."""
    return _said(
        ReasonCode.RATE_UNKNOWN,
        f"An amount in {value.currency_code} cannot be weighed: no rate of exchange is on record; give it in USD.",
        None,
        field=field,
    )


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


def value_over_limit(value_minor: int, limit: Limit) -> Reason:
    """The shipment alone is over the limit."""
    detail = f"{dollars(value_minor)} is over the limit of {dollars(limit.limit_minor)} for one person on one day."
    return _said(ReasonCode.VALUE_OVER_LIMIT, detail, limit)


@lru_cache(_CACHED_MAX)
def excluded(exclusion: Exclusion, prefix: HtsPrefix, item: int) -> Reason:
    """The goods never pass. The reason is known no better than the rule and the reading of the HTS number."""
    rest = "" if exclusion.free_minor is None else f" in a shipment worth more than {dollars(exclusion.free_minor)}"
    return Reason(
        code=exclusion.reason,
        rule_id=exclusion.id,
        detail=f"Goods of HTS {prefix.digits} are {exclusion.goods}, which never pass free of duty{rest}.",
        citation=exclusion.citation,
        confidence=max(exclusion.confidence, prefix.confidence, key=_doubt),
        field=f"items[{item}].hts_code",
    )


def perhaps_excluded(exclusion: Exclusion, item: int, digits: int) -> Reason:
    """The HTS number is absent or too short to tell whether the goods are excluded."""
    field = f"items[{item}].hts_code"
    given = f"{digits} digits do not tell" if digits else "the description alone does not tell"
    detail = f"{field} is missing or short: {given} whether the goods are {exclusion.goods}."
    return Reason(
        code=ReasonCode.INPUT_MISSING,
        rule_id=exclusion.id,
        detail=detail,
        citation=exclusion.citation,
        confidence=max(exclusion.confidence, exclusion.words_confidence, key=_doubt),
        field=field,
    )


def gift_over_allowance(value_minor: int, gift: Gift) -> Reason:
    """The gift alone is over its allowance."""
    allowance = dollars(gift.limit.limit_minor)
    detail = f"{dollars(value_minor)} is over the allowance of {allowance} for gifts to one person on one day."
    return _said(ReasonCode.GIFT_OVER_ALLOWANCE, detail, gift)


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
    """All that one person imports on that day is over the limit, and every shipment of the day pays for it."""
    detail = (
        f"{dollars(total_minor)} in {shipments} shipments is over the limit of {dollars(rule.limit_minor)} "
        "for one person on one day; none of them passes free of duty."
    )
    return Reason(
        code=rule.over,
        rule_id=rule.broken_rule_id,
        detail=detail,
        citation="; ".join(dict.fromkeys(f"{rule.citation}; {rule.broken_citation}".split("; "))),
        confidence=max(rule.confidence, rule.broken_confidence, key=_doubt),
    )


def _said(code: ReasonCode, detail: str, rule: Row | None, *, field: str = "") -> Reason:
    if rule is None:
        return Reason(code=code, rule_id="", detail=detail, citation="", confidence=Confidence.UNSPECIFIED, field=field)
    return Reason(
        code=code, rule_id=rule.id, detail=detail, citation=rule.citation, confidence=rule.confidence, field=field
    )


_DOUBT = (Confidence.OFFICIAL, Confidence.SECONDARY, Confidence.INFERRED, Confidence.UNVERIFIED)


def _doubt(confidence: Confidence) -> int:
    """How far a rule is from being read in the official text: a reason is known no better than its weakest rule."""
    return _DOUBT.index(confidence)
