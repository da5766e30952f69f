"""Both clients' watches: made again from the last token while the service is away, and no longer than that."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing, closing

import pytest
from google.rpc import code_pb2
from tidewaiter.intake.v1 import intake_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_client import AsyncClient, Client, RequestRefused, StreamLimits, Unavailable
from tidewaiter_client.patience import OnLost, take_no_notice

from tests.client_streams import no_aio_sleep, no_sleep
from tests.fake_intake import FakeIntake, Script, serving, status

Watch = Callable[..., list[str]]

AWAY = status(code_pb2.UNAVAILABLE, "DRAINING", retry_after_seconds=0.0)
REFUSED = status(code_pb2.INVALID_ARGUMENT, "RESUME_TOKEN_UNKNOWN")


def told(*numbers: int) -> list[intake_pb2.WatchDecisionsResponse]:
    """Decisions D1, D2 and so on; 0 is a sign of life."""
    return [
        intake_pb2.WatchDecisionsResponse(
            resume_token=f"next.{n}", dedupe_key=f"D{n}", decision=trade_pb2.Decision(decision_id=f"D{n}")
        )
        if n
        else intake_pb2.WatchDecisionsResponse(resume_token="next.0")
        for n in numbers
    ]


def watch_synchronously(address: str, count: int, *, token: str = "", on_lost: OnLost = take_no_notice) -> list[str]:
    """The keys of so many messages."""
    with (
        Client(address, sleep=no_sleep, stream_limits=LIMITS) as client,
        closing(client.watch_decisions("CARR01", resume_token=token, on_lost=on_lost)) as messages,
    ):
        return [next(messages).dedupe_key for _ in range(count)]


def watch_asynchronously(address: str, count: int, *, token: str = "", on_lost: OnLost = take_no_notice) -> list[str]:
    """The same with the asynchronous client."""

    async def watch() -> list[str]:
        async with (
            AsyncClient(address, sleep=no_aio_sleep, stream_limits=LIMITS) as client,
            aclosing(client.watch_decisions("CARR01", resume_token=token, on_lost=on_lost)) as messages,
        ):
            return [(await anext(messages)).dedupe_key for _ in range(count)]

    return asyncio.run(watch())


LIMITS = StreamLimits(connect_seconds_max=0.5, retry_seconds_max=0.5)
both = pytest.mark.parametrize("watch", [watch_synchronously, watch_asynchronously], ids=["sync", "aio"])


def tokens(fake: FakeIntake) -> list[str]:
    """Where each watch began."""
    return [request.resume_token for request in fake.watched]


@both
def test_a_watch_goes_on_from_the_last_token_however_it_was_cut(watch: Watch) -> None:
    watches = [(told(1, 2), AWAY), (told(3), None), ([], AWAY), (told(4), None)]
    lost: list[str] = []
    with serving(Script(watches=list(watches))) as (fake, address):
        keys = watch(address, 4, token="next.0", on_lost=lambda error, _seconds: lost.append(error.reason))

    assert ["D1", "D2", "D3", "D4"] == keys
    assert ["next.0", "next.2", "next.3", "next.3"] == tokens(fake)
    assert ["DRAINING", "WATCH_ENDED", "DRAINING"] == lost


@both
def test_a_sign_of_life_is_handed_on_and_its_token_gone_on_from(watch: Watch) -> None:
    with serving(Script(watches=[(told(0), AWAY), (told(1), None)])) as (fake, address):
        assert ["", "D1"] == watch(address, 2)

    assert ["", "next.0"] == tokens(fake)


@both
def test_a_refusal_is_raised_at_once(watch: Watch) -> None:
    with serving(Script(watches=[([], REFUSED)])) as (fake, address):
        with pytest.raises(RequestRefused, match="RESUME_TOKEN_UNKNOWN"):
            watch(address, 1, token="next.9")

        assert 1 == len(fake.watched)


@both
def test_a_service_that_does_not_come_back_is_given_up(watch: Watch) -> None:
    with serving(Script()) as (_, address):
        pass

    with pytest.raises(Unavailable):
        watch(address, 1)
