"""Read your writes, over thousands of random interleavings, from a copy of the ledger that lags behind.

The file that ships is read where it is written and never lags; a copy in another place would. What keeps a caller from
reading the past there is the token alone, so the same history read without it must miss a write.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from tidewaiter_chassis.failures import Failure
from tidewaiter_eligibility.check import Checker
from tidewaiter_eligibility.determine import Determiner
from tidewaiter_eligibility.ledger import LedgerView
from tidewaiter_eligibility.model import Shipment
from tidewaiter_eligibility.snapshots import WHATEVER_IS_KNOWN, Wanted
from tidewaiter_eligibility.store.memory import MemoryLedger

from tests.eligibility_shipments import law, shipment
from tests.model.eligibility_runs import run

T = TypeVar("T")
INTERLEAVINGS = 10_000


class LaggingView:
    """What a copy sees that has come as far as `version`."""

    def __init__(self, view: LedgerView, version: int) -> None:
        self._view, self._version = view, version

    def version(self) -> int:
        return self._version

    def __getattr__(self, name: str) -> Any:
        of_past = self._view.at(self._version)
        return getattr(of_past if hasattr(of_past, name) else self._view, name)


class LaggingCopy:
    """A copy of a ledger, for reading only; it comes as far as it is told."""

    def __init__(self, ledger: MemoryLedger) -> None:
        self._ledger, self.secret, self.version = ledger, ledger.secret, 0

    async def change(self, work: Callable[..., T]) -> T:
        raise AssertionError("a copy is not written to")

    def view(self, work: Callable[[Any], T]) -> T:
        return self._ledger.view(lambda view: work(LaggingView(view, self.version)))


class Callers:
    """Three callers who claim on one person-day each, and read it from any of two copies."""

    def __init__(self, seed: int) -> None:
        self.choose = random.Random(seed)
        self.ledger = MemoryLedger()
        self.copies = [LaggingCopy(self.ledger) for _ in range(2)]
        self.determiner = Determiner(law=law(), ledger=self.ledger)
        self.checkers = [Checker(law=law(), ledger=copy) for copy in self.copies]
        self.tokens = [""] * 3
        self.claimed = [0] * 3
        self.refused = self.missed = self.read = 0

    def step(self, *, with_token: bool) -> None:
        """A claim, a copy that catches up a little, or a read."""
        who, act = self.choose.randrange(3), self.choose.random()
        if act < 0.2:
            one = shipment(f"{who}-{self.claimed[who]}", day=_day(who), cents=1)
            _, self.tokens[who] = run(self.determiner.determine_at([one]))
            self.claimed[who] += 1
        elif act < 0.5:
            copy = self.choose.choice(self.copies)
            last = self.ledger.view(lambda view: view.version())
            copy.version = self.choose.randint(copy.version, last)
        elif self.tokens[who]:
            self._read(who, Wanted(at_least_as_fresh=self.tokens[who]) if with_token else WHATEVER_IS_KNOWN)

    def _read(self, who: int, wanted: Wanted) -> None:
        self.read += 1
        try:
            (finding,), self.tokens[who] = self.choose.choice(self.checkers).check_at([_asked(who)], wanted)
        except Failure as failure:
            if failure.reason != "SNAPSHOT_AHEAD":
                raise
            self.refused += 1
            return
        self.missed += finding.counted_shipments != self.claimed[who] + 1


def _day(who: int) -> date:
    return date(2025, 1, 10 + who)


def _asked(who: int) -> Shipment:
    return shipment("", day=_day(who), cents=1)


def test_who_reads_with_its_token_counts_all_it_claimed_or_is_told_to_come_back() -> None:
    callers = Callers(seed=1)

    for _ in range(INTERLEAVINGS):
        callers.step(with_token=True)

    assert 0 == callers.missed
    assert callers.read > callers.refused > 100
    assert callers.read - callers.refused > 100


def test_without_the_token_the_same_history_misses_what_was_claimed() -> None:
    callers = Callers(seed=1)

    for _ in range(INTERLEAVINGS // 10):
        callers.step(with_token=False)

    assert callers.missed > 10
