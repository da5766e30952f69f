"""Failures over the wire and back: the table, the exact inverse, the bounds, and a real server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, cast

import grpc
import pytest
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status
from hypothesis import given
from hypothesis import strategies as st
from tidewaiter_chassis import answers
from tidewaiter_chassis.failures import Failure, Kind, Violation

METHOD = "/tidewaiter.test.v1.EchoService/Fail"


def failure_of(kind: Kind) -> Failure:
    return Failure(
        kind=kind,
        reason="SOME_REASON",
        detail="A detail with ünïcode.",
        facts={"shipment": "s-1", "limit": "500"},
        violations=(Violation(field="filing.items[2].hts_code", code="STRING_PATTERN", message="Correct it."),),
    )


REASONS = st.from_regex(r"[A-Z][A-Z0-9_]{1,62}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
FAILURES = st.builds(
    Failure,
    kind=st.sampled_from(Kind),
    reason=REASONS,
    detail=TEXTS,
    facts=st.dictionaries(
        st.from_regex(r"[a-z][a-zA-Z0-9_-]{0,20}", fullmatch=True).filter(lambda key: key != "kind"),
        TEXTS,
        max_size=5,
    ),
    violations=st.lists(st.builds(Violation, field=TEXTS, code=REASONS, message=TEXTS), max_size=5).map(tuple),
    retry_after_seconds=st.none() | st.integers(0, 86_400_000).map(lambda milliseconds: milliseconds / 1000),
)


def test_the_table_covers_the_kinds_exactly() -> None:
    assert set(Kind) == set(answers.CODES)


def test_every_code_but_ok_is_read_as_some_kind() -> None:
    for code in grpc.StatusCode:
        if code is not grpc.StatusCode.OK:
            assert answers.from_status(status_pb2.Status(code=code.value[0])).reason == f"RPC_{code.name}"


@given(FAILURES)
def test_what_goes_out_comes_back_the_same(failure: Failure) -> None:
    assert failure == answers.from_status(answers.to_status(failure))


@pytest.mark.parametrize("kind", list(Kind))
def test_a_status_carries_exactly_one_error_info_with_domain_reason_and_kind(kind: Kind) -> None:
    status = answers.to_status(failure_of(kind))

    info = error_details_pb2.ErrorInfo()
    assert 1 == [detail.Unpack(info) for detail in status.details].count(True)
    assert ("SOME_REASON", "tidewaiter") == (info.reason, info.domain)
    assert {"kind": kind.name, "shipment": "s-1", "limit": "500"} == dict(info.metadata)


@pytest.mark.parametrize("kind", list(Kind))
def test_a_precondition_and_nothing_else_is_told_in_its_standard_detail_too(kind: Kind) -> None:
    status = answers.to_status(failure_of(kind))

    told = error_details_pb2.PreconditionFailure()
    assert (kind is Kind.NOT_READY) is any(detail.Unpack(told) for detail in status.details)
    assert (["SOME_REASON"] if kind is Kind.NOT_READY else []) == [each.type for each in told.violations]


@pytest.mark.parametrize("kind", [Kind.BUSY, Kind.PEER, Kind.FULL])
def test_what_passes_by_itself_says_when_to_come_back(kind: Kind) -> None:
    retry = error_details_pb2.RetryInfo()

    assert any(detail.Unpack(retry) for detail in answers.to_status(failure_of(kind)).details)
    assert 1 == retry.retry_delay.seconds


def test_a_reason_of_a_later_release_survives() -> None:
    status = answers.to_status(Failure(kind=Kind.STALE, reason="REASON_OF_NEXT_YEAR", detail="d"))

    assert "REASON_OF_NEXT_YEAR" == answers.from_status(status).reason


def test_a_kind_of_a_later_release_is_read_by_its_code() -> None:
    status = status_pb2.Status(code=code_pb2.ABORTED, message="m")
    status.details.add().Pack(
        error_details_pb2.ErrorInfo(reason="NEW_REASON", domain="tidewaiter", metadata={"kind": "NEW_KIND"})
    )

    assert Failure(kind=Kind.STALE, reason="NEW_REASON", detail="m") == answers.from_status(status)


def test_a_kind_that_contradicts_the_code_loses_to_it() -> None:
    status = answers.to_status(Failure(kind=Kind.DENIED, reason="SOME_REASON", detail="d"))
    status.code = code_pb2.NOT_FOUND

    assert Kind.NOT_FOUND is answers.from_status(status).kind


@pytest.mark.parametrize("reason", ["lowerCase", "", "X" * 200])
def test_somebody_elses_error_info_is_read_as_far_as_it_goes(reason: str) -> None:
    status = status_pb2.Status(code=code_pb2.PERMISSION_DENIED, message="no")
    status.details.add().Pack(error_details_pb2.ErrorInfo(reason=reason, domain="example.com", metadata={"A B": "c"}))

    assert Failure(kind=Kind.DENIED, reason="RPC_PERMISSION_DENIED", detail="no") == answers.from_status(status)


def test_a_number_that_is_no_code_is_read_as_unknown() -> None:
    assert "RPC_UNKNOWN" == answers.from_status(status_pb2.Status(code=99)).reason


def test_ok_is_no_failure() -> None:
    with pytest.raises(ValueError, match="OK"):
        answers.from_status(status_pb2.Status(code=0))


def test_the_neutral_answer_names_only_the_incident() -> None:
    failure = answers.neutral("7f3a")

    assert Kind.INTERNAL is failure.kind
    assert {"incident": "7f3a"} == failure.facts
    assert "7f3a" in failure.detail


@pytest.mark.parametrize("letter", ["x", "ü", "🚢"])
def test_however_much_there_is_to_tell_it_stays_within_the_bound(letter: str) -> None:
    violations = tuple(
        Violation(field=f"filing.items[{n}].description", code="STRING_MAX_LEN", message=letter * 500)
        for n in range(10_000)
    )
    failure = Failure(
        kind=Kind.NOT_READY,
        reason="R" * 63,
        detail=letter * 5_000,
        facts={"value": letter * 5_000},
        violations=violations,
    )

    status = answers.to_status(failure)

    assert answers.STATUS_BYTES_MAX - 600 < status.ByteSize() <= answers.STATUS_BYTES_MAX
    assert len(status.message.encode()) <= answers.MESSAGE_BYTES_MAX
    told = answers.from_status(status)
    assert "10000" == told.facts["violations_total"]
    assert violations[0].field == told.violations[0].field
    assert told.detail.endswith("…")


Behaviour = Callable[[bytes, grpc.aio.ServicerContext[bytes, bytes]], Awaitable[bytes]]


def call_of(channel: Any) -> Callable[..., Any]:
    """The one method, over a channel of either kind; requests and responses are bytes as they are."""
    return cast(Callable[..., Any], channel.unary_unary(METHOD))


class Loopback:
    """A real server on loopback whose one method does what the test says, and a real client of it."""

    def __init__(self) -> None:
        self.behave: Behaviour | None = None
        self.target = ""

    async def fail(self, request: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
        assert self.behave is not None
        return await self.behave(request, context)

    async def error(self) -> grpc.aio.AioRpcError:
        # The options of a plain client: no more metadata than gRPC takes by default.
        async with grpc.aio.insecure_channel(self.target) as channel:
            with pytest.raises(grpc.aio.AioRpcError) as raised:
                await call_of(channel)(b"", timeout=10)
        return raised.value

    def sync_error(self) -> grpc.RpcError:
        with grpc.insecure_channel(self.target) as channel, pytest.raises(grpc.RpcError) as raised:
            call_of(channel)(b"", timeout=10)
        return raised.value


@pytest.fixture
async def loopback() -> AsyncIterator[Loopback]:
    served = Loopback()
    server = grpc.aio.server()
    service, _, method = METHOD.lstrip("/").partition("/")
    server.add_registered_method_handlers(service, {method: grpc.unary_unary_rpc_method_handler(served.fail)})
    served.target = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    yield served
    await server.stop(None)


def raising(failure: Failure) -> Behaviour:
    async def abort(_request: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
        await context.abort_with_status(rpc_status.to_status(answers.to_status(failure)))
        raise AssertionError("abort raises")

    return abort


@pytest.mark.parametrize("kind", list(Kind))
async def test_every_kind_goes_over_a_real_server_and_back(loopback: Loopback, kind: Kind) -> None:
    loopback.behave = raising(failure_of(kind))

    error = await loopback.error()

    assert answers.CODES[kind] is error.code()
    assert failure_of(kind) == answers.from_rpc_error(error)


@pytest.mark.parametrize("letter", ["x", "🚢"])
async def test_the_largest_answer_reaches_a_plain_client(loopback: Loopback, letter: str) -> None:
    violations = tuple(Violation(field=letter * 50, code="R" * 63, message=letter * 100) for _ in range(1000))
    loopback.behave = raising(Failure(kind=Kind.INVALID, reason="R" * 63, detail=letter * 2000, violations=violations))

    told = answers.from_rpc_error(await loopback.error())

    assert Kind.INVALID is told.kind
    assert "1000" == told.facts["violations_total"]


async def test_a_plain_code_becomes_a_failure_of_its_name(loopback: Loopback) -> None:
    async def abort(_request: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
        await context.abort(grpc.StatusCode.OUT_OF_RANGE, "past the end")
        raise AssertionError("abort raises")

    loopback.behave = abort

    assert Failure(kind=Kind.INVALID, reason="RPC_OUT_OF_RANGE", detail="past the end") == answers.from_rpc_error(
        await loopback.error()
    )


@pytest.mark.parametrize("details", [b"\xff\xff", answers.to_status(failure_of(Kind.STALE)).SerializeToString()])
async def test_details_that_are_broken_or_contradict_the_code_are_not_trusted(
    loopback: Loopback, details: bytes
) -> None:
    async def abort(_request: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
        await context.abort(grpc.StatusCode.NOT_FOUND, "gone", (("grpc-status-details-bin", details),))
        raise AssertionError("abort raises")

    loopback.behave = abort

    assert Failure(kind=Kind.NOT_FOUND, reason="RPC_NOT_FOUND", detail="gone") == answers.from_rpc_error(
        await loopback.error()
    )


async def test_nobody_there_is_a_peer_that_does_not_answer() -> None:
    async with grpc.aio.insecure_channel("127.0.0.1:1") as channel:
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await call_of(channel)(b"", timeout=10)

    failure = answers.from_rpc_error(raised.value)

    assert (Kind.PEER, "RPC_UNAVAILABLE") == (failure.kind, failure.reason)


async def test_the_synchronous_client_reads_the_same_failure(loopback: Loopback) -> None:
    loopback.behave = raising(failure_of(Kind.REUSED))

    error = await asyncio.to_thread(loopback.sync_error)

    assert failure_of(Kind.REUSED) == answers.from_rpc_error(error)


def test_an_error_that_says_nothing_is_unknown() -> None:
    assert "RPC_UNKNOWN" == answers.from_rpc_error(grpc.RpcError()).reason
