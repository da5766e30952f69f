"""Forgetting what is too old, a little at a time: claims of days long past, and what the ledger knew long ago.

Days are forgotten whole, with all that counted on them, so they must be kept for longer than a filing can come late: a
claim on a forgotten day would find it empty. Orders are too, once none of their lots has changed for as long.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

import structlog
from tidewaiter_chassis.clock import Clock
from tidewaiter_chassis.failures import Failure
from tidewaiter_chassis.logs import traceback_fields

from tidewaiter_eligibility.ledger import Ledger, LedgerChange

log = structlog.get_logger()

ROWS_AT_ONCE = 2_000
"""How much is deleted in one change, so that claims wait for milliseconds; a person-day that has more goes whole."""
PAUSE_SECONDS = 3_600.0
"""Between two looks for what has become too old."""
_DAY_NS = 86_400 * 10**9


class Kept(NamedTuple):
    """For how many days claims are kept after the local day they count on, and the past after it was replaced.

    0: for ever.
    """

    claims_days: int
    past_days: int


class Expirer:
    """Forgets what is too old in one ledger."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        clock: Clock,
        kept: Kept,
        on_rows: Callable[[int], None],
        rows_at_once: int = ROWS_AT_ONCE,
    ) -> None:
        self._rows_at_once = rows_at_once
        self._ledger = ledger
        self._clock = clock
        self._kept = kept
        self._on_rows = on_rows

    async def run(self) -> None:
        """For the life of the service; ends when cancelled."""
        while True:
            try:
                while await self.step():
                    pass
            except Failure as failure:
                log.warning("nothing is forgotten for now", reason=failure.reason)
            except Exception as error:  # noqa: BLE001  # logged whole, and tried again after a pause
                log.error("forgetting failed", **traceback_fields(error))
            await asyncio.sleep(PAUSE_SECONDS)

    async def step(self) -> int:
        """Forget so much as one change may; how many rows that were, 0 when nothing is too old."""
        if self._kept == Kept(0, 0):
            return 0
        rows = await self._ledger.change(self._step)
        if rows:
            self._on_rows(rows)
        return rows

    def _step(self, change: LedgerChange) -> int:
        rows, now = 0, self._clock.ns()
        if self._kept.claims_days:
            before = (self._clock.now() - timedelta(days=self._kept.claims_days)).date().isoformat()
            through = change.version_at(now - self._kept.claims_days * _DAY_NS)
            rows += change.expire_claims(before_day=before, through_version=through, at_most=self._rows_at_once)
        if self._kept.past_days:
            horizon = change.version_at(now - self._kept.past_days * _DAY_NS)
            rows += change.forget_past(before_version=horizon, at_most=self._rows_at_once)
        return rows
