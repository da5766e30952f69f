"""A watch that goes on by itself: made again from the last token when intake, or the log behind it, goes away."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import aclosing

from tidewaiter.intake.v1 import intake_pb2

from tidewaiter_client.errors import TidewaiterError, Unavailable
from tidewaiter_client.patience import OnLost, Patience

Request = intake_pb2.WatchDecisionsRequest
Told = intake_pb2.WatchDecisionsResponse


def watch(
    follow: Callable[[Request], Generator[Told, None, None]],
    request: Request,
    *,
    patience: Patience,
    sleep: Callable[[float], None],
    on_lost: OnLost,
) -> Generator[Told, None, None]:
    """What `follow` yields, followed again from the last token while it ends UNAVAILABLE; other errors are raised."""
    while True:
        failure: TidewaiterError = _ended()
        try:
            for told in follow(request):
                patience.renew()
                request.resume_token = told.resume_token
                yield told
        except TidewaiterError as error:
            failure = error
        delay = patience.next_delay_seconds(failure)
        on_lost(failure, delay)
        sleep(delay)


async def aio_watch(
    follow: Callable[[Request], AsyncGenerator[Told, None]],
    request: Request,
    *,
    patience: Patience,
    sleep: Callable[[float], Awaitable[None]],
    on_lost: OnLost,
) -> AsyncGenerator[Told, None]:
    """The same for asyncio."""
    while True:
        failure: TidewaiterError = _ended()
        try:
            async with aclosing(follow(request)) as messages:
                async for told in messages:
                    patience.renew()
                    request.resume_token = told.resume_token
                    yield told
        except TidewaiterError as error:
            failure = error
        delay = patience.next_delay_seconds(failure)
        on_lost(failure, delay)
        await sleep(delay)


def _ended() -> Unavailable:
    return Unavailable(code="UNAVAILABLE", reason="WATCH_ENDED", detail="the service ended the watch")
