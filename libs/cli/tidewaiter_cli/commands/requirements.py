"""tidewaiter requirements"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from cyclopts import Parameter

from tidewaiter_cli import reach
from tidewaiter_cli.flags import Intake, Json, Running
from tidewaiter_cli.stopping import DONE
from tidewaiter_cli.typed import iso_day, named_as_typed

Filer = Literal["carrier", "broker", "freight-forwarder", "online-marketplace", "logistics-platform"]
Mode = Literal["air", "truck", "rail", "ocean", "mail"]

_NAMES: Final = {"filer_type": "--filer", "mode": "--mode", "day": "--on"}
"""Which flag each field of ListRequirementsRequest was typed as."""


def requirements(
    *,
    filer: Annotated[Filer | None, Parameter(help="Who files; all when not given.")] = None,
    mode: Annotated[Mode | None, Parameter(help="How the parcel arrives; all when not given.")] = None,
    on: Annotated[str, Parameter(help="Day on which the filing is received, YYYY-MM-DD; today when not given.")] = "",
    json: Json = False,
    data: Running = None,
    intake: Intake = "",
) -> int:
    """Lists which data elements a filing needs, by filer, mode and day.

    It is the table that intake checks filings by: each row with where it is said and how well it is known.

    For example:

        tidewaiter requirements --filer carrier --mode air
        tidewaiter requirements --filer broker --on 2025-01-15 --json
    """
    from tidewaiter.trade.v1 import trade_pb2
    from tidewaiter_client import Client

    kind = f"FILER_TYPE_{filer.upper().replace('-', '_')}" if filer else "FILER_TYPE_UNSPECIFIED"
    by = f"TRANSPORT_MODE_{mode.upper()}" if mode else "TRANSPORT_MODE_UNSPECIFIED"
    day = iso_day("--on", on)
    address = reach.address_of("intake", given=intake, data=data)
    with Client(address, tls=reach.tls()) as client, named_as_typed(_NAMES):
        response = client.list_requirements(
            filer_type=trade_pb2.FilerType.Value(kind), mode=trade_pb2.TransportMode.Value(by), day=day
        )
    if json:
        from tidewaiter_client.protojson import dictionary

        from tidewaiter_cli.pages.showing import print_json

        print_json([dictionary(row) for row in response.requirements])
        return DONE
    from tidewaiter_cli.pages.requiring import print_requirements

    print_requirements(response.requirements, asked=", ".join(filter(None, (filer, mode, day or "today"))))
    return DONE
