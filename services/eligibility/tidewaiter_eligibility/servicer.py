"""How the wire meets the verbs of eligibility."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from google.protobuf.message import Message
from tidewaiter.eligibility.v1 import eligibility_pb2, eligibility_pb2_grpc
from tidewaiter_chassis import answers, logs, validation
from tidewaiter_chassis.batch_spans import BatchSpans
from tidewaiter_chassis.failures import Failure
from tidewaiter_chassis.telemetry import Telemetry
from tidewaiter_chassis.unserved import unserved

from tidewaiter_eligibility.check import Checker
from tidewaiter_eligibility.confirm import Confirmer
from tidewaiter_eligibility.determine import Determiner
from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.list_regimes import list_regimes, list_rows
from tidewaiter_eligibility.model import Confirmation, Determined, Shipment
from tidewaiter_eligibility.wire.findings import write_determined, write_finding, write_turned
from tidewaiter_eligibility.wire.regimes import day_from, mode_from, regimes_to
from tidewaiter_eligibility.wire.shipments import claim_from, confirmation_from, what_if_from

ITEMS_MAX = 1000
"""How many shipments one batch may hold; the contract says so too."""


class EligibilityServicer(eligibility_pb2_grpc.EligibilityServiceServicer):
    """Converts, calls the verb, converts back."""

    def __init__(
        self, *, law: Law, checker: Checker, determiner: Determiner, confirmer: Confirmer, telemetry: Telemetry
    ) -> None:
        self._law = law
        self._checker = checker
        self._determiner = determiner
        self._confirmer = confirmer
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
        _refuse_repeated("determinations[{}].shipment", [each.shipment.shipment_id for each in request.determinations])
        response = eligibility_pb2.DetermineEligibilityResponse(law_version=self._law.version)
        sound: list[tuple[int, Shipment]] = []
        with BatchSpans(self._tracing, "eligibility.determine") as spans:
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
                spans.end(number, _attributes, shipment.shipment_id, answer)
        self._count(determined, refused=len(request.determinations) - len(sound))
        return response

    async def ConfirmClaims(
        self, request: eligibility_pb2.ConfirmClaimsRequest, context: Any
    ) -> eligibility_pb2.ConfirmClaimsResponse:
        """Confirmations, all in one change of the ledger: one that breaks a rule has its error in its place."""
        _refuse_size(request, len(request.confirmations))
        _refuse_repeated("confirmations[{}]", [each.shipment_id for each in request.confirmations])
        response = eligibility_pb2.ConfirmClaimsResponse()
        sound: list[Confirmation] = []
        results: list[eligibility_pb2.ConfirmationResult] = []
        for number, each in enumerate(request.confirmations):
            result = response.results.add()
            try:
                sound.append(confirmation_from(each, at=f"confirmations[{number}]"))
                results.append(result)
            except Failure as failure:
                result.error.CopyFrom(answers.to_status(failure))
        turned = await self._confirmer.confirm(sound) if sound else []
        for result, named in zip(results, turned, strict=True):
            write_turned(named, result.turned)
        self._count_turned(sum(len(named) for named in turned))
        logs.note(shipments=len(request.confirmations), refused=len(request.confirmations) - len(sound))
        return response

    async def ListRegimes(
        self, request: eligibility_pb2.ListRegimesRequest, context: Any
    ) -> eligibility_pb2.ListRegimesResponse:
        """The rows of the law, by first day and id."""
        validation.refuse_invalid(request)
        on, origin, mode = day_from(request.on, field="on"), request.origin_country, mode_from(request.mode)
        regimes = list_regimes(self._law, on=on, origin_country=origin, mode=mode)
        rows = list_rows(self._law, on=on, origin_country=origin, mode=mode) if request.with_rows else ()
        return regimes_to(regimes, rows, law_version=self._law.version)

    ReleaseClaims = unserved
    GetPersonDay = unserved
    ListPersonDays = unserved

    def _count(self, determined: Sequence[Determined], *, refused: int) -> None:
        verdicts = Counter(answer.finding.verdict.name for answer in determined)
        turned = sum(len(answer.turned) for answer in determined)
        for verdict, number in verdicts.items():
            self._verdicts.add(number, {"verdict": verdict})
        self._count_turned(turned)
        logs.note(shipments=len(determined) + refused, refused=refused, turned=turned)

    def _count_turned(self, turned: int) -> None:
        if turned:
            self._turned.add(turned)


def _attributes(shipment_id: str, answer: Determined) -> dict[str, str | int]:
    return {
        "tidewaiter.shipment_id": shipment_id,
        "tidewaiter.eligibility.verdict": answer.finding.verdict.name,
        "tidewaiter.eligibility.regime_id": answer.finding.regime_id,
        "tidewaiter.eligibility.counted_shipments": answer.finding.counted_shipments,
        "tidewaiter.eligibility.turned": len(answer.turned),
    }


def _refuse_size(message: Message, size: int) -> None:
    """The rules of the batch itself; those of its items are held item by item."""
    if not 1 <= size <= ITEMS_MAX:
        validation.refuse_invalid(message)


def _refuse_repeated(where: str, shipment_ids: Sequence[str]) -> None:
    """`where` is the path of the message that holds the id, with its number left open."""
    validation.refuse_repeated(
        shipment_ids,
        field=f"{where}.shipment_id",
        code="SHIPMENT_REPEATED",
        remedy="Give each shipment once, at its latest revision.",
    )
