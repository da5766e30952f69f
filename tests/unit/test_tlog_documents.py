"""What the documents show of the log works as shown, also for one who has nothing of ours but a receipt."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tidewaiter_tlog.checkpoint import Checkpoint, sign_checkpoint
from tidewaiter_tlog.hashing import leaf_hashes
from tidewaiter_tlog.note import Ed25519Cosigner, Ed25519Signer
from tidewaiter_tlog.receipt import Receipt
from tidewaiter_tlog.tiles import TileId, Tiles, extend
from tidewaiter_tlog.tree import LeafIndex

SIZE = 300
ENTRIES = [b"%d" % index for index in range(SIZE)]
LOG = Ed25519Signer(name="log.example/parcels", seed=b"a" * 32)
WITNESS = Ed25519Cosigner(name="witness.example/w1", seed=b"b" * 32, clock_seconds=lambda: 5)


@pytest.fixture(scope="module")
def receipts() -> list[bytes]:
    written = extend(0, leaf_hashes(ENTRIES), lambda level, index, width: b"")
    checkpoint = Checkpoint(origin=LOG.key.name, tree_size=written.size, root=written.root)
    signed = sign_checkpoint(checkpoint, [WITNESS, LOG])
    proofs = Tiles(lambda *tile: written.tiles[TileId(*tile)]).inclusion_proofs(range(SIZE), SIZE)
    return [
        Receipt(
            leaf_index=LeafIndex(index), proof=proof, checkpoint=signed, extra=b"salt" if index % 2 else None
        ).to_bytes()
        for index, proof in enumerate(proofs)
    ]


def test_the_verifier_in_the_document_accepts_every_receipt(project_root: Path, receipts: list[bytes]) -> None:
    verify = run_fence(project_root / "docs" / "log-format.md")["verify"]
    for entry, receipt in zip(ENTRIES, receipts, strict=True):
        verify(receipt, entry, LOG.key.to_text())


def test_the_verifier_in_the_document_refuses_what_is_wrong(project_root: Path, receipts: list[bytes]) -> None:
    verify = run_fence(project_root / "docs" / "log-format.md")["verify"]
    stranger = Ed25519Signer(name=LOG.key.name, seed=b"z" * 32).key.to_text()
    for receipt, entry, key in (
        (receipts[0], ENTRIES[1], LOG.key.to_text()),
        (receipts[0], ENTRIES[0], stranger),
        (receipts[0].replace(b"\n300\n", b"\n299\n"), ENTRIES[0], LOG.key.to_text()),
        (receipts[0].replace(b"index 0", b"index 1"), ENTRIES[0], LOG.key.to_text()),
    ):
        with pytest.raises(Exception):  # noqa: B017, PT011
            verify(receipt, entry, key)


def test_the_example_in_the_readme_runs(project_root: Path) -> None:
    assert "receipt" in run_fence(project_root / "libs" / "tlog" / "README.md")


def run_fence(document: Path) -> dict[str, Any]:
    """What the one Python fence of a document defines when it is run."""
    code, *_ = re.findall(r"^```python\n(.*?)^```", document.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    defined: dict[str, Any] = {}
    exec(compile(code, str(document), "exec"), defined)
    return defined
