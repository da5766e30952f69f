"""One group into the tables, in the transaction that it is handed; the order within does not matter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Final

import apsw

from tidewaiter_audit import errors
from tidewaiter_audit.append import Group
from tidewaiter_audit.store.erasing import erase
from tidewaiter_audit.store.lease import current_epoch

RUN_LEAVES: Final = 8_192
"""`found_by` is kept in runs of so many leaves: a new row lands among the newest ones, at any size of the log."""

_ROWS_AT_ONCE: Final = (256, 32, 1)
"""In one statement. The interpreter changes hands once a statement: row by row, a busy loop would give this thread a
row every five milliseconds."""

Row = tuple[object, ...]


def write_group(connection: apsw.Connection, group: Group, epoch: int) -> None:
    """All of the group.

    Failure BUSY, LEASE_LOST, when another holds the lease by now; LOG_MOVED, when the newest checkpoint is not the one
    that the group builds on. Nothing was written then.
    """
    if current_epoch(connection) != epoch:
        raise errors.lease_lost()
    if newest_text(connection) != text_of(group.old_checkpoint):
        raise errors.log_moved()
    entries = list(enumerate(group.entries, start=group.old_size))
    at = max(group.recorded_at_ns, _newest_time(connection))
    _insert(
        connection,
        "entry (leaf_index, decision_id, recorded_at_ns, leaf, shipment_id, number)",
        [(index, entry.decision_id, at, entry.leaf, entry.draft.shipment_id, entry.number) for index, entry in entries],
    )
    _insert(
        connection,
        "personal (leaf_index, salt, data)",
        [(index, entry.draft.salt, entry.draft.personal) for index, entry in entries if entry.draft.salt],
    )
    _insert(
        connection,
        "goods (leaf_index, data)",
        [(index, entry.draft.goods) for index, entry in entries if entry.draft.goods],
    )
    _insert(
        connection,
        "found_by (run, facet, value, leaf_index)",
        # In the order of the table: neighbours land on one page.
        sorted(
            (index // RUN_LEAVES, facet, value, index)
            for index, entry in entries
            for facet, value in entry.draft.facets
        ),
    )
    erase(connection, entries)
    connection.executemany(
        "INSERT INTO tile (level, tile_index, hashes) VALUES (?, ?, ?) "
        "ON CONFLICT (level, tile_index) DO UPDATE SET hashes = excluded.hashes",
        [(tile.level, tile.index, hashes) for tile, hashes in group.tiles.items()],
    )
    connection.execute("INSERT INTO checkpoint (tree_size, note) VALUES (?, ?)", (group.new_size, group.checkpoint))


def newest_text(connection: apsw.Connection) -> bytes | None:
    """What the newest checkpoint says, without its signatures, of which witnesses may have added some."""
    note: bytes | None = connection.execute("SELECT note FROM checkpoint ORDER BY tree_size DESC LIMIT 1").get
    return None if note is None else text_of(note)


def text_of(note: bytes) -> bytes:
    """The text of a signed note: all up to the blank line before its signatures."""
    return note.partition(b"\n\n")[0]


def _newest_time(connection: apsw.Connection) -> int:
    # A clock that was set back must not break the order by which entries are found by time.
    found: int | None = connection.execute("SELECT recorded_at_ns FROM entry ORDER BY leaf_index DESC LIMIT 1").get
    return found or 0


def _insert(connection: apsw.Connection, columns: str, rows: Sequence[Row]) -> None:
    if not rows:
        return
    one = f"({', '.join('?' * len(rows[0]))})"
    done = 0
    for at_once in _ROWS_AT_ONCE:
        end = len(rows) - (len(rows) - done) % at_once
        statement = " ".join(("INSERT INTO", columns, "VALUES", ", ".join([one] * at_once)))
        connection.executemany(statement, _chunks(rows[done:end], at_once))
        done = end


def _chunks(rows: Sequence[Row], at_once: int) -> Iterable[Row]:
    return (tuple(chain.from_iterable(rows[at : at + at_once])) for at in range(0, len(rows), at_once))
