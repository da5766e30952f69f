"""A what-if: flags into a shipment, and the finding laid out for a person."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp
from google.type.money_pb2 import Money
from rich.markup import escape
from rich.padding import Padding
from tidewaiter.trade.v1 import trade_pb2

from tidewaiter_cli.pages.showing import COLOURS, console, money, name_of, sentence_case
from tidewaiter_cli.stopping import MISSPELT, Stop

_NANOS: Final = 1_000_000_000
_UNITS_MAX: Final = 10_000_000
_PORT: Final = re.compile(r"[0-9]{4}")
_NOON_IN_AMERICA: Final = time(17, tzinfo=UTC)
"""An instant that falls on the same day from Puerto Rico to Hawaii."""


def money_of(text: str, currency: str) -> Money:
    """An amount written as a decimal, exactly; Stop when it is none."""
    try:
        amount = Decimal(text.replace(",", "").removeprefix("$"))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount <= _UNITS_MAX or amount % Decimal("0.000000001"):
        raise Stop(f"--value {text} is no amount.", advice="Write it as 800.00.", status=MISSPELT)
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
    consignee: tuple[str, str, str],
) -> trade_pb2.Shipment:
    """The shipment as it would be: one line of goods for one person; Stop when the port is misspelt."""
    if not _PORT.fullmatch(port):
        raise Stop(f"--port {port} is no port.", advice="Write four digits, such as 4701.", status=MISSPELT)
    name, street, postal_code = consignee
    item = trade_pb2.LineItem(
        description=description, hts_code=hts_code, origin_country=origin, quantity=1, unit_value=value
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


def print_finding(finding: trade_pb2.EligibilityFinding) -> None:
    """The verdict, the entry path, and every reason with its rule."""
    out = console()
    verdict = name_of(trade_pb2.Verdict, finding.verdict, "VERDICT_")
    path = name_of(trade_pb2.EntryPath, finding.entry_path, "ENTRY_PATH_")
    by_path = "" if path == "UNSPECIFIED" else f"  entry path {sentence_case(path)}"
    out.print(f"[bold {COLOURS.get(verdict, 'white')}]{sentence_case(verdict)}[/]{by_path}")
    if judged := _judged(finding):
        out.print(escape(judged))
    for reason in finding.reasons:
        confidence = sentence_case(name_of(trade_pb2.Confidence, reason.confidence, "CONFIDENCE_"))
        out.print(Padding(escape(reason.detail), (0, 0, 0, 2)))
        if reason.rule_id:
            authority = f"{reason.rule_id}, {reason.citation}, {confidence} source"
            out.print(Padding(f"[dim]{escape(authority)}[/dim]", (0, 0, 0, 4)))


def _judged(finding: trade_pb2.EligibilityFinding) -> str:
    """By which regime, on which day, at which value: as much of it as was found."""
    regime = f"regime {finding.regime_id}" if finding.regime_id else ""
    day = f"on {finding.local_day}" if finding.local_day else ""
    value = f"value {money(finding.value)}" if finding.HasField("value") else ""
    limit = f"limit {money(finding.limit)}" if finding.HasField("limit") else ""
    return ", ".join(filter(None, (" ".join(filter(None, (regime, day))), value, limit)))
