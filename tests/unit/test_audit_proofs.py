"""Proofs of many: one walk of the tree, whatever is asked for."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

from tidewaiter_audit.model import Proven
from tidewaiter_audit.recover import read_checkpoint
from tidewaiter_tlog.hashing import HASH_SIZE
from tidewaiter_tlog.proof import verify_inclusion
from tidewaiter_tlog.tiles import Tiles
from tidewaiter_tlog.tree import LeafIndex

from tests.audit_logs import SIGNER, OpenLog, open_log
from tests.audit_records import submission

SIZE = 1_500


async def fill(log: OpenLog) -> None:
    await log.decisions.append([submission(number) for number in range(SIZE)])


async def test_five_hundred_proofs_read_each_tile_once_and_hash_no_more_than_the_tree(tmp_path: Path) -> None:
    async with open_log(tmp_path) as log:
        await fill(log)
        read: Counter[tuple[int, int]] = Counter()

        def counted(level: int, index: int, width: int) -> bytes:
            read[level, index] += 1
            return (log.store.tile(level, index) or b"")[: width * HASH_SIZE]

        proofs = Tiles(counted).inclusion_proofs(random.Random(3).sample(range(SIZE), 500), SIZE)

    assert 500 == len(proofs)
    # Six tiles of level 0 and one above hold all 1,500 leaves: each is read, and so hashed, once.
    assert {(0, index): 1 for index in range(6)} | {(1, 0): 1} == dict(read)


async def test_every_proof_of_a_batch_is_the_one_that_is_given_alone(tmp_path: Path) -> None:
    async with open_log(tmp_path) as log:
        await fill(log)
        names = [LeafIndex(index) for index in random.Random(5).sample(range(SIZE), 500)]

        together = log.reader.get_all(names)

        signed = read_checkpoint(log.reader.checkpoint().note, SIGNER.key)
        for name, proven in zip(names, together, strict=True):
            assert isinstance(proven, Proven)
            assert log.reader.get(name) == proven
            verify_inclusion(name, SIZE, proven.receipt.leaf_hash, proven.receipt.proof, signed.root)
