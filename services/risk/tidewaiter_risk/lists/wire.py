"""How lists and hits become messages."""

from __future__ import annotations

from collections.abc import Sequence

from google.protobuf.timestamp_pb2 import Timestamp
from tidewaiter.risk.v1 import risk_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_screening.index import MatchKind
from tidewaiter_screening.lists.difference import Difference
from tidewaiter_screening.places import Place, place_of

from tidewaiter_risk.lists.lookup import ListSet
from tidewaiter_risk.model import Action, ListVersion
from tidewaiter_risk.screen import Screened

_ACTIONS = {action: trade_pb2.RiskAction.Value(f"RISK_ACTION_{action.name}") for action in Action}
_KINDS = {kind: risk_pb2.MatchKind.Value(f"MATCH_KIND_{kind.name}") for kind in MatchKind}


def place_from(party: trade_pb2.Party) -> Place:
    """Where the party is, as far as it is said."""
    return place_of(country=party.country_code, city=party.city, lines=party.address_lines)


def versions_to(versions: Sequence[ListVersion]) -> list[trade_pb2.ListVersion]:
    """The versions of the lists as messages, in their order."""
    return [
        trade_pb2.ListVersion(
            list=one.list, version=one.version, sha256=one.sha256, entries=one.entries, stale=one.stale
        )
        for one in versions
    ]


def screened_to(name: str, screened: Screened, versions: Sequence[ListVersion]) -> risk_pb2.ScreenPartyResponse:
    """The hits, in their order, with the lists that were searched."""
    return risk_pb2.ScreenPartyResponse(
        hits=[
            risk_pb2.PartyHit(
                list=hit.listed.list,
                entry_id=hit.listed.entry.entry_id,
                listed_name=hit.listed.entry.name,
                matched_name=hit.listed.text,
                kind=_KINDS[hit.listed.kind],
                score=hit.score,
                program=hit.listed.entry.program,
                query_name=name,
                why=hit.why(),
            )
            for hit in screened.hits
        ],
        lists=versions_to(versions),
        action=_ACTIONS[screened.action],
        stale=screened.stale,
    )


def sources_to(lists: ListSet) -> list[risk_pb2.Source]:
    """Every list in use with all that is known of it, by name."""
    sources = []
    for one, version in zip(lists.lists, versions_to(lists.versions), strict=True):
        stale = lists.stale.get(one.list)
        written = Timestamp()
        written.FromMilliseconds(int(one.written * 1000))
        sources.append(
            risk_pb2.Source(
                version=version,
                aliases=one.aliases(),
                written_at=written,
                damages=one.damage_counts(),
                gaps=[*one.gaps, *([stale] if stale else [])],
            )
        )
    return sources


def difference_to(older: str, newer: str, found: Difference) -> risk_pb2.DiffSourceResponse:
    """What changed between the two versions with these hashes."""
    return risk_pb2.DiffSourceResponse(
        added_entry_ids=found.added,
        removed_entry_ids=found.removed,
        changed_entry_ids=found.changed,
        older_sha256=older,
        newer_sha256=newer,
    )
