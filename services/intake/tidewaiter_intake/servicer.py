"""How the wire meets the verbs of intake."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from functools import partial
from typing import Any

from tidewaiter.intake.v1 import intake_pb2, intake_pb2_grpc
from tidewaiter_chassis import validation
from tidewaiter_chassis.clock import Clock
from tidewaiter_chassis.failures import Failure
from tidewaiter_chassis.traces import ItemSpan, Tracing, current_span, rpc_context

from tidewaiter_intake.cancel import Cancel
from tidewaiter_intake.get import Get
from tidewaiter_intake.list_requirements import list_requirements
from tidewaiter_intake.list_shipments import ListShipments
from tidewaiter_intake.model import Answer, FilerType, Mode, ShipmentId
from tidewaiter_intake.preview import Preview
from tidewaiter_intake.redecide import Redecide
from tidewaiter_intake.requirements import Requirements
from tidewaiter_intake.resume import KeptStream, Streams
from tidewaiter_intake.stream import Terms, Window, until_draining
from tidewaiter_intake.submit import Submit
from tidewaiter_intake.watch import Watch
from tidewaiter_intake.wire import requests as wire
from tidewaiter_intake.wire.listing import page_to, wanted_from
from tidewaiter_intake.wire.requirements import day_from, requirements_to
from tidewaiter_intake.wire.streams import Batch, batches, due_to, end_to, given_again, names_of, opened_to, opening_of


class IntakeServicer(intake_pb2_grpc.IntakeServiceServicer):
    """Converts, calls the verb, converts back."""

    def __init__(
        self,
        *,
        submit: Submit,
        preview: Preview,
        get: Get,
        list_shipments: ListShipments,
        redecide: Redecide,
        cancel: Cancel,
        watch: Watch,
        requirements: Requirements,
        clock: Clock,
        tracing: Tracing,
        streams: Streams,
        terms: Terms,
        draining: asyncio.Event,
    ) -> None:
        self._submit = submit
        self._preview = preview
        self._get = get
        self._list_shipments = list_shipments
        self._redecide = redecide
        self._cancel = cancel
        self._watch = watch
        self._requirements = requirements
        self._clock = clock
        self._tracing = tracing
        self._streams = streams
        self._terms = terms
        self._draining = draining

    async def SubmitFiling(
        self, request: intake_pb2.SubmitFilingRequest, context: Any
    ) -> intake_pb2.SubmitFilingResponse:
        """One filing: its span is a child of the RPC's, so that the caller's trace holds it."""
        (result,) = await self._filed([request], span_parent=current_span())
        if isinstance(result, Failure):
            raise result
        response = intake_pb2.SubmitFilingResponse()
        wire.fill_response(response, result)
        return response

    async def BatchSubmitFilings(
        self, request: intake_pb2.BatchSubmitFilingsRequest, context: Any
    ) -> intake_pb2.BatchSubmitFilingsResponse:
        """Up to 1,000 filings, each with a trace of its own that links to the RPC's."""
        validation.refuse_invalid(request)
        wire.refuse_repeated(request.requests)
        results = await self._filed(request.requests, span_parent=None)
        given = [wire.Given(one.filing.request_id) for one in request.requests]
        response = intake_pb2.BatchSubmitFilingsResponse()
        wire.fill_results(response, given, results)
        return response

    async def StreamFilings(
        self, request_iterator: AsyncIterator[intake_pb2.StreamFilingsRequest], context: Any
    ) -> AsyncIterator[intake_pb2.StreamFilingsResponse]:
        """Chunks of filings, each filing with a trace of its own that links to the stream's."""
        window: Window[Batch, intake_pb2.StreamFilingsResponse] | None = None
        async with aclosing(
            until_draining(
                request_iterator,
                self._draining,
                idle_seconds=self._terms.idle_seconds,
                owes=lambda: window is not None and window.owes,
            )
        ) as wanted:
            first = await anext(wanted, None)
            opening = opening_of(first)
            kept = None if opening is None else await self._streams.open(opening.resume_token)
            terms = self._terms.agreed(opening.in_flight_max if opening else 0)
            if kept is not None:
                yield opened_to(kept, terms)
            window = Window(
                answer=partial(self._batch, kept),
                size_of=len,
                filings_max=terms.filings_max,
                answered=kept.answered if kept else 0,
                heartbeat_seconds=terms.heartbeat_seconds,
            )
            async with aclosing(window.answers(batches(kept, None if opening else first, wanted))) as dues:
                async for due in dues:
                    yield due_to(due, kept)
            if kept is not None:
                yield end_to(kept, window.answered)

    async def GetShipment(self, request: intake_pb2.GetShipmentRequest, context: Any) -> intake_pb2.GetShipmentResponse:
        """The merged view with its current decision."""
        validation.refuse_invalid(request)
        name = request.WhichOneof("name")
        return wire.standing_to(await self._get.shipment(**{str(name): getattr(request, str(name))}))

    async def RedecideShipments(
        self, request: intake_pb2.RedecideShipmentsRequest, context: Any
    ) -> intake_pb2.RedecideShipmentsResponse:
        """Decided again, one result for each, in order."""
        validation.refuse_invalid(request)
        results = await self._redecide.shipments([ShipmentId(one) for one in request.shipment_ids])
        return wire.redecisions_to(request.shipment_ids, results)

    async def CancelShipment(
        self, request: intake_pb2.CancelShipmentRequest, context: Any
    ) -> intake_pb2.CancelShipmentResponse:
        """Withdrawn, on record."""
        validation.refuse_invalid(request)
        return wire.cancelled_to(await self._cancel.shipment(wire.cancellation_from(request)))

    async def ListShipments(
        self, request: intake_pb2.ListShipmentsRequest, context: Any
    ) -> intake_pb2.ListShipmentsResponse:
        """A page of one filer's shipments."""
        validation.refuse_invalid(request)
        page = await self._list_shipments.page(
            wanted_from(request), page_size=request.page_size, token=request.page_token
        )
        return page_to(page)

    async def WatchDecisions(
        self, request: intake_pb2.WatchDecisionsRequest, context: Any
    ) -> AsyncIterator[intake_pb2.WatchDecisionsResponse]:
        """One filer's decisions as they are recorded, until the caller goes or intake stops."""
        validation.refuse_invalid(request)
        # Closed in this order however the call ends, so that the call to the log ends with it.
        async with (
            aclosing(self._watch.decisions(request.originator_code, request.resume_token)) as told,
            aclosing(until_draining(told, self._draining)) as sightings,
        ):
            async for sighting in sightings:
                yield wire.sighting_to(sighting)

    async def ListRequirements(
        self, request: intake_pb2.ListRequirementsRequest, context: Any
    ) -> intake_pb2.ListRequirementsResponse:
        """The rows that filings are checked by."""
        validation.refuse_invalid(request)
        rows = list_requirements(
            self._requirements,
            filer_type=FilerType(request.filer_type) if request.filer_type else None,
            mode=Mode(request.mode) if request.mode else None,
            day=day_from(request.day) or self._clock.now().date(),
        )
        return requirements_to(rows)

    async def _batch(self, kept: KeptStream | None, batch: Batch, start: int) -> intake_pb2.StreamFilingsResponse:
        """Filed, and kept as part of the stream at the same time; or filed again, when it came before."""
        if isinstance(batch, list):
            given = given_again(batch, self._streams.contents(batch))
            results = await self._file(given, span_parent=None)
        else:
            given = [wire.filing_given(filing, self._submit.check) for filing in batch]
            filed = self._file(given, span_parent=None)
            results = await (filed if kept is None else kept.keep_while(filed, start, names_of(batch, given)))
        response = intake_pb2.StreamFilingsResponse()
        wire.fill_results(response, given, results)
        return response

    async def _filed(
        self, requests: Sequence[intake_pb2.SubmitFilingRequest], *, span_parent: ItemSpan | None
    ) -> list[Answer | Failure]:
        given = [wire.filing_given(request.filing, self._submit.check) for request in requests]
        rehearsed = [index for index, request in enumerate(requests) if request.validate_only]
        filed = [index for index, request in enumerate(requests) if not request.validate_only]
        results = dict(zip(rehearsed, await self._rehearse([given[index] for index in rehearsed]), strict=True))
        results |= zip(filed, await self._file([given[index] for index in filed], span_parent=span_parent), strict=True)
        return [results[index] for index in range(len(given))]

    async def _rehearse(self, given: Sequence[wire.Given]) -> list[Answer | Failure]:
        sound = [wire.taken(one) for one in given if one.failure is None]
        answers = iter(await self._preview.answers(sound))
        return [one.failure or next(answers) for one in given]

    async def _file(self, given: Sequence[wire.Given], *, span_parent: ItemSpan | None) -> list[Answer | Failure]:
        """Filings that break no rule are filed together; the rest are answered with what is wrong."""
        begin = partial(self._begin_span, span_parent)
        sound = [wire.taken(one) for one in given if one.failure is None]
        filed = iter(await self._submit.file(sound, begin_span=begin) if sound else ())
        return [one.failure or next(filed) for one in given]

    def _begin_span(self, parent: ItemSpan | None) -> ItemSpan:
        link = None if parent else rpc_context()
        return self._tracing.begin("intake.file", parent=parent, links=(link,) if link else ())
