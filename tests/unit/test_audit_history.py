"""Histories as the service makes them: whole, verified, and the same map however it came about."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import apsw
import pytest
from tidewaiter_audit import leaf
from tidewaiter_audit.history import ENTRIES_MAX, Histories
from tidewaiter_audit.store.heads import FILE_NAME as HEADS_FILE
from tidewaiter_audit.store.heads import SqliteHeads
from tidewaiter_audit.trail import Head
from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_chassis.migrations import apply, load_migrations
from tidewaiter_tlog.errors import HistoryInvalid
from tidewaiter_tlog.heads_map import NODE_BYTES, Item, key_of, prove_in, subtree, value_in
from tidewaiter_tlog.history import HISTORY_KIND, History, VerifiedHistory, head_value, verify_history
from tidewaiter_tlog.tree import LeafIndex

from tests.audit_logs import SIGNER, OpenLog, assert_sound, judged, open_log
from tests.audit_records import shipment_id, submission


@asynccontextmanager
async def histories_of(log: OpenLog) -> AsyncIterator[Histories]:
    heads = SqliteHeads.open(log.folder)
    try:
        yield Histories(log=log.log, heads=heads, recorder=log.decisions)
    finally:
        await heads.shut()


async def shown(histories: Histories, number: int, *, fresh: bool = True) -> VerifiedHistory:
    return verify_history((await histories.history(shipment_id(number), fresh=fresh)).file, [SIGNER.key])


async def test_all_entries_of_a_shipment_are_shown_and_nothing_of_others(tmp_path: Path) -> None:
    async with open_log(tmp_path) as log, histories_of(log) as histories:
        await log.decisions.append([submission(1), submission(2), submission(1, 2)])
        await log.decisions.append([submission(3), submission(1, 3)])

        found = await shown(histories, 1)

    assert (5, 0) == (found.complete_to, found.entries_after)
    assert [1, 2, 3] == [leaf.read(one).decision.revision for one in found.leaves]
    assert {shipment_id(1)} == {leaf.read(one).shipment.shipment_id for one in found.leaves}
    assert_sound(tmp_path, tree_size=6)


async def test_a_shipment_that_is_not_on_the_log_is_shown_to_have_no_entries(tmp_path: Path) -> None:
    async with open_log(tmp_path) as log, histories_of(log) as histories:
        assert () == (await shown(histories, 9)).leaves
        await log.decisions.append([submission(1)])
        assert () == (await shown(histories, 9)).leaves


async def test_a_statement_is_made_once_and_again_only_when_a_head_has_moved(tmp_path: Path) -> None:
    async with open_log(tmp_path) as log, histories_of(log) as histories:
        await log.decisions.append([submission(1)])
        for _ in range(3):
            await shown(histories, 1)
        assert 2 == log.log.tree_size

        await log.decisions.append([submission(2)])
        await histories.state()

        assert ["heads/1", "heads/3"] == [
            entry.decision_id for entry in log.store.entries_from(LeafIndex(0)) if "/" in entry.decision_id
        ]


async def test_what_came_after_the_statement_is_shown_too_and_told_apart(tmp_path: Path) -> None:
    async with open_log(tmp_path) as log, histories_of(log) as histories:
        await log.decisions.append([submission(1)])
        await histories.state()
        await log.decisions.append([submission(1, 2)])

        stale, fresh = await shown(histories, 1, fresh=False), await shown(histories, 1, fresh=True)

    assert (1, 1, 2) == (stale.complete_to, stale.entries_after, len(stale.leaves))
    assert (3, 0, 2) == (fresh.complete_to, fresh.entries_after, len(fresh.leaves))


async def test_the_map_is_made_again_from_the_log_when_its_file_is_lost(tmp_path: Path) -> None:
    async with open_log(tmp_path) as log:
        async with histories_of(log) as histories:
            await log.decisions.append([submission(number) for number in range(30)])
            await histories.state()
        (tmp_path / HEADS_FILE).unlink()
        async with histories_of(log) as histories:
            await log.decisions.append([submission(30)])
            assert 1 == len((await shown(histories, 7)).leaves)
    assert_sound(tmp_path, tree_size=33)


async def test_a_map_that_is_ahead_of_what_was_stated_is_stated_next(tmp_path: Path) -> None:
    """As after a crash between bringing the map up and stating it."""
    async with open_log(tmp_path) as log:
        await log.decisions.append([submission(1), submission(2)])
        heads = SqliteHeads.open(tmp_path)
        await heads.put(log.store.heads_between(LeafIndex(0), LeafIndex(2)), 2)
        await heads.shut()
        async with histories_of(log) as histories:
            assert 1 == len((await shown(histories, 2, fresh=False)).leaves)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE covered SET tree_size = 99",
        "DELETE FROM bucket",
        "UPDATE bucket SET levels = zeroblob(33)",
    ],
)
async def test_a_map_that_is_not_of_this_log_proves_nothing(tmp_path: Path, sql: str) -> None:
    async with open_log(tmp_path) as log:
        async with histories_of(log) as histories:
            await log.decisions.append([submission(1), submission(2)])
            await histories.state()
        connection = apsw.Connection(str(tmp_path / HEADS_FILE))
        connection.execute(sql)
        connection.close()
        async with histories_of(log) as histories:
            with pytest.raises(Failure) as refused:
                await histories.history(shipment_id(1), fresh=True)

    assert (Kind.NOT_READY, "HEADS_FOREIGN") == (refused.value.kind, refused.value.reason)
    assert log.log.is_ready or not log.store.is_writer


async def test_a_shipment_with_too_many_entries_is_refused_by_name(tmp_path: Path) -> None:
    async with open_log(tmp_path) as log, histories_of(log) as histories:
        await log.decisions.append([submission(1, count) for count in range(1, ENTRIES_MAX + 2)])

        with pytest.raises(Failure, match="HISTORY_TOO_LONG"):
            await histories.history(shipment_id(1), fresh=True)


async def test_the_file_is_what_the_format_says(tmp_path: Path) -> None:
    async with open_log(tmp_path) as log, histories_of(log) as histories:
        await log.decisions.append([submission(1)])
        file = (await histories.history(shipment_id(1), fresh=True)).file

    assert HISTORY_KIND.encode() in file
    assert file == History.from_bytes(file).to_bytes()


async def test_a_false_statement_on_the_log_is_found_by_the_whole_log_check(tmp_path: Path) -> None:
    """A log that leaves an entry out of the map, and signs it: every reader of the whole log sees it for ever."""
    false = leaf.Heads(root=subtree([(key_of(shipment_id(1)), head_value(1, 0))]).hash.hex(), shipments=1, tree_size=2)
    async with open_log(tmp_path) as log:
        await log.decisions.append([submission(1), submission(1, 2)])
        await log.decisions.record([leaf.draft_heads(false)])

    assert ["HEADS_FALSE"] == [problem.code for problem in judged(tmp_path).problems]


async def test_the_map_kept_on_disk_is_the_map_of_its_definition(tmp_path: Path) -> None:
    heads = SqliteHeads.open(tmp_path)
    made: dict[str, tuple[int, int]] = {}
    items: list[Item] = []
    for step in range(6):
        moved = [Head(f"s-{(step * 37 + at) % 150}", step + 1, LeafIndex(step * 50 + at)) for at in range(50)]
        await heads.put(moved, (step + 1) * 50)
        made |= {head.shipment_id: (head.number, head.leaf_index) for head in moved}
        items = sorted((key_of(name), head_value(*head)) for name, head in made.items())

        assert subtree(items).hash == heads.root
        assert (len(items), (step + 1) * 50) == heads.covered[::-1]
        for name in [*list(made)[:10], "absent"]:
            assert prove_in(items, key_of(name)) == heads.prove(name)
            value_in(key_of(name), heads.prove(name), heads.root)
    await heads.shut()
    again = SqliteHeads.open(tmp_path)
    assert subtree(items).hash == again.root
    await again.shut()


async def test_a_crowded_bucket_grows_levels_of_its_own_and_makes_the_same_map(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a log of millions, where every bucket has many shipments: here all keys begin alike."""

    def crowded(name: str) -> bytes:
        return bytes(2) + key_of(name)[2:]

    monkeypatch.setattr("tidewaiter_audit.store.heads.key_of", crowded)
    heads = SqliteHeads.open(tmp_path)
    made: dict[bytes, bytes] = {}
    # New ones by one, by many and past several doublings, and then old ones that move.
    for step, names in enumerate([range(1), range(1, 7), range(7, 60), range(55, 61), range(3)]):
        await heads.put([Head(f"s-{name}", step + 1, LeafIndex(name)) for name in names], step + 1)
        made |= {crowded(f"s-{name}"): head_value(step + 1, name) for name in names}

        assert subtree(sorted(made.items())).hash == heads.root
        assert (step + 1, len(made)) == heads.covered
    for name in ("s-0", "s-59", "absent"):
        assert prove_in(sorted(made.items()), crowded(name)) == heads.prove(name)
    await heads.shut()
    connection = apsw.Connection(str(tmp_path / HEADS_FILE))
    assert [(61, 31 * NODE_BYTES)] == list(connection.execute("SELECT items, length(levels) FROM bucket"))
    connection.close()


async def test_a_map_kept_by_an_earlier_release_is_made_again_from_the_log(tmp_path: Path) -> None:
    first, *_ = load_migrations("tidewaiter_audit.store", "heads_migrations")
    connection = apsw.Connection(str(tmp_path / HEADS_FILE))
    apply(connection, [first])
    connection.execute("INSERT INTO head VALUES (zeroblob(32), 1, 0)")
    connection.execute("INSERT INTO bucket VALUES (0, zeroblob(32), 1)")
    connection.execute("UPDATE covered SET tree_size = 1, shipments = 1")
    connection.close()
    async with open_log(tmp_path) as log, histories_of(log) as histories:
        await log.decisions.append([submission(1), submission(2)])

        assert 1 == len((await shown(histories, 2, fresh=False)).leaves)
    assert_sound(tmp_path, tree_size=3)


async def test_a_served_history_with_an_entry_taken_out_does_not_verify(tmp_path: Path) -> None:
    async with open_log(tmp_path) as log, histories_of(log) as histories:
        await log.decisions.append([submission(1), submission(1, 2), submission(1, 3)])
        history = History.from_bytes((await histories.history(shipment_id(1), fresh=True)).file)

    for entries in (history.entries[1:], history.entries[:-1], history.entries[::2], history.entries[::-1]):
        changed = History(
            shipment_id=history.shipment_id,
            checkpoint=history.checkpoint,
            heads=history.heads,
            map_proof=history.map_proof,
            entries=entries,
        )
        with pytest.raises(HistoryInvalid):
            verify_history(changed.to_bytes(), [SIGNER.key])
