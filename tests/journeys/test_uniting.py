"""Several parties, one parcel, whose numbers meet only in the last filing: through four services, in every order."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import pytest
from tidewaiter.audit.v1 import audit_pb2
from tidewaiter.intake.v1 import intake_pb2
from tidewaiter.trade.v1 import trade_pb2

from tests.filings import goods, message
from tests.suite import suite, until

RELEASE, WITHDRAWN = trade_pb2.OUTCOME_RELEASE, trade_pb2.OUTCOME_WITHDRAWN
BILL = {"house_bill": "HB1", "house_bill_issuer": "ABCD"}
FILED = [
    message("t", tracking_number="TW1", items=[goods(50_000)]),
    message("h", originator_code="FWDR01", filer_type=trade_pb2.FILER_TYPE_FREIGHT_FORWARDER, tracking_number="",
            items=[goods(50_000)], **BILL),
    message("both", originator_code="BRKR01", filer_type=trade_pb2.FILER_TYPE_BROKER, tracking_number="TW1",
            items=[goods(50_000)], **BILL),
]  # fmt: skip


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
async def test_one_parcel_counts_once_whatever_came_first(tmp_path: Path, order: Sequence[int]) -> None:
    async with suite(tmp_path) as house:
        told = [await house.submit(FILED[number]) for number in order]
        await until(house.at_rest)

        assert RELEASE == told[-1].decision.outcome, "two parcels of 500 dollars would be over the limit"
        names = ("CARR01/t", "FWDR01/h", "BRKR01/both")
        found = [
            await house.intake.GetShipment(intake_pb2.GetShipmentRequest(filing=name), timeout=10) for name in names
        ]
        assert 1 == len({one.shipment.shipment_id for one in found})
        assert [RELEASE] * 3 == [one.decision.outcome for one in found]
        assert sorted(names) == list(found[0].decision.filings)


async def test_the_log_says_which_shipment_went_into_which(tmp_path: Path) -> None:
    async with suite(tmp_path) as house:
        first, second, _ = [await house.submit(one) for one in FILED]
        await until(house.at_rest)

        request = audit_pb2.ListDecisionsRequest(shipment_id=second.decision.shipment_id)
        listed = (await house.audit.ListDecisions(request, timeout=10)).decisions
        assert WITHDRAWN == listed[-1].outcome
        assert first.decision.shipment_id == listed[-1].united_into
        younger = intake_pb2.GetShipmentRequest(shipment_id=second.decision.shipment_id)
        assert first.decision.shipment_id == (await house.intake.GetShipment(younger)).shipment.shipment_id
