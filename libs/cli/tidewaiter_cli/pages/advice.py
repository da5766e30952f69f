"""What would change a decision, where that can be told honestly, by the codes of its reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from tidewaiter.trade.v1 import trade_pb2

from tidewaiter_cli.pages.showing import money, name_of, sentence_case

Decision = trade_pb2.Decision
Reason = trade_pb2.Reason
Say = Callable[[Decision, Reason], str]


def what_would_change(decision: Decision) -> list[str]:
    """A sentence for each reason that something can be said about, each once, in the order of the reasons."""
    return list(dict.fromkeys(_sentences(decision)))


def _sentences(decision: Decision) -> Iterator[str]:
    reasons = [*decision.reasons, *(each.reason for each in decision.risk.contributions)]
    to_mend = {reason.field for reason in reasons if _BY_CODE.get(reason.code) is _mend}
    for reason in reasons:
        say = _BY_CODE.get(reason.code)
        # Who gives consignee.postal_code gives consignee: the nearer name says it all.
        is_said_nearer = say is _mend and any(field.startswith(_below(reason.field)) for field in to_mend)
        if say is not None and not is_said_nearer:
            yield say(decision, reason)


def _below(field: str) -> tuple[str, ...]:
    """What the names of the fields within a field begin with."""
    return (f"{field}.", f"{field}[") if field else ()


def _exemption_met(decision: Decision, reason: Reason) -> str:
    finding = decision.eligibility
    if not finding.HasField("headroom"):
        return ""
    return (
        f"More than {money(finding.headroom)} of other goods for the same person on {finding.local_day}: "
        "then every parcel of that day loses the exemption."
    )


def _day_over_limit(decision: Decision, reason: Reason) -> str:
    finding = decision.eligibility
    alone = f"worth {money(finding.value)} by itself" if finding.HasField("value") else "small enough by itself"
    return (
        f"The parcel is {alone}; it is the day's total that is over. On a day with less for that person it would "
        "pass, but lots of one order sent apart to get there would not (19 USC 1321(a)(2))."
    )


def _switched_off(decision: Decision, reason: Reason) -> str:
    path = name_of(trade_pb2.EntryPath, decision.entry_path, "ENTRY_PATH_")
    by_path = "" if path == "UNSPECIFIED" else f" It can enter as {sentence_case(path)}."
    return f"Nothing about the parcel: for this mode, origin and day the exemption is switched off.{by_path}"


def _mend(decision: Decision, reason: Reason) -> str:
    return f"Give {reason.field or 'what is missing'}, by filing the parcel again with it."


def _fixed(sentence: str) -> Say:
    return lambda decision, reason: sentence


_NEVER: Final = _fixed("Nothing: these goods never pass free of duty, whatever their value.")
_SILENT: Final = _fixed("Nothing need be done: it is decided again by itself when the service is back.")
_NAMESAKE: Final = _fixed(
    "A person compares the party with the listed one; its full address, and whatever else tells a namesake apart, help."
)

_BY_CODE: Final[dict[trade_pb2.ReasonCode.ValueType, Say]] = {
    trade_pb2.REASON_CODE_EXEMPTION_MET: _exemption_met,
    trade_pb2.REASON_CODE_EXEMPTION_CLOSED: _switched_off,
    trade_pb2.REASON_CODE_EXEMPTION_REPEALED: _switched_off,
    trade_pb2.REASON_CODE_VALUE_OVER_LIMIT: _fixed("Nothing about its day: the parcel alone is over the limit."),
    trade_pb2.REASON_CODE_PERSON_DAY_OVER_LIMIT: _day_over_limit,
    trade_pb2.REASON_CODE_LOTS_OF_ONE_ORDER: _fixed(
        "Nothing about its day: the lots of its order are together over the limit. If they are not of one order, file "
        "the parcel again with the order it belongs to."
    ),
    trade_pb2.REASON_CODE_EXCLUDED_ALCOHOL: _NEVER,
    trade_pb2.REASON_CODE_EXCLUDED_TOBACCO: _NEVER,
    trade_pb2.REASON_CODE_EXCLUDED_PERFUME: _fixed(
        "Nothing: perfume containing alcohol passes only when the whole shipment is worth next to nothing."
    ),
    trade_pb2.REASON_CODE_EXCLUDED_QUOTA: _NEVER,
    trade_pb2.REASON_CODE_EXCLUDED_ANTIDUMPING: _NEVER,
    trade_pb2.REASON_CODE_EXCLUDED_EXCISE: _NEVER,
    trade_pb2.REASON_CODE_EXCLUDED_AGENCY_FEE: _NEVER,
    trade_pb2.REASON_CODE_EXCLUDED_TRADE_MEASURE: _NEVER,
    trade_pb2.REASON_CODE_EXCLUDED_INADMISSIBLE: _fixed("Nothing: such goods may not be imported."),
    trade_pb2.REASON_CODE_GIFT_OVER_ALLOWANCE: _fixed("Nothing: it is worth more than a gift may be."),
    trade_pb2.REASON_CODE_GIFT_UNDECLARED_OPEN: _fixed("Not calling it a gift: it is then judged as any other parcel."),
    trade_pb2.REASON_CODE_GIFT_NOT_BONA_FIDE: _fixed(
        "Not calling it a gift, because it was sold; it is then judged as any other parcel."
    ),
    trade_pb2.REASON_CODE_INPUT_MISSING: _mend,
    trade_pb2.REASON_CODE_DATA_INCOMPLETE: _mend,
    trade_pb2.REASON_CODE_RATE_UNKNOWN: _fixed("Give the value in USD, or let the operator supply the rate."),
    trade_pb2.REASON_CODE_DESCRIPTION_VAGUE: _fixed("Say what the goods are, of what and for what, by filing again."),
    trade_pb2.REASON_CODE_PARTY_LISTED: _NAMESAKE,
    trade_pb2.REASON_CODE_PARTY_LISTED_ALIAS: _NAMESAKE,
    trade_pb2.REASON_CODE_FILERS_DISAGREE: _fixed("Whoever of the filers is wrong files again; then they agree."),
    trade_pb2.REASON_CODE_KEYS_DISAGREE: _fixed("Whoever of the filers is wrong files again; then they agree."),
    trade_pb2.REASON_CODE_RISK_SILENT: _SILENT,
    trade_pb2.REASON_CODE_ELIGIBILITY_SILENT: _SILENT,
    trade_pb2.REASON_CODE_AUDIT_SILENT: _SILENT,
    trade_pb2.REASON_CODE_UNDER_REVIEW: _fixed("An operator looks at it; nothing need be done until asked."),
}
"""What is not in here either cannot change the outcome or cannot be changed by anybody in good faith."""
