"""How the wire meets the verbs over the lists."""

from __future__ import annotations

import asyncio
from typing import Any

from tidewaiter.risk.v1 import risk_pb2, risk_pb2_grpc
from tidewaiter_chassis import answers, logs, validation
from tidewaiter_chassis.failures import Failure

from tidewaiter_risk.errors import page_unknown
from tidewaiter_risk.in_use import InUse, Now
from tidewaiter_risk.lists import wire
from tidewaiter_risk.lists.sources import Sources
from tidewaiter_risk.lists.watch import Watch
from tidewaiter_risk.scorecard.rules import Screening
from tidewaiter_risk.screen import screen_party

_NAMES_BETWEEN_PAUSES = 20
"""After so many names, some 10 milliseconds, other calls get their turn and a cancelled one ends."""
_PAGE_SIZE_DEFAULT = 100


class ScreeningServicer(risk_pb2_grpc.RiskServiceServicer):
    """Converts, calls the verb, converts back. Each call answers from the lists that were in use when it began."""

    def __init__(self, *, now: Now, sources: Sources, watch: Watch, screening: Screening) -> None:
        self._now = now
        self._watch = watch
        self._sources = sources
        self._screening = screening

    async def ScreenParty(self, request: risk_pb2.ScreenPartyRequest, context: Any) -> risk_pb2.ScreenPartyResponse:
        """One name against the lists, near names too."""
        response = self._screened(request, self._now.in_use)
        logs.note(hits=len(response.hits))
        return response

    async def BatchScreenParties(
        self, request: risk_pb2.BatchScreenPartiesRequest, context: Any
    ) -> risk_pb2.BatchScreenPartiesResponse:
        """Each name on its own, in order: one that breaks a rule has its error in its place."""
        validation.refuse_invalid(request)
        in_use = self._now.in_use
        response = risk_pb2.BatchScreenPartiesResponse()
        refused = 0
        for place, one in enumerate(request.requests):
            if place % _NAMES_BETWEEN_PAUSES == 0:
                await asyncio.sleep(0)
            result = response.results.add()
            try:
                result.response.CopyFrom(self._screened(one, in_use))
            except Failure as failure:
                result.error.CopyFrom(answers.to_status(failure))
                refused += 1
        logs.note(names=len(request.requests), refused=refused)
        return response

    async def ListSources(self, request: risk_pb2.ListSourcesRequest, context: Any) -> risk_pb2.ListSourcesResponse:
        """The lists in use, a page at a time; a page token is the name of the last list of the page before."""
        validation.refuse_invalid(request)
        sources = wire.sources_to(self._now.in_use.lists)
        names = [source.version.list for source in sources]
        if request.page_token and request.page_token not in names:
            raise page_unknown()
        begin = names.index(request.page_token) + 1 if request.page_token else 0
        page = sources[begin : begin + (request.page_size or _PAGE_SIZE_DEFAULT)]
        more = begin + len(page) < len(sources)
        return risk_pb2.ListSourcesResponse(
            sources=[source.version for source in page],
            next_page_token=page[-1].version.list if more else "",
            details=page,
        )

    async def DiffSource(self, request: risk_pb2.DiffSourceRequest, context: Any) -> risk_pb2.DiffSourceResponse:
        """What changed between two versions of a list that were in use here."""
        validation.refuse_invalid(request)
        return wire.difference_to(*self._sources.compare(request.list, request.older_sha256, request.newer_sha256))

    async def RefreshSources(
        self, request: risk_pb2.RefreshSourcesRequest, context: Any
    ) -> risk_pb2.RefreshSourcesResponse:
        """Looks into the folder now; what has changed is in use when this answers."""
        changed = await self._watch.look(at_once=True)
        return risk_pb2.RefreshSourcesResponse(changed=changed, sources=wire.sources_to(self._now.in_use.lists))

    def _screened(self, request: risk_pb2.ScreenPartyRequest, in_use: InUse) -> risk_pb2.ScreenPartyResponse:
        validation.refuse_invalid(request)
        screened = screen_party(
            request.party.name,
            wire.place_from(request.party),
            lists=in_use.lists,
            bounds=self._screening,
            hits_max=request.hits_max,
        )
        return wire.screened_to(request.party.name, screened, in_use.lists.versions)
