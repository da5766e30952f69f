"""What any store of the log promises; every store runs all of it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from tidewaiter_audit.append import Group
from tidewaiter_audit.leaf import Draft, Placed
from tidewaiter_audit.store.sqlite import FILE_NAME, SqliteLog, SqliteReader
from tidewaiter_chassis.failures import Failure
from tidewaiter_tlog.hashing import leaf_hash
from tidewaiter_tlog.tiles import TileId
from tidewaiter_tlog.tree import LeafIndex, TreeSize

Open = Callable[[], SqliteLog]


@pytest.fixture(params=[SqliteLog.open], ids=["sqlite"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Opens the same store, anew each time."""
    return lambda: request.param(tmp_path)


@pytest.fixture
async def store(open_store: Open) -> AsyncIterator[SqliteLog]:
    opened = open_store()
    await opened.begin_log(b"note 0")
    await opened.take_lease()
    yield opened
    await opened.shut()


def placed(number: int, *, goods: bytes = b"", of: str = "", is_erasure: bool = False, nth: int = 1) -> Placed:
    draft = Draft(
        decision_id=f"{'erasure/' if is_erasure else ''}d-{number}",
        shipment_id=of or f"s-{number}",
        body=b"",
        salt=b"" if is_erasure else b"salt %d" % number,
        personal=b"personal %d" % number,
        goods=goods,
        is_erasure=is_erasure,
    )
    return Placed(draft, b"leaf %d" % number, nth)


def group(old: int, new: int, *, tiles: dict[TileId, bytes] | None = None, goods: bytes = b"") -> Group:
    return Group(
        old_checkpoint=b"note %d" % old,
        old_size=TreeSize(old),
        new_size=TreeSize(new),
        entries=[placed(number, goods=goods) for number in range(old, new)],
        tiles=tiles or {},
        checkpoint=b"note %d" % new,
        recorded_at_ns=1_000 + new,
    )


def entries(old: int, *made: Placed) -> Group:
    new = old + len(made)
    return Group(
        old_checkpoint=b"note %d" % old,
        old_size=TreeSize(old),
        new_size=TreeSize(new),
        entries=list(made),
        tiles={},
        checkpoint=b"note %d" % new,
        recorded_at_ns=0,
    )


async def test_a_store_is_empty_until_a_log_is_begun_in_it(open_store: Open) -> None:
    store = open_store()
    assert store.newest_checkpoint() is None

    await store.begin_log(b"note")

    assert b"note" == store.newest_checkpoint()
    await store.shut()


async def test_a_group_is_there_whole_once_written_and_after_opening_anew(open_store: Open) -> None:
    store = open_store()
    await store.begin_log(b"note 0")
    await store.take_lease()
    await store.write_group(group(0, 2, tiles={TileId(0, 0, 2): b"t" * 64}, goods=b"goods"))
    await store.shut()

    store = open_store()
    assert b"note 2" == store.newest_checkpoint()
    assert [(0, b"note 0"), (2, b"note 2")] == list(store.checkpoints())
    assert [(0, "d-0", b"leaf 0", 1_002), (1, "d-1", b"leaf 1", 1_002)] == [
        (entry.leaf_index, entry.decision_id, entry.leaf, entry.recorded_at_ns)
        for entry in store.entries_from(LeafIndex(0))
    ]
    assert [(0, (b"salt 0", b"personal 0")), (1, (b"salt 1", b"personal 1"))] == list(store.personal())
    assert [(0, b"goods"), (1, b"goods")] == list(store.goods())
    assert b"t" * 64 == store.tile(0, 0)
    assert [(0, 0)] == list(store.tile_places())
    assert [] == store.damage()
    await store.shut()


async def test_an_entry_is_found_by_index_and_by_id(store: SqliteLog) -> None:
    await store.write_group(group(0, 3))

    found = store.entry_at(LeafIndex(1))

    assert found is not None
    assert ("d-1", 1) == (found.decision_id, found.leaf_index)
    assert {"d-1": found} == store.entries_named(["d-1", "unknown", "d-1", ""])
    assert {} == store.entries_named([])
    assert store.entry_at(LeafIndex(3)) is None
    assert store.entry_at(LeafIndex(-1)) is None


async def test_the_checkpoint_covering_a_leaf_is_the_first_that_had_it(store: SqliteLog) -> None:
    await store.write_group(group(0, 2))
    await store.write_group(group(2, 3))

    assert [b"note 2", b"note 2", b"note 3", None] == [
        store.checkpoint_covering(LeafIndex(index)) for index in range(4)
    ]


async def test_a_tile_is_replaced_by_its_longer_self(store: SqliteLog) -> None:
    await store.write_group(group(0, 1, tiles={TileId(0, 0, 1): b"a" * 32}))
    await store.write_group(group(1, 2, tiles={TileId(0, 0, 2): b"a" * 32 + b"b" * 32}))

    assert b"a" * 32 + b"b" * 32 == store.tile(0, 0)
    assert store.tile(0, 1) is None
    assert store.tile(1, 0) is None


@pytest.mark.parametrize("old", [0, 1, 3])
async def test_a_group_that_builds_on_another_size_is_refused_whole(store: SqliteLog, old: int) -> None:
    await store.write_group(group(0, 2))

    with pytest.raises(Failure, match="LOG_MOVED"):
        await store.write_group(group(old, 9, tiles={TileId(0, 0, 9): b"x" * 288}))

    assert b"note 2" == store.newest_checkpoint()
    assert 2 == len(list(store.entries_from(LeafIndex(0))))
    assert store.tile(0, 0) is None


async def test_only_who_took_the_lease_last_writes(open_store: Open) -> None:
    store = open_store()
    await store.begin_log(b"note 0")
    with pytest.raises(Failure, match="LEASE_LOST"):
        await store.write_group(group(0, 1))
    assert not store.is_writer

    await store.take_lease()
    await store.write_group(group(0, 1))

    assert store.is_writer
    assert b"note 1" == store.newest_checkpoint()
    await store.shut()


async def test_a_group_that_fails_midway_leaves_nothing_behind(store: SqliteLog) -> None:
    await store.write_group(group(0, 2))
    twice = Group(
        old_checkpoint=b"note 2",
        old_size=TreeSize(2),
        new_size=TreeSize(4),
        entries=[placed(5), placed(1)],
        tiles={},
        checkpoint=b"note 4",
        recorded_at_ns=0,
    )

    with pytest.raises(Exception, match="UNIQUE"):
        await store.write_group(twice)

    assert {} == store.entries_named(["d-5"])
    assert b"note 2" == store.newest_checkpoint()
    assert not store.is_lost
    await store.write_group(group(2, 3))


async def test_the_newest_entry_of_a_shipment_is_found_and_no_number_is_given_twice(store: SqliteLog) -> None:
    await store.write_group(entries(0, placed(0, of="X"), placed(1, of="Y"), placed(2, of="X", nth=2)))

    ends = {name: (end.number, end.leaf_index) for name, end in store.trail_ends({"X", "Y", "Z", ""}).items()}

    assert {"X": (2, 2), "Y": (1, 1)} == ends
    assert leaf_hash(b"leaf 2") == store.trail_ends({"X"})["X"].leaf_hash
    with pytest.raises(Exception, match="UNIQUE"):
        await store.write_group(entries(3, placed(3, of="X", nth=2)))


async def test_an_erasure_deletes_what_stays_beside_the_entries_before_it(store: SqliteLog) -> None:
    await store.write_group(entries(0, placed(0, of="X"), placed(1, of="Y")))
    await store.write_group(
        entries(2, placed(2, of="X", nth=2), placed(3, of="X", nth=3, is_erasure=True), placed(4, of="X", nth=4))
    )

    assert [1, 4] == [index for index, _ in store.personal()]
    assert (True, False) == (store.is_erased("X", LeafIndex(2)), store.is_erased("Y", LeafIndex(0)))
    assert (0, 1) == (store.personal_before("X", LeafIndex(4)), store.personal_before("X", LeafIndex(5)))


async def test_a_snapshot_sees_the_log_as_of_one_commit(tmp_path: Path, store: SqliteLog) -> None:
    other = SqliteReader.open_file(tmp_path / FILE_NAME)
    await store.write_group(group(0, 1))

    with other.snapshot():
        before = other.newest_checkpoint()
        await store.write_group(group(1, 2))
        assert (b"note 1", None) == (other.newest_checkpoint(), other.entry_at(LeafIndex(1)))

    assert b"note 1" == before
    assert b"note 2" == other.newest_checkpoint()
    other.close()


async def test_the_log_has_one_writer_and_the_next_one_comes_when_it_is_gone(
    open_store: Open, store: SqliteLog
) -> None:
    with pytest.raises(Failure, match="STORE_IN_USE"):
        open_store()
    await store.shut()

    another = open_store()

    assert b"note 0" == another.newest_checkpoint()
    await another.shut()


async def test_nobody_else_on_the_machine_may_read_what_is_kept(store: SqliteLog, tmp_path: Path) -> None:
    await store.write_group(group(0, 1))

    modes = {name: (tmp_path / name).stat().st_mode & 0o077 for name in os.listdir(tmp_path)}  # noqa: PTH208
    assert dict.fromkeys(modes, 0) == modes
