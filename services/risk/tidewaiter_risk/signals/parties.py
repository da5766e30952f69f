"""Who takes part: is any of them on a list?"""

from __future__ import annotations

from tidewaiter_goods.confidence import Confidence

from tidewaiter_risk.lists.index import ListedName
from tidewaiter_risk.model import Contribution, MatchKind, Party, ReasonCode, Shipment
from tidewaiter_risk.scorecard.rules import SignalRule
from tidewaiter_risk.signals.evidence import Evidence, Look


def listed_party(rule: SignalRule, evidence: Evidence) -> Look:
    """A party bears the name of a listed party, after normalisation. Namesakes exist: that is for a person."""
    return _listed(rule, evidence, kind=MatchKind.NAME)


def listed_party_by_alias(rule: SignalRule, evidence: Evidence) -> Look:
    """A party bears an alias of a listed party. An entry that also matches by its name counts there only."""
    return _listed(rule, evidence, kind=MatchKind.ALIAS)


def _listed(rule: SignalRule, evidence: Evidence, *, kind: MatchKind) -> Look:
    listed, gaps = evidence.index.listed, "; ".join(evidence.index.gaps)

    def look(shipment: Shipment) -> Contribution | None:
        seen: list[tuple[str, ListedName]] = []
        named = unreadable = False
        for role, party in _parties(shipment):
            if party is not None and party.name:
                named = True
                hits = listed(party.name)
                if hits is None:
                    unreadable = True
                elif hits:
                    seen += [(role, hit) for hit in hits if hit.kind is kind]
        if seen:
            return _contribution(seen, rule, kind)
        # Nothing found is a clearance only when everybody was looked up, and everywhere.
        if gaps:
            return rule.missing(gaps)
        if unreadable or not named:
            return rule.missing("a party's name cannot be read" if unreadable else "no party is named")
        return None

    return look


def _contribution(seen: list[tuple[str, ListedName]], rule: SignalRule, kind: MatchKind) -> Contribution:
    field, hit = seen[0]
    entries = {(one.list, one.entry_id) for _, one in seen}
    roles = " and the ".join(dict.fromkeys(role for role, _ in seen))
    bears = "bear" if " and " in roles else "bears"
    what = "the name" if kind is MatchKind.NAME else "an alias"
    program = f", programme {hit.program}" if hit.program else ""
    others = f", and of {len(entries) - 1} more" if len(entries) > 1 else ""
    return rule.seen(
        points=rule.weight,
        code=ReasonCode.PARTY_LISTED if kind is MatchKind.NAME else ReasonCode.PARTY_LISTED_ALIAS,
        rule_id=rule.id,
        detail=f"The {roles} {bears} {what} of entry {hit.entry_id} on the list {hit.list}{program}{others}.",
        citation=f"{hit.list} entry {hit.entry_id}",
        confidence=Confidence.UNVERIFIED if hit.invented else Confidence.OFFICIAL,
        field=f"{field}.name",
    )


def _parties(shipment: Shipment) -> tuple[tuple[str, Party | None], ...]:
    return (
        ("consignee", shipment.consignee),
        ("buyer", shipment.buyer),
        ("shipper", shipment.shipper),
        ("seller", shipment.seller),
    )
