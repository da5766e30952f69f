"""The bounded local file of spans, written and read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tidewaiter_chassis.spanfile import SpanFile, SpanRecord, read_spans

TRACE = "0af7651916cd43dd8448eb211c80319c"


def record(number: int = 1, *, trace_id: str = TRACE, **values: Any) -> SpanRecord:
    fields: dict[str, Any] = {
        "trace_id": trace_id,
        "span_id": f"{number:016x}",
        "parent_id": None,
        "name": "decide",
        "service": "intake",
        "start_ns": number,
        "end_ns": number + 10,
        "kind": "INTERNAL",
        "status": "UNSET",
        "error": None,
        "attributes": {},
        "links": [],
    }
    return SpanRecord(**(fields | values))


def file_in(folder: Path, *, service: str = "intake", bytes_max: int = 1 << 20) -> SpanFile:
    return SpanFile(folder, service=service, bytes_max=bytes_max)


def test_a_line_is_json_with_the_documented_keys(tmp_path: Path) -> None:
    file = file_in(tmp_path / "deep" / "traces")
    file.append([record(attributes={"items": 3, "path": Path("x")}).line()])
    file.close()

    (line,) = (tmp_path / "deep" / "traces" / "intake.jsonl").read_text().splitlines()
    assert [
        "trace_id",
        "span_id",
        "parent_id",
        "name",
        "service",
        "start_ns",
        "end_ns",
        "kind",
        "status",
        "error",
        "attributes",
        "links",
    ] == list(json.loads(line))
    assert {"items": 3, "path": "x"} == json.loads(line)["attributes"]


def test_the_spans_of_one_trace_are_read_over_all_services_and_files_by_start(tmp_path: Path) -> None:
    for service, numbers in (("intake", (1, 5)), ("risk", (3,)), ("risk.1", (2,))):
        file = file_in(tmp_path, service=service)
        file.append([record(number).line() for number in numbers])
        file.append([record(9, trace_id="f" * 32, links=[{"trace_id": TRACE, "span_id": "1" * 16}]).line()])
        file.close()

    assert [1, 2, 3, 5] == [span["start_ns"] for span in read_spans(tmp_path, TRACE)]
    assert 4 == len(read_spans(tmp_path, TRACE.upper()))
    assert [] == read_spans(tmp_path, "0" * 32)


def test_an_absent_folder_holds_no_spans(tmp_path: Path) -> None:
    assert [] == read_spans(tmp_path / "none", TRACE)


@pytest.mark.parametrize("batch", [1, 7, 100])
def test_the_files_never_grow_over_their_bound_and_keep_the_newest(tmp_path: Path, batch: int) -> None:
    bytes_max = 4096
    file = file_in(tmp_path, bytes_max=bytes_max)
    last = 0
    for first in range(1, 400, batch):
        numbers = range(first, first + batch)
        file.append([record(number).line() for number in numbers])
        last = numbers[-1]
        assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= bytes_max
    file.close()

    starts = [span["start_ns"] for span in read_spans(tmp_path, TRACE)]
    assert {"intake.jsonl", "intake.1.jsonl"} == {path.name for path in tmp_path.iterdir()}
    assert list(range(starts[0], last + 1)) == starts
    assert len(starts) * len(record(100).line()) > bytes_max // 3
    assert 0 == file.dropped


def test_a_span_larger_than_the_file_is_dropped_and_the_next_is_not(tmp_path: Path) -> None:
    file = file_in(tmp_path, bytes_max=2048)
    file.append([record(1, name="x" * 5000).line(), record(2).line()])
    file.close()

    assert ([2], 1) == ([span["start_ns"] for span in read_spans(tmp_path, TRACE)], file.dropped)


def test_a_new_process_goes_on_where_the_last_one_stopped(tmp_path: Path) -> None:
    for number in (1, 2):
        file = file_in(tmp_path)
        file.append([record(number).line()])
        file.close()

    assert [1, 2] == [span["start_ns"] for span in read_spans(tmp_path, TRACE)]


@pytest.mark.parametrize("cut", [1, 20, 100])
def test_a_line_torn_by_a_kill_is_passed_over(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "intake.jsonl"
    path.write_bytes(record(1).line() + record(2).line()[:-cut])
    assert [1] == [span["start_ns"] for span in read_spans(tmp_path, TRACE)][:1]
    file = file_in(tmp_path)
    file.append([record(3).line()])
    file.close()

    starts = [span["start_ns"] for span in read_spans(tmp_path, TRACE)]
    # Only the newline was lost in the first case: that line is whole.
    assert ([1, 2, 3] if cut == 1 else [1, 3]) == starts


def test_a_folder_that_cannot_be_written_is_said_once_and_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "traces"
    blocked.write_text("a file where the folder should be")
    file = file_in(blocked)
    for number in range(5):
        file.append([record(number).line()] * 2)
    assert 10 == file.dropped
    assert ["span file cannot be written"] == [entry.message for entry in caplog.records]

    blocked.unlink()
    file.append([record(7).line()])
    file.close()
    assert ([7], 10) == ([span["start_ns"] for span in read_spans(blocked, TRACE)], file.dropped)


def test_a_full_disk_costs_spans_and_nothing_else() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    file = file_in(full.parent, service="none")
    file.path = full
    file.append([record(1).line()])
    file.append([record(2).line()])

    assert 2 == file.dropped


def test_a_write_cut_short_counts_as_lost_and_the_reader_passes_it_over(tmp_path: Path) -> None:
    # In a process of its own: the limit on the size of files, which cuts a write as a full disk does, is for all files.
    script = f"""
import resource, signal
from pathlib import Path
from tests.unit.test_chassis_spanfile import file_in, record
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
file = file_in(Path({str(tmp_path)!r}))
file.append([record(1).line()])
file.append([record(number, name="x" * 1000).line() for number in (2, 3, 4)])
print(file.dropped)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=30)

    assert ("3\n", 0) == (done.stdout, done.returncode), done.stderr
    assert [1, 2, 3] == [span["start_ns"] for span in read_spans(tmp_path, TRACE)]
