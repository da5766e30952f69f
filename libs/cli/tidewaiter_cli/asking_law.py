"""The rows of the law, asked of a running eligibility service, and the options by which they are chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from tidewaiter_cli import reach
from tidewaiter_cli.typed import country_of, named_as_typed

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from tidewaiter.eligibility.v1 import eligibility_pb2

Mode = Literal["air", "truck", "rail", "ocean", "mail"]
Origin = Annotated[str, Parameter(help="Country of origin or of shipment, two letters; all without it.")]
ByMode = Annotated[Mode | None, Parameter(help="How the goods arrive; all modes without it.")]


def rows_on(
    day: date | None, origin: str, mode: Mode | None, data: Path | None, eligibility: str
) -> eligibility_pb2.ListRegimesResponse:
    """The rows that cover the day, the origin and the mode, each any when it is not given.

    Stop when the origin is misspelt.
    """
    from tidewaiter.trade.v1 import trade_pb2
    from tidewaiter_client.operators import EligibilityOperator

    country = country_of("--origin", origin) if origin else ""
    number = trade_pb2.TransportMode.Value(f"TRANSPORT_MODE_{mode.upper()}" if mode else "TRANSPORT_MODE_UNSPECIFIED")
    address = reach.address_of("eligibility", given=eligibility, data=data)
    names = {"on": "the day", "origin_country": "--origin", "mode": "--mode"}
    with EligibilityOperator(address, tls=reach.tls()) as operator, named_as_typed(names):
        return operator.list_regimes(on=f"{day or ''}", origin_country=country, mode=number, with_rows=True)
