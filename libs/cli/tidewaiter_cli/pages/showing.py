"""How values are written for people: money, enums, consoles."""

from __future__ import annotations

import json
import re
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from tidewaiter_cli.stopping import Stop

if TYPE_CHECKING:
    from google.type.money_pb2 import Money
    from rich.console import Console
    from rich.table import Table
    from tidewaiter.intake.v1 import intake_pb2
    from tidewaiter_client import Client

_NANOS_PER_CENT: Final = 10_000_000
_WIDTH: Final = 80
_SHIPMENT_ID: Final = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")

COLOURS: Final = {
    "RELEASE": "green",
    "ELIGIBLE": "green",
    "ENTRY_REQUIRED": "yellow",
    "NOT_ELIGIBLE": "yellow",
    "REVIEW": "cyan",
    "UNKNOWN": "cyan",
    "PENDING": "cyan",
    "HOLD": "magenta",
    "REJECT": "red",
    "WITHDRAWN": "white",
}
"""By outcome and verdict."""


def print_json(value: Any) -> None:
    """One JSON document on standard output, on one line."""
    print(json.dumps(value, ensure_ascii=False))


def console() -> Console:
    """Standard output for text that is laid out; plain, and 80 columns wide, where that is no terminal."""
    from rich.console import Console

    return Console(highlight=False, width=None if sys.stdout.isatty() else _WIDTH)


def table(*headings: str) -> Table:
    """A table that is read whole in 80 columns: what is too wide for its column goes on below, and is never cut."""
    from rich.table import Column, Table

    return Table(*(Column(heading, overflow="fold") for heading in headings), show_edge=False)


def money(amount: Money) -> str:
    """An amount as people write it: $1,234.56, or with its currency code."""
    cents, finer = divmod(amount.nanos, _NANOS_PER_CENT)
    fraction = f"{amount.nanos:09d}" if finer else f"{cents:02d}"
    number = f"{amount.units:,}.{fraction}"
    return f"${number}" if amount.currency_code == "USD" else f"{amount.currency_code} {number}".strip()


def name_of(enum: Any, number: int, prefix: str) -> str:
    """The name of an enum's value without its prefix; a value of a newer release keeps its number."""
    try:
        return str(enum.Name(number)).removeprefix(prefix)
    except ValueError:
        return f"{prefix}{number}"


def sentence_case(name: str) -> str:
    """ENTRY_REQUIRED as entry required."""
    return name.replace("_", " ").lower()


def counted(count: int, noun: str) -> str:
    """1 filing, 2,000 filings."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def find_shipment(client: Client, name: str) -> intake_pb2.GetShipmentResponse:
    """The shipment called so: by its id, by "ORIGINATOR/request_id", or by its tracking number in any spelling.

    Stop, with that name, when there is none.
    """
    from tidewaiter_client import NotFound

    from tidewaiter_cli.reporting import explained

    try:
        if _SHIPMENT_ID.fullmatch(name):
            with suppress(NotFound):
                return client.get_shipment(shipment_id=name)
            # Some carriers' tracking numbers look like one of our ids.
        return client.get_shipment(filing=name) if "/" in name else client.get_shipment(tracking_number=name)
    except NotFound as error:
        told = explained(error)
        raise Stop(f"{name}: {told.problem}", advice=told.advice) from error
