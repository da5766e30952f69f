"""The window of a stream: bounded, every chunk answered, nothing dropped on the way out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from tidewaiter_chassis.failures import Failure
from tidewaiter_intake.stream import SPAN_WINDOWS, Due, Window, until_draining

from tests.suite import until


class Answering:
    """Answers a chunk when told to, and counts what is unanswered."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.open: dict[int, asyncio.Future[str]] = {}

    async def __call__(self, chunk: int, _start: int) -> str:
        self.asked.append(chunk)
        self.open[chunk] = asyncio.get_running_loop().create_future()
        answer = await self.open[chunk]
        del self.open[chunk]
        return answer

    async def answer(self, chunk: int) -> None:
        await until(lambda: chunk in self.open)
        self.open[chunk].set_result(f"answer {chunk}")


async def chunks(*sizes: int) -> AsyncIterator[int]:
    for size in sizes:
        yield size


def window(answering: Answering, filings_max: int) -> Window[int, str]:
    return Window(answer=answering, size_of=lambda size: size, filings_max=filings_max)


async def test_answers_come_in_the_order_in_which_they_are_due() -> None:
    answering = Answering()
    answers = window(answering, 10).answers(chunks(1, 2))
    first = asyncio.ensure_future(anext(answers))
    await answering.answer(2)
    assert "answer 2" == (await first).answers
    await answering.answer(1)
    assert ["answer 1"] == [due.answers async for due in answers]


async def test_the_next_chunk_is_read_only_when_the_window_has_room() -> None:
    answering = Answering()
    answers = window(answering, 5).answers(chunks(3, 2, 1))
    first = asyncio.ensure_future(anext(answers))
    await until(lambda: answering.asked == [3, 2])

    await answering.answer(3)
    assert "answer 3" == (await first).answers
    assert [3, 2] == answering.asked, "an answer not taken still counts"
    second = asyncio.ensure_future(anext(answers))
    await until(lambda: answering.asked == [3, 2, 1])
    await answering.answer(1)
    assert "answer 1" == (await second).answers
    await answering.answer(2)
    assert ["answer 2"] == [due.answers async for due in answers]


async def test_a_chunk_larger_than_the_window_passes_alone() -> None:
    answering = Answering()
    answers = window(answering, 2).answers(chunks(9))
    first = asyncio.ensure_future(anext(answers))
    await answering.answer(9)

    assert "answer 9" == (await first).answers
    assert [] == [due.answers async for due in answers]


async def test_what_a_chunk_raises_ends_the_stream() -> None:
    async def broken(_chunk: int, _start: int) -> str:
        raise ValueError("broken")

    answers = Window(answer=broken, size_of=lambda size: size, filings_max=5).answers(chunks(1))

    with pytest.raises(ValueError, match="broken"):
        await anext(answers)


async def test_a_chunk_that_was_begun_is_finished_when_the_reader_leaves() -> None:
    finished = asyncio.Event()
    begun = asyncio.Event()

    async def slow(_chunk: int, _start: int) -> str:
        begun.set()
        await asyncio.sleep(0.01)
        finished.set()
        return "done"

    answers = Window(answer=slow, size_of=lambda size: size, filings_max=5).answers(chunks(1, 1))
    reader = asyncio.ensure_future(anext(answers))
    await begun.wait()
    reader.cancel()
    await asyncio.gather(reader, return_exceptions=True)
    await answers.aclose()

    async with asyncio.timeout(2):
        await finished.wait()


async def test_no_chunks_no_answers() -> None:
    assert [] == [due.answers async for due in window(Answering(), 5).answers(chunks())]


async def test_draining_ends_the_chunks_also_when_none_is_coming() -> None:
    draining = asyncio.Event()

    async def sender() -> AsyncIterator[int]:
        yield 1
        await asyncio.Event().wait()

    taken = until_draining(sender(), draining)
    assert 1 == await anext(taken)
    waiting = asyncio.ensure_future(anext(taken))
    await asyncio.sleep(0)
    draining.set()

    with pytest.raises(Failure, match="DRAINING"):
        await waiting


async def test_what_was_taken_is_answered_before_the_stream_ends_in_an_error() -> None:
    async def failing() -> AsyncIterator[int]:
        yield 3
        raise ConnectionError("gone")

    answering = Answering()
    answers = window(answering, 5).answers(failing())
    first = asyncio.ensure_future(anext(answers))
    await answering.answer(3)

    assert "answer 3" == (await first).answers
    with pytest.raises(ConnectionError, match="gone"):
        await anext(answers)


async def test_what_is_answered_counts_up_to_the_oldest_that_is_not() -> None:
    answering = Answering()
    answers = Window(answer=answering, size_of=lambda size: size, filings_max=10, answered=100).answers(chunks(1, 2, 3))
    dues = []
    for chunk in (3, 1, 2):
        coming = asyncio.ensure_future(anext(answers))
        await answering.answer(chunk)
        dues.append(await coming)

    assert [Due("answer 3", 100), Due("answer 1", 101), Due("answer 2", 106)] == dues
    assert [] == [due async for due in answers]


async def test_a_chunk_is_told_how_many_filings_are_before_it() -> None:
    starts = []

    async def answer(_chunk: int, start: int) -> str:
        starts.append(start)
        return ""

    taken = [
        due async for due in Window(answer=answer, size_of=lambda size: size, filings_max=9).answers(chunks(4, 3, 1))
    ]

    assert ([0, 4, 7], 8) == (starts, taken[-1].answered)


async def test_a_stream_that_waits_for_an_answer_shows_that_it_lives() -> None:
    answering = Answering()
    answers = Window(answer=answering, size_of=lambda size: size, filings_max=5, heartbeat_seconds=0.001).answers(
        chunks(2)
    )

    assert [Due(None, 0)] * 3 == [await anext(answers) for _ in range(3)]
    await answering.answer(2)
    assert Due("answer 2", 2) in [due async for due in answers]


async def test_a_window_is_never_far_ahead_of_its_oldest_unanswered_filing() -> None:
    asked = []

    async def all_but_the_first(chunk: int, start: int) -> str:
        asked.append(start)
        if start == 0:
            await asyncio.Event().wait()
        return f"answer {chunk}"

    answers = Window(answer=all_but_the_first, size_of=lambda size: size, filings_max=2).answers(chunks(*[1] * 100))
    taken = [await anext(answers) for _ in range(SPAN_WINDOWS * 2 - 1)]
    waiting = asyncio.ensure_future(anext(answers))
    await asyncio.sleep(0.01)

    assert ({0}, False) == ({due.answered for due in taken}, waiting.done())
    assert list(range(SPAN_WINDOWS * 2)) == asked
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)


async def silent() -> AsyncIterator[int]:
    await asyncio.Event().wait()
    yield 0


async def test_a_stream_that_says_nothing_and_is_owed_nothing_is_ended() -> None:
    with pytest.raises(Failure, match="STREAM_IDLE"):
        await anext(until_draining(silent(), asyncio.Event(), idle_seconds=0.01))


async def test_a_stream_that_says_nothing_is_kept_while_an_answer_is_owed() -> None:
    looks = [True, True, False]

    with pytest.raises(Failure, match="STREAM_IDLE"):
        await anext(until_draining(silent(), asyncio.Event(), idle_seconds=0.005, owes=lambda: looks.pop(0)))

    assert [] == looks
