"""One random history of few shipments, amended again and again, and what must hold at each of its steps.

Hypothesis shrinks what it finds; this finds what takes many amendments between two records.
"""

from __future__ import annotations

import random
from contextlib import suppress

from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.model import Verdict

from tests.model.eligibility_reference import LIMIT_CENTS, Fact, latest, released, verdict_of
from tests.model.eligibility_runs import CrashingLedger, FailingLedger, caller_of

NAMES = "ABC"
CENTS = [1, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000, 80_000]


class Interleaving:
    """One history on a ledger, made of its seed; `orders` says how many orders its shipments may be lots of.

    The ledger fails now and then around a commit, and answers are lost.
    """

    def __init__(
        self, seed: int, ledger: FailingLedger | CrashingLedger, *, by: Law | None = None, orders: int = 2
    ) -> None:
        self.choose = random.Random(seed)
        self.ledger = ledger
        self.caller = caller_of(ledger, by)
        self.orders = [None, None, *range(orders)]
        self.said: dict[tuple[str, int], Fact] = {}

    async def play(self, steps: int) -> None:
        """So many steps, then all that is left; AssertionError when more stands released than the limit."""
        for _ in range(steps):
            await self._step()
            assert all(total <= LIMIT_CENTS for total in released(self.caller.log).values()), "over the limit"
        await self.caller.settle()

    def known(self) -> dict[str, Fact]:
        """The last that was said of each shipment."""
        return latest(list(self.said.values()))

    def ends_as_it_must(self) -> None:
        """AssertionError when a decision that stands in the end is not what all that was said asks for."""
        known = self.known()
        expected = {name: verdict_of(fact, known) for name, fact in known.items()}
        assert expected == {name: verdict for name, (_, verdict) in self.caller.log.items()}, "another end"

    def leaves_no_room_unused(self) -> None:
        """AssertionError when a denied claim would fit in the end: where only those beyond the limit are denied."""
        log, sums = self.caller.log, released(self.caller.log)
        for fact in self.known().values():
            if fact.claims and log[fact.name][1] is Verdict.NOT_ELIGIBLE:
                assert sums.get((fact.day, fact.person), 0) + fact.cents > LIMIT_CENTS, "room is left"

    async def _step(self) -> None:
        """One of: ask, record, confirm, ask again for a turned one."""
        choose, caller = self.choose, self.caller
        act = choose.choices(["ask", "record", "confirm", "again"], [45, 30, 15, 10])[0]
        waiting = [name for name, decisions in caller.decided.items() if decisions]
        if act == "ask":
            self._maybe_fail()
            with suppress(ConnectionError):
                await caller.ask(self._facts(), lost=choose.random() < 0.15)
        elif act == "record" and waiting:
            caller.record(choose.choice(waiting))
        elif act == "confirm" and caller.log:
            self._maybe_fail()
            names = choose.sample(list(caller.log), choose.randint(1, len(caller.log)))
            with suppress(ConnectionError):
                await caller.confirm_recorded(names, lost=choose.random() < 0.15)
        elif act == "again" and caller.open:
            self.ledger.fails = None
            await caller.ask([caller.facts[choose.choice(sorted(caller.open))]], lost=False)

    def _maybe_fail(self) -> None:
        self.ledger.fails = self.choose.choice([None] * 6 + ["before", "after"])

    def _facts(self) -> list[Fact]:
        names = self.choose.sample(NAMES, self.choose.randint(1, 2))
        return [self.said.setdefault((fact.name, fact.revision), fact) for fact in map(self._fact, names)]

    def _fact(self, name: str) -> Fact:
        """The next revision, or now and then an earlier one; mostly of one person on one day."""
        choose = self.choose
        newest = max((revision for known, revision in self.said if known == name), default=0)
        revision = choose.randint(1, newest) if newest and choose.random() < 0.3 else newest + 1
        person, day = choose.choice([0] * 8 + [1, None]), int(choose.random() < 0.15)
        return Fact(name, revision, choose.choice(CENTS), day, person, choose.choice(self.orders))
