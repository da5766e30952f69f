"""Links, amendments, releases and rulings on persons played together: totals, verdicts and persons agree throughout."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st
from tidewaiter_chassis.clock import SystemClock
from tidewaiter_eligibility.confirm import Confirmer
from tidewaiter_eligibility.determine import Determiner
from tidewaiter_eligibility.get_person_day import PersonDayReader
from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.list_person_days import PersonDayLister
from tidewaiter_eligibility.merge_persons import PersonMerger
from tidewaiter_eligibility.model import Confirmation, Shipment, Turned, Verdict
from tidewaiter_eligibility.release import Releaser
from tidewaiter_eligibility.rulings import Order
from tidewaiter_eligibility.split_person import PersonSplitter
from tidewaiter_eligibility.store.memory import MemoryLedger

from tests.contracts.eligibility_marginal import marginal_law
from tests.eligibility_shipments import OPEN_DAY, law, party, shipment
from tests.model.eligibility_runs import run

LIMIT_CENTS = 80_000
PARTIES = {
    "A": party("Robert Lee"),
    "a": party("Bob Lee"),
    "B": party("Zoe Ode", address_lines=("1 Elm St",)),
    "C": party("Max Fox", address_lines=("7 Fir St",)),
}
"""`A` and `a` share a link, nobody else does."""


class Filed(NamedTuple):
    """A shipment was filed, or amended when it was before."""

    name: str
    cents: int
    who: str


class Told(NamedTuple):
    """One act of an operator or a filer that is not a filing: merge "AB", split "A", release a shipment."""

    verb: str
    of: str


@dataclass
class Play:
    """One ledger, and a caller that asks again for whoever is named as turned, as intake does."""

    law: Law = field(default_factory=law)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    stands: dict[str, Shipment] = field(default_factory=dict)
    cents: dict[str, int] = field(default_factory=dict)
    told: dict[str, Verdict] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)
    rulings: int = 0

    def act(self, act: Filed | Told) -> None:
        if isinstance(act, Filed):
            revision = self.stands[act.name].revision + 1 if act.name in self.stands else 1
            self.cents[act.name] = act.cents
            self.stands[act.name] = shipment(
                act.name, revision=revision, cents=act.cents, day=OPEN_DAY, consignee=PARTIES[act.who]
            )
            self.ask(act.name)
        elif act.verb == "release":
            self.stands.pop(act.of, None)
            self.told.pop(act.of, None)
            self.name_open(*run(Releaser(ledger=self.ledger).release([act.of])))
        else:
            self.name_open(self.rule(act.verb, act.of))

    def ask(self, name: str) -> None:
        self.open.discard(name)
        (answer,) = run(Determiner(law=self.law, ledger=self.ledger).determine([self.stands[name]]))
        self.told[name] = answer.finding.verdict
        recorded = Confirmation(name, self.stands[name].revision)
        self.name_open(answer.turned, *run(Confirmer(ledger=self.ledger).confirm([recorded])))

    def rule(self, verb: str, who: str) -> tuple[Turned, ...]:
        self.rulings += 1
        parties = tuple(PARTIES[each] for each in who)
        order = Order(request_id=f"R{self.rulings}", author="x", reason="y", parties=parties)
        if verb == "merge":
            return run(PersonMerger(law=self.law, ledger=self.ledger, clock=SystemClock()).merge(order)).turned
        return run(PersonSplitter(law=self.law, ledger=self.ledger, clock=SystemClock()).split(order)).turned

    def name_open(self, *named: tuple[Turned, ...]) -> None:
        self.open |= {each.shipment_id for turned in named for each in turned}
        self.open &= self.stands.keys()

    def settle(self) -> None:
        for _ in range(100):
            if not self.open:
                return
            self.ask(min(self.open))
        raise AssertionError(f"asking again never ends: {self.open}")

    def days(self) -> list[dict[str, int]]:
        """What each shipment counts for, by person-day; each must add up to its total."""
        found = []
        for person_day in PersonDayLister(ledger=self.ledger).list_(page_size=100).person_days:
            counted = PersonDayReader(ledger=self.ledger).get(person_day.key, page_size=100).person_day.shipments
            amounts = {each.shipment_id: each.amount_minor for each in counted}
            assert (person_day.total.total_minor, person_day.total.shipments) == (sum(amounts.values()), len(amounts))
            found.append(amounts)
        return found


def persons(acts: list[Filed | Told]) -> dict[str, str]:
    """Who is one person when nobody is ever split: a name for each of those who ever filed, alike for one person."""
    filed = {act.who for act in acts if isinstance(act, Filed)}
    pairs = {act.of for act in acts if isinstance(act, Told) and act.verb == "merge"}
    if filed >= {*"Aa"}:
        pairs.add("Aa")
    one = {who: who for who in PARTIES}
    for pair in [*pairs] * len(PARTIES):
        least = min(one[who] for who in pair)
        one |= dict.fromkeys(pair, least)
    return one


NAMES = st.sampled_from("STUV")
FILED = st.builds(Filed, name=NAMES, cents=st.sampled_from([1, 30_000, 40_000, 80_000]), who=st.sampled_from("AaBC"))
MERGED = st.builds(Told, verb=st.just("merge"), of=st.sampled_from(["AB", "AC", "BC", "aB", "aC"]))
RELEASED = st.builds(Told, verb=st.just("release"), of=NAMES)
SPLIT = st.builds(Told, verb=st.just("split"), of=st.sampled_from("AaBC"))


@settings(max_examples=100, deadline=None)
@given(acts=st.lists(st.one_of(FILED, FILED, MERGED, RELEASED), max_size=14))
def test_persons_are_those_linked_or_merged_whatever_came_between(acts: list[Filed | Told]) -> None:
    play = Play()
    for act in acts:
        play.act(act)
        play.days()
    play.settle()

    one = persons(acts)
    sums: dict[str, int] = {}
    last = {act.name: act for act in acts if isinstance(act, Filed) and act.name in play.stands}
    whose = {name: one[filed.who] for name, filed in last.items()}
    for name, who in whose.items():
        sums[who] = sums.get(who, 0) + last[name].cents
    expected = {
        name: Verdict.ELIGIBLE if sums[who] <= LIMIT_CENTS else Verdict.NOT_ELIGIBLE for name, who in whose.items()
    }
    assert expected == play.told


@settings(max_examples=100, deadline=None)
@given(
    acts=st.lists(st.one_of(FILED, FILED, FILED, MERGED, RELEASED, SPLIT), max_size=16),
    by=st.sampled_from([law, marginal_law]),
)
def test_whatever_is_ruled_asking_again_ends_and_what_passes_fits(
    acts: list[Filed | Told], by: Callable[[], Law]
) -> None:
    play = Play(law=by())
    for act in acts:
        play.act(act)
        play.days()
    play.settle()

    for amounts in play.days():
        passing = sum(amount for name, amount in amounts.items() if play.told.get(name) is Verdict.ELIGIBLE)
        assert passing <= LIMIT_CENTS
        if play.law is marginal_law():
            denied = [play.cents[name] for name in amounts if play.told.get(name) is Verdict.NOT_ELIGIBLE]
            assert not any(cents <= LIMIT_CENTS - passing for cents in denied)


def test_no_short_course_of_claims_and_merges_fails() -> None:
    claims = ["A", "a", "B"]
    for acts in itertools.product([*claims, "AB", "aB"], repeat=4):
        play, done = Play(), list[Filed | Told]()
        for number, who in enumerate(acts):
            done.append(Filed(f"S{number}", 1, who) if who in claims else Told("merge", who))
            play.act(done[-1])
        one = persons(done)
        assert len({one[act.who] for act in done if isinstance(act, Filed)}) == len(play.days())
