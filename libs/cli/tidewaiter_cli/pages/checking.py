"""A what-if: flags into a shipment, and the finding laid out for a person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import ROUND_DOWN, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from google.protobuf.timestamp_pb2 import Timestamp
from google.type.money_pb2 import Money
from rich.markup import escape
from rich.padding import Padding
from tidewaiter.trade.v1 import trade_pb2

from tidewaiter_cli.pages.showing import COLOURS, console, money, name_of, sentence_case
from tidewaiter_cli.stopping import MISSPELT, Stop

if TYPE_CHECKING:
    from rich.console import Console

_NANOS: Final = 1_000_000_000
_CENT: Final = Decimal("0.01")
_UNITS_MAX: Final = 10_000_000_000
_PORT: Final = re.compile(r"[0-9]{4}")
_NOON_IN_AMERICA: Final = time(17, tzinfo=UTC)
"""An instant that falls on the same day from Puerto Rico to Hawaii."""


def money_of(text: str, currency: str) -> Money:
    """An amount written as a decimal, exactly; Stop when it is none, or of dollars and finer than a cent."""
    try:
        amount = Decimal(text.replace(",", "").removeprefix("$"))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount <= _UNITS_MAX or amount % Decimal("0.000000001"):
        raise Stop(f"--value {text} is no amount.", advice="Write it as 800.00.", status=MISSPELT)
    if currency.upper() == "USD" and amount % _CENT:
        cents = amount.quantize(_CENT, ROUND_DOWN)
        raise Stop(f"--value {text} is finer than a cent.", advice=f"Write {cents}.", status=MISSPELT)
    units = int(amount)
    return Money(currency_code=currency.upper(), units=units, nanos=int((amount - units) * _NANOS))


def arrival_on(day: date) -> Timestamp:
    """Noon or so of that day in America."""
    return Timestamp(seconds=int(datetime.combine(day, _NOON_IN_AMERICA).timestamp()))


def shipment_of(
    *,
    value: Money,
    arrival: Timestamp,
    origin: str,
    sent_from: str,
    mode: str,
    port: str,
    description: str,
    hts_code: str,
    gift: bool,
    flags: Sequence[str],
    consignee: tuple[str, str, str],
) -> trade_pb2.Shipment:
    """The shipment as it would be: one line of goods for one person; Stop when the port is misspelt."""
    if not _PORT.fullmatch(port):
        raise Stop(f"--port {port} is no port.", advice="Write four digits, such as 4701.", status=MISSPELT)
    name, street, postal_code = consignee
    item = trade_pb2.LineItem(
        description=description,
        hts_code=hts_code,
        origin_country=origin,
        quantity=1,
        unit_value=value,
        flags=[flag_of(flag) for flag in dict.fromkeys(flags)],
    )
    party = trade_pb2.Party(name=name, address_lines=[street], postal_code=postal_code, country_code="US")
    return trade_pb2.Shipment(
        revision=1,
        mode=trade_pb2.TransportMode.Value(f"TRANSPORT_MODE_{mode.upper()}"),
        port_of_entry=port,
        estimated_arrival=arrival,
        country_of_shipment=sent_from,
        consignee=party,
        items=[item],
        gift=gift,
    )


def flag_of(word: str) -> trade_pb2.GoodsFlag.ValueType:
    """The flag that is written so on the command line, such as section-301."""
    return trade_pb2.GoodsFlag.Value(f"GOODS_FLAG_{word.upper().replace('-', '_')}")


def print_finding(finding: trade_pb2.EligibilityFinding, *, changes: Sequence[str] = ()) -> None:
    """The verdict, the entry path with its duty, every reason with its rule, and what would change it."""
    out = console()
    verdict = name_of(trade_pb2.Verdict, finding.verdict, "VERDICT_")
    path = name_of(trade_pb2.EntryPath, finding.entry_path, "ENTRY_PATH_")
    by_path = "" if path == "UNSPECIFIED" else f"  entry path {sentence_case(path)}"
    out.print(f"[bold {COLOURS.get(verdict, 'white')}]{sentence_case(verdict)}[/]{by_path}")
    if judged := _judged(finding):
        out.print(escape(judged))
    reasons = [*finding.reasons, *([finding.entry_reason] if finding.HasField("entry_reason") else [])]
    for reason in reasons:
        _print_rule(out, reason.detail, reason)
    for duty in finding.duties:
        amount = f"{money(duty.amount)}: " if duty.HasField("amount") else ""
        _print_rule(out, f"Duty {amount}{duty.formula}", duty)
    for used in finding.conversions:
        out.print(Padding(escape(f"{used.currency_code} at {used.rate} USD, {used.source}"), (0, 0, 0, 2)))
    if finding.unlisted:
        flags = ", ".join(sentence_case(name_of(trade_pb2.GoodsFlag, each, "GOODS_FLAG_")) for each in finding.unlisted)
        out.print(Padding(f"[dim]taken at the filer's word: {flags}[/dim]", (0, 0, 0, 2)))
    if finding.person_key_rules:
        out.print(Padding(f"[dim]{_told(finding)}[/dim]", (0, 0, 0, 2)))
    if changes:
        out.print("[bold]What would change it[/bold]")
    for sentence in changes:
        out.print(Padding(escape(sentence), (0, 0, 0, 2)))


def _print_rule(out: Console, text: str, rule: trade_pb2.Reason | trade_pb2.DutyFinding) -> None:
    out.print(Padding(escape(text), (0, 0, 0, 2)))
    if rule.rule_id:
        confidence = sentence_case(name_of(trade_pb2.Confidence, rule.confidence, "CONFIDENCE_"))
        authority = f"{rule.rule_id}, {rule.citation}, {confidence} source"
        out.print(Padding(f"[dim]{escape(authority)}[/dim]", (0, 0, 0, 4)))


def _judged(finding: trade_pb2.EligibilityFinding) -> str:
    """By which regime, on which day, at which value: as much of it as was found."""
    regime = f"regime {finding.regime_id}" if finding.regime_id else ""
    day = f"on {finding.local_day}" if finding.local_day else ""
    value = f"value {money(finding.value)}" if finding.HasField("value") else ""
    limit = f"limit {money(finding.limit)}" if finding.HasField("limit") else ""
    return ", ".join(filter(None, (" ".join(filter(None, (regime, day))), value, limit)))


def _told(finding: trade_pb2.EligibilityFinding) -> str:
    """How the person was told from others: kinds only."""
    rules = [
        sentence_case(name_of(trade_pb2.PersonKeyRule, each, "PERSON_KEY_RULE_")) for each in finding.person_key_rules
    ]
    return f"one person by name, postal code and street: {', '.join(rules)}"
