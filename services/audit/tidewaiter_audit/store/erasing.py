"""Deleting what stays beside the entries that an erasure names, so that nothing of it is left in the file.

SQLite overwrites what is deleted with zeros (`secure_delete`); what was in the write-ahead log is copied into the file
and the log cut to nothing. A file system that copies on write, a drive that moves blocks and a backup may keep older
copies: those are for whoever runs them.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import apsw

from tidewaiter_audit.leaf import Placed


def erase(connection: apsw.Connection, entries: Iterable[tuple[int, Placed]]) -> None:
    """Carries out the erasures among entries that were just written, given with their indices."""
    erasing = [(index, entry.draft) for index, entry in entries if entry.draft.is_erasure or entry.draft.erases_below]
    if not erasing:
        return
    connection.execute("PRAGMA secure_delete = ON")
    for index, draft in erasing:
        if draft.is_erasure:
            connection.execute(
                "DELETE FROM personal WHERE leaf_index IN "
                "(SELECT leaf_index FROM entry WHERE shipment_id = ? AND leaf_index < ?)",
                (draft.shipment_id, index),
            )
        else:
            connection.execute("DELETE FROM personal WHERE leaf_index < ?", (min(draft.erases_below, index),))


def scrub(path: Path) -> bool:
    """Empties the write-ahead log of the store at this path; False when a reader kept it from ending."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        connection.set_busy_timeout(1_000)
        for is_busy, _, _ in connection.execute("PRAGMA wal_checkpoint(TRUNCATE)"):
            return not is_busy
        return False
    finally:
        connection.close()
