"""What decisions are found by, besides their id and their shipment. Nothing here that the leaf does not say."""

from __future__ import annotations

from enum import IntEnum
from typing import TypeAlias

from tidewaiter_audit.facts import Decision


class Facet(IntEnum):
    """One way of finding decisions. The numbers are kept in the store: they are never given another meaning."""

    OUTCOME = 1
    """By name, as in the leaf."""
    ORIGINATOR = 2
    """Of any filing that the decision rests on."""
    PERSON_DAY = 3
    """The commitment to person and day, never who it is."""
    TRACE_ID = 4


FacetValue: TypeAlias = tuple[Facet, str]


def facets_of(decision: Decision) -> tuple[FacetValue, ...]:
    """All that this decision is found by, each once."""
    found = [(Facet.OUTCOME, decision.outcome)]
    filings = decision.filings
    if len(filings) == 1:
        found.append((Facet.ORIGINATOR, _originator(filings[0])))
    else:
        found += [(Facet.ORIGINATOR, code) for code in {_originator(filing) for filing in filings}]
    if decision.eligibility is not None:
        found.append((Facet.PERSON_DAY, decision.eligibility.person_day))
    found.append((Facet.TRACE_ID, decision.trace_id))
    return tuple([facet for facet in found if facet[1]])


def _originator(filing: str) -> str:
    """Of CODE/request_id the code; of anything else nothing."""
    code, slash, _ = filing.partition("/")
    return code if slash else ""
