"""From an event to a line on a stream: written by a thread of its own, so that no RPC waits for a slow reader.

Warnings and errors are written at once; what is below them waits a tenth of a second for company and is lost when
the process is killed meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, BinaryIO, NamedTuple

import msgspec

from tidewaiter_chassis.spans import ItemSpan
from tidewaiter_chassis.trickle import Trickle, breathe

LINES_MAX = 16_384
"""How many lines may wait, some 10 MB; a reader that is slower than that loses the rest, which is counted."""
DELAY_SECONDS = 0.1

_PIECE = 32
_encode = msgspec.json.Encoder(enc_hook=str).encode


class Line(NamedTuple):
    """One event, complete but for its form."""

    at_ns: int
    level: str
    fields: Mapping[str, Any]
    span: ItemSpan | None


Form = Callable[[Line], bytes]


class LineWriter:
    """Writes whole lines to a binary stream. A stream that is gone costs lines, counted in `dropped`, never an RPC.

    It has the methods of a logger, one per level.
    """

    def __init__(self, stream: BinaryIO, form: Form) -> None:
        self._stream = stream
        self._form = form
        self._closed = False
        self._refused = 0
        self._failed = 0
        self._queue = Trickle[Line](
            self._write_all, name="log-lines", items_max=LINES_MAX, batch_max=256, delay_seconds=DELAY_SECONDS
        )

    @property
    def dropped(self) -> int:
        """How many lines were not written since the start."""
        return self._refused + self._failed + self._queue.failed

    @property
    def waiting(self) -> int:
        """How many lines wait to be written."""
        return len(self._queue)

    def later(self, line: Line) -> None:
        """Write the line soon. Its values are not changed any more."""
        if self._queue.put(line):
            return
        if self._closed:
            self.now(line)
        else:
            self._refused += 1

    def now(self, line: Line) -> None:
        """Write the line before returning, after those that wait."""
        self._queue.flush(1.0)
        self._write_all([line])

    debug = info = msg = later
    warning = warn = error = critical = exception = fatal = now

    def flush(self) -> None:
        """Write what waits."""
        self._queue.flush(1.0)

    def close(self) -> None:
        """Write what waits and stop the thread; lines that come later are written at once."""
        self._closed = True
        self._refused += self._queue.close()

    def _write_all(self, lines: list[Line]) -> None:
        rendered: list[bytes] = []
        for first in range(0, len(lines), _PIECE):
            rendered += [self._form(line) for line in lines[first : first + _PIECE]]
            breathe()
        try:
            # One write for all: lines of several threads do not mix.
            self._stream.write(b"\n".join(rendered) + b"\n")
            self._stream.flush()
        except (OSError, ValueError):
            # A closed stream is a ValueError. There is nowhere left to say so but the counter.
            self._failed += len(lines)


def json_form(service: str) -> Form:
    """One JSON object: at, level, event, service, the event's own keys, trace_id and span_id where there are any."""

    def render(line: Line) -> bytes:
        fields = dict(line.fields)
        whole = {"at": _stamp(line.at_ns), "level": line.level, "event": fields.pop("event"), "service": service}
        whole |= fields
        if line.span is not None:
            whole |= {"trace_id": line.span.trace_id, "span_id": line.span.span_id}
        try:
            return _encode(whole)
        except (TypeError, ValueError, OverflowError):
            # A value JSON has no form for, such as half a surrogate pair: the line matters more than its form.
            return _encode({key: value if isinstance(value, float) else ascii(value) for key, value in whole.items()})

    return render


def console_form(service: str) -> Form:
    """For people: the time of day, the level, the phrase, and the keys that say something."""

    def render(line: Line) -> bytes:
        keys = " ".join(
            f"{key}={value}" for key, value in line.fields.items() if key != "event" and value not in (None, "")
        )
        where = "" if line.span is None else f" trace_id={line.span.trace_id}"
        text = f"{_stamp(line.at_ns)[11:23]} {line.level:<7} {service}: {line.fields['event']}  {keys}{where}"
        return text.encode(errors="backslashreplace")

    return render


def _stamp(at_ns: int) -> str:
    seconds, rest = divmod(at_ns, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest // 1000:06d}Z"
