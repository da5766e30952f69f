"""W3C Trace Context, level 1: the `traceparent` header read strictly and written exactly.

https://www.w3.org/TR/trace-context/#traceparent-header
"""

from __future__ import annotations

import re
from typing import NamedTuple

HEADER = "traceparent"

_FORM = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.ASCII)
_SAMPLED = 0x01
_LENGTH = 55
_LENGTH_MAX = 512
"""A later version of the header may be longer than ours; one longer than this is nonsense."""


class TraceParent(NamedTuple):
    """One position in a trace: the span to hang the next one under, and whether the trace is recorded.

    `trace_id` is 1..2^128-1, `span_id` 1..2^64-1.
    """

    trace_id: int
    span_id: int
    sampled: bool


def parse(text: str | None) -> TraceParent | None:
    """The position named by a `traceparent`, or None when it is absent or not one.

    Refused, as the specification asks: upper-case digits, an id of zeros, the version ff, and anything after
    the flags of version 00. A later version is read by the form of 00. Only the lowest flag is looked at:
    others, such as the random-trace-id bit, may be set.
    """
    if not text or len(text) > _LENGTH_MAX:
        return None
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    version, trace_hex, span_hex, flags, beyond = found.groups()
    if version == "ff" or (version == "00" and beyond is not None):
        return None
    trace_id, span_id = int(trace_hex, 16), int(span_hex, 16)
    if not trace_id or not span_id:
        return None
    return TraceParent(trace_id, span_id, bool(int(flags, 16) & _SAMPLED))


def says_unrecorded(text: str) -> bool:
    """Whether `text`, if `parse` takes it, names a trace that is not recorded; told by its end alone, and so quickly.

    False also of one that has other flags or a longer form: then `parse` has to tell.
    """
    return len(text) == _LENGTH and text.endswith("-00")


def write(*, trace_id: int, span_id: int, sampled: bool) -> str:
    """The `traceparent` of a position, version 00. `parse` reads it back unchanged."""
    return f"00-{trace_id:032x}-{span_id:016x}-{'01' if sampled else '00'}"
