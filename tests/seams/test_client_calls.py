"""The client's single calls over a real channel: deadlines, retries, errors, refusals."""

from __future__ import annotations

import grpc
import grpc_testing
import pytest
from google.rpc import code_pb2
from tidewaiter.intake.v1 import intake_pb2, intake_pb2_grpc
from tidewaiter_client import (
    AsyncClient,
    Client,
    FilingRefused,
    InsecureRefused,
    NotFound,
    TidewaiterError,
    Tls,
    TookTooLong,
    Unavailable,
)
from tidewaiter_client.errors import error_from_rpc
from tidewaiter_client.operators import AuditOperator

from tests.fake_intake import Script, filing, serving, status

BUSY = status(code_pb2.UNAVAILABLE, "STORE_LOST")
TRACEPARENT = f"00-{'1' * 32}-{'2' * 16}-01"


def test_a_filing_is_answered_within_a_deadline_that_is_always_set() -> None:
    with serving() as (fake, address), Client(address, deadline_seconds=7.0) as client:
        answer = client.submit(filing("a"), traceparent=TRACEPARENT)

    assert ("a", "a-1") == (answer.request_id, answer.decision.decision_id)
    assert 6.0 < fake.seconds_left[0] < 7.5
    assert TRACEPARENT == fake.metadata[0]["traceparent"]


def test_validate_only_is_passed_on() -> None:
    with serving() as (fake, address), Client(address) as client:
        client.submit(filing("a"), validate_only=True)

    assert fake.submitted[0].validate_only


def test_unavailable_is_tried_again_with_the_same_filing_and_the_caller_sees_only_the_answer() -> None:
    with serving(Script(unary=[BUSY, BUSY])) as (fake, address), Client(address) as client:
        answer = client.submit(filing("a"))

    assert "a" == answer.request_id
    assert ["a", "a", "a"] == [request.filing.request_id for request in fake.submitted]


def test_the_third_unavailable_is_the_callers() -> None:
    script = Script(unary=[BUSY] * 4)
    with serving(script) as (fake, address), Client(address) as client, pytest.raises(Unavailable) as raised:
        client.submit(filing("a"))

    assert "STORE_LOST" == raised.value.reason
    assert 3 == len(fake.submitted)


@pytest.mark.parametrize("code", [code_pb2.RESOURCE_EXHAUSTED, code_pb2.INTERNAL, code_pb2.DEADLINE_EXCEEDED])
def test_nothing_else_is_tried_again(code: int) -> None:
    script = Script(unary=[status(code, "NO")])
    with serving(script) as (fake, address), Client(address) as client, pytest.raises(TidewaiterError) as raised:
        client.submit(filing("a"))

    assert "NO: NO in words" == str(raised.value)
    assert 1 == len(fake.submitted)


def test_a_refused_filing_says_which_fields() -> None:
    refusal = status(code_pb2.INVALID_ARGUMENT, "RULE", violations=(("filing.mode", "RULE", "name the mode"),))
    script = Script(unary=[refusal])
    with serving(script) as (_, address), Client(address) as client, pytest.raises(FilingRefused) as refused:
        client.submit(filing("a"))

    assert ("filing.mode", "RULE", "name the mode") == (
        refused.value.violations[0].field,
        refused.value.violations[0].code,
        refused.value.violations[0].message,
    )


def test_nobody_there_is_unavailable_and_names_the_address() -> None:
    with serving() as (_, address):
        pass

    with Client(address, deadline_seconds=5.0) as client, pytest.raises(Unavailable, match=f"calling {address}"):
        client.submit(filing("a"))


def test_a_batch_is_answered_in_order_filing_by_filing() -> None:
    def decide(each: object) -> intake_pb2.FilingResult:
        return intake_pb2.FilingResult(request_id="b", error=status(code_pb2.INVALID_ARGUMENT, "RULE"))

    with serving() as (fake, address), Client(address) as client:
        good = client.submit_batch(filing(name) for name in "abc")
        fake.script.decide = decide
        bad = client.submit_batch([filing("b")])

    assert [(0, "a"), (1, "b"), (2, "c")] == [(each.position, each.request_id) for each in good]
    assert isinstance(bad[0].error, FilingRefused)


def test_a_shipment_is_found_by_exactly_one_name() -> None:
    with serving() as (_, address), Client(address) as client:
        assert "S1-1" == client.get_shipment(tracking_number="T1").etag
        with pytest.raises(NotFound, match="SHIPMENT_NOT_FOUND"):
            client.get_shipment(filing="A/1")
        with pytest.raises(ValueError, match="exactly one"):
            client.get_shipment(filing="A/1", shipment_id="S1")


def test_names_and_addresses_do_not_travel_in_the_clear() -> None:
    with pytest.raises(InsecureRefused, match=r"example\.org:7301"):
        Client("example.org:7301")
    with pytest.raises(InsecureRefused, match=r"10\.0\.0\.1"):
        AuditOperator("10.0.0.1:7304")
    Client("[::1]:7301").close()
    Client("unix:/nowhere/at/all").close()
    Client("example.org:7301", tls=Tls()).close()


async def test_the_asynchronous_client_keeps_the_same_promises() -> None:
    with serving(Script(unary=[BUSY])) as (fake, address):
        async with AsyncClient(address, deadline_seconds=7.0) as client:
            assert "a" == (await client.submit(filing("a"), traceparent=TRACEPARENT)).request_id
            assert ["b"] == [answer.request_id for answer in await client.submit_batch([filing("b")])]
            assert "S1" == (await client.get_shipment(tracking_number="T1")).shipment.shipment_id
            with pytest.raises(NotFound):
                await client.get_shipment(shipment_id="S2")

    assert all(0 < seconds <= 8.0 for seconds in fake.seconds_left)
    assert 2 == len(fake.submitted)


async def test_the_asynchronous_client_refuses_the_clear_too() -> None:
    with pytest.raises(InsecureRefused):
        AsyncClient("example.org:7301")


def test_a_deadline_that_passes_is_told_as_such() -> None:
    # The channel alone, without a server: nothing has to be slow.
    service = intake_pb2.DESCRIPTOR.services_by_name["IntakeService"]
    channel = grpc_testing.channel([service], grpc_testing.strict_fake_time(0.0))
    future = intake_pb2_grpc.IntakeServiceStub(channel).SubmitFiling.future(
        intake_pb2.SubmitFilingRequest(filing=filing("a")), timeout=1.0
    )
    _, request, rpc = channel.take_unary_unary(service.methods_by_name["SubmitFiling"])
    rpc.terminate(None, (), grpc.StatusCode.DEADLINE_EXCEEDED, "too late")
    with pytest.raises(grpc.RpcError) as raised:
        future.result()

    assert "a" == request.filing.request_id
    assert isinstance(error_from_rpc(raised.value, address="x"), TookTooLong)
