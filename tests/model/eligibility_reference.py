"""The person-day, slow and obvious: what every shipment must be told in the end, from nothing but the last revisions.

And a caller that believes what it was told and asks again for those named as turned, as intake does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from tidewaiter_eligibility.model import Determined, Shipment, Verdict

from tests.eligibility_shipments import OPEN_DAY, party, shipment

LIMIT_CENTS = 80_000
DAYS = (OPEN_DAY, OPEN_DAY.replace(day=16))
PERSONS = ("Ann Lee", "Ben Ode")


@dataclass(frozen=True)
class Fact:
    """What is known of a shipment at one revision. Without a person it is not known who imports it."""

    name: str
    revision: int
    cents: int
    day: int
    person: int | None

    @property
    def claims(self) -> bool:
        """Whether it counts against a person-day."""
        return self.person is not None and self.cents <= LIMIT_CENTS

    def as_shipment(self) -> Shipment:
        consignee = None if self.person is None else party(PERSONS[self.person])
        return shipment(self.name, revision=self.revision, cents=self.cents, day=DAYS[self.day], consignee=consignee)


def latest(facts: Sequence[Fact]) -> dict[str, Fact]:
    """The last revision of each shipment, whatever the order of the facts."""
    newest: dict[str, Fact] = {}
    for fact in facts:
        if fact.name not in newest or newest[fact.name].revision < fact.revision:
            newest[fact.name] = fact
    return newest


def verdict_of(fact: Fact, known: dict[str, Fact]) -> Verdict:
    """What the law says of a shipment when all of `known` is known."""
    if fact.cents > LIMIT_CENTS:
        return Verdict.NOT_ELIGIBLE
    if fact.person is None:
        return Verdict.UNKNOWN
    total = sum(
        each.cents for each in known.values() if each.claims and (each.day, each.person) == (fact.day, fact.person)
    )
    return Verdict.ELIGIBLE if total <= LIMIT_CENTS else Verdict.NOT_ELIGIBLE


Determine = Callable[[Sequence[Shipment]], Awaitable[list[Determined]]]


@dataclass
class Caller:
    """Remembers what it was told and whom it still has to ask about; forgets every answer that is lost."""

    determine: Determine
    told: dict[str, tuple[int, Verdict]] = field(default_factory=dict)
    facts: dict[tuple[str, int], Fact] = field(default_factory=dict)
    open: set[tuple[str, int]] = field(default_factory=set)

    async def ask(self, facts: Sequence[Fact], *, lost: bool) -> None:
        """Determine a batch. A lost answer leaves the batch open, as a journal entry does."""
        for fact in facts:
            self.facts[fact.name, fact.revision] = fact
            self.open.add((fact.name, fact.revision))
        answers = await self.determine([fact.as_shipment() for fact in facts])
        if lost:
            return
        for fact, answer in zip(facts, answers, strict=True):
            self.open.discard((fact.name, fact.revision))
            if self.told.get(fact.name, (0, None))[0] <= fact.revision:
                self.told[fact.name] = (fact.revision, answer.finding.verdict)
            self.open |= {(each.shipment_id, each.revision) for each in answer.turned}

    async def settle(self) -> None:
        """Ask again until nothing is open; each round must come nearer to the end."""
        for _ in range(100):
            if not self.open:
                return
            newest: dict[str, int] = {}
            for name, revision in sorted(self.open):
                newest[name] = revision
            # What is older than another open revision is settled with it.
            self.open.clear()
            await self.ask([self.facts[each] for each in newest.items()], lost=False)
        raise AssertionError("asking again never ends")
