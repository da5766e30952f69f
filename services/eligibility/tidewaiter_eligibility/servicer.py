"""How the wire meets the verbs of eligibility."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from google.protobuf.message import Message
from tidewaiter.eligibility.v1 import eligibility_pb2, eligibility_pb2_grpc
from tidewaiter_chassis import answers, logs, validation
from tidewaiter_chassis.failures import Failure, invalid
from tidewaiter_chassis.telemetry import Telemetry
from tidewaiter_chassis.unserved import unserved

from tidewaiter_eligibility.check import Checker
from tidewaiter_eligibility.determine import Determiner
from tidewaiter_eligibility.errors import repeated_in_batch
from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.list_regimes import list_regimes
from tidewaiter_eligibility.model import Determined, Shipment
from tidewaiter_eligibility.spans import FilingSpans
from tidewaiter_eligibility.wire.findings import day_from, mode_from, regimes_to, write_determined, write_finding
from tidewaiter_eligibility.wire.shipments import claim_from, what_if_from

ITEMS_MAX = 1000
"""How many shipments one batch may hold; the contract says so too."""


class EligibilityServicer(eligibility_pb2_grpc.EligibilityServiceServicer):
    """Converts, calls the verb, converts back."""

    def __init__(self, *, law: Law, checker: Checker, determiner: Determiner, telemetry: Telemetry) -> None:
        self._law = law
        self._checker = checker
        self._determiner = determiner
        self._tracing = telemetry.tracing
        self._verdicts = telemetry.meters.counter(
            "tidewaiter.eligibility.determined", unit="{shipment}", description="Shipments determined, by verdict"
        )
        self._turned = telemetry.meters.counter(
            "tidewaiter.eligibility.turned", unit="{shipment}", description="Shipments named as turned in an answer"
        )

    async def CheckEligibility(
        self, request: eligibility_pb2.CheckEligibilityRequest, context: Any
    ) -> eligibility_pb2.CheckEligibilityResponse:
        """One what-if."""
        finding = self._checker.check([what_if_from(request)])[0]
        response = eligibility_pb2.CheckEligibilityResponse()
        write_finding(finding, response.finding)
        return response

    async def BatchCheckEligibility(
        self, request: eligibility_pb2.BatchCheckEligibilityRequest, context: Any
    ) -> eligibility_pb2.BatchCheckEligibilityResponse:
        """What-ifs, each on its own: one that breaks a rule has its error in its place."""
        _refuse_size(request, len(request.requests))
        response = eligibility_pb2.BatchCheckEligibilityResponse()
        sound: list[Shipment] = []
        results: list[eligibility_pb2.CheckResult] = []
        for number, each in enumerate(request.requests):
            result = response.results.add()
            try:
                sound.append(what_if_from(each, at=f"requests[{number}]"))
                results.append(result)
            except Failure as failure:
                result.error.CopyFrom(answers.to_status(failure))
        for result, finding in zip(results, self._checker.check(sound), strict=True):
            write_finding(finding, result.finding)
        logs.note(shipments=len(request.requests), refused=len(request.requests) - len(sound))
        return response

    async def DetermineEligibility(
        self, request: eligibility_pb2.DetermineEligibilityRequest, context: Any
    ) -> eligibility_pb2.DetermineEligibilityResponse:
        """Claims, all in one change of the ledger: one that breaks a rule has its error in its place."""
        _refuse_size(request, len(request.determinations))
        _refuse_repeated(request.determinations)
        response = eligibility_pb2.DetermineEligibilityResponse(law_version=self._law.version)
        sound: list[tuple[int, Shipment]] = []
        with FilingSpans(self._tracing) as spans:
            for number, each in enumerate(request.determinations):
                result = response.results.add()
                spans.begin(number, each.traceparent)
                try:
                    sound.append((number, claim_from(each, at=f"determinations[{number}]")))
                except Failure as failure:
                    result.error.CopyFrom(answers.to_status(failure))
                    spans.refuse(number, failure)
            determined = await self._determiner.determine([shipment for _, shipment in sound]) if sound else []
            for (number, shipment), answer in zip(sound, determined, strict=True):
                write_determined(answer, response.results[number])
                spans.tell(number, shipment.shipment_id, answer.finding, len(answer.turned))
        self._count(determined, refused=len(request.determinations) - len(sound))
        return response

    async def ListRegimes(
        self, request: eligibility_pb2.ListRegimesRequest, context: Any
    ) -> eligibility_pb2.ListRegimesResponse:
        """The rows of the law, by first day and id."""
        _refuse_invalid(request)
        rows = list_regimes(
            self._law,
            on=day_from(request.on, field="on"),
            origin_country=request.origin_country,
            mode=mode_from(request.mode),
        )
        return regimes_to(rows, law_version=self._law.version)

    ReleaseClaims = unserved
    GetPersonDay = unserved
    ListPersonDays = unserved

    def _count(self, determined: Sequence[Determined], *, refused: int) -> None:
        verdicts = Counter(answer.finding.verdict.name for answer in determined)
        turned = sum(len(answer.turned) for answer in determined)
        for verdict, number in verdicts.items():
            self._verdicts.add(number, {"verdict": verdict})
        if turned:
            self._turned.add(turned)
        logs.note(shipments=len(determined) + refused, refused=refused, turned=turned)


def _refuse_invalid(message: Message) -> None:
    violations = validation.check(message)
    if violations:
        raise invalid(*violations)


def _refuse_size(message: Message, size: int) -> None:
    """The rules of the batch itself; those of its items are held item by item."""
    if not 1 <= size <= ITEMS_MAX:
        _refuse_invalid(message)


def _refuse_repeated(determinations: Sequence[eligibility_pb2.Determination]) -> None:
    counted = Counter(each.shipment.shipment_id for each in determinations)
    if len(counted) < len(determinations):
        seen: set[str] = set()
        for number, each in enumerate(determinations):
            name = each.shipment.shipment_id
            # An absent id is each item's own mistake, and said there.
            if name and name in seen:
                raise repeated_in_batch(number)
            seen.add(name)
