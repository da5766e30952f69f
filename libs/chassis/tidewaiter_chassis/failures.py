"""How anything in Tidewaiter can fail: a kind, a reason that never changes, and facts.

Nothing here knows gRPC; `answers` alone turns a failure into a status and back.
A no (not eligible, hold, do not load) is an answer and never a failure.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

RETRY_AFTER_SECONDS = 1.0
"""What BUSY, PEER and FULL tell the caller to wait when the raiser names no time."""

_REASON = re.compile(r"[A-Z][A-Z0-9_]{1,62}")
_FACT = re.compile(r"[a-z][a-zA-Z0-9_-]{0,63}")


class Kind(Enum):
    """The state of the world behind a failure, and so what the caller should do.

    The kind decides the status code on the wire (see `answers`).
    """

    INVALID = "INVALID"
    """The request breaks a rule: mend it, do not repeat it."""
    NOT_FOUND = "NOT_FOUND"
    """The named thing does not exist: stop."""
    REUSED = "REUSED"
    """The id was used before with other content: stop, the facts name the first use."""
    STALE = "STALE"
    """The revision moved on: read again, then decide."""
    NOT_READY = "NOT_READY"
    """The system is not in the needed state: wait for a person."""
    BUSY = "BUSY"
    """Not now, from our own side: repeat with the same request id."""
    PEER = "PEER"
    """A service we need did not answer: repeat with the same request id."""
    FULL = "FULL"
    """A bound was reached: send less, later."""
    LATE = "LATE"
    """The time ran out or is too short to be useful: the caller decides."""
    CORRUPT = "CORRUPT"
    """What is stored contradicts itself: call someone."""
    DENIED = "DENIED"
    """The caller may not do this: stop."""
    UNSERVED = "UNSERVED"
    """Declared in the contract, not served by this release: stop."""
    INTERNAL = "INTERNAL"
    """Our mistake: report it with the incident id in the facts."""


_SAYS_WHEN = frozenset({Kind.BUSY, Kind.PEER, Kind.FULL})


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule of a request: where, which rule, and what to do about it.

    `field` is a dotted path (`filing.items[2].hts_code`); `code` is UPPER_SNAKE and stable for ever;
    `message` says the value (never a personal one), the rule and the remedy, and may change.
    """

    field: str
    code: str
    message: str


class Failure(Exception):
    """We could not find out, and this says why in a form that survives the wire unchanged.

    `reason` is UPPER_SNAKE and stable for ever; `detail` is safe for the caller and may change;
    `facts` are ids and limits, never secrets or personal data (the key "kind" is taken by the wire).
    `retry_after_seconds` is kept to the millisecond; BUSY, PEER and FULL always carry one
    (`RETRY_AFTER_SECONDS` unless given), so that no caller has to guess.
    Two failures with the same content are equal. ValueError for a malformed reason, fact or time.
    """

    def __init__(
        self,
        *,
        kind: Kind,
        reason: str,
        detail: str,
        facts: Mapping[str, str] = MappingProxyType({}),
        violations: tuple[Violation, ...] = (),
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(detail)
        if retry_after_seconds is None and kind in _SAYS_WHEN:
            retry_after_seconds = RETRY_AFTER_SECONDS
        self.kind = kind
        self.reason = _well_formed_reason(reason)
        self.detail = detail
        self.facts: Mapping[str, str] = MappingProxyType(_well_formed_facts(facts))
        self.violations = tuple(violations)
        self.retry_after_seconds = _to_the_millisecond(retry_after_seconds)

    def __str__(self) -> str:
        return f"{self.kind.name} {self.reason}: {self.detail}"

    def __repr__(self) -> str:
        return (
            f"Failure(kind={self.kind}, reason={self.reason!r}, detail={self.detail!r}, "
            f"facts={dict(self.facts)!r}, violations={self.violations!r}, "
            f"retry_after_seconds={self.retry_after_seconds!r})"
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Failure):
            return NotImplemented
        return self._content() == other._content()

    def __hash__(self) -> int:
        return hash((self.kind, self.reason, self.detail))

    def __reduce__(self) -> tuple[Callable[..., Failure], tuple[object, ...]]:
        # Exceptions are copied and pickled by their positional arguments, of which we have none.
        return _rebuilt, (
            self.kind,
            self.reason,
            self.detail,
            dict(self.facts),
            self.violations,
            self.retry_after_seconds,
        )

    def _content(self) -> tuple[object, ...]:
        return (
            self.kind,
            self.reason,
            self.detail,
            dict(self.facts),
            self.violations,
            self.retry_after_seconds,
        )


def invalid(*violations: Violation) -> Failure:
    """One INVALID failure for all the violations of a request, its reason the first one's code.

    ValueError when there is none: a request without violations is not invalid.
    """
    if not violations:
        raise ValueError("an INVALID failure needs at least one violation")
    first, others = violations[0], len(violations) - 1
    more = f" (and {others} more)" if others else ""
    return Failure(
        kind=Kind.INVALID,
        reason=first.code,
        detail=f"{first.field}: {first.message}{more}" if first.field else f"{first.message}{more}",
        violations=tuple(violations),
    )


def _rebuilt(*content: object) -> Failure:
    names = ("kind", "reason", "detail", "facts", "violations", "retry_after_seconds")
    return Failure(**dict(zip(names, content, strict=True)))  # type: ignore[arg-type]


def _well_formed_reason(reason: str) -> str:
    if not _REASON.fullmatch(reason):
        raise ValueError(f"a reason is 2 to 63 of A-Z, 0-9 and _, beginning with a letter: {reason!r}")
    return reason


def _well_formed_facts(facts: Mapping[str, str]) -> dict[str, str]:
    for key, value in facts.items():
        if key == "kind" or not _FACT.fullmatch(key):
            raise ValueError(f"a fact's name is lower-case letters, digits, _ and -, and not 'kind': {key!r}")
        if not isinstance(value, str):
            raise ValueError(f"a fact's value is text: {key}={value!r}")
    return dict(facts)


def _to_the_millisecond(seconds: float | None) -> float | None:
    if seconds is None:
        return None
    if not math.isfinite(seconds) or seconds < 0:
        raise ValueError(f"retry_after_seconds is finite and not negative: {seconds!r}")
    return round(seconds * 1000) / 1000
