"""The statements of heads: that each is the map of the entries before it, and of no others."""

from __future__ import annotations

from collections import deque
from typing import Final, Protocol

import apsw
from tidewaiter_chassis.migrations import apply, load_migrations

from tidewaiter_audit.fsck.report import Findings
from tidewaiter_audit.leaf import Outline
from tidewaiter_audit.model import Entry
from tidewaiter_audit.store.heads import HeadsMap
from tidewaiter_audit.trail import Head

_HEADS_AT_ONCE: Final = 5_000


class StatingLog(Protocol):
    """What this check reads."""

    def stated_sizes(self) -> list[int]:
        """The sizes of which heads were stated, smallest first."""
        ...


class StatedHeads:
    """Grows the map again, in a file that is gone afterwards, and compares it with what is stated on the way."""

    def __init__(self, store: StatingLog, found: Findings) -> None:
        self._found = found
        self._sizes = deque(store.stated_sizes())
        # An empty name is a temporary file, which SQLite removes itself: the map may not fit into memory.
        self._connection = apsw.Connection("")
        if self._sizes:
            apply(self._connection, load_migrations("tidewaiter_audit.store", "heads_migrations"))
            self._map = HeadsMap(self._connection)
        self._waiting: list[Head] = []
        self._true: dict[int, tuple[str, int]] = {}
        """Root and number of shipments at each size that is stated further on."""

    def take(self, entry: Entry, outline: Outline) -> None:
        """The next entry of the log."""
        while self._sizes and self._sizes[0] <= entry.leaf_index:
            size = self._sizes.popleft()
            self._put(size)
            shipments: int = self._connection.execute("SELECT shipments FROM covered").get
            self._true[size] = (self._map.root.hex(), shipments)
        stated = outline.heads
        if stated is not None and self._true.pop(stated.tree_size, None) != (stated.root, stated.shipments):
            where = f"entry {entry.leaf_index}"
            self._found.add("HEADS_FALSE", where, f"the heads of {stated.tree_size} entries are other than it states")
        if entry.shipment_id and self._sizes:
            self._waiting.append(Head(entry.shipment_id, entry.number, entry.leaf_index))
            if len(self._waiting) == _HEADS_AT_ONCE:
                self._put(entry.leaf_index + 1)

    def finish(self) -> None:
        """No entries follow."""
        self._connection.close()

    def _put(self, size: int) -> None:
        with self._connection:
            self._map.put(self._connection, self._waiting, size)
        self._waiting = []
