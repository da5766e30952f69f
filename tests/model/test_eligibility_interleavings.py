"""Plain random interleavings of few shipments, amended again and again: the log never shows more than the limit.

Hypothesis shrinks what it finds; this finds what takes many amendments between two records.
"""

from __future__ import annotations

import random
from contextlib import suppress

import pytest
from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.model import Verdict

from tests.contracts.eligibility_marginal import marginal_law
from tests.model.eligibility_reference import LIMIT_CENTS, Fact, latest, released, verdict_of
from tests.model.eligibility_runs import FailingLedger, caller_of, run

NAMES = "ABC"
CENTS = [1, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000, 80_000]
STEPS = 30


class Interleaving:
    """One history, made of its seed."""

    def __init__(self, seed: int, by: Law | None = None) -> None:
        self.choose = random.Random(seed)
        self.ledger = FailingLedger()
        self.caller = caller_of(self.ledger, by)
        self.said: dict[tuple[str, int], Fact] = {}

    def step(self) -> None:
        """One of: ask, record, confirm, ask again for a turned one."""
        choose, caller = self.choose, self.caller
        act = choose.choices(["ask", "record", "confirm", "again"], [45, 30, 15, 10])[0]
        waiting = [name for name, decisions in caller.decided.items() if decisions]
        if act == "ask":
            self._maybe_fail()
            with suppress(ConnectionError):
                run(caller.ask(self._facts(), lost=choose.random() < 0.15))
        elif act == "record" and waiting:
            caller.record(choose.choice(waiting))
        elif act == "confirm" and caller.log:
            self._maybe_fail()
            names = choose.sample(list(caller.log), choose.randint(1, len(caller.log)))
            with suppress(ConnectionError):
                run(caller.confirm_recorded(names, lost=choose.random() < 0.15))
        elif act == "again" and caller.open:
            run(caller.ask([caller.facts[choose.choice(sorted(caller.open))]], lost=False))

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
        person = choose.choice([0] * 8 + [1, None])
        return Fact(name, revision, choose.choice(CENTS), int(choose.random() < 0.15), person)


@pytest.mark.parametrize("hundred", range(6))
def test_at_no_step_of_any_interleaving_is_more_released_than_the_limit(hundred: int) -> None:
    for seed in range(hundred * 100, hundred * 100 + 100):
        history = Interleaving(seed)

        for _ in range(STEPS):
            history.step()
            assert all(total <= LIMIT_CENTS for total in released(history.caller.log).values()), seed
        run(history.caller.settle())

        known = latest(list(history.said.values()))
        expected = {name: verdict_of(fact, known) for name, fact in known.items()}
        assert expected == {name: verdict for name, (_, verdict) in history.caller.log.items()}, seed
        run(history.ledger.close())


@pytest.mark.parametrize("hundred", range(3))
def test_where_only_those_beyond_the_limit_are_denied_it_holds_too_and_no_room_is_left_unused(hundred: int) -> None:
    for seed in range(hundred * 100, hundred * 100 + 100):
        history = Interleaving(seed, marginal_law())

        for _ in range(STEPS):
            history.step()
            assert all(total <= LIMIT_CENTS for total in released(history.caller.log).values()), seed
        run(history.caller.settle())

        known = latest(list(history.said.values()))
        log, sums = history.caller.log, released(history.caller.log)
        assert all(total <= LIMIT_CENTS for total in sums.values()), seed
        for fact in known.values():
            if fact.claims and log[fact.name][1] is Verdict.NOT_ELIGIBLE:
                assert sums.get((fact.day, fact.person), 0) + fact.cents > LIMIT_CENTS, seed
        run(history.ledger.close())
