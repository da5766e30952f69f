"""tidewaiter check"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from cyclopts import Parameter

from tidewaiter_cli import reach
from tidewaiter_cli.flags import Eligibility, Json, Running
from tidewaiter_cli.stopping import DONE
from tidewaiter_cli.typed import country_of, day_of, named_as_typed

Mode = Literal["air", "truck", "rail", "ocean", "mail"]
Flag = Literal[
    "antidumping",
    "quota",
    "excise",
    "partner-agency",
    "agency-fee",
    "section-301",
    "section-201",
    "section-232",
    "chapter-98-99",
    "free-trade-claim",
    "inadmissible",
    "informational-materials",
    "donation",
    "accompanied-baggage",
    "out-of-scope",
]

_NAMES: Final = {
    "shipment.mode": "--mode",
    "shipment.port_of_entry": "--port",
    "shipment.items.origin_country": "--origin",
    "shipment.items.unit_value": "--value",
    "shipment.items.unit_value.currency_code": "--currency",
    "shipment.items.description": "--description",
    "shipment.items.hts_code": "--hts",
    "shipment.consignee.name": "--name",
    "shipment.consignee.address_lines": "--address",
    "shipment.consignee.postal_code": "--postal-code",
}
"""Which flag each field of CheckEligibilityRequest was typed as."""


def check(
    *,
    value: Annotated[str, Parameter(help="What the whole parcel is worth, such as 800.00.")],
    origin: Annotated[str, Parameter(help="Country where the goods were made, two letters.")],
    on: Annotated[str, Parameter(help="Day of arrival, YYYY-MM-DD.")],
    mode: Annotated[Mode, Parameter(help="How it arrives.")] = "air",
    sent_from: Annotated[str, Parameter(name=["--sent-from", "--from"], help="If not where they were made.")] = "",
    currency: Annotated[str, Parameter(help="Of the value, ISO 4217.")] = "USD",
    port: Annotated[str, Parameter(help="Port of arrival, Schedule D, four digits.")] = "4701",
    description: Annotated[str, Parameter(help="What the goods are.")] = "",
    hts: Annotated[str, Parameter(help="Their HTSUS number.")] = "",
    name: Annotated[str, Parameter(help="Of who receives it.")] = "What If",
    address: Annotated[str, Parameter(help="Street line of who receives it.")] = "1 What If Street",
    postal_code: Annotated[str, Parameter(help="Of who receives it.")] = "10001",
    gift: Annotated[bool, Parameter(negative="", help="Sent as a gift by a person abroad.")] = False,
    flag: Annotated[list[Flag] | None, Parameter(help="What else is true of the goods; may be given again.")] = None,
    json: Json = False,
    data: Running = None,
    eligibility: Eligibility = "",
) -> int:
    """Asks whether a parcel would enter free of duty, without filing anything.

    Answers by the law of the day of arrival, for the parcel alone; nothing is kept, nothing counts.
    Names the least change of value, day or mode that would turn the answer.

    For example:

        tidewaiter check --value 800.00 --origin VN --on 2025-08-28
        tidewaiter check --value 800.01 --origin CN --on 2025-08-29 --json
    """
    from tidewaiter_client.operators import EligibilityOperator

    from tidewaiter_cli.pages.changes import sentences
    from tidewaiter_cli.pages.checking import arrival_on, money_of, print_finding, shipment_of
    from tidewaiter_cli.pages.showing import print_json

    shipment = shipment_of(
        value=money_of(value, currency),
        arrival=arrival_on(day_of("--on", on)),
        origin=country_of("--origin", origin),
        sent_from=country_of("--sent-from", sent_from) if sent_from else origin.upper(),
        mode=mode,
        port=port,
        description=description,
        hts_code=hts,
        gift=gift,
        flags=flag or [],
        consignee=(name, address, postal_code),
    )
    address_found = reach.address_of("eligibility", given=eligibility, data=data)
    names = {
        **_NAMES,
        "shipment.estimated_arrival": f"--on {on}",
        "shipment.country_of_shipment": "--sent-from" if sent_from else "--origin",
    }
    with EligibilityOperator(address_found, tls=reach.tls()) as operator, named_as_typed(names):
        response = operator.what_if(shipment)
    if json:
        from tidewaiter_client.protojson import dictionary

        changes = [dictionary(change) for change in response.changes]
        print_json({**dictionary(response.finding), "what_would_change": changes})
    else:
        print_finding(response.finding, changes=sentences(response.finding, response.changes))
    return DONE
