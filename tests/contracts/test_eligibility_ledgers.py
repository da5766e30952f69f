"""The suites of the ledger, run on every store. A further store needs a class of its own and nothing else."""

from __future__ import annotations

from pathlib import Path

from tidewaiter_eligibility.store.memory import MemoryLedger
from tidewaiter_eligibility.store.sqlite import SqliteLedger

from tests.contracts.eligibility_claims import ClaimPromises
from tests.contracts.eligibility_holds import HoldPromises
from tests.contracts.eligibility_ledger import ClosingLedger, LedgerPromises


class TestSqliteLedger(ClaimPromises, HoldPromises, LedgerPromises):
    """A SQLite file."""

    async def open(self, path: Path) -> ClosingLedger:
        return await SqliteLedger.open(path)


class TestMemoryLedger(ClaimPromises, HoldPromises, LedgerPromises):
    """A SQLite database in memory."""

    async def open(self, path: Path) -> ClosingLedger:
        return MemoryLedger()
