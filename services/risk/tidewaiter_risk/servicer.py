"""How the wire meets the verbs of risk."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

from tidewaiter.risk.v1 import risk_pb2
from tidewaiter_chassis import answers, logs, validation
from tidewaiter_chassis.batch_spans import BatchSpans
from tidewaiter_chassis.clock import Clock
from tidewaiter_chassis.failures import Failure
from tidewaiter_chassis.telemetry import Telemetry

from tidewaiter_risk import wire
from tidewaiter_risk.assess import Assessor
from tidewaiter_risk.in_use import Now
from tidewaiter_risk.list_open_shipments import History, list_open_shipments
from tidewaiter_risk.lists.servicer import ScreeningServicer
from tidewaiter_risk.lists.sources import Sources
from tidewaiter_risk.lists.watch import Watch
from tidewaiter_risk.model import UNSEEN, Finding, Shipment
from tidewaiter_risk.observe import NANOS_PER_DAY, Arrival, Observer
from tidewaiter_risk.scorecard.rules import Screening

_ITEMS_BETWEEN_PAUSES = 100
"""After so many shipments, some 5 milliseconds, other calls get their turn and a cancelled one ends."""


class RiskServicer(ScreeningServicer):
    """Converts, calls the verb, converts back."""

    def __init__(
        self,
        *,
        now: Now,
        observer: Observer,
        history: History,
        clock: Clock,
        sources: Sources,
        watch: Watch,
        screening: Screening,
        telemetry: Telemetry,
    ) -> None:
        super().__init__(now=now, sources=sources, watch=watch, screening=screening)
        self._observer = observer
        self._history = history
        self._clock = clock
        self._writer = wire.FindingWriter()
        self._tracing = telemetry.tracing
        self._log = telemetry.log
        self._assessed = telemetry.meters.counter(
            "tidewaiter.risk.assessed", unit="{shipment}", description="Shipments assessed, by what was advised"
        )
        self._missing = telemetry.meters.counter(
            "tidewaiter.risk.signals.missing", unit="{signal}", description="Signals that could not be computed"
        )
        self._shadowed = telemetry.meters.counter(
            "tidewaiter.risk.shadow.assessed",
            unit="{shipment}",
            description="Shipments also scored by a shadow scorecard, by what the live one and the shadow advised",
        )

    async def AssessRisk(self, request: risk_pb2.AssessRiskRequest, context: Any) -> risk_pb2.AssessRiskResponse:
        """Each shipment on its own, in order: one that breaks a rule has its error in its place."""
        validation.refuse_invalid(request)
        wire.refuse_repeated(request.assessments)
        # One set of lists for the whole batch, whatever is swapped while it is worked on.
        in_use = self._now.in_use
        read = await _read_all(request.assessments)
        pasts = iter(await self._observer.pasts([one for one in read if isinstance(one, Arrival)]))
        response = risk_pb2.AssessRiskResponse()
        assessed: list[tuple[Shipment, Finding]] = []
        with BatchSpans(self._tracing, "risk.assess") as spans:
            for place, (assessment, arrival) in enumerate(zip(request.assessments, read, strict=True)):
                if place and place % _ITEMS_BETWEEN_PAUSES == 0:
                    await asyncio.sleep(0)
                result = response.results.add()
                spans.begin(place, assessment.traceparent)
                if isinstance(arrival, Failure):
                    result.error.CopyFrom(answers.to_status(arrival))
                    spans.refuse(place, arrival)
                    continue
                shipment = arrival.shipment.with_past(next(pasts))
                finding = in_use.assessor.assess(shipment)
                self._writer.write(finding, result.finding)
                assessed.append((shipment, finding))
                spans.end(place, _attributes, shipment.shipment_id, finding)
        self._count([finding for _, finding in assessed])
        self._shadow(assessed, in_use.shadows)
        logs.note(shipments=len(request.assessments), refused=len(request.assessments) - len(assessed))
        return response

    async def ListOpenShipments(
        self, request: risk_pb2.ListOpenShipmentsRequest, context: Any
    ) -> risk_pb2.ListOpenShipmentsResponse:
        """What has not arrived yet, a page at a time; a page token is the place where the next page begins."""
        validation.refuse_invalid(request)
        page = list_open_shipments(
            self._history,
            wire.day_from(request.arriving_from),
            today=self._clock.ns() // NANOS_PER_DAY,
            after=int(request.page_token or 0),
            page_size=request.page_size,
        )
        logs.note(shipments=len(page.shipment_ids))
        token = "" if page.after is None else str(page.after)
        return risk_pb2.ListOpenShipmentsResponse(shipment_ids=page.shipment_ids, next_page_token=token)

    def _shadow(self, assessed: Sequence[tuple[Shipment, Finding]], shadows: Sequence[Assessor]) -> None:
        """Scores the same shipments by the scorecards beside the live one; nothing of it leaves but the counts."""
        for shadow in shadows:
            advice = Counter((finding.action, shadow.assess(shipment).action) for shipment, finding in assessed)
            for (live, instead), times in advice.items():
                self._shadowed.add(
                    times, {"scorecard": shadow.scorecard.name, "action": live.name, "shadow_action": instead.name}
                )

    def _count(self, findings: Sequence[Finding]) -> None:
        for action, times in Counter([finding.action for finding in findings]).items():
            self._assessed.add(times, {"action": action.name})
        missing = Counter(
            contribution.signal
            for finding in findings
            for contribution in finding.contributions
            if contribution.reason.code in UNSEEN
        )
        for signal, times in missing.items():
            self._missing.add(times, {"signal": signal})
        for fault, times in Counter(fault for finding in findings for fault in finding.faults).items():
            self._log.error("signal broke", signal=fault.signal, error=fault.error, place=fault.place, times=times)


def _read(assessment: risk_pb2.Assessment) -> Arrival | Failure:
    """The shipment with its parties, or what is wrong with it."""
    try:
        wire.refuse_invalid(assessment)
        message = assessment.shipment
        return Arrival(wire.shipment_from(message), wire.parties_from(message), assessment.what_if)
    except Failure as failure:
        return failure


async def _read_all(assessments: Sequence[risk_pb2.Assessment]) -> list[Arrival | Failure]:
    read = []
    for place, assessment in enumerate(assessments):
        if place and place % _ITEMS_BETWEEN_PAUSES == 0:
            await asyncio.sleep(0)
        read.append(_read(assessment))
    return read


def _attributes(shipment_id: str, finding: Finding) -> dict[str, str | int]:
    return {
        "tidewaiter.shipment_id": shipment_id,
        "tidewaiter.risk.score": finding.score,
        "tidewaiter.risk.action": finding.action.name,
        "tidewaiter.risk.contributions": len(finding.contributions),
    }
