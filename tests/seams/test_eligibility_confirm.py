"""ConfirmClaims over a real wire: what it frees, names and refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tidewaiter.eligibility.v1 import eligibility_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis import answers
from tidewaiter_chassis.failures import Kind

from tests.eligibility_service import batch, failure_of, stub, telemetry
from tests.eligibility_shipments import message

if TYPE_CHECKING:
    from tidewaiter.eligibility.v1.eligibility_pb2_grpc import EligibilityServiceAsyncStub as Stub

__all__ = ["stub", "telemetry"]


def confirmations(*pairs: tuple[str, int]) -> eligibility_pb2.ConfirmClaimsRequest:
    return eligibility_pb2.ConfirmClaimsRequest(
        confirmations=[eligibility_pb2.Confirmation(shipment_id=name, revision=revision) for name, revision in pairs]
    )


async def test_a_lowered_claim_asks_to_be_confirmed_and_frees_the_others_when_it_is(stub: Stub) -> None:
    await stub.DetermineEligibility(batch(message("S1", cents=50_000)))
    (lowered, other) = (
        await stub.DetermineEligibility(batch(message("S1", cents=10_000, revision=2), message("S2", cents=40_000)))
    ).results

    assert ((True, 2), (False, 1)) == (
        (lowered.confirm_wanted, lowered.revision), (other.confirm_wanted, other.revision),
    )  # fmt: skip
    assert trade_pb2.VERDICT_NOT_ELIGIBLE == other.finding.verdict
    for _ in range(2):
        response = await stub.ConfirmClaims(confirmations(("S1", 2), ("unknown", 7)))
        assert [[("S2", 1)], []] == [
            [(each.shipment_id, each.revision) for each in result.turned] for result in response.results
        ]
        assert not any(result.HasField("error") for result in response.results)


async def test_a_confirmation_that_breaks_a_rule_has_its_error_and_the_rest_is_taken(stub: Stub) -> None:
    response = await stub.ConfirmClaims(confirmations(("S1", 1), ("a b", 0), ("S3", 1)))

    assert [False, True, False] == [result.HasField("error") for result in response.results]
    failure = answers.from_status(response.results[1].error)
    assert (Kind.INVALID, ["confirmations[1].shipment_id", "confirmations[1].revision"]) == (
        failure.kind, [each.field for each in failure.violations],
    )  # fmt: skip


@pytest.mark.parametrize("size", [0, 1001])
async def test_a_batch_of_confirmations_outside_its_bounds_is_refused(stub: Stub, size: int) -> None:
    failure = await failure_of(stub.ConfirmClaims(confirmations(*((f"S{number}", 1) for number in range(size)))))

    assert (Kind.INVALID, "confirmations") == (failure.kind, failure.violations[0].field)


async def test_a_shipment_twice_in_a_batch_of_confirmations_is_refused_before_any_work(stub: Stub) -> None:
    await stub.DetermineEligibility(batch(message("S1", cents=50_000)))
    await stub.DetermineEligibility(batch(message("S1", cents=10_000, revision=2)))

    failure = await failure_of(stub.ConfirmClaims(confirmations(("S1", 2), ("S1", 2))))

    assert ("SHIPMENT_REPEATED", "confirmations[1].shipment_id") == (failure.reason, failure.violations[0].field)
    again = await stub.DetermineEligibility(batch(message("S1", cents=10_000, revision=2)))
    assert again.results[0].confirm_wanted
