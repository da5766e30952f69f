"""Who reads: proofs of anything acknowledged, lists, and that each checkpoint continues the one before."""

from __future__ import annotations

import asyncio
import random
from typing import Final

import grpc.aio
from tidewaiter.audit.v1 import audit_pb2, audit_pb2_grpc
from tidewaiter_tlog.checkpoint import Checkpoint
from tidewaiter_tlog.errors import TlogError
from tidewaiter_tlog.hashing import leaf_hash
from tidewaiter_tlog.proof import verify_consistency

from tidewaiter_cli.hammer.witnessed import Witnessed
from tidewaiter_cli.hammer.writers import AGAIN

PROOFS_MAX: Final = 50
_CALL_SECONDS_MAX: Final = 30.0
_PAUSE_SECONDS: Final = 0.02


class Reader:
    """One caller that asks for proofs until told to end."""

    def __init__(self, audit: audit_pb2_grpc.AuditServiceAsyncStub, seen: Witnessed, *, seed: int) -> None:
        self._audit = audit
        self._seen = seen
        self._chance = random.Random(seed)
        self._last: Checkpoint | None = None

    async def read(self, ended: asyncio.Event) -> None:
        """One kind of question after the other."""
        while not ended.is_set():
            for ask in (self._proofs, self._consistency, self._one_shipment):
                try:
                    await ask()
                except grpc.aio.AioRpcError as error:
                    if error.code() not in AGAIN:
                        self._seen.violate(f"a question ended in {error.code().name}: {error.details()}")
                await asyncio.sleep(_PAUSE_SECONDS)

    async def prove(self, names: list[str]) -> None:
        """Receipts of these decisions, each of which must be there."""
        request = audit_pb2.BatchGetProofsRequest(decision_ids=names)
        answer = await self._audit.BatchGetProofs(request, timeout=_CALL_SECONDS_MAX)
        for name, result in zip(names, answer.results, strict=True):
            if not result.HasField("proven"):
                self._seen.violate(f"{name} was acknowledged and is not on the log: {result.error.message}")
                continue
            if leaf_hash(result.proven.leaf) != result.proven.receipt.leaf_hash:
                self._seen.violate(f"the leaf of {name} is not the one that its receipt is of")
            self._seen.receipt(name, result.proven.receipt)
            self._seen.count("proofs")

    async def _proofs(self) -> None:
        known = list(self._seen.acknowledged)
        if known:
            await self.prove(self._chance.sample(known, min(len(known), PROOFS_MAX)))

    async def _consistency(self) -> None:
        newest = await self._audit.GetCheckpoint(audit_pb2.GetCheckpointRequest(), timeout=_CALL_SECONDS_MAX)
        signed, last = self._seen.checkpoint(newest.checkpoint), self._last
        if signed is None:
            return
        if last is not None and last.tree_size > signed.tree_size:
            self._seen.violate(f"the log shrank from {last.tree_size} entries to {signed.tree_size}")
        elif last is not None and last.tree_size:
            request = audit_pb2.GetConsistencyProofRequest(older_size=last.tree_size, newer_size=signed.tree_size)
            proof = await self._audit.GetConsistencyProof(request, timeout=_CALL_SECONDS_MAX)
            try:
                verify_consistency(last.tree_size, signed.tree_size, tuple(proof.hashes), last.root, signed.root)
            except TlogError as error:
                self._seen.violate(
                    f"the tree of {signed.tree_size} does not continue that of {last.tree_size}: {error}"
                )
            self._seen.count("consistency_proofs")
        self._last = signed

    async def _one_shipment(self) -> None:
        """A list of a shipment has every decision of it that was acknowledged before it was asked for."""
        known = list(self._seen.acknowledged)
        if not known:
            return
        shipment_id = self._chance.choice(known).rpartition("-")[0]
        before = {name for name in known if name.startswith(f"{shipment_id}-")}
        request = audit_pb2.ListDecisionsRequest(shipment_id=shipment_id, page_size=1_000)
        page = await self._audit.ListDecisions(request, timeout=_CALL_SECONDS_MAX)
        listed = [decision.decision_id for decision in page.decisions]
        for hit, name in zip(page.hits, listed, strict=True):
            self._seen.placed(name, hit.leaf_index)
        if not page.next_page_token and not before <= set(listed):
            self._seen.violate(f"a list of {shipment_id} leaves out {min(before - set(listed))}")
        self._seen.count("lists")
