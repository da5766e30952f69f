"""`tidewaiter log history | erase | retention | verify`, asked of a running audit as a person would."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tidewaiter_cli.__main__ import main
from tidewaiter_tlog.history import History

from tests.audit_records import record, shipment_id
from tests.audit_service import Served, served


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path / "data") as opened:
        yield opened


async def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """The status of a command and all that it wrote."""
    capsys.readouterr()
    status = await asyncio.to_thread(main, ["log", *words])
    written = capsys.readouterr()
    # Audit serves in this process, and its log lines are written beside.
    return status, "\n".join(line for line in written.out.splitlines() if not line.startswith("20")) + written.err


async def written_history(log: Served, out: Path, capsys: pytest.CaptureFixture[str], number: int = 1) -> str:
    status, text = await said(capsys, "history", f"{number:026d}", "--out", f"{out}", "--audit", log.server.address)
    assert 0 == status, text
    return text


def named(number: int, count: int = 1) -> object:
    made = record(number, count)
    for part in (made.decision, made.shipment):
        part.shipment_id = f"{number:026d}"
    made.decision.decision_id = f"{number:026d}-{count}"
    return made


async def test_a_history_is_written_and_verifies_offline(
    log: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await log.append(named(1), named(2), named(1, 2))  # type: ignore[arg-type]
    out, key = tmp_path / "parcel.history.json", log.folder / "audit.pub"

    text = await written_history(log, out, capsys)
    status, verdict = await said(capsys, "verify", f"{out}", "--key", f"{key}", "--json")

    assert f"{out}: 2 entries of {1:026d}, all among the first 3 of the log" == text
    facts = json.loads(verdict)
    assert (0, True, 2, 0, 3) == (
        status, facts["verified"], facts["entries"], facts["entries_after"], facts["complete_to"],
    )  # fmt: skip
    assert [f"{1:026d}-1", f"{1:026d}-2"] == [one["decision_id"] for one in facts["decisions"]]


async def test_a_history_with_an_entry_taken_out_does_not_verify(
    log: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await log.append(named(1), named(1, 2))  # type: ignore[arg-type]
    out, key = tmp_path / "h.json", log.folder / "audit.pub"
    await written_history(log, out, capsys)
    whole = History.from_bytes(out.read_bytes())
    cut = History(
        shipment_id=whole.shipment_id,
        checkpoint=whole.checkpoint,
        heads=whole.heads,
        map_proof=whole.map_proof,
        entries=whole.entries[:1],
    )
    out.write_bytes(cut.to_bytes())

    status, text = await said(capsys, "verify", f"{out}", "--key", f"{key}")

    assert 1 == status
    assert "does NOT verify: the shipment must have 2 entries before 2" in text


async def test_a_history_reads_well(log: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    await log.append(named(1))  # type: ignore[arg-type]
    out = tmp_path / "h.json"
    await written_history(log, out, capsys)

    _, text = await said(capsys, "verify", f"{out}", "--key", f"{log.folder / 'audit.pub'}")

    assert f"verified: {1:026d} has 1 and no other entries among the first 1 of tidewaiter.local/decisions" in text
    assert f"\n  {1:026d}-1 RELEASE" in text


async def test_what_is_erased_is_shown_first_and_then_done_only_when_confirmed(
    log: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    await log.append(record(1), record(2))
    words = ["erase", shipment_id(1), "--author", "ops", "--reason", "letter", "--request-id", "L-1"]
    at = ["--audit", log.server.address]

    dry = await said(capsys, *words, *at, "--dry-run")
    unconfirmed = await said(capsys, *words, *at)
    assert 2 == await log.tree_size()
    done = await said(capsys, *words, *at, "--yes")
    again = await said(capsys, *words, *at, "--yes", "--json")

    assert (0, f"1 shipment would be erased\n  {shipment_id(1)}") == dry
    assert (2, True) == (unconfirmed[0], "it cannot be undone, and nobody is here to be asked" in unconfirmed[1])
    assert (0, f"1 shipment erased\n  {shipment_id(1)}  entry 2") == done
    assert [{"shipment_id": shipment_id(1), "replayed": True, "leaf_index": 2}] == json.loads(again[1])["erasures"]
    assert 3 == await log.tree_size()


async def test_a_person_is_named_or_a_shipment_and_not_both(log: Served, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--author", "ops", "--reason", "letter", "--request-id", "L-1", "--audit", log.server.address]

    for given in ([], [shipment_id(1), "--person", "Ada"]):
        status, text = await said(capsys, "erase", *given, *words)
        assert (2, True) == (status, "one of the two" in text)
    status, text = await said(capsys, "erase", "--person", "Nobody At All", *words, "--yes")
    assert (0, "0 shipments erased") == (status, text)


async def test_retention_says_by_which_rule_and_what_it_would_do(
    log: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    await log.append(record(1))
    words = ["retention", "--author", "ops", "--audit", log.server.address]

    status, text = await said(capsys, *words, "--dry-run")
    _, facts = await said(capsys, *words, "--yes", "--json")

    assert 0 == status
    assert "the personal data of 0 decisions would be erased, recorded before 2020-12-01T12:00:00Z" in text
    assert "5 years and 90 days; 19 CFR 163.4(a), unverified" in text
    assert (0, [], "UNVERIFIED") == tuple(json.loads(facts)[name] for name in ("decisions", "entries", "confidence"))


async def test_a_day_that_the_calendar_has_not_is_refused(log: Served, capsys: pytest.CaptureFixture[str]) -> None:
    status, text = await said(capsys, "retention", "--author", "ops", "--before", "2020-02-30", "--dry-run")

    assert (2, True) == (status, "--before 2020-02-30 is no day" in text)


async def test_more_witnesses_than_are_named_cannot_be_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = "log.example/parcels+c0a145fa+Aa8Go+MpFxTk81bBnJsVzRlR7G5mYqp3vgdUfyiTgzQd"

    status, text = await said(capsys, "verify", f"{tmp_path}", "--key", key, "--witnesses-min", "1")

    assert (2, True) == (status, "asks for more witnesses than the 0" in text)
