"""Person-days, snapshots and releases over a real wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from tidewaiter.eligibility.v1 import eligibility_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis import answers
from tidewaiter_chassis.failures import Kind

from tests.eligibility_service import batch, failure_of, stub, telemetry
from tests.eligibility_shipments import message, money_message

if TYPE_CHECKING:
    from tidewaiter.eligibility.v1.eligibility_pb2_grpc import EligibilityServiceAsyncStub as Stub

__all__ = ["stub", "telemetry"]

Consistency = eligibility_pb2.Consistency


def what_if(**consistency: Any) -> eligibility_pb2.CheckEligibilityRequest:
    asked = Consistency(**consistency) if consistency else None
    return eligibility_pb2.CheckEligibilityRequest(shipment=message("S9"), consistency=asked)


async def test_an_answer_names_its_snapshot_and_is_repeated_there(stub: Stub) -> None:
    claimed = await stub.DetermineEligibility(batch(message("S1", cents=50_000)))
    first = await stub.CheckEligibility(what_if(at_least_as_fresh=claimed.snapshot))
    await stub.DetermineEligibility(batch(message("S2", cents=50_000)))

    assert claimed.snapshot == first.snapshot
    assert first == await stub.CheckEligibility(what_if(at_exact_snapshot=first.snapshot))
    now = await stub.CheckEligibility(what_if())
    assert (trade_pb2.VERDICT_NOT_ELIGIBLE, False) == (now.finding.verdict, now.snapshot == first.snapshot)


async def test_what_was_known_before_all_claims_is_nothing(stub: Stub) -> None:
    await stub.DetermineEligibility(batch(message("S1", cents=50_000)))

    response = await stub.CheckEligibility(what_if(as_known_at=Timestamp(seconds=1)))

    assert 1 == response.finding.counted_shipments


async def test_a_batch_rests_on_one_snapshot_and_its_items_ask_for_none(stub: Stub) -> None:
    await stub.DetermineEligibility(batch(message("S1", cents=50_000)))
    whole = eligibility_pb2.BatchCheckEligibilityRequest(requests=[what_if(), what_if(as_known_at=Timestamp())])

    response = await stub.BatchCheckEligibility(whole)

    assert (await stub.CheckEligibility(what_if())).snapshot == response.snapshot
    failure = answers.from_status(response.results[1].error)
    assert ("CONSISTENCY_IN_BATCH", "requests[1].consistency") == (failure.reason, failure.violations[0].field)
    whole.requests.pop()
    whole.consistency.as_known_at.seconds = 1
    (result,) = (await stub.BatchCheckEligibility(whole)).results
    assert 1 == result.finding.counted_shipments


@pytest.mark.parametrize(
    ("consistency", "reason"),
    [
        ({"at_exact_snapshot": "x"}, "SNAPSHOT_UNKNOWN"),
        ({"at_least_as_fresh": ""}, "STRING_MIN_LEN"),
        ({"at_exact_snapshot": "x" * 65}, "STRING_MAX_LEN"),
    ],
)
async def test_a_snapshot_that_is_none_is_refused(stub: Stub, consistency: dict[str, Any], reason: str) -> None:
    failure = await failure_of(stub.CheckEligibility(what_if(**consistency)))

    assert (Kind.INVALID, reason) == (failure.kind, failure.reason)


async def test_a_person_day_is_shown_with_all_that_makes_it_up(stub: Stub) -> None:
    claimed = await stub.DetermineEligibility(batch(*(message(f"S{number}", cents=30_000) for number in range(3))))
    finding = claimed.results[0].finding
    request = eligibility_pb2.GetPersonDayRequest(
        person_day=finding.person_day, local_day=finding.local_day, page_size=2
    )

    first = await stub.GetPersonDay(request)
    request.page_token = first.next_page_token
    second = await stub.GetPersonDay(request)

    assert (900, 800, 0, 3) == (
        first.person_day.total.units, first.person_day.limit.units,
        first.person_day.headroom.units, first.person_day.counted_shipments,
    )  # fmt: skip
    shown = [*first.person_day.shipments, *second.person_day.shipments]
    assert [("S0", 1, 300), ("S1", 1, 300), ("S2", 1, 300)] == [
        (each.shipment_id, each.revision, each.amount.units) for each in shown
    ]
    assert ("", claimed.snapshot, claimed.snapshot) == (second.next_page_token, first.snapshot, second.snapshot)


async def test_a_person_day_that_is_unknown_or_malformed_is_said_to_be(stub: Stub) -> None:
    unknown = eligibility_pb2.GetPersonDayRequest(person_day="0" * 32, local_day="2025-01-15")
    malformed = eligibility_pb2.GetPersonDayRequest(person_day="x", local_day="today", page_size=1001)

    assert "PERSON_DAY_NOT_FOUND" == (await failure_of(stub.GetPersonDay(unknown))).reason
    failure = await failure_of(stub.GetPersonDay(malformed))
    assert ["person_day", "local_day", "page_size"] == [each.field for each in failure.violations]


@pytest.mark.parametrize(("day", "code"), [("2025-02-30", "DAY_UNKNOWN"), ("today", "STRING_PATTERN")])
async def test_a_day_of_no_calendar_is_refused_by_field_and_value(stub: Stub, day: str, code: str) -> None:
    calls = [
        stub.ListPersonDays(eligibility_pb2.ListPersonDaysRequest(local_day=day)),
        stub.GetPersonDay(eligibility_pb2.GetPersonDayRequest(person_day="0" * 32, local_day=day)),
    ]

    for call in calls:
        (violation,) = (await failure_of(call)).violations
        assert ("local_day", code, True) == (violation.field, violation.code, day in violation.message)


async def test_person_days_near_the_limit_are_listed(stub: Stub) -> None:
    await stub.DetermineEligibility(
        batch(
            message("S1", cents=79_000),
            message("S2", cents=10_000, consignee=trade_pb2.Party(
                name="Ben Ode", address_lines=["77 Oak Rd"], postal_code="10001", country_code="US"
            )),
        )
    )  # fmt: skip
    request = eligibility_pb2.ListPersonDaysRequest(headroom_max=money_message(1_000))

    assert [790] == [each.total.units for each in (await stub.ListPersonDays(request)).person_days]
    assert 2 == len((await stub.ListPersonDays(eligibility_pb2.ListPersonDaysRequest())).person_days)
    request.headroom_max.currency_code = "EUR"
    assert "AMOUNT_UNSOUND" == (await failure_of(stub.ListPersonDays(request))).reason


async def test_released_claims_count_no_more_and_name_who_turned(stub: Stub) -> None:
    await stub.DetermineEligibility(batch(*(message(f"S{number}", cents=30_000) for number in range(3))))
    request = eligibility_pb2.ReleaseClaimsRequest(shipment_ids=["S0", "unknown"])

    for _ in range(2):
        response = await stub.ReleaseClaims(request)
        assert ["S1", "S2"] == sorted(each.shipment_id for each in response.turned)
    assert 2 == (await stub.DetermineEligibility(batch(message("S1")))).results[0].finding.counted_shipments


@pytest.mark.parametrize(
    ("ids", "reason"),
    [
        ([], "REPEATED_MIN_ITEMS"),
        (["S1", "S1"], "REPEATED_UNIQUE"),
        (["a b"], "STRING_PATTERN"),
        ([f"S{number}" for number in range(1001)], "REPEATED_MAX_ITEMS"),
    ],
)
async def test_a_release_that_breaks_a_rule_is_refused_before_any_work(stub: Stub, ids: list[str], reason: str) -> None:
    failure = await failure_of(stub.ReleaseClaims(eligibility_pb2.ReleaseClaimsRequest(shipment_ids=ids)))

    assert (Kind.INVALID, reason) == (failure.kind, failure.reason)


async def test_revisions_to_be_released_are_one_for_each_shipment_or_none(stub: Stub) -> None:
    request = eligibility_pb2.ReleaseClaimsRequest(shipment_ids=["S1", "S2"], revisions=[1])

    failure = await failure_of(stub.ReleaseClaims(request))

    assert (Kind.INVALID, "REVISIONS_NUMBER") == (failure.kind, failure.reason)
