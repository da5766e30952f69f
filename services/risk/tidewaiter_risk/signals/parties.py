"""Who takes part: is any of them on a list?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from tidewaiter_goods.confidence import Confidence
from tidewaiter_screening.index import MatchKind
from tidewaiter_screening.places import Place
from tidewaiter_screening.screen import Hit

from tidewaiter_risk.lists.lookup import ListSet
from tidewaiter_risk.model import SCORE_MAX, Contribution, Party, ReasonCode, Shipment
from tidewaiter_risk.scorecard.rules import SignalRule
from tidewaiter_risk.signals.evidence import Evidence, Look, PartiesSeen

_Seen = Sequence[tuple[str, Hit]]
_NOBODY = PartiesSeen((), (), (), "no party is named")
_CLEAR = PartiesSeen((), (), (), "")
_COUNTRIES_CACHED_MAX = 1_024


def listed_party(rule: SignalRule, evidence: Evidence) -> Look:
    """A party bears the name of a listed party, in any order and script. Namesakes exist: that is for a person."""
    return _look(rule, evidence, lambda seen: seen.same_name, _listed)


def listed_party_by_alias(rule: SignalRule, evidence: Evidence) -> Look:
    """A party bears an alias of a listed party. An entry that also matches by its name counts there only."""
    return _look(rule, evidence, lambda seen: seen.same_alias, _listed)


def similar_party(rule: SignalRule, evidence: Evidence) -> Look:
    """A party bears a name much like that of a listed party: the points fall with how far it is."""
    score_min = evidence.scorecard.screening.score_min

    def similar(seen: _Seen, rule: SignalRule, lists: ListSet) -> Contribution:
        field, hit = max(seen, key=lambda one: one[1].score)
        share = (hit.score - score_min) / max(1, SCORE_MAX - score_min)
        return _contribution(
            seen,
            rule,
            lists,
            first=(field, hit),
            points=max(1, round(rule.weight * share)),
            code=ReasonCode.PARTY_SIMILAR,
            bears=f"a name that scores {hit.score} of {SCORE_MAX} beside that",
            why=f": {hit.why()}",
        )

    return _look(rule, evidence, lambda seen: seen.similar, similar)


def party_scan(lists: ListSet) -> Callable[[Shipment], PartiesSeen]:
    """Looks every party of a shipment up in these lists. What was seen last is kept for the signal that asks next."""
    look_up = lists.screener.screen
    place_of = lru_cache(_COUNTRIES_CACHED_MAX)(Place)
    last: list[tuple[Shipment, PartiesSeen]] = []

    def scan(shipment: Shipment) -> PartiesSeen:
        if last and last[0][0] is shipment:
            return last[0][1]
        hits: list[tuple[str, Hit]] = []
        named = unreadable = False
        for role, party in _parties(shipment):
            if party is not None and party.name:
                named = True
                found = look_up(party.name, place_of(party.country))
                if found is None:
                    unreadable = True
                elif found:
                    hits += [(role, hit) for hit in found]
        if hits:
            seen = _sorted(hits, "a party's name cannot be read" if unreadable else "")
        elif unreadable:
            seen = _CLEAR._replace(unseen="a party's name cannot be read")
        else:
            seen = _CLEAR if named else _NOBODY
        last[:] = [(shipment, seen)]
        return seen

    return scan


def _sorted(hits: _Seen, unseen: str) -> PartiesSeen:
    same = [one for one in hits if one[1].differences.same_words]
    return PartiesSeen(
        same_name=[one for one in same if one[1].listed.kind is MatchKind.NAME],
        same_alias=[one for one in same if one[1].listed.kind is not MatchKind.NAME],
        similar=[one for one in hits if not one[1].differences.same_words],
        unseen=unseen,
    )


def _look(
    rule: SignalRule,
    evidence: Evidence,
    choose: Callable[[PartiesSeen], _Seen],
    tell: Callable[[_Seen, SignalRule, ListSet], Contribution],
) -> Look:
    parties, lists, gaps = evidence.parties, evidence.lists, "; ".join(evidence.lists.gaps)
    doubts = evidence.lists.doubts()

    def look(shipment: Shipment) -> Contribution | None:
        seen = parties(shipment)
        chosen = choose(seen)
        if chosen:
            return tell(chosen, rule, lists)
        # Nothing found is a clearance only when everybody was looked up, and everywhere, in lists of today.
        if doubts:
            return rule.missing(doubts, ReasonCode.SIGNAL_MISSING if gaps else ReasonCode.LIST_STALE)
        return rule.missing(seen.unseen) if seen.unseen else None

    return look


def _listed(seen: _Seen, rule: SignalRule, lists: ListSet) -> Contribution:
    name = seen[0][1].listed.kind is MatchKind.NAME
    return _contribution(
        seen,
        rule,
        lists,
        first=seen[0],
        points=rule.weight,
        code=ReasonCode.PARTY_LISTED if name else ReasonCode.PARTY_LISTED_ALIAS,
        bears="the name" if name else "an alias",
        why="",
    )


def _contribution(
    seen: _Seen,
    rule: SignalRule,
    lists: ListSet,
    *,
    first: tuple[str, Hit],
    points: int,
    code: ReasonCode,
    bears: str,
    why: str,
) -> Contribution:
    field, hit = first
    listed = hit.listed
    entries = {(one.listed.list, one.listed.entry.entry_id) for _, one in seen}
    roles = " and the ".join(dict.fromkeys(role for role, _ in seen))
    verb = "bear" if " and " in roles else "bears"
    program = f", programme {listed.entry.program}" if listed.entry.program else ""
    others = f", and of {len(entries) - 1} more" if len(entries) > 1 else ""
    return rule.seen(
        points=points,
        code=code,
        rule_id=rule.id,
        detail=f"The {roles} {verb} {bears} of entry {listed.entry.entry_id} on the list {listed.list}{program}"
        f"{others}{why}.",
        data_version=lists.version_of(listed.list),
        citation=f"{listed.list} entry {listed.entry.entry_id}",
        confidence=Confidence.UNVERIFIED if lists.invented else Confidence.OFFICIAL,
        field=f"{field}.name",
    )


def _parties(shipment: Shipment) -> tuple[tuple[str, Party | None], ...]:
    return (
        ("consignee", shipment.consignee),
        ("buyer", shipment.buyer),
        ("shipper", shipment.shipper),
        ("seller", shipment.seller),
    )
