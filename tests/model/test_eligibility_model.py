"""The ledger against the slow definition: in any order, batching and loss of answers the end is the same."""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tidewaiter_eligibility.judge import judge
from tidewaiter_eligibility.ledger import Ledger
from tidewaiter_eligibility.model import DayKey, Verdict
from tidewaiter_eligibility.person_day import PersonDays
from tidewaiter_eligibility.store.memory import MemoryLedger

from tests.eligibility_shipments import law
from tests.model.eligibility_reference import DAYS, LIMIT_CENTS, PERSONS, Fact, latest, released, verdict_of
from tests.model.eligibility_runs import FailingLedger, caller_of, run

FACTS = st.builds(
    Fact,
    name=st.sampled_from(["A", "B", "C", "D"]),
    revision=st.integers(1, 3),
    cents=st.sampled_from([1, 20_000, 30_000, 40_000, 60_000, 80_000, 80_001]),
    day=st.sampled_from([0, 0, 1]),
    person=st.sampled_from([0, 0, 0, 0, 1, None]),
    order=st.sampled_from([None, None, 0, 0, 1]),
)


def one_fact_a_revision(facts: Sequence[Fact]) -> list[Fact]:
    """A revision of a shipment says one thing only, as intake numbers them."""
    return list({(fact.name, fact.revision): fact for fact in facts}.values())


def batches(facts: Sequence[Fact], choose: random.Random) -> list[list[Fact]]:
    """The facts cut into batches at random, each shipment at most once in a batch."""
    cut: list[list[Fact]] = [[]]
    for fact in facts:
        if choose.random() < 0.4 or fact.name in {each.name for each in cut[-1]}:
            cut.append([])
        cut[-1].append(fact)
    return [batch for batch in cut if batch]


async def end_of(facts: Sequence[Fact], *, seed: int) -> dict[str, Verdict]:
    """What the caller believes in the end, after the facts came in that order, some answers being lost."""
    choose = random.Random(seed)
    ledger = MemoryLedger()
    caller = caller_of(ledger)
    for batch in batches(facts, choose):
        await caller.ask(batch, lost=choose.random() < 0.4)
        if choose.random() < 0.3:
            await caller.settle()
    await caller.settle()
    assert not any(total.holding for total in ledger.view(lambda view: view.totals(all_days(ledger))).values())
    await ledger.close()
    return {name: verdict for name, (_, verdict) in caller.told.items()}


def all_days(ledger: Ledger) -> set[DayKey]:
    days = PersonDays(ledger.secret)
    facts = [Fact("A", 1, 1, day, person) for day in range(len(DAYS)) for person in range(len(PERSONS))]
    judged = [
        judge(fact.as_shipment(), law=law()) for fact in [*facts, *(Fact("A", 1, 1, 0, 0, each) for each in (0, 1))]
    ]
    keys = {key for judgement in judged for key in (days.key(judgement), days.order(judgement))}
    return {key for key in keys if key is not None}


@settings(max_examples=150, deadline=None)
@given(facts=st.lists(FACTS, max_size=14).map(one_fact_a_revision), order=st.randoms(use_true_random=False))
def test_the_verdicts_depend_on_the_facts_and_never_on_their_order(facts: list[Fact], order: random.Random) -> None:
    shuffled = order.sample(facts, len(facts))
    known = latest(facts)

    found = [run(end_of(given, seed=order.randrange(1_000))) for given in (facts, shuffled)]

    expected = {name: verdict_of(fact, known) for name, fact in known.items()}
    assert [expected, expected] == found


class LedgerMachine(RuleBasedStateMachine):
    """Batches, records, confirmations, lost answers, failures and repeats in any interleaving.

    What is on the log as released never passes the limit, at any step, whether records come late or never.
    """

    def __init__(self) -> None:
        super().__init__()
        self.ledger = FailingLedger()
        self.caller = caller_of(self.ledger)
        self.said: dict[tuple[str, int], Fact] = {}

    def _batch(self, facts: Sequence[Fact]) -> list[Fact]:
        """One fact for each shipment, and always the same for a revision that was said before."""
        by_name = {fact.name: fact for fact in facts}
        return [self.said.setdefault((fact.name, fact.revision), fact) for fact in by_name.values()]

    @rule(
        facts=st.lists(FACTS, min_size=1, max_size=4),
        lost=st.booleans(),
        fails=st.sampled_from([None, "before", "after"]),
    )
    def determine(self, facts: list[Fact], lost: bool, fails: str | None) -> None:
        self.ledger.fails = fails
        with suppress(ConnectionError):
            run(self.caller.ask(self._batch(facts), lost=lost))

    @rule(fact=FACTS, lost=st.booleans())
    def amend(self, fact: Fact, lost: bool) -> None:
        """The next revision of a shipment, on the day and for the person that most others are on."""
        revision = max((known for name, known in self.said if name == fact.name), default=0) + 1
        run(self.caller.ask(self._batch([replace(fact, revision=revision, day=0, person=0)]), lost=lost))

    @rule(pick=st.randoms(use_true_random=False))
    def repeat(self, pick: random.Random) -> None:
        if self.said:
            run(self.caller.ask([pick.choice(list(self.said.values()))], lost=False))

    @rule(pick=st.randoms(use_true_random=False))
    def record(self, pick: random.Random) -> None:
        waiting = [name for name, decisions in self.caller.decided.items() if decisions]
        if waiting:
            self.caller.record(pick.choice(waiting))

    @rule(pick=st.randoms(use_true_random=False), lost=st.booleans(), fails=st.sampled_from([None, "before", "after"]))
    def confirm(self, pick: random.Random, lost: bool, fails: str | None) -> None:
        names = list(self.caller.log)
        if names:
            self.ledger.fails = fails
            with suppress(ConnectionError):
                run(self.caller.confirm_recorded(pick.sample(names, pick.randint(1, len(names))), lost=lost))

    @rule()
    def settle(self) -> None:
        run(self.caller.settle())
        known = latest(list(self.said.values()))
        expected = {name: verdict_of(fact, known) for name, fact in known.items()}
        assert expected == {name: verdict for name, (_, verdict) in self.caller.told.items()}
        assert expected == {name: verdict for name, (_, verdict) in self.caller.log.items()}

    @invariant()
    def the_log_never_shows_more_released_than_the_limit(self) -> None:
        assert all(total <= LIMIT_CENTS for total in released(self.caller.log).values())

    def teardown(self) -> None:
        run(self.ledger.close())


LedgerMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestLedgerMachine = LedgerMachine.TestCase
