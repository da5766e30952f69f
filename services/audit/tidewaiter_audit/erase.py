"""ErasePersonalData: of a shipment, or of every shipment of which a person is a party; an entry on the log each.

The entry and the deletion are one transaction. What stays on the log is a commitment that nobody can open: the salt
is deleted with the data. Other copies are not here: no span, metric, log line or leaf has any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from tidewaiter_chassis.failures import Failure
from tidewaiter_tlog.tree import LeafIndex

from tidewaiter_audit import leaf
from tidewaiter_audit.leaf import Erasure
from tidewaiter_audit.model import Entry, Receipt
from tidewaiter_audit.recording import Recorder

ERASURES_MAX: Final = 10_000
"""Shipments in one answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureAsked:
    """By whom, why, and under which id of the caller's."""

    author: str
    reason: str
    request_id: str


class Erased(NamedTuple):
    """One shipment's erasure; without a receipt when only asked what would be erased."""

    shipment_id: str
    receipt: Receipt | None
    replayed: bool


class KeptStore(Protocol):
    """What erasing needs of the store."""

    def personal_before(self, shipment_id: str, leaf_index: LeafIndex) -> int:
        """How many entries of a shipment before this index have personal data beside them."""
        ...

    def entries_named(self, decision_ids: Sequence[str]) -> dict[str, Entry]:
        """The entries under these ids, by id."""
        ...

    def kept_personal(self) -> Iterator[tuple[str, bytes]]:
        """Shipment and personal data of everything kept beside the log, in the order of the entries."""
        ...

    async def scrub(self) -> None:
        """Leaves nothing of what was deleted in the files of the store."""
        ...


class Eraser:
    """Erases on one log."""

    def __init__(self, *, store: KeptStore, recorder: Recorder) -> None:
        self._store = store
        self._recorder = recorder

    async def erase_shipment(self, shipment_id: str, asked: ErasureAsked, *, validate_only: bool) -> list[Erased]:
        """Nothing when no personal data of the shipment are kept, unless the same was asked before."""
        kept = self._store.personal_before(shipment_id, LeafIndex(2**63 - 1))
        if validate_only:
            return [Erased(shipment_id, None, False)] if kept else []
        return await self._erase([shipment_id], asked)

    async def erase_person(
        self, is_person: Callable[[bytes], bool], asked: ErasureAsked, *, validate_only: bool
    ) -> tuple[list[Erased], bool]:
        """The erasures, by shipment, at most ERASURES_MAX, and whether more are left."""
        found = sorted({shipment_id for shipment_id, data in self._store.kept_personal() if is_person(data)})
        now = found[:ERASURES_MAX]
        erased = [Erased(one, None, False) for one in now] if validate_only else await self._erase(now, asked)
        return erased, len(found) > len(now)

    async def _erase(self, shipment_ids: Sequence[str], asked: ErasureAsked) -> list[Erased]:
        erasures = [
            Erasure(author=asked.author, reason=asked.reason, request_id=asked.request_id, shipment_id=shipment_id)
            for shipment_id in shipment_ids
        ]
        before = self._store.entries_named([leaf.erasure_id(erasure) for erasure in erasures])
        results = await self._recorder.record([leaf.draft_erasure(erasure) for erasure in erasures])
        # Also when some were refused: the others are on the log, and what they deleted must be gone.
        await self._store.scrub()
        erased = []
        for shipment_id, erasure, result in zip(shipment_ids, erasures, results, strict=True):
            if isinstance(result, Failure):
                raise result
            erased.append(Erased(shipment_id, result.receipt, leaf.erasure_id(erasure) in before))
        return erased
