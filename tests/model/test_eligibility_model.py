"""The ledger against the slow definition: in any order, batching and loss of answers the end is the same."""

from __future__ import annotations

import random
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tidewaiter_eligibility.determine import Determiner
from tidewaiter_eligibility.model import Verdict
from tidewaiter_eligibility.store.memory import MemoryLedger

from tests.eligibility_shipments import law
from tests.model.eligibility_reference import LIMIT_CENTS, Caller, Fact, latest, verdict_of

T = TypeVar("T")

FACTS = st.builds(
    Fact,
    name=st.sampled_from(["A", "B", "C", "D"]),
    revision=st.integers(1, 3),
    cents=st.sampled_from([1, 20_000, 30_000, 40_000, 80_000, 80_001]),
    day=st.sampled_from([0, 1]),
    person=st.sampled_from([0, 0, 0, 1, None]),
)


def one_fact_a_revision(facts: Sequence[Fact]) -> list[Fact]:
    """A revision of a shipment says one thing only, as intake numbers them."""
    return list({(fact.name, fact.revision): fact for fact in facts}.values())


def run(work: Coroutine[Any, Any, T]) -> T:
    """The result of work that waits for nothing: the ledger in memory answers at once."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise AssertionError("it waited")


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
    caller = Caller(Determiner(law=law(), ledger=ledger).determine)
    for batch in batches(facts, choose):
        await caller.ask(batch, lost=choose.random() < 0.4)
        if choose.random() < 0.3:
            await caller.settle()
    await caller.settle()
    await ledger.close()
    return {name: verdict for name, (_, verdict) in caller.told.items()}


@settings(max_examples=150, deadline=None)
@given(facts=st.lists(FACTS, max_size=14).map(one_fact_a_revision), order=st.randoms(use_true_random=False))
def test_the_verdicts_depend_on_the_facts_and_never_on_their_order(facts: list[Fact], order: random.Random) -> None:
    shuffled = order.sample(facts, len(facts))
    known = latest(facts)

    found = [run(end_of(given, seed=order.randrange(1_000))) for given in (facts, shuffled)]

    expected = {name: verdict_of(fact, known) for name, fact in known.items()}
    assert [expected, expected] == found


class LedgerMachine(RuleBasedStateMachine):
    """Batches, lost answers and repeats in any interleaving; the limit holds at every rest."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = MemoryLedger()
        self.caller = Caller(Determiner(law=law(), ledger=self.ledger).determine)
        self.said: dict[tuple[str, int], Fact] = {}

    def _batch(self, facts: Sequence[Fact]) -> list[Fact]:
        """One fact for each shipment, and always the same for a revision that was said before."""
        by_name = {fact.name: fact for fact in facts}
        return [self.said.setdefault((fact.name, fact.revision), fact) for fact in by_name.values()]

    @rule(facts=st.lists(FACTS, min_size=1, max_size=4), lost=st.booleans())
    def determine(self, facts: list[Fact], lost: bool) -> None:
        run(self.caller.ask(self._batch(facts), lost=lost))

    @rule(pick=st.randoms(use_true_random=False))
    def repeat(self, pick: random.Random) -> None:
        if self.said:
            run(self.caller.ask([pick.choice(list(self.said.values()))], lost=False))

    @rule()
    def settle(self) -> None:
        run(self.caller.settle())
        known = latest(list(self.said.values()))
        expected = {name: verdict_of(fact, known) for name, fact in known.items()}
        assert expected == {name: verdict for name, (_, verdict) in self.caller.told.items()}

    @invariant()
    def what_is_believed_is_never_over_the_limit_once_nothing_is_open(self) -> None:
        if self.caller.open:
            return
        released: dict[tuple[int, int | None], int] = {}
        for name, (revision, verdict) in self.caller.told.items():
            fact = self.said[name, revision]
            if verdict is Verdict.ELIGIBLE:
                released[fact.day, fact.person] = released.get((fact.day, fact.person), 0) + fact.cents
        assert all(total <= LIMIT_CENTS for total in released.values())

    def teardown(self) -> None:
        run(self.ledger.close())


LedgerMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestLedgerMachine = LedgerMachine.TestCase
