"""What is kept of streams: added at their end or not at all, forgotten once answered or after a day."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tidewaiter_chassis.clock import FixedClock
from tidewaiter_chassis.failures import Failure
from tidewaiter_intake.model import FilingName
from tidewaiter_intake.resume import KeptStream, Streams
from tidewaiter_intake.store.streams import SWEPT_AT_ONCE, SqliteStreams

from tests.filings import OPEN_DAY, filing
from tests.intake_house import House

DAY = 86_400


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    built = House(tmp_path)
    yield built
    await built.close()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 3, 1, tzinfo=UTC))


@pytest.fixture
def streams(house: House, clock: FixedClock) -> Streams:
    numbers = iter(range(1, 10_000))
    store = SqliteStreams(house.journal.database)
    return Streams(
        store=store, clock=clock, random_bytes=lambda size: next(numbers).to_bytes(size, "big"), kept_seconds=DAY
    )


def names(*numbers: int) -> list[FilingName]:
    return [FilingName("CARR01", f"r{n}", f"{n:016x}") for n in numbers]


async def kept(streams: Streams, *chunks: int) -> KeptStream:
    """A stream of chunks of these sizes."""
    stream, start = await streams.open(""), 0
    for size in chunks:
        await stream.keep(start, names(*range(start, start + size)))
        start += size
    return stream


def rows(house: House) -> int:
    count: int = house.journal.database.read().execute("SELECT count(*) FROM stream_chunk").get
    return count


async def test_a_stream_goes_on_behind_every_chunk_with_what_is_kept_behind_it(streams: Streams) -> None:
    for answered, sizes in ((0, [3, 2, 4]), (3, [2, 4]), (5, [4]), (9, [])):
        stream = await kept(streams, 3, 2, 4)
        resumed = await streams.open(stream.token(answered))

        assert (answered, 9) == (resumed.answered, resumed.received)
        assert sizes == [len(chunk) for chunk in resumed.missed()]
        assert names(*range(answered, 9)) == [name for chunk in resumed.missed() for name in chunk]


async def test_what_was_answered_is_forgotten_when_the_stream_goes_on_but_for_its_end(
    house: House, streams: Streams
) -> None:
    stream = await kept(streams, 3, 2, 4)
    assert 3 == rows(house)

    await streams.open(stream.token(5))
    assert 1 == rows(house)
    await streams.open(stream.token(9))

    assert 1 == rows(house)


@pytest.mark.parametrize("answered", [1, 4, 10])
async def test_a_token_between_chunks_or_beyond_the_end_is_of_no_stream(streams: Streams, answered: int) -> None:
    stream = await kept(streams, 3, 2, 4)

    with pytest.raises(Failure, match="RESUME_TOKEN_UNKNOWN"):
        await streams.open(stream.token(answered))


async def test_a_stream_of_which_nothing_came_goes_on_from_its_beginning(streams: Streams) -> None:
    stream = await streams.open("")

    assert 0 == (await streams.open(stream.token(0))).received


async def test_the_same_chunk_may_be_kept_twice_and_another_in_its_place_is_refused(streams: Streams) -> None:
    stream = await kept(streams, 3, 2)

    await stream.keep(3, names(3, 4))
    for start, other in ((3, names(3, 9)), (3, names(3)), (4, names(4)), (9, names(9))):
        with pytest.raises(Failure, match="STREAM_MOVED_ON"):
            await stream.keep(start, other)

    assert 5 == (await streams.open(stream.token(0))).received


async def test_chunks_are_forgotten_after_their_time_and_then_the_stream_is_not_known(
    house: House, streams: Streams, clock: FixedClock
) -> None:
    old = await kept(streams, 3, 2)
    clock.advance(DAY)
    assert 5 == (await streams.open(old.token(0))).received
    clock.advance(1)
    young = await kept(streams, 1)

    for token in (old.token(3), old.token(5)):
        with pytest.raises(Failure, match="RESUME_TOKEN_UNKNOWN"):
            await streams.open(token)
    assert 1 == rows(house)
    assert 1 == (await streams.open(young.token(0))).received


async def test_a_stream_whose_beginning_is_forgotten_is_not_known_from_there(
    streams: Streams, clock: FixedClock
) -> None:
    stream = await kept(streams, 3)
    clock.advance(DAY // 2)
    await stream.keep(3, names(3, 4))
    clock.advance(DAY // 2 + 1)

    with pytest.raises(Failure, match="RESUME_TOKEN_UNKNOWN"):
        await streams.open(stream.token(0))
    assert 5 == (await streams.open(stream.token(3))).received


async def test_no_more_is_forgotten_at_once_than_its_bound(house: House, streams: Streams, clock: FixedClock) -> None:
    stream = await streams.open("")
    for start in range(SWEPT_AT_ONCE + 5):
        await stream.keep(start, names(start))
    clock.advance(DAY + 1)

    left = []
    for _ in range(2):
        await streams.open("")
        left.append(rows(house))

    assert [5, 0] == left


async def test_chunks_that_are_old_do_not_pile_up_however_many_a_stream_adds(
    house: House, streams: Streams, clock: FixedClock
) -> None:
    left = []
    for _ in range(3):
        stream = await streams.open("")
        for start in range(SWEPT_AT_ONCE + 200):
            await stream.keep(start, names(start))
        left.append(rows(house))
        clock.advance(DAY + 1)

    assert [SWEPT_AT_ONCE + 200] * 3 == left


async def test_a_filing_is_found_by_its_name_and_its_content(house: House, streams: Streams) -> None:
    filed = filing("a")
    await house.journal.accept(house.arrivals([filed]), OPEN_DAY)
    digest = filed.digest.hex()[:16]

    found = streams.contents(
        [
            FilingName("CARR01", "a", digest),
            FilingName("CARR01", "a", digest[::-1]),
            FilingName("CARR01", "a", ""),
            FilingName("OTHER1", "a", digest),
        ]
    )

    assert [filed.content, None, None, None] == found
