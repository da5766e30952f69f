"""Work put off from the event loop, and the span queue built on it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from tidewaiter_chassis.spanqueue import SpanQueue
from tidewaiter_chassis.trickle import Trickle


def wait_until(holds: Callable[[], object], *, seconds: float = 5.0) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "did not come to hold"
        time.sleep(0.001)


class Worker:
    """Keeps what it is given; blocked while its gate is shut, and failing when told to."""

    def __init__(self) -> None:
        self.batches: list[list[Any]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()
        self.error: Exception | None = None

    def __call__(self, batch: list[Any]) -> None:
        self.entered.set()
        assert self.gate.wait(10)
        if self.error is not None:
            raise self.error
        self.batches.append(batch)

    @property
    def items(self) -> list[Any]:
        return [item for batch in self.batches for item in batch]


def trickle(worker: Worker, *, items_max: int = 100, batch_max: int = 10, delay_seconds: float = 0.01) -> Trickle[Any]:
    return Trickle(worker, name="test", items_max=items_max, batch_max=batch_max, delay_seconds=delay_seconds)


def test_items_come_out_in_order_in_batches_and_nothing_is_left_after_closing() -> None:
    worker = Worker()
    queue = trickle(worker)
    for number in range(95):
        assert queue.put(number)
    assert 0 == queue.close()

    assert list(range(95)) == worker.items
    assert all(len(batch) <= 10 for batch in worker.batches)
    assert not queue.put(96)


def test_an_item_is_worked_off_without_anyone_asking() -> None:
    worker = Worker()
    queue = trickle(worker)
    queue.put("a")
    wait_until(lambda: worker.items == ["a"])
    queue.put("b")
    wait_until(lambda: worker.items == ["a", "b"])
    queue.close()


def test_items_wait_for_company_unless_they_are_many() -> None:
    worker = Worker()
    queue = trickle(worker, items_max=40, delay_seconds=30)
    for number in range(9):
        queue.put(number)
    assert 9 == len(queue)
    queue.put(9)
    wait_until(lambda: len(worker.items) == 10)
    queue.close()


def test_there_is_room_for_so_many_and_no_more() -> None:
    worker = Worker()
    worker.gate.clear()
    queue = trickle(worker, items_max=3, batch_max=1)
    queue.put("out")
    assert worker.entered.wait(5)
    assert [True, True, True, False] == [queue.put(number) for number in range(4)]
    worker.gate.set()
    queue.close()
    assert ["out", 0, 1, 2] == worker.items


def test_work_that_fails_costs_its_batch_only() -> None:
    worker = Worker()
    worker.error = RuntimeError("collector gone")
    queue = trickle(worker)
    for number in range(3):
        queue.put(number)
    wait_until(lambda: queue.failed == 3)
    worker.error = None
    queue.put("later")
    queue.close()

    assert ["later"] == worker.items


def test_flush_works_off_what_is_queued_in_the_calling_thread() -> None:
    worker = Worker()
    queue = trickle(worker, delay_seconds=30)
    for number in range(25):
        queue.put(number)
    assert queue.flush(5)
    assert list(range(25)) == worker.items
    queue.close()


def test_flush_gives_up_when_the_work_does_not_end() -> None:
    worker = Worker()
    worker.gate.clear()
    queue = trickle(worker)
    queue.put("stuck")
    assert worker.entered.wait(5)
    assert not queue.flush(0.02)
    worker.gate.set()
    queue.close()


def test_many_threads_may_put_at_once() -> None:
    worker = Worker()
    queue = trickle(worker, items_max=100_000)
    threads = [threading.Thread(target=lambda: [queue.put(number) for number in range(2_000)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    queue.close()

    assert 8_000 == len(worker.items)


class Kept(SpanExporter):
    """An exporter around a worker."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.closed = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.worker(list(spans))
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        self.closed = True


def span(name: str) -> ReadableSpan:
    return ReadableSpan(name, resource=Resource({}))


def test_the_span_queue_exports_and_counts_what_it_drops() -> None:
    worker = Worker()
    worker.gate.clear()
    exporter = Kept(worker)
    queue = SpanQueue(exporter, spans_max=2, batch_max=1, delay_seconds=0.01)
    queue.on_end(span("out"))
    assert worker.entered.wait(5)
    for name in ("a", "b", "c", "d"):
        queue.on_end(span(name))
    assert (2, 2) == (queue.dropped, len(queue))
    worker.gate.set()
    assert queue.force_flush(5_000)
    queue.on_end(span("e"))
    queue.shutdown()

    assert ["out", "a", "b", "e"] == [found.name for found in worker.items]
    assert (2, True) == (queue.dropped, exporter.closed)
    queue.on_end(span("late"))
    assert 3 == queue.dropped


def test_the_span_queue_counts_what_the_exporter_lost() -> None:
    worker = Worker()
    worker.error = ConnectionError("collector gone")
    queue = SpanQueue(Kept(worker), delay_seconds=0.01)
    queue.on_end(span("a"))
    queue.shutdown()

    assert 1 == queue.dropped
