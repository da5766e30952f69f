"""The arithmetic of the benchmarks: percentiles, ratios, turns, what is sent, and what is said of the machine."""

from __future__ import annotations

import asyncio
import os
import statistics
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tidewaiter_cli.bench.cargo import BATCH_ITEMS, batches, chunks_of, filings_of, shipments_of
from tidewaiter_cli.bench.figures import RateKeys, latency, percentile, rate, shortened
from tidewaiter_cli.bench.machine import filesystem_of
from tidewaiter_cli.bench.processor_time import processor_seconds
from tidewaiter_cli.bench.timing import at_once, in_turn, rounds

ON_LINUX = Path("/proc/self/environ").exists()


@pytest.mark.parametrize(
    ("percent", "expected"), [(0.1, 1.0), (50, 50.0), (50.5, 51.0), (99, 99.0), (99.1, 100.0), (100, 100.0)]
)
def test_a_percentile_of_the_numbers_to_a_hundred_is_that_number(percent: float, expected: float) -> None:
    values = [float(number) for number in range(100, 0, -1)]

    assert expected == percentile(values, percent)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=50), st.floats(0.1, 100))
def test_a_percentile_is_the_smallest_value_that_enough_do_not_exceed(values: list[float], percent: float) -> None:
    found = percentile(values, percent)

    def share(value: float) -> float:
        return 100 * sum(each <= value for each in values) / len(values)

    assert found in values
    assert share(found) >= percent - 1e-9
    assert all(share(smaller) < percent for smaller in values if smaller < found)


@pytest.mark.parametrize(("values", "percent"), [([], 50), ([1.0], 0), ([1.0], 101)])
def test_a_percentile_of_nothing_is_refused(values: list[float], percent: float) -> None:
    with pytest.raises(ValueError, match="no percentile"):
        percentile(values, percent)


def test_latency_stands_beside_the_echo_made_between() -> None:
    measured = latency("one", [0.004, 0.006, 0.005], [0.001, 0.001, 0.002], prefix="check_")

    assert {
        "check_calls": 3,
        "check_p50_ms": 5.0,
        "check_echo_p50_ms": 1.0,
        "check_p50_ratio_to_echo": 5.0,
        "check_p99_ms": 6.0,
        "check_echo_p99_ms": 2.0,
        "check_p99_ratio_to_echo": 3.0,
    } == measured.figures
    assert ["one, p50", "one, p99"] == [line.what for line in measured.lines]


def test_a_disturbed_round_does_not_decide_the_ratio() -> None:
    keys = RateKeys(rate="rate", baseline="bare", ratio="ratio")

    measured = rate("x", [100.0, 10.0, 90.0], [1000.0, 100.0, 1000.0], keys=keys)

    assert {
        "rate": 90.0,
        "rate_rounds": [100.0, 10.0, 90.0],
        "bare": 1000.0,
        "bare_rounds": [1000.0, 100.0, 1000.0],
        "ratio": 0.1,
    } == measured.figures


@pytest.mark.parametrize(("ratio", "expected"), [(12.3456, 12.3), (0.00954321, 0.00954), (1234.5, 1230.0)])
def test_a_ratio_is_written_with_three_digits_that_count(ratio: float, expected: float) -> None:
    assert expected == shortened(ratio)


async def test_calls_in_turn_alternate() -> None:
    made: list[tuple[str, int]] = []

    async def call(name: str, number: int) -> None:
        made.append((name, number))

    seconds = await in_turn({"a": lambda number: call("a", number), "b": lambda number: call("b", number)}, count=2)

    assert [("a", 0), ("b", 0), ("a", 1), ("b", 1)] == made
    assert {"a": 2, "b": 2} == {name: len(each) for name, each in seconds.items()}


def test_rounds_alternate() -> None:
    made: list[str] = []

    def run(name: str, number: int) -> float:
        made.append(name)
        return number

    assert {"a": [0, 1], "b": [0, 1]} == rounds(2, {"a": lambda n: run("a", n), "b": lambda n: run("b", n)})
    assert ["a", "b", "a", "b"] == made


async def test_calls_at_once_are_as_many_as_there_are_callers_and_each_request_is_made_once() -> None:
    running, most = 0, 0

    async def call(request: int) -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return request

    seconds, answers = await at_once(call, list(range(10)), callers=4)

    assert list(range(10)) == sorted(answers)
    assert 4 == most
    assert seconds > 0


async def test_a_call_that_fails_ends_the_others_and_is_raised_itself() -> None:
    async def call(request: int) -> None:
        if request == 3:
            raise LookupError("three")
        await asyncio.Event().wait()

    with pytest.raises(LookupError, match="three"):
        await at_once(call, [1, 2, 3], callers=3)


def test_cargo_is_never_filed_twice_and_comes_in_batches() -> None:
    one, other = filings_of(1, BATCH_ITEMS + 1), filings_of(2, BATCH_ITEMS + 1)

    assert 2 * (BATCH_ITEMS + 1) == len({filing.request_id for filing in (*one, *other)})
    assert [BATCH_ITEMS, 1] == [len(chunk.chunk.filings) for chunk in chunks_of(one)]
    assert one == [filing for batch in batches(one) for filing in batch]


def test_a_shipment_holds_what_its_filing_says() -> None:
    (filing,) = filings_of(1, 1)
    (shipment,) = shipments_of([filing], series=1)

    assert 26 == len(shipment.shipment_id)
    assert [filing.filer_type] == list(shipment.filer_types)
    assert (filing.consignee, filing.estimated_arrival) == (shipment.consignee, shipment.estimated_arrival)
    assert list(filing.items) == list(shipment.items)


@pytest.mark.skipif(not ON_LINUX, reason="needs /proc")
def test_the_processor_time_of_a_process_grows_as_it_works() -> None:
    before = processor_seconds(os.getpid())
    assert before is not None

    while (now := processor_seconds(os.getpid())) is not None and now < before + 0.02:
        statistics.median(range(1000))

    assert processor_seconds(2**22 + 1) is None, "no such process"


def test_the_file_system_is_that_of_the_nearest_mount(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/a / ext4 rw 0 0\nmem {tmp_path} tmpfs rw 0 0\n/dev/b {tmp_path}/other xfs rw 0 0\n")

    assert "tmpfs" == filesystem_of(tmp_path / "data", mounts)
    assert "ext4" == filesystem_of(tmp_path.parent, mounts)
    assert "" == filesystem_of(tmp_path, tmp_path / "absent")
