"""`tidewaiter file` against an intake that does what its script says: order, counts, endings, reports."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from google.rpc import code_pb2
from tidewaiter.intake.v1 import intake_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_cli.__main__ import main
from tidewaiter_cli.filing.ordered_output import OrderedOutput
from tidewaiter_client.protojson import reader

from tests.fake_intake import Script, response, serving, status

File = Callable[..., tuple[int, dict[str, object], list[str]]]
GONE = status(code_pb2.UNAVAILABLE, "STORE_LOST")


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "m.jsonl"
    path.write_bytes(b"".join(b'{"requestId":"r%d"}\n' % number for number in range(300)))
    return path


@pytest.fixture
def file(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> File:
    """Files a manifest; the status, the summary, and the lines on standard error."""

    def file(manifest: Path, address: str, *more: str) -> tuple[int, dict[str, object], list[str]]:
        words = ["file", f"{manifest}", "--intake", address, "--data", f"{tmp_path}", "--json", *more]
        status = main(words)
        written = capfd.readouterr()
        return status, json.loads(written.out), written.err.splitlines()

    return file


def test_all_are_decided_and_the_answers_are_in_the_manifests_order(file: File, manifest: Path, tmp_path: Path) -> None:
    out = tmp_path / "decisions.jsonl"
    with serving() as (_, address):
        ended, summary, err = file(manifest, address, "--out", f"{out}", "--in-flight", "50")
    answers = [reader(intake_pb2.SubmitFilingResponse)(line) for line in out.read_bytes().splitlines()]

    assert (0, []) == (ended, err)
    assert [f"r{number}" for number in range(300)] == [answer.request_id for answer in answers]
    assert (300, 300, 0, {"RELEASE": 300}) == tuple(summary[name] for name in ("filings", "decided", "bad", "outcomes"))
    assert {"filings", "decided", "replayed", "pending", "bad", "outcomes", "seconds", "filings_per_second"} <= set(
        summary
    )


def test_filed_again_all_are_replayed(file: File, manifest: Path) -> None:
    with serving() as (_, address):
        assert 0 == file(manifest, address)[1]["replayed"]
        assert 300 == file(manifest, address)[1]["replayed"]


def test_bad_lines_are_reported_with_line_and_field_and_the_rest_goes_on(
    file: File, manifest: Path, tmp_path: Path
) -> None:
    def decide(filing: trade_pb2.Filing) -> intake_pb2.FilingResult:
        if filing.request_id == "r2":
            violations = (("filing.mode", "MODE_MISSING", "say how it arrives"),)
            refusal = status(code_pb2.INVALID_ARGUMENT, "MODE_MISSING", violations=violations)
            return intake_pb2.FilingResult(request_id="r2", error=refusal)
        return intake_pb2.FilingResult(request_id=filing.request_id, response=response(filing))

    out = tmp_path / "decisions.jsonl"
    manifest.write_bytes(b'{"requestId":"r1"}\n\n{"gift":"yes"}\n{"requestId":"r2"}\n{"requestId":"r3"}\n')
    with serving(Script(decide=decide)) as (_, address):
        ended, summary, err = file(manifest, address, "--out", f"{out}")

    assert 3 == ended
    assert (4, 2, 2, 1) == tuple(summary[name] for name in ("filings", "decided", "bad", "refused"))
    assert [
        "line 3: gift: must be true or false",
        "line 4: filing.mode MODE_MISSING: say how it arrives",
    ] == sorted(err)
    assert 2 == len(out.read_bytes().splitlines())


def test_a_pending_filing_is_not_decided_and_the_remedy_is_told(file: File, manifest: Path) -> None:
    def decide(filing: trade_pb2.Filing) -> intake_pb2.FilingResult:
        pending = response(filing)
        pending.decision.outcome = trade_pb2.OUTCOME_PENDING
        return intake_pb2.FilingResult(request_id=filing.request_id, response=pending)

    with serving(Script(decide=decide)) as (_, address):
        ended, summary, err = file(manifest, address)

    assert (1, 300, 0) == (ended, summary["pending"], summary["decided"])
    assert "File the same manifest again" in err[-1]


@pytest.mark.parametrize("replayed", [False, True])
def test_a_review_only_for_the_silence_of_risk_is_counted_and_told(file: File, manifest: Path, replayed: bool) -> None:
    silent = trade_pb2.Reason(code=trade_pb2.REASON_CODE_RISK_SILENT)
    law = trade_pb2.Reason(code=trade_pb2.REASON_CODE_LAW_UNKNOWN)
    reasons = {"r1": [silent, law], "r2": [silent], "r3": [law, silent], "r4": [law]}

    def decide(filing: trade_pb2.Filing) -> intake_pb2.FilingResult:
        answer = response(filing, replayed=replayed)
        if filing.request_id in reasons:
            answer.decision.outcome = trade_pb2.OUTCOME_REVIEW
            answer.decision.reasons.extend(reasons[filing.request_id])
        return intake_pb2.FilingResult(request_id=filing.request_id, response=answer)

    with serving(Script(decide=decide)) as (_, address):
        ended, summary, err = file(manifest, address)

    assert (0, 2, {"RELEASE": 296, "REVIEW": 4}) == (ended, summary["risk_silent"], summary["outcomes"])
    (line,) = err
    assert line.startswith("2 filings are REVIEW only because risk did not answer; they are decided again")
    assert "`tidewaiter explain S-r" in line
    assert "`tidewaiter watch --filer CODE`" in line


def test_a_lost_connection_costs_only_retries_and_is_told(file: File, manifest: Path) -> None:
    with serving(Script(connections=[(120, GONE), (80, GONE)])) as (_, address):
        ended, summary, err = file(manifest, address)

    assert (0, 300, 0) == (ended, summary["decided"], summary["replayed"])
    assert all("trying again" in line for line in err)


def test_a_fault_of_the_service_ends_it_with_what_was_counted_so_far(file: File, manifest: Path) -> None:
    with serving(Script(connections=[(120, status(code_pb2.INTERNAL, "BUG"))])) as (_, address):
        ended, summary, err = file(manifest, address)

    assert (1, 120) == (ended, summary["decided"])
    assert err[0].startswith("tidewaiter: BUG")


def test_a_header_that_cannot_be_meant_ends_it(file: File, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "m.csv"
    path.write_text("nope\n1\n", encoding="utf-8")
    with serving() as (_, address):
        assert 1 == main(["file", f"{path}", "--intake", address])

    assert "there is no column 'nope'" in capfd.readouterr().err


def test_the_manifest_may_come_by_standard_input(manifest: Path) -> None:
    with serving() as (_, address), manifest.open("rb") as text:
        words = [sys.executable, "-m", "tidewaiter_cli", "file", "-", "--intake", address, "--json"]
        finished = subprocess.run(words, stdin=text, capture_output=True, check=True)

    assert 300 == json.loads(finished.stdout)["decided"]


def test_a_person_gets_a_table(manifest: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with serving() as (_, address):
        assert 0 == main(["file", f"{manifest}", "--intake", address])
    out = capfd.readouterr().out

    assert "RELEASE" in out
    assert "300 filings in" in out


def test_the_manifest_is_never_its_own_output(manifest: Path, capfd: pytest.CaptureFixture[str]) -> None:
    before, link = manifest.read_bytes(), manifest.with_name("link")
    link.hardlink_to(manifest)
    for out in (manifest, link):
        assert 2 == main(["file", f"{manifest}", "--intake", "127.0.0.1:1", "--out", f"{out}"])

    assert "is the manifest itself" in capfd.readouterr().err
    assert before == manifest.read_bytes()


def test_an_output_stays_as_it_was_until_there_are_answers(file: File, manifest: Path, tmp_path: Path) -> None:
    out = tmp_path / "decisions.jsonl"
    out.write_bytes(b"earlier\n")
    with serving(Script(connections=[(0, status(code_pb2.INTERNAL, "BUG"))])) as (_, address):
        assert 1 == file(manifest, address, "--out", f"{out}")[0]
    assert b"earlier\n" == out.read_bytes()

    with serving(Script(connections=[(120, status(code_pb2.INTERNAL, "BUG"))])) as (_, address):
        assert 1 == file(manifest, address, "--out", f"{out}")[0]
    lines = out.read_bytes().splitlines()
    answers = [reader(intake_pb2.SubmitFilingResponse)(line) for line in lines]
    assert [f"r{number}" for number in range(len(lines))] == [answer.request_id for answer in answers]
    assert {"m.jsonl", "decisions.jsonl"} == {path.name for path in tmp_path.iterdir()}


def test_interrupted_it_keeps_what_was_answered_and_says_how_to_go_on(
    file: File, manifest: Path, tmp_path: Path
) -> None:
    out = tmp_path / "decisions.jsonl"

    def decide(filing: trade_pb2.Filing) -> intake_pb2.FilingResult:
        if filing.request_id == "r200":
            signal.raise_signal(signal.SIGINT)
        return intake_pb2.FilingResult(request_id=filing.request_id, response=response(filing))

    with serving(Script(decide=decide)) as (_, address):
        ended, summary, err = file(manifest, address, "--out", f"{out}", "--in-flight", "50")

    assert 130 == ended
    assert [f"tidewaiter: interrupted after {summary['decided']} answers; file it again, nothing is filed twice"] == err
    assert 0 < len(out.read_bytes().splitlines()) <= 200


def test_with_nobody_there_no_empty_table_is_shown(manifest: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with serving(Script(connections=[(0, status(code_pb2.INTERNAL, "BUG"))])) as (_, address):
        assert 1 == main(["file", f"{manifest}", "--intake", address])

    assert "" == capfd.readouterr().out


@pytest.mark.parametrize("words", [[], ["--json"]])
@pytest.mark.parametrize("content", ["", "\n\n"])
def test_a_manifest_without_a_filing_is_said_and_is_no_failure(
    content: str, words: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "m.jsonl"
    path.write_text(content, encoding="utf-8")
    with serving(Script()) as (_, address):
        assert 0 == main(["file", f"{path}", "--intake", address, *words])

    written = capfd.readouterr()
    assert "the manifest holds no filing: nothing was filed." in written.err
    assert [0] * bool(words) == [json.loads(line)["filings"] for line in written.out.splitlines()]


@pytest.mark.parametrize("line", ["[]", '""', '{"seller": []}'])
def test_a_line_that_is_no_object_is_told_by_its_number(line: str, file: File, tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    path.write_text(f"{line}\n", encoding="utf-8")
    with serving(Script()) as (_, address):
        ended, summary, err = file(path, address)

    assert (3, 1) == (ended, summary["bad"])
    assert ["line 1"] == [said[: len("line 1")] for said in err]
    assert "must be a JSON object" in err[0]


def test_lines_are_written_in_order_however_they_come(tmp_path: Path) -> None:
    positions = list(range(500))
    random.Random(5).shuffle(positions)
    with (tmp_path / "out").open("wb") as file:
        output = OrderedOutput(file)
        for position in positions:
            output.put(position, b"%d" % position if position % 7 else b"")

    written = (tmp_path / "out").read_bytes().split()
    assert [b"%d" % number for number in range(500) if number % 7] == written


def test_reading_does_not_run_away_from_the_oldest_unanswered() -> None:
    output = OrderedOutput(None, ahead_max=10)
    for position in range(1, 10):
        output.put(position, b"")
    passed = threading.Event()

    def wait() -> None:
        output.wait_for_room(10)
        passed.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    assert not passed.wait(0.05)
    output.put(0, b"")
    assert passed.wait(5)
    waiting.join()
