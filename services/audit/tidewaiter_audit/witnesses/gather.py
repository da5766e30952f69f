"""Gathering cosignatures of the newest checkpoint, and keeping it once enough witnesses have signed.

1. Each witness is asked at once, with the proof from the size it saw last.   Dies here: the witness has moved on, and
                                                                              says so when it is asked again.
2. What it answers is verified with its key, and anything else left out.
3. With as many as the policy asks for, the checkpoint is kept cosigned.      Dies before: gathered again.

A witness that refuses a proof of ours has seen another history: that is told to the operator as an error each time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final, Protocol

import structlog
from tidewaiter_chassis.logs import traceback_fields
from tidewaiter_tlog.errors import TlogError
from tidewaiter_tlog.keys import VerifierKey
from tidewaiter_tlog.note import Note, SignatureLine, parse_note, verify_note
from tidewaiter_tlog.tree import TreeSize
from tidewaiter_tlog.witness import AddCheckpoint

from tidewaiter_audit.log import Log
from tidewaiter_audit.tree import PublishedTree
from tidewaiter_audit.witnesses.ask import WitnessSilent
from tidewaiter_audit.witnesses.policy import WitnessAddress, WitnessPolicy

log = structlog.get_logger()

Ask = Callable[[str, bytes], Awaitable[tuple[int, bytes]]]
"""Posts a body to a witness's URL; status and body of the answer. Raises WitnessSilent."""

_TRIES: Final = 2
"""A witness that says which size it saw last is asked once more, with the proof from there."""


class CosignedStore(Protocol):
    """Where cosigned checkpoints are kept."""

    async def keep_cosigned(self, tree_size: TreeSize, note: bytes) -> None:
        """Keeps the checkpoint of this size with its cosignatures, durably."""
        ...


class Gatherer:
    """Asks the witnesses of one policy about one log."""

    def __init__(self, *, log: Log, store: CosignedStore, policy: WitnessPolicy, ask: Ask) -> None:
        self._log = log
        self._store = store
        self._policy = policy
        self._ask = ask
        self._seen: dict[VerifierKey, int] = {}
        self._cosigned_size = -1

    async def keep_gathering(self, pause_seconds: float) -> None:
        """For the life of the service; ends when cancelled. What fails is tried again after the pause."""
        while True:
            try:
                await self.gather()
            except Exception as error:  # noqa: BLE001  # logged whole, and tried again after a pause
                log.error("cosignatures could not be gathered", **traceback_fields(error))
            await asyncio.sleep(pause_seconds)

    async def gather(self) -> int:
        """How many witnesses have cosigned the newest checkpoint; kept when they are enough."""
        tree = self._log.tree()
        if tree.edge.size == self._cosigned_size:
            return len(self._policy.witnesses)
        answers = await asyncio.gather(*(self._lines(witness, tree) for witness in self._policy.witnesses))
        lines = [line for line in answers if line is not None]
        if len(lines) >= self._policy.least:
            note = parse_note(tree.checkpoint)
            cosigned = Note(note.text, (*note.signatures, *lines)).to_bytes()
            await self._store.keep_cosigned(tree.edge.size, cosigned)
            if len(lines) == len(self._policy.witnesses):
                self._cosigned_size = tree.edge.size
        return len(lines)

    async def _lines(self, witness: WitnessAddress, tree: PublishedTree) -> SignatureLine | None:
        """The cosignature of one witness, verified; None when there is none."""
        for _ in range(_TRIES):
            try:
                status, body = await self._ask(witness.url, self._request(witness, tree))
            except WitnessSilent as error:
                log.warning("witness silent", witness=str(witness.key), why=str(error))
                return None
            if status == HTTPStatus.CONFLICT and body.strip().isdigit():
                self._seen[witness.key] = int(body)
                if int(body) <= tree.edge.size:
                    continue
            if status == HTTPStatus.OK:
                return self._verified(witness, tree, body)
            log.error("witness refused", witness=str(witness.key), status=status)
            return None
        return None

    def _request(self, witness: WitnessAddress, tree: PublishedTree) -> bytes:
        old, new = self._seen.get(witness.key, 0), tree.edge.size
        proof = tree.tiles.consistency_proof(old, new) if 0 < old <= new else ()
        return AddCheckpoint(old_size=min(old, new), proof=proof, checkpoint=tree.checkpoint).to_bytes()

    def _verified(self, witness: WitnessAddress, tree: PublishedTree, body: bytes) -> SignatureLine | None:
        text = parse_note(tree.checkpoint).text
        try:
            answered = parse_note(f"{text}\n".encode() + body)
            verify_note(answered, [witness.key])
        except (TlogError, UnicodeDecodeError) as error:
            log.error("witness answered no cosignature", witness=str(witness.key), why=type(error).__name__)
            return None
        self._seen[witness.key] = tree.edge.size
        return next(
            line for line in answered.signatures if (line.name, line.key_id) == (witness.key.name, witness.key.key_id)
        )
