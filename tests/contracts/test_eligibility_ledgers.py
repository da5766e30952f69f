"""The suites of the ledger, run on every store. A further store needs a class of its own and nothing else."""

from __future__ import annotations

from pathlib import Path

from tidewaiter_chassis.clock import FixedClock
from tidewaiter_eligibility.store.memory import MemoryLedger
from tidewaiter_eligibility.store.sqlite import SqliteLedger

from tests.contracts.eligibility_claims import ClaimPromises
from tests.contracts.eligibility_expiry import ExpiryPromises
from tests.contracts.eligibility_holds import HoldPromises
from tests.contracts.eligibility_ledger import ClosingLedger, LedgerPromises
from tests.contracts.eligibility_marginal import MarginalPromises
from tests.contracts.eligibility_orders import OrderPromises
from tests.contracts.eligibility_past import PastPromises
from tests.contracts.eligibility_persons import LinkPromises, RulingPromises


class AllPromises(
    ClaimPromises,
    ExpiryPromises,
    HoldPromises,
    LinkPromises,
    MarginalPromises,
    OrderPromises,
    PastPromises,
    RulingPromises,
    LedgerPromises,
):
    """Every suite."""


class TestSqliteLedger(AllPromises):
    """A SQLite file."""

    async def open(self, path: Path) -> ClosingLedger:
        return await SqliteLedger.open(path)

    async def open_at(self, path: Path, clock: FixedClock) -> ClosingLedger:
        return await SqliteLedger.open(path, clock=clock)


class TestMemoryLedger(AllPromises):
    """A SQLite database in memory."""

    async def open(self, path: Path) -> ClosingLedger:
        return MemoryLedger()

    async def open_at(self, path: Path, clock: FixedClock) -> ClosingLedger:
        return MemoryLedger(clock=clock)
