"""`tidewaiter trace`: the spans in the files of the services, as a tree with times."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from tidewaiter_chassis.spanfile import SpanFile, SpanRecord
from tidewaiter_cli.__main__ import main
from tidewaiter_cli.commands.trace import spans_written
from tidewaiter_cli.pages.tracing import print_tree, span_tree

TRACE = "ab" * 16


def span(name: str, span_id: str, parent: str | None, start: int, end: int, **more: Any) -> SpanRecord:
    fields: dict[str, Any] = {
        "trace_id": TRACE, "span_id": span_id, "parent_id": parent, "name": name,
        "service": name.partition(".")[0],
        "start_ns": start, "end_ns": end, "kind": "INTERNAL", "status": "OK", "error": None, "attributes": {},
        "links": [],
    }  # fmt: skip
    return SpanRecord(**{**fields, **more})


SPANS = (
    span("audit.append", "4" * 16, "1" * 16, 7_000_000, 9_000_000),
    span("risk.assess", "3" * 16, "1" * 16, 2_000_000, 3_000_000, error="LATE"),
    span("intake.file", "1" * 16, None, 0, 10_000_000, attributes={"tidewaiter.outcome": "RELEASE"}),
    span("eligibility.determine", "2" * 16, "1" * 16, 2_000_000, 6_000_000),
)


def write_spans(folder: Path, *spans: SpanRecord) -> None:
    for each in spans:
        file = SpanFile(folder, service=each.service, bytes_max=1_000_000)
        file.append([each.line()])
        file.close()


def test_a_trace_is_a_tree_with_the_earliest_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_spans(tmp_path, *SPANS)

    assert 0 == main(["trace", TRACE, "--traces", f"{tmp_path}"])
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert f"trace {TRACE}: 4 spans, 10.00 ms" == lines[0]
    assert [
        ["intake.file", "intake", "0.00", "10.00"],
        ["├─", "eligibility.determine", "eligibility", "2.00", "4.00"],
        ["├─", "risk.assess", "risk", "2.00", "1.00"],
        ["└─", "audit.append", "audit", "7.00", "2.00"],
    ] == [line.split(" ms")[0].split() for line in lines[2:]]
    assert lines[2].endswith("RELEASE")
    assert lines[4].endswith("error LATE")


def test_a_trace_for_machines_is_its_spans(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_spans(tmp_path, *SPANS)

    assert 0 == main(["trace", TRACE.upper(), "--traces", f"{tmp_path}", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert (TRACE, 4) == (found["trace_id"], len(found["spans"]))


def test_a_filing_that_was_not_sampled_is_told_as_such(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 1 == main(["trace", "cd" * 16, "--traces", f"{tmp_path}"])
    assert "was not sampled" in capsys.readouterr().err


@pytest.mark.parametrize("width", [60, 80, 125])
def test_no_number_of_a_trace_is_cut_however_narrow_the_console(width: int) -> None:
    spans = [json.loads(each.line()) for each in SPANS]
    spans[1]["name"] = "a.span.with.quite.a.long.name.for.so.narrow.a.place"
    spans[1]["end_ns"] = 12_345_670_000
    spans[2]["attributes"] |= {"tidewaiter.eligibility.verdict": "NOT_ELIGIBLE", "tidewaiter.risk.score": 85}
    written = io.StringIO()
    print_tree(TRACE, span_tree(spans), Console(width=width, file=written))
    lines = written.getvalue().splitlines()

    assert 6 == len(lines)
    assert "12343.67 ms" in lines[4]
    assert all(len(line) <= width for line in lines[1:])
    assert "━" in lines[2]
    assert ("RELEASE, NOT_ELIGIBLE, score 85" in lines[2]) == (width == 125)


def test_spans_that_are_not_written_yet_are_waited_for(tmp_path: Path) -> None:
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds
        if len(list(tmp_path.iterdir())) == 0:
            write_spans(tmp_path, SPANS[1], SPANS[3])
        elif now[0] > 0.5:
            write_spans(tmp_path, SPANS[0], SPANS[2])

    assert 4 <= len(spans_written(tmp_path, TRACE, clock=lambda: now[0], sleep=sleep))
    assert now[0] < 1
    assert [] == spans_written(tmp_path, "cd" * 16, clock=lambda: now[0], sleep=sleep)
    assert now[0] > 1.5


def test_a_folder_of_traces_that_is_none_names_the_flag(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 1 == main(["trace", TRACE, "--traces", f"{tmp_path / 'none'}"])
    assert "--traces" in capsys.readouterr().err


def test_a_span_without_its_parent_is_a_root() -> None:
    spans: list[dict[str, Any]] = [
        {"span_id": "b", "parent_id": "gone", "start_ns": 2},
        {"span_id": "a", "parent_id": None, "start_ns": 1},
    ]

    assert ["a", "b"] == [node.span["span_id"] for node in span_tree(spans)]
