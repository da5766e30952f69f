"""`tidewaiter log find | watch | checkpoint | consistency | hammer`, asked of a running audit as an auditor would."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tidewaiter.trade.v1 import trade_pb2 as trade
from tidewaiter_cli.__main__ import main
from tidewaiter_tlog.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint
from tidewaiter_tlog.hashing import leaf_hash
from tidewaiter_tlog.signers import Ed25519Signer
from tidewaiter_tlog.tree import TreeSize

from tests.audit_records import CANARY, decision_id, record, shipment_id
from tests.audit_service import Served, served


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path / "data", watch_idle_seconds="0.05") as opened:
        for start in (0, 10, 20):
            outcome = trade.OUTCOME_HOLD if start == 10 else trade.OUTCOME_RELEASE
            await opened.append(*[record(number, outcome=outcome) for number in range(start, start + 10)])
        yield opened


class Auditor:
    """Asks the running service, and keeps what was said."""

    def __init__(self, log: Served, capsys: pytest.CaptureFixture[str]) -> None:
        self._log = log
        self._capsys = capsys
        self.key = str(log.folder / "audit.pub")

    async def ask(self, *words: str) -> tuple[int, str, str]:
        """The status of `tidewaiter log ...`, its output and its errors."""
        self._capsys.readouterr()
        status = await asyncio.to_thread(main, ["log", *words, "--audit", self._log.server.address])
        written = self._capsys.readouterr()
        # Audit serves in this process, and its log lines are written beside.
        return status, "\n".join(line for line in written.out.splitlines() if not line.startswith("20")), written.err


@pytest.fixture
def auditor(log: Served, capsys: pytest.CaptureFixture[str]) -> Auditor:
    return Auditor(log, capsys)


async def test_decisions_are_found_by_outcome_and_shown_for_people(auditor: Auditor) -> None:
    status, out, errors = await auditor.ask("find", "--outcome", "hold")

    lines = out.splitlines()
    assert (0, 10) == (status, len(lines))
    assert f"       10  2026-03-01T12:00:00Z  HOLD            {shipment_id(10)}  {decision_id(10)}" == lines[0]
    assert "10 decisions, of a log of 30 entries" in errors


async def test_decisions_are_found_by_shipment_and_told_whole_to_machines(auditor: Auditor) -> None:
    status, out, _ = await auditor.ask("find", "--shipment", shipment_id(3), "--json")

    (found,) = [json.loads(line) for line in out.splitlines()]
    assert (0, 3, decision_id(3)) == (status, found["leaf_index"], found["decision"]["decision_id"])
    assert CANARY not in out


@pytest.mark.parametrize(("words", "lines"), [((), 30), (("--limit", "7"), 7), (("--limit", "0"), 30)])
async def test_a_limit_ends_the_list(auditor: Auditor, words: tuple[str, ...], lines: int) -> None:
    assert lines == len((await auditor.ask("find", *words))[1].splitlines())


async def test_the_receipts_of_a_list_verify_offline(auditor: Auditor, tmp_path: Path) -> None:
    receipts = tmp_path / "receipts"

    status, _, _ = await auditor.ask("find", "--outcome", "HOLD", "--proofs", str(receipts))

    written = sorted(receipts.iterdir())
    assert (0, 10) == (status, len(written))
    for receipt in written:
        assert 0 == main(["log", "verify", str(receipt), "--key", auditor.key])


@pytest.mark.parametrize("words", [("--since", "2026-03-01T12:00:01"), ("--until", "2026-03-01T12:00:00")])
async def test_times_bound_a_list(auditor: Auditor, words: tuple[str, str]) -> None:
    assert "" == (await auditor.ask("find", *words))[1]


async def test_an_outcome_that_there_is_not_is_told_with_those_that_there_are(auditor: Auditor) -> None:
    status, _, errors = await auditor.ask("find", "--outcome", "MAYBE")

    assert 2 == status
    assert "Give one of RELEASE, " in errors


async def test_a_watch_goes_on_where_the_one_before_ended(auditor: Auditor, tmp_path: Path) -> None:
    token = str(tmp_path / "token")

    _, first, _ = await auditor.ask("watch", "--after", "earliest", "--count", "12", "--token-file", token)
    _, rest, _ = await auditor.ask("watch", "--count", "18", "--token-file", token, "--json")

    assert [decision_id(number) for number in range(12)] == [line.split()[-1] for line in first.splitlines()]
    assert [decision_id(number) for number in range(12, 30)] == [
        json.loads(line)["decision"]["decision_id"] for line in rest.splitlines()
    ]


async def test_a_checkpoint_that_was_kept_is_continued_by_the_log(
    auditor: Auditor, log: Served, tmp_path: Path
) -> None:
    kept, newer = str(tmp_path / "kept"), str(tmp_path / "newer")
    status, out, _ = await auditor.ask("checkpoint", "--out", kept, "--key", auditor.key)
    assert (0, True) == (status, "had 30 entries" in out)
    await log.append(record(100))

    status, out, _ = await auditor.ask("consistency", kept, "--key", auditor.key, "--out", newer)
    again = await auditor.ask("consistency", newer, "--key", auditor.key, "--json")

    assert (0, True) == (status, "only grew, from 30 entries to 31" in out)
    assert {"consistent": True, "older_size": 31, "newer_size": 31} == {
        name: json.loads(again[1])[name] for name in ("consistent", "older_size", "newer_size")
    }


@pytest.mark.parametrize(("size", "word"), [(30, "root"), (12, "root"), (31, "has 30 entries and had 31")])
async def test_a_log_that_was_rewritten_since_is_found_out(
    auditor: Auditor, log: Served, tmp_path: Path, size: int, word: str
) -> None:
    # The log's own key signed another tree of that size: that is what a rewritten log looks like from outside.
    text = (log.folder / "audit.key").read_text(encoding="ascii").strip()
    forked = Checkpoint(origin="tidewaiter.local/decisions", tree_size=TreeSize(size), root=leaf_hash(b"another"))
    kept = tmp_path / "kept"
    kept.write_bytes(sign_checkpoint(forked, [Ed25519Signer.from_private_text(text)]))

    status, _, errors = await auditor.ask("consistency", str(kept), "--key", auditor.key)

    assert 1 == status
    assert "does NOT continue: " in errors
    assert word in errors


async def test_what_is_no_checkpoint_of_this_log_cannot_be_told_about(auditor: Auditor, tmp_path: Path) -> None:
    other = Ed25519Signer(name="tidewaiter.local/decisions", seed=bytes(32))
    kept = tmp_path / "kept"
    await auditor.ask("checkpoint", "--out", str(kept), "--key", auditor.key)
    foreign = sign_checkpoint(parse_checkpoint(kept.read_bytes()), [other])
    kept.write_bytes(foreign)

    assert 2 == (await auditor.ask("consistency", str(kept), "--key", auditor.key))[0]
    assert 2 == (await auditor.ask("consistency", str(tmp_path / "none"), "--key", auditor.key))[0]
    assert 1 == (await auditor.ask("checkpoint", "--out", str(kept), "--key", other.key.to_text()))[0]
    assert foreign == kept.read_bytes()


@pytest.mark.processes
def test_a_short_hammer_finds_nothing_also_while_the_service_is_killed(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["log", "hammer", "--seconds", "1", "--kills", "1", "--writers", "3", "--readers", "2", "--json"])

    found = json.loads(capsys.readouterr().out)
    assert (0, 0, []) == (status, found["violations"], found["first_violations"])
    assert found["entries"] == found["watched"] > 0
    assert min(found["proofs"], found["files"], found["consistency_proofs"], found["replayed"], found["kills"]) > 0


@pytest.mark.parametrize("words", [("--seconds", "0"), ("--writers", "0"), ("--readers", "0"), ("--kills", "-1")])
def test_no_load_is_refused(words: tuple[str, str]) -> None:
    assert 2 == main(["log", "hammer", *words])
