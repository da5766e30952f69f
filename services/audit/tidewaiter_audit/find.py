"""ListDecisions: pages of decisions that meet every condition, oldest first, each proven before it is told.

A list is of one tree, the newest when its first page was asked for: what is recorded meanwhile is in no page of it,
so that the union of the pages is exactly what the log of that size holds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Final, Protocol

import msgspec
from tidewaiter_chassis.failures import Failure, Violation, invalid
from tidewaiter_tlog.hashing import leaf_hash
from tidewaiter_tlog.tree import LeafIndex, TreeSize

from tidewaiter_audit import leaf
from tidewaiter_audit.facets import FacetValue
from tidewaiter_audit.log import Log
from tidewaiter_audit.model import Entry, Proven

ROWS_MAX: Final = 2_000
"""Entries looked at for one page. When they hold fewer hits than were asked for, the page is shorter."""

_TOKEN: Final = re.compile(r"([0-9]{1,19})\.([0-9]{1,19})\.([0-9a-f]{16})", re.ASCII)


class Conditions(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for: all of it holds for each hit. Times in nanoseconds since 1970, the second exclusive."""

    shipment_id: str = ""
    facets: tuple[FacetValue, ...] = ()
    recorded_from_ns: int | None = None
    recorded_until_ns: int | None = None


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Hits in the order of the log, and where the next page begins; "" when there is none."""

    hits: list[Proven]
    next_token: str
    tree_size: TreeSize


class FindingStore(Protocol):
    """What finding needs of the store: each answers in the order of the log, and at most `rows_max`."""

    def indices_by_facet(
        self, facet: FacetValue, *, start: LeafIndex, end: LeafIndex, rows_max: int
    ) -> list[LeafIndex]:
        """The first decisions from `start` to `end` (exclusive) that are found by this."""
        ...

    def indices_of_shipment(
        self, shipment_id: str, *, start: LeafIndex, end: LeafIndex, rows_max: int
    ) -> list[LeafIndex]:
        """The first entries of a shipment in that range."""
        ...

    def indices(self, *, start: LeafIndex, end: LeafIndex, rows_max: int) -> list[LeafIndex]:
        """The first entries in that range."""
        ...

    def with_facet(self, indices: Sequence[LeafIndex], facet: FacetValue) -> list[LeafIndex]:
        """Those of these that are found by this as well."""
        ...

    def first_recorded_at(self, at_ns: int, *, end: LeafIndex) -> LeafIndex:
        """The first index below `end` of an entry recorded at this time or later; `end` when there is none."""
        ...

    def entries_at(self, indices: Sequence[LeafIndex]) -> list[Entry]:
        """The entries at these indices."""
        ...


class DecisionFinder:
    """Finds decisions on one log."""

    def __init__(self, *, log: Log, store: FindingStore, rows_max: int = ROWS_MAX) -> None:
        self._log = log
        self._store = store
        self._rows_max = rows_max

    def page(self, conditions: Conditions, *, hits_max: int, token: str = "") -> Page:
        """At most `hits_max` hits. The work is bounded, so a page may have fewer, even none, and not be the last.

        Failure INVALID, PAGE_TOKEN_UNKNOWN, for a token that was not given for these conditions on this log.
        """
        with self._log.guarded():
            tree = self._log.tree()
            start, size = self._begin(conditions, token, tree.edge.size)
            end = size
            if conditions.recorded_until_ns is not None:
                end = self._store.first_recorded_at(conditions.recorded_until_ns, end=LeafIndex(size))
            rows_max = max(self._rows_max, hits_max)
            rows = self._candidates(conditions, start=start, end=LeafIndex(end), rows_max=rows_max)
            found = self._store.entries_at(self._matching(conditions, rows))
            entries = [entry for entry in found if leaf.outline_of(entry.leaf).is_decision]
            hits, next_index = entries[:hits_max], end
            if len(entries) > hits_max:
                next_index = entries[hits_max].leaf_index
            elif len(rows) == rows_max:
                next_index = rows[-1] + 1
            for entry in hits:
                leaf.check_name(entry)
            receipts = tree.receipts(
                [entry.leaf_index for entry in hits],
                [leaf_hash(entry.leaf) for entry in hits],
                checkpoint=tree.checkpoint,
            )
        return Page(
            hits=[Proven(entry=entry, receipt=receipt) for entry, receipt in zip(hits, receipts, strict=True)],
            next_token=_token(next_index, size, conditions) if next_index < end else "",
            tree_size=TreeSize(size),
        )

    def _begin(self, conditions: Conditions, token: str, newest: int) -> tuple[LeafIndex, int]:
        """Where the page begins, and the size of the tree that the list is of."""
        if not token:
            start = 0
            if conditions.recorded_from_ns is not None:
                start = self._store.first_recorded_at(conditions.recorded_from_ns, end=LeafIndex(newest))
            return LeafIndex(start), newest
        found = _TOKEN.fullmatch(token)
        if found is None or found[3] != _digest(conditions):
            raise _unknown_token(
                "it was not given for this list: take that of the page before, and change nothing else"
            )
        start, size = int(found[1]), int(found[2])
        if not start <= size <= newest:
            raise _unknown_token(f"it is of a log of {size} entries and this one has {newest}: begin anew")
        return LeafIndex(start), size

    def _candidates(
        self, conditions: Conditions, *, start: LeafIndex, end: LeafIndex, rows_max: int
    ) -> list[LeafIndex]:
        """The first that meet the one condition by which the fewest are found."""
        if conditions.shipment_id:
            return self._store.indices_of_shipment(conditions.shipment_id, start=start, end=end, rows_max=rows_max)
        if conditions.facets:
            return self._store.indices_by_facet(max(conditions.facets), start=start, end=end, rows_max=rows_max)
        return self._store.indices(start=start, end=end, rows_max=rows_max)

    def _matching(self, conditions: Conditions, rows: list[LeafIndex]) -> list[LeafIndex]:
        for facet in conditions.facets:
            if conditions.shipment_id or facet != max(conditions.facets):
                rows = self._store.with_facet(rows, facet)
        return rows


def _token(next_index: int, size: int, conditions: Conditions) -> str:
    return f"{next_index}.{size}.{_digest(conditions)}"


def _digest(conditions: Conditions) -> str:
    return sha256(msgspec.msgpack.encode(conditions)).hexdigest()[:16]


def _unknown_token(message: str) -> Failure:
    return invalid(Violation(field="page_token", code="PAGE_TOKEN_UNKNOWN", message=message))
