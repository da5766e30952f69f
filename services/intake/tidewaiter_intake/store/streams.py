"""Chunks of streams on SQLite: names of filings, in order, so that a stream can go on after a cut.

The cost of every method is flat in the number of chunks and streams stored.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import apsw
from tidewaiter_chassis.sqlite import Database

from tidewaiter_intake.model import FilingName

_END = "SELECT filings FROM stream_chunk WHERE stream_id = ? ORDER BY start DESC LIMIT 1"
_ADD = "INSERT INTO stream_chunk VALUES (?, ?, ?, ?, ?)"
_FIND = "SELECT names FROM stream_chunk WHERE stream_id = ? AND start = ?"
_FORGET = "DELETE FROM stream_chunk WHERE stream_id = ? AND start < ? AND filings < ?"
_SWEEP = """
DELETE FROM stream_chunk WHERE rowid IN
(SELECT rowid FROM stream_chunk WHERE kept_at_s < ? ORDER BY kept_at_s, rowid LIMIT ?)"""
_FIND_FILING = "SELECT digest, content FROM filing WHERE originator_code = ? AND request_id = ?"

SWEPT_AT_ONCE = 1_000
"""Old chunks that opening a stream deletes at most."""
_SWEPT_FOR_ONE = 2
"""Old chunks that adding one deletes at most: more than one, so that they do not pile up."""


class SqliteStreams:
    """The streams in the file of the journal."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, stream_id: str, answered: int, *, kept_since_s: int) -> int | None:
        """How many filings of a stream are kept, and forget what was answered; None for a stream not known there.

        Chunks that came before `kept_since_s`, seconds since 1970, are forgotten as well, of any stream.
        """

        def work(db: apsw.Connection) -> int | None:
            db.execute(_SWEEP, (kept_since_s, SWEPT_AT_ONCE))
            end: int = db.execute(_END, (stream_id,)).get or 0
            if answered != end and db.execute(_FIND, (stream_id, answered)).get is None:
                return None
            # The last chunk stays: it says where the stream ends.
            db.execute(_FORGET, (stream_id, answered, end))
            return end

        return await self._database.write(work)

    async def append(
        self, stream_id: str, start: int, names: Sequence[FilingName], *, now_s: int, kept_since_s: int
    ) -> bool:
        """Keep a chunk behind the first `start` filings of a stream; on True it is durable.

        False when the stream does not end there: then nothing is kept, unless just these names are there already.
        Chunks of any stream that came before `kept_since_s` are forgotten, two for each that is added.
        """
        written = _written(names)

        def work(db: apsw.Connection) -> bool:
            if (db.execute(_END, (stream_id,)).get or 0) == start:
                db.execute(_ADD, (stream_id, start, start + len(names), now_s, written))
                db.execute(_SWEEP, (kept_since_s, _SWEPT_FOR_ONE))
                return True
            return bool(db.execute(_FIND, (stream_id, start)).get == written)

        return await self._database.write(work)

    def chunk_after(self, stream_id: str, answered: int) -> list[FilingName]:
        """The kept chunk that begins behind so many filings; empty when there is none."""
        found: bytes | None = self._database.read().execute(_FIND, (stream_id, answered)).get
        return [] if found is None else [FilingName(*each) for each in json.loads(found)]

    def contents(self, names: Sequence[FilingName]) -> list[bytes | None]:
        """The filings so named as they were filed, in order; None for one that the journal does not hold so."""
        db = self._database.read()
        return [_content(db, name) for name in names]


def _content(db: apsw.Connection, name: FilingName) -> bytes | None:
    digest, content = db.execute(_FIND_FILING, (name.originator_code, name.request_id)).get or (b"", None)
    return content if digest.hex().startswith(name.digest) and name.digest else None


def _written(names: Sequence[FilingName]) -> bytes:
    return json.dumps(names, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
