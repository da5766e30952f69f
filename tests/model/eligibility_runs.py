"""How the models of the ledger are run: on ledgers that can fail, by a caller that loses answers."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import apsw
from tidewaiter_chassis.failures import Failure
from tidewaiter_eligibility.confirm import Confirmer
from tidewaiter_eligibility.determine import Determiner
from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.ledger import Ledger, LedgerChange
from tidewaiter_eligibility.store.memory import MemoryLedger
from tidewaiter_eligibility.store.sqlite import SqliteLedger

from tests.eligibility_shipments import law
from tests.model.eligibility_reference import Caller

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """The result of work that waits for nothing: the ledger in memory answers at once."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise AssertionError("it waited")


class FailingLedger:
    """A ledger in memory whose next change fails when it is told so: before it is kept, or after."""

    def __init__(self) -> None:
        self._ledger = MemoryLedger()
        self.secret, self.view, self.close = self._ledger.secret, self._ledger.view, self._ledger.close
        self.fails: str | None = None

    async def change(self, work: Callable[[LedgerChange], T]) -> T:
        """What `work` returned; ConnectionError when it was to fail."""
        fails, self.fails = self.fails, None

        def failing(change: LedgerChange) -> T:
            result = work(change)
            if fails == "before":
                raise ConnectionError("before it was kept")
            return result

        result = await self._ledger.change(failing)
        if fails == "after":
            raise ConnectionError("after it was kept")
        return result


class CrashingLedger:
    """A ledger in a file whose next change crashes when it is told so: around the commit, and is opened again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.fails: str | None = None

    async def open(self) -> None:
        """Open the file, as a process that starts does."""
        self._ledger = await SqliteLedger.open(
            self._path, before_commit=partial(self._crash, "before"), after_commit=partial(self._crash, "after")
        )
        self.secret, self.view, self.close = self._ledger.secret, self._ledger.view, self._ledger.close

    async def change(self, work: Callable[[LedgerChange], T]) -> T:
        """What `work` returned; ConnectionError when it was to crash, and the file is open again then."""
        try:
            return await self._ledger.change(work)
        except Failure as failure:
            await self._ledger.close()
            await self.open()
            raise ConnectionError("around the commit") from failure

    def _crash(self, when: str) -> None:
        if self.fails == when:
            self.fails = None
            raise apsw.IOError("the disk is gone")


def caller_of(ledger: Ledger, by: Law | None = None) -> Caller:
    """Who asks that ledger, under the law that ships or another."""
    return Caller(Determiner(law=by or law(), ledger=ledger).determine, Confirmer(ledger=ledger).confirm)
