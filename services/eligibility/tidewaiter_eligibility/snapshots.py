"""Which state of the ledger an answer rests on, and how a caller names one: by a token, or by a time.

A token names a version of one ledger. Whoever asks for an answer at least as fresh as a token sees all that the answer
which gave the token had seen or done, its own claims among it; whoever asks at exactly that snapshot, or as known at a
time, reads the past as it was, for as long as the ledger keeps it.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from tidewaiter_chassis.failures import Failure, Kind, Violation, invalid

from tidewaiter_eligibility.ledger import Ledger, LedgerState, LedgerView

R = TypeVar("R")

_ID_HEX_DIGITS = 12
_TOKEN = re.compile(r"([0-9a-f]{12})-([0-9]{1,18})")


class Wanted(NamedTuple):
    """How fresh an answer must be: at most one of these, none for what is known now.

    `known_at_ns` counts from 1970.
    """

    at_least_as_fresh: str = ""
    at_exact_snapshot: str = ""
    known_at_ns: int | None = None


WHATEVER_IS_KNOWN = Wanted()


class Snapshots:
    """Reads one ledger as it is wanted, and names what was read."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._id = hmac.digest(ledger.secret, b"snapshot", "sha256").hex()[:_ID_HEX_DIGITS]

    def token(self, version: int) -> str:
        """The name of a version of this ledger."""
        return f"{self._id}-{version}"

    def read(self, work: Callable[[LedgerState], R], wanted: Wanted = WHATEVER_IS_KNOWN) -> tuple[R, str]:
        """What `work` reads of the state that is wanted, and the token of that state.

        Failure INVALID, SNAPSHOT_UNKNOWN, for a token that is none of this ledger; BUSY, SNAPSHOT_AHEAD, when this copy
        of the ledger has not come so far; STALE, SNAPSHOT_GONE, when the state is no longer kept.
        """
        if wanted == WHATEVER_IS_KNOWN:
            return self._ledger.view(lambda view: (work(view), self.token(view.version())))
        return self._ledger.view(lambda view: self._read(view, work, wanted))

    def version_of(self, token: str, *, field: str) -> int:
        """The version that a token names. Failure INVALID, SNAPSHOT_UNKNOWN, naming `field`."""
        found = _TOKEN.fullmatch(token)
        if found is None or found[1] != self._id:
            text = "It is no snapshot of this ledger. Give one that an answer of this service named."
            raise invalid(Violation(field=field, code="SNAPSHOT_UNKNOWN", message=text))
        return int(found[2])

    def _read(self, view: LedgerView, work: Callable[[LedgerState], R], wanted: Wanted) -> tuple[R, str]:
        last = view.version()
        if wanted.at_least_as_fresh:
            least = self.version_of(wanted.at_least_as_fresh, field="consistency.at_least_as_fresh")
            _refuse_ahead(least, last)
            return work(view), self.token(last)
        if wanted.known_at_ns is None:
            version = self.version_of(wanted.at_exact_snapshot, field="consistency.at_exact_snapshot")
            _refuse_ahead(version, last)
        else:
            version = view.version_at(wanted.known_at_ns)
        if version < view.horizon():
            raise _gone()
        return work(view if version == last else view.at(version)), self.token(version)


def _refuse_ahead(version: int, last: int) -> None:
    if version > last:
        raise Failure(
            kind=Kind.BUSY, reason="SNAPSHOT_AHEAD", detail="This copy of the ledger has not come so far; try again."
        )


def _gone() -> Failure:
    return Failure(
        kind=Kind.STALE,
        reason="SNAPSHOT_GONE",
        detail="What the ledger knew then is no longer kept; ask for what it knows now.",
    )
