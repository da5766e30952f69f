"""A complete log written by another implementation is read, verified and written again byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest
from tidewaiter_tlog.checkpoint import Checkpoint, verify_checkpoint
from tidewaiter_tlog.entry_bundle import decode_bundle, encode_bundle
from tidewaiter_tlog.fsck import check_bundles, check_tiles
from tidewaiter_tlog.hashing import leaf_hashes
from tidewaiter_tlog.note import parse_note, parse_verifier_key
from tidewaiter_tlog.proof import verify_consistency, verify_inclusions
from tidewaiter_tlog.receipt import Receipt, verify_receipt
from tidewaiter_tlog.tiles import BundleId, TileId, Tiles, bundles_of, extend, tiles_of
from tidewaiter_tlog.tree import Edge, LeafIndex

KEY = parse_verifier_key("example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx")
SIZE = 15


class PublishedLog:
    """The log's files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def tile(self, level: int, index: int, width: int) -> bytes:
        return (self._folder / TileId(level, index, width).path).read_bytes()

    def bundle(self, index: int, width: int) -> bytes:
        return (self._folder / BundleId(index, width).path).read_bytes()

    def signed(self, size: int) -> bytes:
        return (self._folder / f"checkpoint.{size}").read_bytes()

    def checkpoint(self, size: int) -> Checkpoint:
        return verify_checkpoint(self.signed(size), [KEY])

    def entries(self, size: int) -> list[bytes]:
        return [entry for bundle in bundles_of(size) for entry in decode_bundle(self.bundle(bundle.index, size), size)]


@pytest.fixture
def log(shared_data: Path) -> PublishedLog:
    return PublishedLog(shared_data / "tlog" / "tessera_log")


@pytest.mark.parametrize("size", range(SIZE + 1))
def test_every_size_verifies_from_its_tiles_bundles_and_checkpoint(log: PublishedLog, size: int) -> None:
    checkpoint = log.checkpoint(size)
    assert ("example.com/log/testdata", size, ()) == (checkpoint.origin, checkpoint.tree_size, checkpoint.extensions)
    check_tiles(size, checkpoint.root, log.tile)
    check_bundles(size, log.bundle, log.tile)
    assert checkpoint.root == Edge().append(leaf_hashes(log.entries(size))).root()


@pytest.mark.parametrize("size", range(1, SIZE + 1))
def test_every_file_of_every_size_is_written_again_byte_for_byte(log: PublishedLog, size: int) -> None:
    entries = log.entries(size)
    written = extend(size - 1, leaf_hashes(entries[size - 1 :]), log.tile)
    assert {tile: log.tile(tile.level, tile.index, tile.width) for tile in tiles_of(size)} == written.tiles
    assert log.bundle(0, size) == encode_bundle(entries)
    note = parse_note(log.signed(size))
    assert log.signed(size) == note.to_bytes()
    assert note.text == log.checkpoint(size).to_text()


@pytest.mark.parametrize("size", range(1, SIZE + 1))
def test_every_proof_of_every_size_verifies_against_the_signed_roots(log: PublishedLog, size: int) -> None:
    tiles, root, leaves = Tiles(log.tile), log.checkpoint(size).root, leaf_hashes(log.entries(size))
    verify_inclusions(range(size), size, leaves, tiles.inclusion_proofs(range(size), size), root)
    for size1 in range(1, size + 1):
        proof = tiles.consistency_proof(size1, size)
        verify_consistency(size1, size, proof, log.checkpoint(size1).root, root)


def test_a_receipt_made_from_the_published_files_verifies_with_the_published_key(log: PublishedLog) -> None:
    entries = log.entries(SIZE)
    for index, proof in enumerate(Tiles(log.tile).inclusion_proofs(range(SIZE), SIZE)):
        receipt = Receipt(leaf_index=LeafIndex(index), proof=proof, checkpoint=log.signed(SIZE))
        assert log.checkpoint(SIZE) == verify_receipt(receipt.to_bytes(), entries[index], [KEY])
