"""Our log before a judge that others wrote: aics-tlog from PyPI reads tiles, entries, checkpoints and proofs of ours.

It shares no code with us: it fetches everything over HTTP, as a monitor on the other side of the world would.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aics_tlog as theirs
import pytest
from tidewaiter_audit import custody, keys
from tidewaiter_audit.custody.__main__ import _recorder
from tidewaiter_audit.site import TilesSite
from tidewaiter_audit.store.sqlite import FILE_NAME, SqliteReader
from tidewaiter_audit.witnesses.gather import Gatherer
from tidewaiter_audit.witnesses.policy import WitnessPolicy
from tidewaiter_tlog.hashing import leaf_hash
from tidewaiter_tlog.tree import LeafIndex

from tests.audit_logs import SIGNER, OpenLog, open_log
from tests.audit_records import submission
from tests.seams.test_audit_witnesses import ask_at_once, witness

LEAVES = 700
"""Two full tiles of level 0 and a partial one, and a partial tile of level 1."""

THEIR_KEY = theirs.parse_vkey(SIGNER.key.to_text())


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[OpenLog]:
    async with open_log(tmp_path / "log") as opened:
        await opened.decisions.append([submission(number) for number in range(300)])
        await opened.decisions.append([submission(number) for number in range(300, LEAVES)])
        yield opened


@pytest.fixture
async def files(log: OpenLog) -> AsyncIterator[theirs.HttpTileReader]:
    site = TilesSite(
        "127.0.0.1:0", open_store=lambda: SqliteReader.open_file(log.folder / FILE_NAME), is_fresh=lambda: True
    )
    address = site.start()
    try:
        yield theirs.HttpTileReader(f"http://{address}", proxies={})
    finally:
        await site.stop()


def checkpoints(log: OpenLog) -> dict[int, theirs.Checkpoint]:
    """Every checkpoint that was ever signed, as they read it, once they have verified its signature."""
    found = {}
    for size, note in log.store.checkpoints():
        parsed = theirs.parse_note(note)
        verified = theirs.verify_checkpoint(parsed, THEIR_KEY)
        assert verified.ok, verified
        found[int(size)] = theirs.parse_checkpoint(parsed.text)
        assert size == found[int(size)].size
    return found


async def test_every_tile_and_every_entry_authenticates_against_our_newest_checkpoint(
    log: OpenLog, files: theirs.HttpTileReader
) -> None:
    newest = checkpoints(log)[LEAVES]

    report = theirs.audit_tiles(files, LEAVES, newest.root)

    assert (LEAVES, 3 + 1, 3) == (report.size, report.tiles, report.bundles)
    assert newest.root == theirs.tree_root_from_tiles(files, LEAVES)


async def test_every_proof_of_ours_satisfies_their_verifier_and_theirs_is_the_same_proof(
    log: OpenLog, files: theirs.HttpTileReader
) -> None:
    newest = checkpoints(log)[LEAVES]

    for index in (0, 1, 255, 256, 299, 300, 511, 512, LEAVES - 1):
        proven = log.reader.get(LeafIndex(index))
        ours = list(proven.receipt.proof)
        assert theirs.verify_leaf_inclusion(proven.entry.leaf, index, LEAVES, ours, newest.root)
        assert ours == list(theirs.inclusion_proof_from_tiles(files, index, LEAVES))
        assert proven.entry.leaf == theirs.read_entry(files, index, LEAVES)


async def test_every_pair_of_checkpoints_is_consistent_to_them(log: OpenLog, files: theirs.HttpTileReader) -> None:
    signed = checkpoints(log)
    sizes = sorted(size for size in signed if size)
    assert [300, LEAVES] == sizes

    tree = log.log.tree()
    for old, new in ((300, LEAVES), (300, 300), (LEAVES, LEAVES)):
        proof = list(tree.tiles.consistency_proof(old, new))
        assert theirs.verify_consistency(old, new, signed[old].root, signed[new].root, proof)
        assert not theirs.verify_consistency(old, new, bytes(32), signed[new].root, proof)


async def test_their_tree_over_our_leaves_has_our_root(log: OpenLog) -> None:
    leaves = [entry.leaf for entry in log.store.entries_from(LeafIndex(0))]
    tree = theirs.MerkleTree(leaves)

    assert tree.root() == log.log.tree().edge.root()
    assert [leaf_hash(one) for one in leaves[:3]] == [theirs.leaf_hash(one) for one in leaves[:3]]


async def test_a_cosignature_of_our_witness_counts_to_them(log: OpenLog, tmp_path: Path) -> None:
    with witness(tmp_path / "w") as one:
        policy = WitnessPolicy((one,), 1)
        await Gatherer(log=log.log, store=log.store, policy=policy, ask=ask_at_once).gather()
    note = theirs.parse_note(log.store.newest_cosigned() or b"")
    their_witness = theirs.parse_vkey(one.key.to_text())

    assert theirs.verify_checkpoint(note, THEIR_KEY, [their_witness], quorum=1).ok
    assert not theirs.verify_checkpoint(
        theirs.parse_note(log.log.tree().checkpoint), THEIR_KEY, [their_witness], quorum=1
    ).ok


async def test_the_checkpoint_of_a_rotation_is_signed_to_them_by_both_keys(log: OpenLog) -> None:
    key, receipt = await custody.rotate(
        log.log,
        recorder_of=lambda former, following: _recorder(log.log, log.store, following, former),
        folder=log.folder,
        key_path=log.folder / "audit.key",
        author="ops",
        reason="yearly",
        random_bytes=lambda size: b"n" * size,
    )

    note = theirs.parse_note(receipt.checkpoint)
    for one in (SIGNER.key, key):
        assert theirs.verify_checkpoint(note, theirs.parse_vkey(one.to_text())).ok
    assert (SIGNER.key,) == keys.read_retired(log.folder)


async def test_they_see_a_tile_that_was_changed(log: OpenLog, files: theirs.HttpTileReader) -> None:
    newest = checkpoints(log)[LEAVES]
    turned = bytearray(newest.root)
    turned[0] ^= 1

    with pytest.raises(theirs.TileVerificationError):
        theirs.audit_tiles(files, LEAVES, bytes(turned))
