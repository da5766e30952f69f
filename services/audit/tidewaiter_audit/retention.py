"""ApplyRetention: erases the personal data that the policy keeps no longer, or says what would be erased.

Entries stand in the order of their recording, so that the past up to a time is all entries below an index, and one
entry on the log says for all of them that their personal data are gone. At most ENTRIES_AT_ONCE at a time, each with
its own entry: a crash leaves the former ones done, and the next run goes on.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Final, NamedTuple, Protocol

from tidewaiter_chassis.clock import Clock
from tidewaiter_chassis.failures import Failure
from tidewaiter_tlog.tree import LeafIndex

from tidewaiter_audit import errors, leaf
from tidewaiter_audit.leaf import Retention
from tidewaiter_audit.model import Receipt
from tidewaiter_audit.recording import Recorder

ENTRIES_AT_ONCE: Final = 50_000

_YEARS: Final = range(1, 100)
_GRACE_DAYS: Final = range(3_651)
_NANOS: Final = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How long personal data are kept, and by which rule."""

    years: int
    grace_days: int
    citation: str
    confidence: str

    def recorded_before(self, now_ns: int) -> datetime:
        """What was recorded before this time is kept no longer."""
        now = datetime.fromtimestamp(now_ns // _NANOS, UTC) - timedelta(days=self.grace_days)
        # The 29th of February of a year that has none is the day before.
        day = min(now.day, 28) if now.month == 2 else now.day
        return now.replace(year=now.year - self.years, day=day)


def read_policy(text: str | None = None) -> Policy:
    """The policy in this text, the packaged one without; ValueError when it contradicts itself."""
    packaged = files("tidewaiter_audit").joinpath("retention.toml")
    given = tomllib.loads(packaged.read_text(encoding="utf-8") if text is None else text)["policy"]
    policy = Policy(**{name: given[name] for name in ("years", "grace_days", "citation", "confidence")})
    if policy.years not in _YEARS or policy.grace_days not in _GRACE_DAYS or not policy.citation:
        raise ValueError("a retention policy has 1 to 99 years, 0 to 3,650 days of grace and a citation")
    return policy


class RetainedStore(Protocol):
    """What retention needs of the store."""

    def kept_before(self, recorded_at_ns: int) -> tuple[LeafIndex, LeafIndex, int]:
        """The entries recorded before this time that have personal data beside them: the index of the first, the
        index after the last, and how many they are; all 0 when there are none.
        """
        ...

    async def scrub(self) -> None:
        """Leaves nothing of what was deleted in the files of the store."""
        ...


class Retained(NamedTuple):
    """What was erased, or would be: how many entries' personal data, recorded before when, and the receipts."""

    recorded_before: datetime
    decisions: int
    receipts: tuple[Receipt, ...]


class Retainer:
    """Applies one policy to one log."""

    def __init__(self, *, store: RetainedStore, recorder: Recorder, policy: Policy, clock: Clock) -> None:
        self.policy = policy
        self._store = store
        self._recorder = recorder
        self._clock = clock

    async def apply(self, *, author: str, recorded_before: datetime | None, validate_only: bool) -> Retained:
        """What was erased; with `validate_only` what would be, leaving no trace.

        Failure INVALID, RETENTION_TOO_SHORT, for a time later than the policy's; and what recording raises.
        """
        bound = self.policy.recorded_before(self._clock.ns())
        if recorded_before is not None and recorded_before > bound:
            raise errors.retention_too_short(bound.isoformat())
        before = recorded_before or bound
        first, end, decisions = self._store.kept_before(int(before.timestamp()) * _NANOS)
        if validate_only or not decisions:
            return Retained(before, decisions, ())
        receipts = []
        for start in range(first, end, ENTRIES_AT_ONCE):
            retention = Retention(
                author=author,
                before_index=min(start + ENTRIES_AT_ONCE, end),
                citation=self.policy.citation,
                grace_days=self.policy.grace_days,
                recorded_before=before.isoformat().replace("+00:00", "Z"),
                years=self.policy.years,
            )
            (result,) = await self._recorder.record([leaf.draft_retention(retention)])
            if isinstance(result, Failure):
                raise result
            receipts.append(result.receipt)
        await self._store.scrub()
        return Retained(before, decisions, tuple(receipts))
