"""`tidewaiter log verify`: 0 when a receipt verifies, 1 when it does not, 2 when that cannot be told."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from tidewaiter_cli.__main__ import main
from tidewaiter_tlog.checkpoint import Checkpoint, sign_checkpoint
from tidewaiter_tlog.hashing import leaf_hash, node_hash
from tidewaiter_tlog.receipt import Receipt
from tidewaiter_tlog.signers import Ed25519Signer
from tidewaiter_tlog.tree import LeafIndex, TreeSize

ORIGIN: Final = "log.example/decisions"
LEAVES: Final = [
    b'{"decision":{"decision_id":"D-1","outcome":"OUTCOME_RELEASE"}}',
    b'{"decision":{"decision_id":"D-2","outcome":"OUTCOME_HOLD"}}',
]
SIGNER: Final = Ed25519Signer(name=ORIGIN, seed=b"\x01" * 32)
OTHER: Final = Ed25519Signer(name=ORIGIN, seed=b"\x02" * 32)


def receipt(**changes: object) -> Receipt:
    """Of the first of two leaves, with the leaf in it."""
    first, second = map(leaf_hash, LEAVES)
    checkpoint = Checkpoint(origin=ORIGIN, tree_size=TreeSize(2), root=node_hash(first, second))
    made = Receipt(
        leaf_index=LeafIndex(0), proof=(second,), checkpoint=sign_checkpoint(checkpoint, [SIGNER]), extra=LEAVES[0]
    )
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "r.tlog-proof"
    path.write_bytes(receipt().to_bytes())
    return path


def verify(file: Path, *more: str, key: str = SIGNER.key.to_text()) -> int:
    return main(["log", "verify", f"{file}", "--key", key, *more])


def test_a_receipt_that_carries_its_entry_verifies(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == verify(file)
    assert f"verified: decision D-1, RELEASE, is entry 0 of {ORIGIN}" in capsys.readouterr().out


def test_machines_are_told_in_json(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == verify(file, "--json")
    assert {
        "verified": True, "log_origin": ORIGIN, "leaf_index": 0, "tree_size": 2, "decision_id": "D-1",
        "outcome": "RELEASE",
    } == json.loads(capsys.readouterr().out)  # fmt: skip
    assert 1 == verify(file, "--json", key=OTHER.key.to_text())
    assert json.loads(capsys.readouterr().out)["verified"] is False


def test_the_key_may_be_in_a_file_and_the_entry_beside(file: Path, tmp_path: Path) -> None:
    key, leaf = tmp_path / "audit.pub", tmp_path / "leaf"
    key.write_text(f"{SIGNER.key.to_text()}\n", encoding="utf-8")
    leaf.write_bytes(LEAVES[0])
    file.write_bytes(receipt(extra=None).to_bytes())

    assert 0 == verify(file, "--leaf", f"{leaf}", key=f"{key}")


@pytest.mark.parametrize(
    "changes",
    [
        {"extra": LEAVES[0].replace(b"RELEASE", b"RELAASE")},
        {"extra": LEAVES[1]},
        {"leaf_index": LeafIndex(1)},
        {"proof": (b"\x00" * 32,)},
        {"proof": ()},
    ],
)
def test_a_receipt_of_something_else_does_not_verify(
    file: Path, changes: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_bytes(receipt(**changes).to_bytes())

    assert 1 == verify(file)
    written = capsys.readouterr()
    assert "" == written.out
    assert "does NOT verify" in written.err


def test_another_key_of_the_same_name_does_not_verify(file: Path) -> None:
    assert 1 == verify(file, key=OTHER.key.to_text())


def test_no_changed_byte_goes_unnoticed(file: Path) -> None:
    sound = file.read_bytes()
    for place in range(len(sound)):
        file.write_bytes(sound[:place] + bytes([sound[place] ^ 1]) + sound[place + 1 :])
        assert verify(file) in (1, 2), place


def test_what_is_no_receipt_does_not_verify(file: Path) -> None:
    file.write_bytes(b"hello\n")

    assert 1 == verify(file)


def test_it_cannot_be_told_without_receipt_entry_or_key(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 2 == verify(tmp_path / "none")
    assert 2 == verify(file, key="not-a-key")
    assert 2 == verify(file, key="also+not+akey")
    assert 2 == verify(file, "--leaf", f"{tmp_path / 'none'}")
    file.write_bytes(receipt(extra=None).to_bytes())
    assert 2 == verify(file)
    assert "Give it with --leaf." in capsys.readouterr().err
    with file.open("wb") as large:
        large.truncate(2_000_001)
    assert 2 == verify(file)


def test_an_entry_of_another_kind_of_log_verifies_all_the_same(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    leaf = b"\xff\x00 no JSON"
    checkpoint = Checkpoint(origin=ORIGIN, tree_size=TreeSize(1), root=leaf_hash(leaf))
    made = Receipt(leaf_index=LeafIndex(0), proof=(), checkpoint=sign_checkpoint(checkpoint, [SIGNER]), extra=leaf)
    file.write_bytes(made.to_bytes())

    assert 0 == verify(file)
    assert "decision" not in capsys.readouterr().out.partition("log.example")[0]


def test_a_check_of_a_log_that_is_not_there_cannot_tell(tmp_path: Path) -> None:
    assert 2 == main(["log", "fsck", "--data", f"{tmp_path / 'none'}"])
