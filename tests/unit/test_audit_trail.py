"""Trails: every entry of a shipment names the one before, in a group, over groups, and after an older release."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest
from tidewaiter_audit import leaf
from tidewaiter_audit.leaf import Erasure, Trail
from tidewaiter_audit.store.sqlite import FILE_NAME, SqliteReader
from tidewaiter_audit.trail import TrailEnd, place_all
from tidewaiter_chassis.migrations import apply, load_migrations
from tidewaiter_tlog.checkpoint import Checkpoint, sign_checkpoint
from tidewaiter_tlog.hashing import EMPTY_ROOT, leaf_hash
from tidewaiter_tlog.tiles import extend
from tidewaiter_tlog.tree import LeafIndex, TreeSize

from tests.audit_logs import ORIGIN, SIGNER, assert_sound, judged, make_log, open_log
from tests.audit_records import shipment_id, submission

SALT = bytes(32)


def draft(number: int, count: int = 1) -> leaf.Draft:
    return leaf.draft(submission(number, count), salt=SALT)


def trail_of(written: bytes) -> Trail:
    found = leaf.outline_of(written).trail
    assert found is not None
    return found


def stored(folder: Path) -> list[bytes]:
    reader = SqliteReader.open_file(folder / FILE_NAME)
    try:
        return [entry.leaf for entry in reader.entries_from(LeafIndex(0))]
    finally:
        reader.close()


def test_the_first_entry_of_a_shipment_is_number_one_and_names_none() -> None:
    placed, hashes = place_all([draft(1), draft(2)], first_index=10, ends={})

    assert [Trail(number=1), Trail(number=1)] == [trail_of(one.leaf) for one in placed]
    assert [leaf_hash(one.leaf) for one in placed] == hashes


def test_a_later_entry_names_the_one_before_also_in_the_same_group() -> None:
    ends = {shipment_id(1): TrailEnd(4, LeafIndex(7), b"\xaa" * 32)}

    placed, hashes = place_all([draft(1, 5), draft(2), draft(1, 6)], first_index=10, ends=ends)

    assert [
        Trail(number=5, previous_hash="aa" * 32, previous_index=7),
        Trail(number=1),
        Trail(number=6, previous_hash=hashes[0].hex(), previous_index=10),
    ] == [trail_of(one.leaf) for one in placed]


def test_an_entry_of_no_shipment_has_no_trail() -> None:
    placed, _ = place_all([leaf.draft_heads(leaf.Heads(root="00", shipments=1, tree_size=1))], first_index=1, ends={})

    assert (0, None) == (placed[0].number, leaf.outline_of(placed[0].leaf).trail)


async def test_trails_go_on_over_groups_and_starts(tmp_path: Path) -> None:
    async with open_log(tmp_path) as log:
        await log.decisions.append([submission(1), submission(2), submission(1, 2)])
    async with open_log(tmp_path) as log:
        await log.decisions.append([submission(2, 2), submission(1, 3)])

    assert [1, 1, 2, 2, 3] == [trail_of(one).number for one in stored(tmp_path)]
    assert [None, None, 0, 1, 2] == [trail_of(one).previous_index for one in stored(tmp_path)]
    assert_sound(tmp_path, tree_size=5)


async def test_an_erasure_is_an_entry_of_its_shipment_and_takes_the_data_with_it(tmp_path: Path) -> None:
    erasure = Erasure(author="ops", reason="asked for", request_id="r-1", shipment_id=shipment_id(1))
    async with open_log(tmp_path) as log:
        await log.decisions.append([submission(1), submission(2), submission(1, 2)])
        await log.decisions.record([leaf.draft_erasure(erasure)])
        await log.decisions.append([submission(1, 3)])

    assert Trail(number=3, previous_hash=leaf_hash(stored(tmp_path)[2]).hex(), previous_index=2) == trail_of(
        stored(tmp_path)[3]
    )
    assert_sound(tmp_path, tree_size=5)


BROKEN = [
    ("SHIPMENT_MISMATCH", "UPDATE entry SET shipment_id = 'x' WHERE leaf_index = 0"),
    ("TRAIL_MISMATCH", "UPDATE entry SET number = 9 WHERE leaf_index = 2"),
    ("TRAIL_BROKEN", "UPDATE entry SET number = 9 WHERE leaf_index = 0"),
    ("ERASURE_UNDONE", "INSERT INTO personal VALUES (0, x'00', x'00')"),
    ("PERSONAL_MISMATCH", "INSERT INTO personal VALUES (0, x'00', x'00')"),
    ("PERSONAL_WITHOUT_ENTRY", "INSERT INTO personal VALUES (3, x'00', x'00')"),
    ("PERSONAL_MISSING", "DELETE FROM personal WHERE leaf_index = 1"),
]


@pytest.mark.parametrize(("code", "sql"), BROKEN, ids=[code for code, _ in BROKEN])
async def test_the_whole_log_check_sees_a_trail_that_was_tampered_with(tmp_path: Path, code: str, sql: str) -> None:
    erasure = Erasure(author="ops", reason="asked for", request_id="r-1", shipment_id=shipment_id(1))
    async with open_log(tmp_path) as log:
        await log.decisions.append([submission(1), submission(2), submission(1, 2)])
        await log.decisions.record([leaf.draft_erasure(erasure)])
    connection = apsw.Connection(str(tmp_path / FILE_NAME))
    connection.execute(sql)
    connection.close()

    assert code in {problem.code for problem in judged(tmp_path).problems}


def first_form(number: int, count: int) -> bytes:
    """A leaf as the release before wrote it."""
    return draft(number, count).body.replace(b"decision/v2", b"decision/v1")


async def written_by_the_release_before(folder: Path) -> list[bytes]:
    """A sound log of the first schema, with leaves of the first form."""
    leaves = [first_form(1, 1), first_form(2, 1), first_form(1, 2)]
    connection = apsw.Connection(str(folder / FILE_NAME))
    connection.execute("PRAGMA journal_mode = WAL")
    apply(connection, load_migrations("tidewaiter_audit.store")[:1])
    extension = extend(0, [leaf_hash(one) for one in leaves], lambda *_: b"")
    for size, root in ((0, EMPTY_ROOT), (3, extension.root)):
        checkpoint = Checkpoint(origin=ORIGIN, tree_size=TreeSize(size), root=root)
        connection.execute("INSERT INTO checkpoint VALUES (?, ?)", (size, sign_checkpoint(checkpoint, [SIGNER])))
    for tile, hashes in extension.tiles.items():
        connection.execute("INSERT INTO tile VALUES (?, ?, ?)", (tile.level, tile.index, hashes))
    for index, written in enumerate(leaves):
        name = leaf.outline_of(written).entry_id
        connection.execute("INSERT INTO entry VALUES (?, ?, 0, ?)", (index, name, written))
        number, count = ((1, 1), (2, 1), (1, 2))[index]
        kept = submission(number, count).personal
        connection.execute("INSERT INTO personal VALUES (?, ?, ?)", (index, SALT, kept))
    connection.close()
    return leaves


async def test_a_log_of_the_release_before_goes_on_with_trails_and_keeps_its_leaves(tmp_path: Path) -> None:
    await make_log(tmp_path)
    (tmp_path / FILE_NAME).unlink()
    before = await written_by_the_release_before(tmp_path)

    async with open_log(tmp_path) as log:
        await log.decisions.append([submission(1, 3), submission(3)])
        assert submission(1, 2).decision == leaf.decision_of(log.reader.get(LeafIndex(2)).entry)

    assert before == stored(tmp_path)[:3]
    assert Trail(number=3, previous_hash=leaf_hash(before[2]).hex(), previous_index=2) == trail_of(stored(tmp_path)[3])
    assert_sound(tmp_path, tree_size=5)
