"""One person, one day: which claims count together, and under which person-day.

Claims that share a key or a link on one local day, directly or through others of that day, are one person's. That is
the closure of a relation without direction, so that it is the same whatever the order in which claims arrive. It is
kept as the ledger grows, never computed anew:
1. the links of a claim lead to the person-days that were met under them; new ones lead to its own from now on;
2. when they lead to several, these were one person's all along: the claims of the smaller are moved to the greater,
   each still told what it was told, so that those whose verdict turned are named as on any other day;
3. what was moved stands for where it went.
A day's closure ends with the day: nobody is joined through a chain of years. What was learnt on a day stays when the
shipment that taught it is amended; an operator's ruling undoes it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec.structs import replace

from tidewaiter_eligibility.holds import counts, recount
from tidewaiter_eligibility.ledger import NOTHING, Claim, Hold, LedgerChange, Total
from tidewaiter_eligibility.model import DayKey, Judgement
from tidewaiter_eligibility.person_day import Link, OnePerson, PersonDays
from tidewaiter_eligibility.persons import Counted, PersonView, RuledAs

MOVED_AT_ONCE = 500
"""How many claims are moved at a time; a whole person-day is moved in one change of the ledger."""


def ruled(
    view: PersonView, days: PersonDays, judgements: Sequence[Judgement], persons: Sequence[OnePerson | None]
) -> Sequence[OnePerson | None]:
    """Who claims, by the rulings: `persons` are those of the judgements by their keys and links alone."""
    if not view.has_rulings():
        return persons
    names = [days.anywhen(key_in(judgement.person)) for judgement in judgements]
    known = view.ruled_as(names)
    return [
        person
        if name not in known or judgement.rule is None
        else as_ruled(days, judgement.person, judgement.local_day, judgement.rule.paragraph, known[name])
        for judgement, person, name in zip(judgements, persons, names, strict=True)
    ]


def as_ruled(days: PersonDays, person: str, local_day: str, paragraph: str, ruled_as: RuledAs) -> OnePerson:
    """A person in normal form on one day, by what was ruled: who was parted has no links but that of its group."""
    links: tuple[Link, ...] = ()
    if ruled_as.group:
        links = (days.link(f"ruled|{ruled_as.group.hex()}", local_day, paragraph),)
    if ruled_as.parted:
        return OnePerson(days.parted(key_in(person), ruled_as.parted, local_day, paragraph), links)
    on_day = days.on_day(person, local_day, paragraph)
    return on_day._replace(links=(*on_day.links, *links))


def key_in(person: str) -> str:
    """The key of a person in normal form."""
    return person.partition("\n")[0]


def standing(view: PersonView, persons: Sequence[OnePerson | None]) -> list[tuple[DayKey, ...]]:
    """The person-days that would be one with each claim, its own place first: for what-ifs, which join nothing."""
    links = {link for person in persons if person is not None for link in person.links}
    found = _Found(view, persons, view.linked(links) if links else {})
    return [() if person is None else found.tops(person) for person in persons]


def join(change: LedgerChange, claims: Sequence[Claim], persons: Sequence[OnePerson | None]) -> list[Claim]:
    """The claims under the person-days that they count against, which are made one where a claim shows that."""
    # Of two claims with one link the first stands here: a link that is new leads to it.
    links = {link: person.own for person in reversed(persons) if person is not None for link in person.links}
    found = _Found(change, persons, change.lead(links) if links else {})
    for person in persons:
        tops = () if person is None else found.tops(person)
        if len(tops) > 1:
            found.united(tops, unite(change, tops))
    joined, counted = [], []
    # Only now: a claim may have made the person-days of earlier ones of the batch one.
    for claim, person in zip(claims, persons, strict=True):
        key = None if person is None else found.top(person.own)
        joined.append(claim if key == claim.key else replace(claim, key=key))
        if person is not None and key != person.own:
            counted.append(Counted(claim.shipment_id, claim.revision, person.own))
    if counted:
        change.put_counted(counted)
    return joined


def unite(change: LedgerChange, keys: Collection[DayKey]) -> DayKey:
    """The one of several person-days of a local day that the others stand for from now on; all claims count there."""
    most = greatest(change.totals(keys), keys)
    for key in keys:
        if key == most:
            continue
        while ids := change.first_ids(key, at_most=MOVED_AT_ONCE):
            move(change, ids, source=key, target=most)
        change.put_alias(key, most)
    return most


def greatest(totals: Mapping[DayKey, Total], keys: Collection[DayKey]) -> DayKey:
    """The person-day with most shipments, the first of those that have as many: where the others are counted."""
    return min(keys, key=lambda key: (-totals.get(key, NOTHING).shipments, key))


def move(change: LedgerChange, ids: Sequence[str], *, source: DayKey, target: DayKey) -> None:
    """Let all that these shipments claim and hold under one person-day count under another. What was told stays."""
    claims, holds = change.claims(ids), change.holds(ids)
    totals = change.totals((source, target))
    of_source = totals[source]
    totals.setdefault(target, replace(NOTHING, limit_minor=of_source.limit_minor, is_marginal=of_source.is_marginal))
    moved, held = [], {}
    for shipment_id in ids:
        claim, before = claims.get(shipment_id), holds.get(shipment_id, ())
        after = _moved_holds(before, source, target)
        if claim is not None and claim.key == source:
            moved.append(replace(claim, key=target))
        elif claim is None and not before:
            continue
        new = moved[-1] if moved and moved[-1].shipment_id == shipment_id else claim
        _recount(totals, claim, before, new, after, of=(source, target))
        if after != before:
            held[shipment_id] = after
    change.put_totals({target: totals[target]})
    change.put_counted(Counted(claim.shipment_id, claim.revision, source) for claim in moved)
    change.put_claims(moved)
    if held:
        change.put_holds(held)
    change.put_totals({source: totals[source]})


class _Found:
    """Where the links and keys of some persons lead, and what becomes of that meanwhile."""

    def __init__(self, view: PersonView, persons: Iterable[OnePerson | None], leads: Mapping[Link, DayKey]) -> None:
        self._leads = leads
        keys = {person.own for person in persons if person is not None}.union(leads.values())
        self._stands_for = view.aliases(keys) if keys else {}

    def tops(self, person: OnePerson) -> tuple[DayKey, ...]:
        """The person-days that are one with this claim; its own alone when nothing leads elsewhere."""
        leads, own = self._leads, person.own
        keys = [leads[link] for link in person.links if link in leads]
        if all(key == own for key in keys):
            return (self.top(own),)
        return tuple(dict.fromkeys([self.top(own), *map(self.top, keys)]))

    def top(self, key: DayKey) -> DayKey:
        """The person-day that this one stands for, itself when it stands for no other."""
        return self._stands_for.get(key, key)

    def united(self, keys: Collection[DayKey], most: DayKey) -> None:
        """Let those keys, and all that stood for one of them, stand for one."""
        for key, stands_for in self._stands_for.items():
            if stands_for in keys:
                self._stands_for[key] = most
        for key in keys:
            if key != most:
                self._stands_for[key] = most


def _moved_holds(holds: tuple[Hold, ...], source: DayKey, target: DayKey) -> tuple[Hold, ...]:
    """The holds with those of the source on the target; of two until one revision there the greater stays."""
    if all(hold.key != source for hold in holds):
        return holds
    kept: dict[tuple[DayKey, int], Hold] = {}
    for hold in holds:
        key = target if hold.key == source else hold.key
        other = kept.get((key, hold.until_revision))
        amount = hold.amount_minor if other is None else max(hold.amount_minor, other.amount_minor)
        kept[key, hold.until_revision] = Hold(key=key, amount_minor=amount, until_revision=hold.until_revision)
    return tuple(kept.values())


def _recount(
    totals: dict[DayKey, Total],
    claim: Claim | None,
    before: tuple[Hold, ...],
    new: Claim | None,
    after: tuple[Hold, ...],
    *,
    of: Collection[DayKey],
) -> None:
    old_counts, new_counts = counts(claim, before), counts(new, after)
    recount(
        totals,
        {key: count for key, count in old_counts.items() if key in of},
        {key: count for key, count in new_counts.items() if key in of},
    )
