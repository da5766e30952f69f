"""One JSON line per event on standard error, carrying the ids of the span it happened in.

Event names are constant phrases; everything that varies is a key. Values hold no personal data: what a foreign
exception quotes is masked, because it may be somebody's name. `configure` is called once, by the process's main.
"""

from __future__ import annotations

import logging
import re
import sys
import time
import traceback
from collections.abc import Mapping, MutableMapping
from typing import Any, BinaryIO

import structlog

from tidewaiter_chassis import scope, traces
from tidewaiter_chassis.log_lines import Line, LineWriter, console_form, json_form
from tidewaiter_chassis.scope import Note

NOTES_MAX = 32
"""How many keys one RPC may add to its line."""
TEXT_MAX = 500
"""The longest text in a line that the caller or a library can influence, in characters."""
FRAMES_MAX = 30
"""The innermost frames of a traceback; more says nothing new."""

_TAKEN = frozenset({"at", "level", "event", "service", "method", "code", "trace_id", "span_id"})

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")


class Logging:
    """The process's logging, from `configure` to `close`, which puts back what was before."""

    def __init__(self, writer: LineWriter) -> None:
        self.writer = writer
        root = logging.getLogger()
        self._handlers, self._level = root.handlers[:], root.level
        self._structlog = structlog.get_config() if structlog.is_configured() else None

    def close(self) -> None:
        """Write what waits and leave logging as it was."""
        self.writer.close()
        root = logging.getLogger()
        root.handlers[:] = self._handlers
        root.setLevel(self._level)
        if self._structlog is None:
            structlog.reset_defaults()
        else:
            structlog.configure(**self._structlog)


def configure(*, level: str, form: str, service: str, stream: BinaryIO | None = None) -> Logging:
    """Send structlog's and the standard library's events from `level` up to `stream` (standard error).

    `form` is "json" or "console". Whoever configures closes at the end, or the last lines are lost.
    """
    make = console_form if form == "console" else json_form
    writer = LineWriter(sys.stderr.buffer if stream is None else stream, make(service))
    configured = Logging(writer)
    least = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(least),
        processors=[_completed],
        logger_factory=lambda *_: writer,
        # Not cached: a test that captures logs must reach loggers made before it. The hot paths bind once.
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers[:] = [_Bridge()]
    root.setLevel(max(least, logging.WARNING))
    return configured


def note(**fields: Note) -> None:
    """Add to the one line that is written when the RPC at hand ends. Outside an RPC nothing happens.

    At most `NOTES_MAX` keys; texts are cut at `TEXT_MAX`. No personal data. ValueError for a key every line has.
    """
    if not _TAKEN.isdisjoint(fields):
        raise ValueError(f"every line has its own {', '.join(sorted(_TAKEN & fields.keys()))}")
    rpc = scope.current()
    if rpc is None:
        return
    if rpc.notes is None:
        rpc.notes = {}
    notes = rpc.notes
    for key, value in fields.items():
        if key in notes or len(notes) < NOTES_MAX:
            notes[key] = value[:TEXT_MAX] if isinstance(value, str) else value


def traceback_fields(error: BaseException) -> dict[str, Any]:
    """An exception as keys of a line: its type, its message with every quoted value masked, where it came from.

    Source lines and local values are left out: they may hold somebody's data.
    """
    fields: dict[str, Any] = {
        "error": type(error).__qualname__,
        "message": _QUOTED.sub("'…'", str(error))[:TEXT_MAX],
        "frames": _frames(error),
    }
    cause = error.__cause__ or error.__context__
    if cause is not None:
        fields["cause"] = type(cause).__qualname__
        fields["cause_frames"] = _frames(cause)
    return fields


class _Bridge(logging.Handler):
    """The standard library's records as events: our own with their phrase, others' as "library"."""

    def emit(self, record: logging.LogRecord) -> None:
        ours = record.name.startswith("tidewaiter")
        fields: dict[str, Any] = {"logger": record.name}
        if ours and isinstance(record.args, Mapping):
            fields |= record.args
        elif not ours:
            fields["text"] = _QUOTED.sub("'…'", record.getMessage())[:TEXT_MAX]
        if record.exc_info and record.exc_info[1] is not None:
            fields |= traceback_fields(record.exc_info[1])
        # structlog knows the five standard levels only; a library may have its own in between.
        level = min(max(record.levelno // 10 * 10, logging.DEBUG), logging.CRITICAL)
        structlog.get_logger().log(level, record.msg if ours else "library", **fields)


def _completed(_logger: object, level: str, event: MutableMapping[str, Any]) -> tuple[tuple[Line], Mapping[str, Any]]:
    """The only processor. What it leaves to the writer's thread costs the RPC nothing."""
    return (Line(time.time_ns(), level, event, traces.current_span()),), {}


def _frames(error: BaseException) -> list[str]:
    frames = list(traceback.walk_tb(error.__traceback__))[-FRAMES_MAX:]
    return [f"{frame.f_code.co_filename}:{line} {frame.f_code.co_qualname}" for frame, line in frames]
