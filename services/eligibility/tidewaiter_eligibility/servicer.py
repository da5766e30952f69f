"""How the wire meets the verbs of eligibility."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

from tidewaiter.eligibility.v1 import eligibility_pb2, eligibility_pb2_grpc
from tidewaiter_chassis import answers, logs, validation
from tidewaiter_chassis.batch_spans import BatchSpans
from tidewaiter_chassis.failures import Failure
from tidewaiter_chassis.telemetry import Telemetry

from tidewaiter_eligibility.check import Checker
from tidewaiter_eligibility.confirm import Confirmer
from tidewaiter_eligibility.determine import Determiner
from tidewaiter_eligibility.errors import shadow_absent
from tidewaiter_eligibility.get_person_day import PersonDayReader
from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.list_person_days import PersonDayLister
from tidewaiter_eligibility.list_person_rulings import PersonRulings
from tidewaiter_eligibility.list_regimes import list_regimes, list_rows
from tidewaiter_eligibility.merge_persons import PersonMerger
from tidewaiter_eligibility.model import Confirmation, Determined, Shipment, Turned
from tidewaiter_eligibility.release import Releaser
from tidewaiter_eligibility.shadow import Shadow
from tidewaiter_eligibility.split_person import PersonSplitter
from tidewaiter_eligibility.what_would_change import what_would_change
from tidewaiter_eligibility.wire.batches import refuse_other_number, refuse_repeated, refuse_size
from tidewaiter_eligibility.wire.changes import write_changes
from tidewaiter_eligibility.wire.findings import write_determined, write_finding, write_turned
from tidewaiter_eligibility.wire.person_days import (
    day_key_from,
    headroom_from,
    page_size_of,
    person_day_to,
    person_days_to,
    wanted_from,
)
from tidewaiter_eligibility.wire.regimes import day_from, mode_from, regimes_to
from tidewaiter_eligibility.wire.rulings import effect_to, merge_from, rulings_to, split_from
from tidewaiter_eligibility.wire.shipments import claim_from, confirmation_from, what_if_from


class EligibilityServicer(eligibility_pb2_grpc.EligibilityServiceServicer):
    """Converts, calls the verb, converts back."""

    def __init__(
        self,
        *,
        law: Law,
        checker: Checker,
        determiner: Determiner,
        confirmer: Confirmer,
        merger: PersonMerger,
        splitter: PersonSplitter,
        rulings: PersonRulings,
        releaser: Releaser,
        reader: PersonDayReader,
        lister: PersonDayLister,
        telemetry: Telemetry,
        shadow: Shadow | None = None,
    ) -> None:
        self._shadow = shadow
        self._law = law
        self._checker = checker
        self._determiner = determiner
        self._confirmer = confirmer
        self._merger = merger
        self._splitter = splitter
        self._rulings = rulings
        self._releaser, self._reader, self._lister = releaser, reader, lister
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
        shipment = what_if_from(request)
        shadow = self._shadow_asked(request, "")
        (finding,), snapshot = self._checker.check_at([shipment], wanted_from(request))
        response = eligibility_pb2.CheckEligibilityResponse(snapshot=snapshot)
        write_finding(finding, response.finding, law=self._law)
        if request.what_would_change:
            same = partial(self._checker.check_exactly, snapshot=snapshot)
            found = what_would_change(shipment, finding, check=same, law=self._law)
            write_changes(found, response.changes)
        if shadow is not None:
            write_finding(shadow.check([shipment], snapshot)[0], response.shadow, law=shadow.law)
        self._compare([shipment])
        return response

    async def BatchCheckEligibility(
        self, request: eligibility_pb2.BatchCheckEligibilityRequest, context: Any
    ) -> eligibility_pb2.BatchCheckEligibilityResponse:
        """What-ifs, each on its own: one that breaks a rule has its error in its place."""
        refuse_size(request, len(request.requests))
        wanted = wanted_from(request)
        response = eligibility_pb2.BatchCheckEligibilityResponse()
        sound: list[Shipment] = []
        shadowed: list[tuple[eligibility_pb2.CheckResult, Shipment]] = []
        results: list[eligibility_pb2.CheckResult] = []
        for number, each in enumerate(request.requests):
            result = response.results.add()
            try:
                shipment = what_if_from(each, at=f"requests[{number}]", in_batch=True)
                if self._shadow_asked(each, f"requests[{number}].") is not None:
                    shadowed.append((result, shipment))
                sound.append(shipment)
                results.append(result)
            except Failure as failure:
                result.error.CopyFrom(answers.to_status(failure))
        findings, response.snapshot = self._checker.check_at(sound, wanted)
        for result, finding in zip(results, findings, strict=True):
            write_finding(finding, result.finding, law=self._law)
        if shadowed and self._shadow is not None:
            findings = self._shadow.check([shipment for _, shipment in shadowed], response.snapshot)
            for (result, _), finding in zip(shadowed, findings, strict=True):
                write_finding(finding, result.shadow, law=self._shadow.law)
        self._compare(sound)
        logs.note(shipments=len(request.requests), refused=len(request.requests) - len(sound))
        return response

    async def DetermineEligibility(
        self, request: eligibility_pb2.DetermineEligibilityRequest, context: Any
    ) -> eligibility_pb2.DetermineEligibilityResponse:
        """Claims, all in one change of the ledger: one that breaks a rule has its error in its place."""
        refuse_size(request, len(request.determinations))
        refuse_repeated("determinations[{}].shipment", [each.shipment.shipment_id for each in request.determinations])
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
            determined: list[Determined] = []
            if sound:
                claimed = [shipment for _, shipment in sound]
                determined, response.snapshot = await self._determiner.determine_at(claimed)
            for (number, shipment), answer in zip(sound, determined, strict=True):
                write_determined(answer, response.results[number], law=self._law)
                spans.end(number, _attributes, shipment.shipment_id, answer)
        self._compare([shipment for _, shipment in sound])
        self._count(determined, refused=len(request.determinations) - len(sound))
        return response

    async def ConfirmClaims(
        self, request: eligibility_pb2.ConfirmClaimsRequest, context: Any
    ) -> eligibility_pb2.ConfirmClaimsResponse:
        """Confirmations, all in one change of the ledger: one that breaks a rule has its error in its place."""
        refuse_size(request, len(request.confirmations))
        refuse_repeated("confirmations[{}]", [each.shipment_id for each in request.confirmations])
        response = eligibility_pb2.ConfirmClaimsResponse()
        sound: list[tuple[int, Confirmation]] = []
        with BatchSpans(self._tracing, "eligibility.confirm") as spans:
            for number, each in enumerate(request.confirmations):
                result = response.results.add()
                spans.begin(number, each.traceparent)
                try:
                    sound.append((number, confirmation_from(each, at=f"confirmations[{number}]")))
                except Failure as failure:
                    result.error.CopyFrom(answers.to_status(failure))
                    spans.refuse(number, failure)
            turned: list[tuple[Turned, ...]] = []
            if sound:
                confirmed = [confirmation for _, confirmation in sound]
                turned, response.snapshot = await self._confirmer.confirm_at(confirmed)
            for (number, confirmation), named in zip(sound, turned, strict=True):
                write_turned(named, response.results[number].turned)
                spans.end(number, _of_confirmation, confirmation, named)
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

    async def MergePersons(
        self, request: eligibility_pb2.MergePersonsRequest, context: Any
    ) -> eligibility_pb2.MergePersonsResponse:
        """Several parties are one person from now on."""
        ruled = await self._merger.merge(merge_from(request))
        self._count_turned(len(ruled.turned))
        logs.note(ruling=ruled.ruling.number, person_days=len(ruled.person_days))
        return eligibility_pb2.MergePersonsResponse(effect=effect_to(ruled))

    async def SplitPerson(
        self, request: eligibility_pb2.SplitPersonRequest, context: Any
    ) -> eligibility_pb2.SplitPersonResponse:
        """A party is a person of its own from now on."""
        ruled = await self._splitter.split(split_from(request))
        self._count_turned(len(ruled.turned))
        logs.note(ruling=ruled.ruling.number, person_days=len(ruled.person_days))
        return eligibility_pb2.SplitPersonResponse(effect=effect_to(ruled))

    async def ListPersonRulings(
        self, request: eligibility_pb2.ListPersonRulingsRequest, context: Any
    ) -> eligibility_pb2.ListPersonRulingsResponse:
        """What was ruled on persons, by number."""
        validation.refuse_invalid(request)
        after = int(request.page_token or 0)
        page, go_on_after = self._rulings.after(after, page_size=request.page_size)
        return rulings_to(page, go_on_after=go_on_after)

    async def ReleaseClaims(
        self, request: eligibility_pb2.ReleaseClaimsRequest, context: Any
    ) -> eligibility_pb2.ReleaseClaimsResponse:
        """Releases, all in one change of the ledger."""
        validation.refuse_invalid(request)
        refuse_other_number(request)
        named, snapshot = await self._releaser.release_at(list(request.shipment_ids), revisions=request.revisions)
        turned = {each.shipment_id: each for of_one in named for each in of_one}
        response = eligibility_pb2.ReleaseClaimsResponse(snapshot=snapshot)
        write_turned(turned.values(), response.turned)
        self._count_turned(len(turned))
        logs.note(shipments=len(named), turned=len(turned))
        return response

    async def GetPersonDay(
        self, request: eligibility_pb2.GetPersonDayRequest, context: Any
    ) -> eligibility_pb2.GetPersonDayResponse:
        """A page of the shipments of one person-day."""
        key, size = day_key_from(request), page_size_of(request.page_size)
        page = self._reader.get(key, page_size=size, page_token_=request.page_token, wanted=wanted_from(request))
        return person_day_to(page)

    async def ListPersonDays(
        self, request: eligibility_pb2.ListPersonDaysRequest, context: Any
    ) -> eligibility_pb2.ListPersonDaysResponse:
        """A page of person-days."""
        page = self._lister.list_(
            headroom_minor_max=headroom_from(request),
            local_day=request.local_day,
            page_size=page_size_of(request.page_size),
            page_token_=request.page_token,
            wanted=wanted_from(request),
        )
        return person_days_to(page)

    def _shadow_asked(self, request: eligibility_pb2.CheckEligibilityRequest, at: str) -> Shadow | None:
        if request.shadow and self._shadow is None:
            raise shadow_absent(f"{at}shadow")
        return self._shadow if request.shadow else None

    def _compare(self, shipments: Sequence[Shipment]) -> None:
        if self._shadow is not None:
            self._shadow.compare(shipments)

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


def _of_confirmation(confirmation: Confirmation, turned: tuple[Turned, ...]) -> dict[str, str | int]:
    return {
        "tidewaiter.shipment_id": confirmation.shipment_id,
        "tidewaiter.revision": confirmation.revision,
        "tidewaiter.eligibility.turned": len(turned),
    }
