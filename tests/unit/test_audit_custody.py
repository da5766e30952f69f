"""Keys and the end of a log: another key takes over in one step or not at all, and a frozen log is only read."""

from __future__ import annotations

import asyncio
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from tidewaiter_audit import custody, keys, leaf
from tidewaiter_audit.custody.__main__ import main
from tidewaiter_audit.fsck.__main__ import main as fsck
from tidewaiter_audit.log import Log
from tidewaiter_audit.model import Recorded
from tidewaiter_audit.store.sqlite import SqliteLog
from tidewaiter_chassis.failures import Failure
from tidewaiter_tlog.checkpoint import verify_checkpoint
from tidewaiter_tlog.receipt import Receipt, verify_receipt
from tidewaiter_tlog.tree import LeafIndex

from tests.audit_logs import ORIGIN, SIGNER, make_log, open_log
from tests.audit_records import submission

WHO = ["--author", "ops", "--reason", "yearly"]


def done(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    """What a command says when it did what was asked."""
    capsys.readouterr()
    assert 0 == main(words), capsys.readouterr().err
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    return said


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    capsys.readouterr()
    assert 1 == main(words)
    return capsys.readouterr().err


async def append(folder: Path, *numbers: int) -> list[Recorded]:
    """Decisions recorded by a service on the keys that are there."""
    from tidewaiter_audit.custody.__main__ import _recorder

    store = SqliteLog.open(folder)
    try:
        await store.take_lease()
        custody.finish_rotation(store, folder=folder, key_path=folder / "audit.key", origin=ORIGIN)
        signer = keys.read_signer(folder / "audit.key", origin=ORIGIN)
        log = Log(store=store, key=signer.key, retired_keys=keys.read_retired(folder))
        results = [(await _recorder(log, store, signer).append([submission(number)]))[0] for number in numbers]
    finally:
        await store.shut()
    assert all(isinstance(one, Recorded) for one in results), results
    return [one for one in results if isinstance(one, Recorded)]


def recorded(folder: Path, *numbers: int) -> list[Recorded]:
    return asyncio.run(append(folder, *numbers))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    asyncio.run(make_log(tmp_path))
    return tmp_path


def test_a_log_and_its_key_are_made_once_and_on_request_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = done(capsys, "init", "--data", f"{tmp_path / 'd'}", "--origin", "example.org/log")

    assert said["verifier_key"] == (tmp_path / "d" / "audit.pub").read_text(encoding="utf-8").strip()
    assert 0o600 == stat.S_IMODE((tmp_path / "d" / "audit.key").stat().st_mode)
    assert "LOG_EXISTS" in refused(capsys, "init", "--data", f"{tmp_path / 'd'}", "--origin", "example.org/log")
    assert "PRIVATE" not in json.dumps(said)


def test_another_key_takes_over_and_everything_signed_before_still_verifies(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = recorded(folder, 1, 2)
    said = done(capsys, "rotate", "--data", f"{folder}", *WHO)
    after = recorded(folder, 3)
    again = recorded(folder, 1)

    new = keys.read_verifier_key(folder / "audit.pub")
    assert (SIGNER.key.to_text(), new.to_text()) == (said["retired"], said["verifier_key"])
    assert SIGNER.key != new
    for result in before:
        assert result.receipt.tree_size == verify_checkpoint(result.receipt.checkpoint, [SIGNER.key]).tree_size
    assert 4 == verify_checkpoint(after[0].receipt.checkpoint, [new]).tree_size
    assert before[0].receipt == again[0].receipt, "a repeat gets its first receipt, of the former key"
    with pytest.raises(Exception, match="must be signed by"):
        verify_checkpoint(after[0].receipt.checkpoint, [SIGNER.key])
    assert 0 == fsck(["--data", f"{folder}"])


def test_who_trusts_the_former_key_is_shown_the_next_one(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recorded(folder, 1)
    said = done(capsys, "rotate", "--data", f"{folder}", *WHO)
    store = SqliteLog.open(folder)
    entry = store.entry_at(LeafIndex(said["leaf_index"]))
    asyncio.run(store.shut())

    assert entry is not None
    for key in (SIGNER.key, keys.read_verifier_key(folder / "audit.pub")):
        assert 2 == verify_receipt(said["receipt"].encode(), entry.leaf, [key]).tree_size
    assert (
        leaf.Rotation(author="ops", from_key=said["retired"], reason="yearly", to_key=said["verifier_key"])
        == leaf.outline_of(entry.leaf).rotation
    )
    assert Receipt.from_bytes(said["receipt"].encode()).leaf_index == said["leaf_index"]


def test_keys_follow_each_other_any_number_of_times(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(3):
        recorded(folder, number)
        done(capsys, "rotate", "--data", f"{folder}", *WHO)

    retired = keys.read_retired(folder)
    assert (3, SIGNER.key) == (len(set(retired)), retired[0])
    assert keys.read_verifier_key(folder / "audit.pub") not in retired
    assert 0 == fsck(["--data", f"{folder}"])


def test_the_former_private_key_is_gone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    private = SIGNER.to_private_text().encode()

    done(capsys, "rotate", "--data", f"{folder}", *WHO)

    assert [] == [path.name for path in folder.iterdir() if private in path.read_bytes()]
    assert 0o600 == stat.S_IMODE((folder / "audit.key").stat().st_mode)


@pytest.mark.parametrize("step", ["read_or_make_signer", "retire", "take_over"])
def test_a_rotation_that_dies_at_any_step_leaves_a_log_that_goes_on(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    recorded(folder, 1)
    real = getattr(keys, step)

    def dies_after(*given: Any, **named: Any) -> None:
        if step != "take_over":
            real(*given, **named)
        raise OSError("the power went")

    with monkeypatch.context() as patched:
        patched.setattr(keys, step, dies_after)
        assert "the power went" in refused(capsys, "rotate", "--data", f"{folder}", *WHO)

    recorded(folder, 2)
    assert 0 == fsck(["--data", f"{folder}"])
    if step == "take_over":
        assert SIGNER.key != keys.read_verifier_key(folder / "audit.pub"), "it was on the log, so the start finished it"
    done(capsys, "rotate", "--data", f"{folder}", *WHO)
    recorded(folder, 3)
    assert 0 == fsck(["--data", f"{folder}"])


def test_a_private_key_that_others_may_read_is_not_used(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "audit.key").chmod(0o640)

    assert "KEY_EXPOSED" in refused(capsys, "rotate", "--data", f"{folder}", *WHO)
    assert "KEY_EXPOSED" in refused(capsys, "freeze", "--data", f"{folder}", *WHO)


def test_a_frozen_log_takes_nothing_more_and_answers_as_before(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = recorded(folder, 1)
    said = done(capsys, "freeze", "--data", f"{folder}", *WHO, "--successor", "example.org/2027")

    assert first[0].receipt == recorded(folder, 1)[0].receipt
    with pytest.raises(AssertionError, match="LOG_FROZEN"):
        recorded(folder, 2)
    assert (2, 3) == (said["leaf_index"], said["tree_size"])
    assert "LOG_FROZEN" in refused(capsys, "freeze", "--data", f"{folder}", *WHO)
    assert "LOG_FROZEN" in refused(capsys, "rotate", "--data", f"{folder}", *WHO)
    assert 0 == fsck(["--data", f"{folder}"])


async def test_the_last_entry_is_named_by_who_and_why_and_what_goes_on(tmp_path: Path) -> None:
    async with open_log(tmp_path) as log:
        await log.decisions.append([submission(1)])
        await custody.freeze(log.log, recorder=log.decisions, author="ops", reason="full", successor="example.org/2")
        (refusal,) = await log.decisions.append([submission(2)])
        entry = log.store.entry_at(LeafIndex(1))

    assert isinstance(refusal, Failure)
    assert "LOG_FROZEN" == refusal.reason
    assert entry is not None
    assert leaf.Freeze(author="ops", reason="full", successor="example.org/2") == leaf.outline_of(entry.leaf).freeze
