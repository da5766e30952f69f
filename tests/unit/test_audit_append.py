"""Appending: exactly once, in order, each receipt proven, and nothing after a proof that failed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tidewaiter_audit import errors
from tidewaiter_audit.append import Group
from tidewaiter_audit.model import Receipt, Recorded
from tidewaiter_audit.recover import read_checkpoint
from tidewaiter_audit.store.sqlite import FILE_NAME
from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_tlog.proof import verify_inclusion
from tidewaiter_tlog.tree import LeafIndex, TreeSize

from tests.audit_logs import ORIGIN, SIGNER, OpenLog, assert_sound, open_log
from tests.audit_records import decision_id, reason, submission


async def recorded(log: OpenLog, *numbers: int) -> list[Recorded]:
    results = await log.decisions.append([submission(number) for number in numbers])
    return [one for one in results if isinstance(one, Recorded)]


def verify(receipt: Receipt) -> None:
    checkpoint = read_checkpoint(receipt.checkpoint, SIGNER.key)
    assert (ORIGIN, receipt.tree_size) == (receipt.log_origin, checkpoint.tree_size)
    verify_inclusion(receipt.leaf_index, receipt.tree_size, receipt.leaf_hash, receipt.proof, checkpoint.root)


@pytest.mark.parametrize("sizes", [[1], [1, 1, 1], [255, 1, 1], [256, 256], [257, 300, 1], [600]])
async def test_every_receipt_verifies_and_the_log_is_sound_after_every_group(tmp_path: Path, sizes: list[int]) -> None:
    async with open_log(tmp_path) as log:
        placed = 0
        for size in sizes:
            results = await recorded(log, *range(placed, placed + size))

            assert list(range(placed, placed + size)) == [one.receipt.leaf_index for one in results]
            assert {placed + size} == {one.receipt.tree_size for one in results}
            for one in results:
                verify(one.receipt)
            placed += size
            assert_sound(tmp_path, tree_size=placed)


async def test_a_repeat_gets_the_first_decision_and_the_first_receipt_unchanged(tmp_path: Path) -> None:
    async with open_log(tmp_path) as log:
        (first,) = await recorded(log, 1)
        await recorded(log, 2, 3)

        changed = submission(1, reasons=[reason(detail="another answer")])
        (again,) = await log.decisions.append([changed])

    assert isinstance(again, Recorded)
    assert first.receipt == again.receipt
    assert submission(1).decision == again.first
    assert_sound(tmp_path, tree_size=3)


async def test_a_repeat_after_a_restart_gets_the_same(tmp_path: Path) -> None:
    async with open_log(tmp_path) as log:
        firsts = await recorded(log, *range(300))
    async with open_log(tmp_path) as log:
        await recorded(log, 300)
        again = await recorded(log, *range(300))

    assert [one.receipt for one in firsts] == [one.receipt for one in again]
    assert [submission(number).decision for number in range(300)] == [one.first for one in again]
    assert_sound(tmp_path, tree_size=301)


async def test_concurrent_callers_of_the_same_decisions_put_each_on_the_log_once(tmp_path: Path) -> None:
    async with open_log(tmp_path) as log:
        callers = [recorded(log, *range(start, start + 20)) for start in (0, 10, 0, 5, 15) for _ in range(4)]

        answers = [one for results in await asyncio.gather(*callers) for one in results]

    by_leaf: dict[bytes, list[Recorded]] = {}
    for one in answers:
        verify(one.receipt)
        by_leaf.setdefault(one.receipt.leaf_hash, []).append(one)
    assert 35 == len(by_leaf)
    for same in by_leaf.values():
        assert 1 == len({one.receipt.leaf_index for one in same})
        assert 1 == sum(one.first is None for one in same)
    assert_sound(tmp_path, tree_size=35)


async def test_a_decision_twice_in_one_group_is_placed_once_and_the_second_is_a_repeat(tmp_path: Path) -> None:
    changed = submission(1, reasons=[reason(detail="another answer")])
    async with open_log(tmp_path) as log:
        first, second = await log.decisions.append([submission(1), changed])

    assert isinstance(first, Recorded)
    assert isinstance(second, Recorded)
    assert (None, submission(1).decision) == (first.first, second.first)
    assert first.receipt == second.receipt
    assert_sound(tmp_path, tree_size=1)


async def test_one_that_fails_takes_no_other_with_it(tmp_path: Path) -> None:
    refused = errors.decision_not_found("x")
    too_large = submission(2, reasons=[reason(detail="x" * 70_000)])
    async with open_log(tmp_path) as log:
        results = await log.decisions.append([refused, submission(1), too_large, submission(3)])

    assert refused == results[0]
    assert isinstance(results[2], Failure)
    assert "LEAF_TOO_LARGE" == results[2].reason
    assert [0, 1] == [one.receipt.leaf_index for one in results if isinstance(one, Recorded)]
    assert_sound(tmp_path, tree_size=2)


async def test_nothing_handed_in_is_nothing_done(tmp_path: Path) -> None:
    async with open_log(tmp_path) as log:
        assert [] == await log.decisions.append([])
    assert_sound(tmp_path, tree_size=0)


@pytest.mark.parametrize(("handed_in", "refused"), [(3, 0), (4, 1)])
async def test_more_than_may_wait_is_refused_and_the_rest_recorded(
    tmp_path: Path, handed_in: int, refused: int
) -> None:
    async with open_log(tmp_path, group_decisions_max=1, decisions_waiting_max=3) as log:
        results = await log.decisions.append([submission(number) for number in range(handed_in)])

    full = [one for one in results if isinstance(one, Failure)]
    assert [(Kind.FULL, "APPEND_FULL")] * refused == [(one.kind, one.reason) for one in full]
    assert_sound(tmp_path, tree_size=handed_in - refused)


async def test_what_waits_shares_a_group_and_a_checkpoint(tmp_path: Path) -> None:
    async with open_log(tmp_path) as log:
        results = await asyncio.gather(*[recorded(log, number) for number in range(50)])

        sizes = {one.receipt.tree_size for results_of_one in results for one in results_of_one}
        checkpoints = list(log.store.checkpoints())

    assert len(sizes) <= 2
    assert [0, *sorted(sizes)] == [size for size, _ in checkpoints]


async def test_a_cancelled_callers_decision_is_on_the_log_all_the_same(tmp_path: Path) -> None:
    async with open_log(tmp_path) as log:
        caller = asyncio.create_task(recorded(log, 1))
        await asyncio.sleep(0)
        caller.cancel()
        await log.decisions.drain()

        (again,) = await recorded(log, 1)

    assert again.first is not None
    assert_sound(tmp_path, tree_size=1)


class FalseTiles:
    """Tiles of another log: proofs made of them lead nowhere."""

    def inclusion_proofs(self, leaf_indices: list[LeafIndex], tree_size: int) -> list[tuple[bytes, ...]]:
        return [(b"\0" * 32,) * 9 for _ in leaf_indices]


async def test_a_proof_that_does_not_verify_stops_the_log_before_anything_is_written(tmp_path: Path) -> None:
    async with open_log(tmp_path) as log:
        await recorded(log, *range(300))
        tree = log.log.tree()
        object.__setattr__(tree, "tiles", FalseTiles())

        (refused,) = await log.decisions.append([submission(300)])

        assert isinstance(refused, Failure)
        assert (Kind.CORRUPT, "PROOF_INVALID") == (refused.kind, refused.reason)
        assert not log.log.is_ready
        (later,) = await log.decisions.append([submission(301)])
        assert isinstance(later, Failure)
        assert (Kind.CORRUPT, "LOG_HALTED") == (later.kind, later.reason)
        with pytest.raises(Failure, match="LOG_HALTED"):
            log.reader.get(decision_id(1))
        with pytest.raises(Failure, match="LOG_HALTED"):
            log.reader.checkpoint()
    assert_sound(tmp_path, tree_size=300)


async def test_a_second_writer_is_found_out_and_nothing_of_the_first_is_lost(tmp_path: Path) -> None:
    async with open_log(tmp_path) as ours:
        await recorded(ours, 1, 2)
        # The one way to a second writer: the file of the lock is taken away under the first.
        (tmp_path / f"{FILE_NAME}.lock").unlink()
        async with open_log(tmp_path) as theirs:
            await recorded(theirs, 3)

            refused = await ours.decisions.append([submission(4)])
            again = await ours.decisions.append([submission(5)])

            assert [(Kind.BUSY, "LEASE_LOST")] * 2 == [
                (one.kind, one.reason) for one in (*refused, *again) if isinstance(one, Failure)
            ]
            assert (False, True) == (ours.log.is_ready, theirs.log.is_ready)
            # Whoever lost the lease still reads, and what it reads is the one history.
            assert theirs.reader.checkpoint() == ours.reader.checkpoint()
            assert [3, 1] == [one.receipt.leaf_index for one in await recorded(theirs, 4, 2)]
    assert_sound(tmp_path, tree_size=4)


async def test_a_second_writer_is_refused_while_the_first_holds_the_lease_and_not_after(tmp_path: Path) -> None:
    async with open_log(tmp_path) as ours:
        await recorded(ours, 1)
        with pytest.raises(Failure, match="STORE_IN_USE"):
            async with open_log(tmp_path):
                pass
        assert ours.log.is_ready
        await recorded(ours, 2)
    async with open_log(tmp_path) as theirs:
        await recorded(theirs, 3)
    assert_sound(tmp_path, tree_size=3)


async def test_the_store_keeps_no_group_that_builds_on_another_tree(tmp_path: Path) -> None:
    async with open_log(tmp_path) as log:
        await recorded(log, 1)
        stale = Group(
            old_checkpoint=b"another tree\n0\n\n",
            old_size=TreeSize(0),
            new_size=TreeSize(1),
            entries=[],
            tiles={},
            checkpoint=b"",
            recorded_at_ns=0,
        )

        with pytest.raises(Failure, match="LOG_MOVED"):
            await log.store.write_group(stale)
    assert_sound(tmp_path, tree_size=1)


async def test_no_two_leaves_share_a_salt(tmp_path: Path) -> None:
    async with open_log(tmp_path) as log:
        await recorded(log, *range(200))

        salts = {salt for _, (salt, _) in log.store.personal()}

    assert {32} == {len(salt) for salt in salts}
    assert 200 == len(salts)
