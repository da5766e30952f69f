"""The bounded local file of spans that stands in for a collector, and its reader.

One JSON object a line: {trace_id, span_id, parent_id, name, service, start_ns, end_ns, kind, status, error,
attributes, links}. Ids are lower-case hex, times nanoseconds since 1970. Knows nothing of OpenTelemetry, so that a
command can read traces without loading it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

_log = logging.getLogger(__name__)
_encode = msgspec.json.Encoder(enc_hook=str).encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class SpanRecord(msgspec.Struct, frozen=True):
    """One span as it is written; `parent_id` and `error` may be null, `links` are {trace_id, span_id} pairs."""

    trace_id: str
    span_id: str
    parent_id: str | None
    name: str
    service: str
    start_ns: int
    end_ns: int
    kind: str
    status: str
    error: str | None
    attributes: dict[str, Any]
    links: list[dict[str, str]]

    def line(self) -> bytes:
        """The span as one line of JSON, with its newline."""
        return _encode(self) + b"\n"


class SpanFile:
    """Appends lines to `<directory>/<service>.jsonl` and never lets them grow over `bytes_max`.

    At half of `bytes_max` the file becomes `<service>.1.jsonl`, replacing the one before: the newest half is
    always kept. A directory that cannot be written costs the lines, counted in `dropped`, and one log line until
    it can be written again; it never raises. One thread at a time.
    """

    def __init__(self, directory: Path, *, service: str, bytes_max: int) -> None:
        self.dropped = 0
        self.path = directory / f"{service}.jsonl"
        self._older = directory / f"{service}.1.jsonl"
        self._bytes_max = bytes_max // 2
        self._descriptor: int | None = None
        self._size = 0
        self._failing = False

    def append(self, lines: Sequence[bytes]) -> None:
        """Write these lines, each ending in a newline, with one write per file they go to."""
        piece: list[bytes] = []
        size = 0
        for line in lines:
            if piece and self._size + size + len(line) > self._bytes_max:
                self._write(piece, size)
                piece, size = [], 0
            piece.append(line)
            size += len(line)
        if piece:
            self._write(piece, size)

    def close(self) -> None:
        """Close the file. What was appended is with the operating system."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _write(self, lines: list[bytes], size: int) -> None:
        if size > self._bytes_max:
            # Only ever one line: `append` cuts before the bound. It would not fit an empty file either.
            self.dropped += len(lines)
            return
        try:
            descriptor = self._opened_with_room_for(size)
            written = os.write(descriptor, b"".join(lines))
        except OSError as error:
            self._lost(lines, error)
            return
        self._size += written
        if written < size:
            # The disk is full: the torn line ends the file and the reader skips it.
            self._lost(lines, OSError("short write"))
            return
        self._failing = False

    def _opened_with_room_for(self, size: int) -> int:
        if self._descriptor is None:
            self._open()
        if self._size and self._size + size > self._bytes_max:
            self.close()
            self.path.replace(self._older)
            self._open()
        assert self._descriptor is not None
        return self._descriptor

    def _open(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
        self._size = os.fstat(self._descriptor).st_size
        if self._size and os.pread(self._descriptor, 1, self._size - 1) != b"\n":
            # A process was killed in the middle of its last line: ours begins on a line of its own.
            self._size += os.write(self._descriptor, b"\n")

    def _lost(self, lines: list[bytes], error: OSError) -> None:
        self.dropped += len(lines)
        self.close()
        if not self._failing:
            self._failing = True
            _log.warning("span file cannot be written", {"file": self.path.name, "why": str(error)})


def read_spans(trace_dir: Path, trace_id: str) -> list[dict[str, Any]]:
    """The spans of one trace over all services' files under `trace_dir`, earliest start first.

    `trace_id` is 32 hex digits. A torn line, as a killed process leaves it, is passed over. An absent directory
    holds no spans. OSError when a file that is there cannot be read.
    """
    wanted = trace_id.lower()
    found = [
        span
        for path in sorted(trace_dir.glob("*.jsonl"))
        for span in _spans_mentioning(path, wanted.encode())
        if span.get("trace_id") == wanted
    ]
    return sorted(found, key=lambda span: (span.get("start_ns", 0), span.get("span_id", "")))


def _spans_mentioning(path: Path, wanted: bytes) -> Iterator[dict[str, Any]]:
    try:
        lines = path.open("rb")
    except FileNotFoundError:
        # Rotated away between the listing and now; its lines are in the older file.
        return
    with lines:
        for line in lines:
            # A substring search is some fifty times cheaper than reading the JSON of every line.
            if wanted in line:
                try:
                    yield _decode(line)
                except msgspec.DecodeError:
                    continue
