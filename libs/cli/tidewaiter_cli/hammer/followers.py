"""Who follows: one by the stream of decisions, one by the files, both from the first entry on."""

from __future__ import annotations

import asyncio
import http.client
from typing import Final

import grpc.aio
from tidewaiter.audit.v1 import audit_pb2, audit_pb2_grpc
from tidewaiter_tlog.entry_bundle import decode_bundle
from tidewaiter_tlog.errors import TlogError
from tidewaiter_tlog.hashing import leaf_hashes
from tidewaiter_tlog.tiles import TILE_WIDTH, BundleId, tile_width
from tidewaiter_tlog.tree import Edge

from tidewaiter_cli.files_of_log import LogFiles
from tidewaiter_cli.hammer.witnessed import Witnessed
from tidewaiter_cli.hammer.writers import AGAIN

_PAUSE_SECONDS: Final = 0.1


class StreamFollower:
    """Is told every decision once and in order, also over the ends of streams."""

    def __init__(self, audit: audit_pb2_grpc.AuditServiceAsyncStub, seen: Witnessed) -> None:
        self.reached = 0
        self._audit = audit
        self._seen = seen
        self._token = "earliest"
        self._last = -1

    async def follow(self) -> None:
        """Until cancelled."""
        while True:
            try:
                async for told in self._audit.WatchDecisions(audit_pb2.WatchDecisionsRequest(resume_token=self._token)):
                    self._hear(told)
            except grpc.aio.AioRpcError as error:
                if error.code() not in AGAIN:
                    self._seen.violate(f"a watch ended in {error.code().name}: {error.details()}")
            await asyncio.sleep(_PAUSE_SECONDS)

    def _hear(self, told: audit_pb2.WatchDecisionsResponse) -> None:
        self._token = told.resume_token
        if not told.HasField("decision"):
            signed = self._seen.checkpoint(told.checkpoint)
            self.reached = max(self.reached, signed.tree_size if signed is not None else 0)
            return
        if told.leaf_index != self._last + 1:
            self._seen.violate(f"the watch told entry {told.leaf_index} after {self._last}")
        self._last = told.leaf_index
        self._seen.placed(told.decision.decision_id, told.leaf_index)
        self._seen.count("watched")


class FileFollower:
    """Reads entry bundles as files, grows the tree over them, and compares its root with each checkpoint."""

    def __init__(self, address: str, seen: Witnessed) -> None:
        self._address = address
        self._seen = seen
        self._edge = Edge()

    @property
    def reached(self) -> int:
        """So many entries were read and are under a signed root."""
        return self._edge.size

    async def follow(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.to_thread(self.catch_up)
            await asyncio.sleep(_PAUSE_SECONDS)

    def catch_up(self) -> None:
        """Up to the newest checkpoint; nothing when the site does not answer just now."""
        try:
            with LogFiles(self._address) as files:
                self._catch_up(files)
        except (OSError, http.client.HTTPException):
            self._seen.count("unanswered")

    def _catch_up(self, files: LogFiles) -> None:
        status, note = files.get("checkpoint")
        signed = self._seen.checkpoint(note) if status == 200 else None
        if signed is None or signed.tree_size <= self._edge.size:
            return
        edge = self._edge
        while edge.size < signed.tree_size:
            index, taken = divmod(edge.size, TILE_WIDTH)
            bundle = BundleId(index, tile_width(0, index, signed.tree_size))
            status, body = files.get(bundle.path)
            if status != 200:
                self._seen.violate(f"/{bundle.path} is below a checkpoint and answers {status}")
                return
            try:
                edge = edge.append(leaf_hashes(decode_bundle(body, bundle.width)[taken:]))
            except TlogError as error:
                self._seen.violate(f"/{bundle.path}: {error}")
                return
            self._seen.count("files")
        if edge.root() != signed.root:
            self._seen.violate(f"the entries do not lead to the root signed for {signed.tree_size}")
        self._edge = edge
