"""WatchDecisions: every decision from a place on, in order, and those to come, each proven before it is told."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Sequence
from typing import Final, Protocol

import msgspec
from tidewaiter_chassis.failures import Violation, invalid
from tidewaiter_tlog.hashing import leaf_hash
from tidewaiter_tlog.tree import LeafIndex

from tidewaiter_audit import leaf
from tidewaiter_audit.facets import Facet, FacetValue
from tidewaiter_audit.facts import Decision
from tidewaiter_audit.log import Log
from tidewaiter_audit.model import Entry

EARLIEST: Final = "earliest"
BATCH_MAX: Final = 200
"""Read at once: a watcher that does not read holds no more than these."""

_TOKEN: Final = re.compile(r"next\.([0-9]{1,19})", re.ASCII)


class WatchedStore(Protocol):
    """What watching needs of the store."""

    def entries_between(self, start: LeafIndex, end: LeafIndex) -> list[Entry]:
        """The entries from `start` to `end` (exclusive), in order."""
        ...

    def indices_by_facet(
        self, facet: FacetValue, *, start: LeafIndex, end: LeafIndex, rows_max: int
    ) -> list[LeafIndex]:
        """The first decisions in that range that are found by this."""
        ...

    def entries_at(self, indices: Sequence[LeafIndex]) -> list[Entry]:
        """The entries at these indices."""
        ...


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """A decision with its entry, or a sign of life: the checkpoint up to which all was told.

    `resume_token` begins behind it.
    """

    resume_token: str
    entry: Entry | None = None
    decision: Decision | None = None
    checkpoint: bytes = b""


class DecisionWatch:
    """Follows one log for any number of watchers."""

    def __init__(self, *, log: Log, store: WatchedStore, idle_seconds: float, ended: asyncio.Event) -> None:
        self._log = log
        self._store = store
        self._idle_seconds = idle_seconds
        self._ended = ended

    async def watch(self, token: str, *, originator_code: str = "") -> AsyncIterator[Sighting]:
        """Until the service drains or the caller goes: all decisions behind the token, and those to come, or only
        those that rest on a filing of this originator.

        A sign of life comes first when there is nothing to tell, whenever all was told after some time, and every
        `idle_seconds` without a decision. Failure INVALID, RESUME_TOKEN_UNKNOWN.
        """
        place = self._begin(token)
        facet = (Facet.ORIGINATOR, originator_code) if originator_code else None
        told_at = -self._idle_seconds
        while not self._ended.is_set():
            size = self._log.tree().edge.size
            while place < size and not self._ended.is_set():
                sightings, place = self._next(LeafIndex(place), LeafIndex(size), facet)
                for sighting in sightings:
                    yield sighting
                size = self._log.tree().edge.size
            now = time.monotonic()
            if now - told_at >= self._idle_seconds:
                tree = self._log.tree()
                if tree.edge.size > place:
                    continue
                told_at = now
                yield Sighting(resume_token=_token(place), checkpoint=tree.checkpoint)
            if self._log.tree().edge.size == place:
                await self._log.growth.wait(told_at + self._idle_seconds - time.monotonic(), unless=self._ended)

    def _begin(self, token: str) -> int:
        newest = self._log.tree().edge.size
        if token in ("", EARLIEST):
            return 0 if token else newest
        found = _TOKEN.fullmatch(token)
        if found is None or int(found[1]) > newest:
            message = "it is not of this log: give the one of the last message received, or earliest, or none"
            raise invalid(Violation(field="resume_token", code="RESUME_TOKEN_UNKNOWN", message=message))
        return int(found[1])

    def _next(self, start: LeafIndex, size: LeafIndex, facet: FacetValue | None) -> tuple[list[Sighting], LeafIndex]:
        """The next sightings in this range, and the place behind all that was looked at."""
        with self._log.guarded():
            tree = self._log.tree()
            if facet is None:
                end = LeafIndex(min(start + BATCH_MAX, size))
                indices = [LeafIndex(index) for index in range(start, end)]
                entries = self._store.entries_between(start, end)
            else:
                indices = self._store.indices_by_facet(facet, start=start, end=size, rows_max=BATCH_MAX)
                end = LeafIndex(indices[-1] + 1) if len(indices) == BATCH_MAX else size
                entries = self._store.entries_at(indices)
            # Proven, so that nothing is told that is not on the log; a hole in it is told as what it is.
            tree.receipts(indices, [leaf_hash(entry.leaf) for entry in entries], checkpoint=tree.checkpoint)
            return [
                Sighting(resume_token=_token(entry.leaf_index + 1), entry=entry, decision=decision)
                for entry in entries
                if (decision := leaf.first_told(entry)) is not None
            ], end


def _token(place: int) -> str:
    return f"next.{place}"
