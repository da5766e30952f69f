"""Reading what stays beside the entries: the personal data, and where they no longer are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import apsw
from tidewaiter_tlog.tree import LeafIndex

_NONE: Final = (LeafIndex(0), LeafIndex(0), 0)


class BesideReader:
    """The part of a log's reader that looks beside the entries."""

    _connection: apsw.Connection

    def personal(self) -> Iterator[tuple[LeafIndex, tuple[bytes, bytes]]]:
        """Index, salt and personal data of everything kept beside the log, in order."""
        for index, salt, data in self._connection.execute(
            "SELECT leaf_index, salt, data FROM personal ORDER BY leaf_index"
        ):
            yield LeafIndex(index), (salt, data)

    def kept_personal(self) -> Iterator[tuple[str, bytes]]:
        """Shipment and personal data of everything kept beside the log, in the order of the entries."""
        yield from self._connection.execute(
            "SELECT shipment_id, data FROM personal JOIN entry USING (leaf_index) ORDER BY leaf_index"
        )

    def kept_before(self, recorded_at_ns: int) -> tuple[LeafIndex, LeafIndex, int]:
        """The entries recorded before this time that have personal data beside them: the index of the first, the
        index after the last, and how many they are; all 0 when there are none.
        """
        first = self._connection.execute("SELECT min(leaf_index) FROM personal").get
        if first is None:
            return _NONE
        # Entries stand in the order of their recording, so only those that are asked about are looked at.
        end = self._connection.execute(
            "SELECT leaf_index FROM entry WHERE leaf_index >= ? AND recorded_at_ns >= ? ORDER BY leaf_index LIMIT 1",
            (first, recorded_at_ns),
        ).get
        if end is None:
            end = self._connection.execute("SELECT max(leaf_index) + 1 FROM entry").get
        query = "SELECT max(leaf_index) + 1, count(*) FROM personal WHERE leaf_index < ?"
        (found,) = list(self._connection.execute(query, (end,)))
        return (LeafIndex(first), LeafIndex(found[0]), found[1]) if found[1] else _NONE

    def is_erased(self, shipment_id: str, leaf_index: LeafIndex) -> bool:
        """Whether an erasure of this shipment stands behind this index, or a retention of all up to it."""
        erased = self._connection.execute(
            "SELECT count(*) FROM entry WHERE shipment_id = ? AND shipment_id <> '' AND leaf_index > ? "
            "AND substr(decision_id, 1, 8) = 'erasure/'",
            (shipment_id, leaf_index),
        ).get
        # All names that begin with "retention/": "0" follows "/".
        retained = self._connection.execute(
            "SELECT max(CAST(substr(decision_id, 11) AS INTEGER)) FROM entry "
            "WHERE decision_id >= 'retention/' AND decision_id < 'retention0'"
        ).get
        return bool(erased) or (retained or 0) > leaf_index

    def beside(self, leaf_index: LeafIndex) -> tuple[bytes | None, bytes, bytes]:
        """Salt, None when erased, personal data and goods beside this entry."""
        goods = self._connection.execute("SELECT data FROM goods WHERE leaf_index = ?", (leaf_index,)).get or b""
        kept = self._connection.execute("SELECT salt, data FROM personal WHERE leaf_index = ?", (leaf_index,))
        for salt, data in list(kept):
            return salt, data, goods
        return None, b"", goods

    def last_decision_of(self, shipment_id: str, tree_size: int) -> LeafIndex | None:
        """The newest decision on a shipment among so many first entries."""
        found: int | None = self._connection.execute(
            "SELECT leaf_index FROM entry WHERE shipment_id = ? AND shipment_id <> '' AND leaf_index < ? "
            "AND instr(decision_id, '/') = 0 ORDER BY number DESC LIMIT 1",
            (shipment_id, tree_size),
        ).get
        return None if found is None else LeafIndex(found)

    def first_recorded_from(self, recorded_at_ns: int) -> int:
        """The index of the first entry recorded at this time or later, that of the next one when there is none."""
        low, high = 0, int(self._connection.execute("SELECT max(leaf_index) + 1 FROM entry").get or 0)
        # Entries stand in the order of their recording.
        while low < high:
            middle = (low + high) // 2
            at = self._connection.execute("SELECT recorded_at_ns FROM entry WHERE leaf_index = ?", (middle,)).get
            low, high = (middle + 1, high) if at < recorded_at_ns else (low, middle)
        return low

    def stated_sizes(self) -> list[int]:
        """The sizes of which heads were stated, smallest first."""
        # All names that begin with "heads/": "0" follows "/".
        names = self._connection.execute(
            "SELECT CAST(substr(decision_id, 7) AS INTEGER) AS size FROM entry "
            "WHERE decision_id >= 'heads/' AND decision_id < 'heads0' ORDER BY size"
        )
        return [size for (size,) in names]

    def personal_before(self, shipment_id: str, leaf_index: LeafIndex) -> int:
        """How many entries of a shipment before this index have personal data beside them; of all for ""."""
        of_one = (
            "SELECT count(*) FROM entry JOIN personal USING (leaf_index) "
            "WHERE leaf_index < ?1 AND shipment_id = ?2 AND shipment_id <> ''"
        )
        of_all = "SELECT count(*) FROM personal WHERE leaf_index < ?1 AND ?2 = ''"
        found: int = self._connection.execute(of_one if shipment_id else of_all, (leaf_index, shipment_id)).get
        return found
