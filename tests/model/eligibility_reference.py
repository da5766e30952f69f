"""The person-day and the order, slow and obvious: what each shipment must be told in the end, by its last revision.

And a caller that believes what it was told, has it recorded when it comes to it, confirms what is on record, and asks
again for those named as turned, as intake does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tidewaiter_eligibility.model import Confirmation, Determined, Shipment, Turned, Verdict

from tests.eligibility_shipments import OPEN_DAY, party, shipment

LIMIT_CENTS = 80_000
DAYS = (OPEN_DAY, OPEN_DAY.replace(day=16))
PERSONS = ("Ann Lee", "Ben Ode")
Sum = tuple[int | str, int | None]
"""A day and a person, or "order" and its number."""


@dataclass(frozen=True)
class Fact:
    """What is known of a shipment at one revision: who imports it, None when unknown, and the order it is a lot of."""

    name: str
    revision: int
    cents: int
    day: int
    person: int | None
    order: int | None = None

    @property
    def claims(self) -> bool:
        """Whether it counts against a person-day, and for its order."""
        return self.person is not None and self.cents <= LIMIT_CENTS

    @property
    def counts(self) -> list[Sum]:
        """The sums it counts in when it claims: each may reach the limit."""
        return [(self.day, self.person), *([] if self.order is None else [("order", self.order)])]

    def as_shipment(self) -> Shipment:
        more: dict[str, Any] = {"consignee": None if self.person is None else party(PERSONS[self.person])}
        more |= {} if self.order is None else {"order_id": f"O-{self.order}", "seller_account_id": "shop"}
        return shipment(self.name, revision=self.revision, cents=self.cents, day=DAYS[self.day], **more)


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
    claiming = [each for each in known.values() if each.claims]
    totals = [sum(each.cents for each in claiming if counted in each.counts) for counted in fact.counts]
    return Verdict.ELIGIBLE if max(totals) <= LIMIT_CENTS else Verdict.NOT_ELIGIBLE


def released(log: dict[str, tuple[Fact, Verdict]]) -> dict[Sum, int]:
    """What the log shows as released on each person-day and of each order, by each shipment's last decision there."""
    sums: dict[Sum, int] = {}
    for fact, verdict in log.values():
        for counted in fact.counts if verdict is Verdict.ELIGIBLE else ():
            sums[counted] = sums.get(counted, 0) + fact.cents
    return sums


Determine = Callable[[Sequence[Shipment]], Awaitable[list[Determined]]]
Confirm = Callable[[Sequence[Confirmation]], Awaitable[list[tuple[Turned, ...]]]]


@dataclass
class Caller:
    """Remembers what it was told and whom it still has to ask about; forgets every answer that is lost.

    `decided` are answers that it means to record, `log` what is recorded: neither is ever lost, and no decision is
    recorded after one on a later revision. `unconfirmed` are recorded and not known to be confirmed.
    """

    determine: Determine
    confirm: Confirm
    told: dict[str, tuple[int, Verdict]] = field(default_factory=dict)
    facts: dict[tuple[str, int], Fact] = field(default_factory=dict)
    open: set[tuple[str, int]] = field(default_factory=set)
    decided: dict[str, list[tuple[Fact, Verdict]]] = field(default_factory=dict)
    log: dict[str, tuple[Fact, Verdict]] = field(default_factory=dict)
    unconfirmed: dict[str, int] = field(default_factory=dict)

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
            if answer.revision == fact.revision:
                self.told[fact.name] = (fact.revision, answer.finding.verdict)
                self.decided.setdefault(fact.name, []).append((fact, answer.finding.verdict))
            self.open |= {(each.shipment_id, each.revision) for each in answer.turned}

    def record(self, name: str) -> None:
        """Put the oldest decision that waits on the log, unless one on a later revision is there."""
        fact, verdict = self.decided[name].pop(0)
        if name not in self.log or self.log[name][0].revision <= fact.revision:
            self.log[name] = (fact, verdict)
            self.unconfirmed[name] = fact.revision

    async def confirm_recorded(self, names: Sequence[str], *, lost: bool) -> None:
        """Confirm what is on the log for these, again if it was before. A lost answer leaves them unconfirmed."""
        recorded = [Confirmation(name, self.log[name][0].revision) for name in names]
        answers = await self.confirm(recorded)
        if lost:
            return
        for each, answer in zip(recorded, answers, strict=True):
            self.unconfirmed.pop(each.shipment_id, None)
            self.open |= {(turned.shipment_id, turned.revision) for turned in answer}

    async def settle(self) -> None:
        """Ask, record and confirm until nothing is left; each round must come nearer to the end."""
        for _ in range(100):
            if not (self.open or any(self.decided.values()) or self.unconfirmed):
                return
            newest: dict[str, int] = {}
            for name, revision in sorted(self.open):
                newest[name] = revision
            # What is older than another open revision is settled with it.
            self.open.clear()
            await self.ask([self.facts[each] for each in newest.items()], lost=False)
            for name, waiting in self.decided.items():
                while waiting:
                    self.record(name)
            await self.confirm_recorded(list(self.unconfirmed), lost=False)
        raise AssertionError("asking again never ends")
