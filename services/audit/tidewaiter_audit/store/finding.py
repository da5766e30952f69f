"""Finding entries otherwise than by index and id. The work of each call is bounded by what it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import apsw
from tidewaiter_tlog.tree import LeafIndex

from tidewaiter_audit.facets import FacetValue
from tidewaiter_audit.store.writing import RUN_LEAVES

# Run after run, and so in the order of the log; the others of the facets are looked up for each row.
_BY_FACET = """
WITH RECURSIVE runs (run) AS (SELECT ? UNION ALL SELECT run + 1 FROM runs WHERE run < ?)
SELECT f.leaf_index FROM runs CROSS JOIN found_by AS f
ON f.run = runs.run AND f.facet = ? AND f.value = ? AND f.leaf_index >= ? AND f.leaf_index < ?
LIMIT ?
"""
_WITH_FACET = """
SELECT wanted.value FROM json_each(?) AS wanted CROSS JOIN found_by AS f
ON f.run = wanted.value / ? AND f.facet = ? AND f.value = ? AND f.leaf_index = wanted.value ORDER BY wanted.key
"""
_BY_SHIPMENT = """
SELECT leaf_index FROM entry
WHERE shipment_id = ? AND shipment_id <> '' AND leaf_index >= ? AND leaf_index < ? ORDER BY number LIMIT ?
"""
_BY_INDEX = "SELECT leaf_index FROM entry WHERE leaf_index >= ? AND leaf_index < ? ORDER BY leaf_index LIMIT ?"


class SqliteFinder:
    """Searches a log through one connection."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def indices_by_facet(
        self, facet: FacetValue, *, start: LeafIndex, end: LeafIndex, rows_max: int
    ) -> list[LeafIndex]:
        """The first of the decisions from `start` to `end` (exclusive) that are found by this, in order."""
        runs = (start // RUN_LEAVES, max(start, end - 1) // RUN_LEAVES)
        return self._indices(_BY_FACET, (*runs, *facet, start, end, rows_max))

    def indices_of_shipment(
        self, shipment_id: str, *, start: LeafIndex, end: LeafIndex, rows_max: int
    ) -> list[LeafIndex]:
        """The same for the entries of a shipment."""
        return self._indices(_BY_SHIPMENT, (shipment_id, start, end, rows_max))

    def indices(self, *, start: LeafIndex, end: LeafIndex, rows_max: int) -> list[LeafIndex]:
        """The same for all entries."""
        return self._indices(_BY_INDEX, (start, end, rows_max))

    def with_facet(self, indices: Sequence[LeafIndex], facet: FacetValue) -> list[LeafIndex]:
        """Those of these that are found by this as well, in the same order."""
        return self._indices(_WITH_FACET, (apsw.jsonb_encode(list(indices)), RUN_LEAVES, *facet))

    def first_recorded_at(self, at_ns: int, *, end: LeafIndex) -> LeafIndex:
        """The first index below `end` of an entry recorded at this time or later; `end` when there is none."""
        low, high = 0, int(end)
        while low < high:
            middle = (low + high) // 2
            recorded: int | None = self._connection.execute(
                "SELECT recorded_at_ns FROM entry WHERE leaf_index = ?", (middle,)
            ).get
            if recorded is not None and recorded < at_ns:
                low = middle + 1
            else:
                high = middle
        return LeafIndex(low)

    def facets(self) -> Iterator[tuple[int, int, str]]:
        """Leaf index, facet and value of everything that decisions are found by, where it is looked for."""
        yield from self._connection.execute(
            "SELECT leaf_index, facet, value FROM found_by WHERE run = leaf_index / ?", (RUN_LEAVES,)
        )

    def _indices(self, query: str, given: tuple[object, ...]) -> list[LeafIndex]:
        return [LeafIndex(index) for (index,) in self._connection.execute(query, given)]
