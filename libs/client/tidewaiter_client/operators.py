"""What operators and auditors ask of the four services; nothing here files anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Final, Self, cast

from tidewaiter.audit.v1 import audit_pb2, audit_pb2_grpc
from tidewaiter.eligibility.v1 import eligibility_pb2, eligibility_pb2_grpc
from tidewaiter.intake.v1 import intake_pb2, intake_pb2_grpc
from tidewaiter.risk.v1 import risk_pb2, risk_pb2_grpc
from tidewaiter.trade.v1 import trade_pb2

from tidewaiter_client.connection import Connection, Tls

_DEADLINE_SECONDS: Final = 10.0


class _Operator:
    """One connection to one service, with the deadline and the retries of all questions."""

    def __init__(
        self, address: str, *, service: str, retried: tuple[str, ...], tls: Tls | None, deadline_seconds: float
    ) -> None:
        self._connection = Connection(
            address, tls=tls, service=service, retried=retried, deadline_seconds=deadline_seconds
        )

    def close(self) -> None:
        """Ends running calls and closes the connection."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class IntakeOperator(_Operator):
    """Has shipments decided again."""

    def __init__(
        self,
        address: str = "127.0.0.1:7301",
        *,
        tls: Tls | None = None,
        deadline_seconds: float = 30.0,
    ) -> None:
        super().__init__(
            address,
            service="tidewaiter.intake.v1.IntakeService",
            retried=("RedecideShipments",),
            tls=tls,
            deadline_seconds=deadline_seconds,
        )
        self._stub = intake_pb2_grpc.IntakeServiceStub(self._connection.channel)

    def redecide(self, shipment_ids: Sequence[str]) -> intake_pb2.RedecideShipmentsResponse:
        """Up to 500 shipments decided by all that is known now: the decision that stands on each, or why there is
        none, in order.
        """
        request = intake_pb2.RedecideShipmentsRequest(shipment_ids=shipment_ids)
        return cast(intake_pb2.RedecideShipmentsResponse, self._connection.call(self._stub.RedecideShipments, request))


class EligibilityOperator(_Operator):
    """What if, and by which law; and who is one person, which alone touches anything."""

    def __init__(
        self,
        address: str = "127.0.0.1:7302",
        *,
        tls: Tls | None = None,
        deadline_seconds: float = _DEADLINE_SECONDS,
    ) -> None:
        super().__init__(
            address,
            service="tidewaiter.eligibility.v1.EligibilityService",
            retried=("CheckEligibility", "ListRegimes", "MergePersons", "SplitPerson", "ListPersonRulings"),
            tls=tls,
            deadline_seconds=deadline_seconds,
        )
        self._stub = eligibility_pb2_grpc.EligibilityServiceStub(self._connection.channel)

    def check(self, shipment: trade_pb2.Shipment) -> trade_pb2.EligibilityFinding:
        """What eligibility would find for this shipment alone."""
        request = eligibility_pb2.CheckEligibilityRequest(shipment=shipment)
        response = self._connection.call(self._stub.CheckEligibility, request)
        return cast(eligibility_pb2.CheckEligibilityResponse, response).finding

    def what_if(self, shipment: trade_pb2.Shipment) -> eligibility_pb2.CheckEligibilityResponse:
        """The same, with what would change the verdict."""
        request = eligibility_pb2.CheckEligibilityRequest(shipment=shipment, what_would_change=True)
        response = self._connection.call(self._stub.CheckEligibility, request)
        return cast(eligibility_pb2.CheckEligibilityResponse, response)

    def list_regimes(
        self,
        *,
        on: str = "",
        origin_country: str = "",
        mode: trade_pb2.TransportMode.ValueType = trade_pb2.TRANSPORT_MODE_UNSPECIFIED,
        with_rows: bool = False,
    ) -> eligibility_pb2.ListRegimesResponse:
        """The regimes of the law, and with `with_rows` the rows of every kind; `on` is a day, YYYY-MM-DD."""
        request = eligibility_pb2.ListRegimesRequest(
            on=on, origin_country=origin_country, mode=mode, with_rows=with_rows
        )
        response = self._connection.call(self._stub.ListRegimes, request)
        return cast(eligibility_pb2.ListRegimesResponse, response)

    def merge_persons(self, request: eligibility_pb2.MergePersonsRequest) -> eligibility_pb2.PersonRulingEffect:
        """Rules that parties are one person; the same request again answers again."""
        response = self._connection.call(self._stub.MergePersons, request)
        return cast(eligibility_pb2.MergePersonsResponse, response).effect

    def split_person(self, request: eligibility_pb2.SplitPersonRequest) -> eligibility_pb2.PersonRulingEffect:
        """Rules that a party is a person of its own; the same request again answers again."""
        response = self._connection.call(self._stub.SplitPerson, request)
        return cast(eligibility_pb2.SplitPersonResponse, response).effect

    def person_rulings(self) -> Iterator[eligibility_pb2.PersonRuling]:
        """All rulings on persons, by number, page after page."""
        request = eligibility_pb2.ListPersonRulingsRequest()
        for page in self._connection.pages(self._stub.ListPersonRulings, request):
            yield from page.rulings


class RiskOperator(_Operator):
    """A name against the lists."""

    def __init__(
        self,
        address: str = "127.0.0.1:7303",
        *,
        tls: Tls | None = None,
        deadline_seconds: float = _DEADLINE_SECONDS,
    ) -> None:
        super().__init__(
            address,
            service="tidewaiter.risk.v1.RiskService",
            retried=("ScreenParty", "ListSources", "RefreshSources", "ListOpenShipments"),
            tls=tls,
            deadline_seconds=deadline_seconds,
        )
        self._stub = risk_pb2_grpc.RiskServiceStub(self._connection.channel)

    def screen(self, party: trade_pb2.Party, *, hits_max: int = 0) -> risk_pb2.ScreenPartyResponse:
        """The listed parties that match, best first, and the lists searched; 0 hits wanted means the usual 10."""
        request = risk_pb2.ScreenPartyRequest(party=party, hits_max=hits_max)
        return cast(risk_pb2.ScreenPartyResponse, self._connection.call(self._stub.ScreenParty, request))

    def list_sources(self) -> list[risk_pb2.Source]:
        """Every list in use, by name, with all that is known of it."""
        pages = self._connection.pages(self._stub.ListSources, risk_pb2.ListSourcesRequest())
        return [source for page in pages for source in page.details]

    def open_shipments(self, *, arriving_from: str = "") -> Iterator[list[str]]:
        """The shipments expected on that day, YYYY-MM-DD, or later, as risk remembers them: up to 500 at a time."""
        request = risk_pb2.ListOpenShipmentsRequest(arriving_from=arriving_from)
        for page in self._connection.pages(self._stub.ListOpenShipments, request):
            if page.shipment_ids:
                yield list(page.shipment_ids)

    def refresh_sources(self) -> risk_pb2.RefreshSourcesResponse:
        """Has risk look into its folder of lists; what changed is in use when this returns."""
        request = risk_pb2.RefreshSourcesRequest()
        return cast(risk_pb2.RefreshSourcesResponse, self._connection.call(self._stub.RefreshSources, request))


class AuditOperator(_Operator):
    """What is on the log, and its proof."""

    def __init__(
        self,
        address: str = "127.0.0.1:7304",
        *,
        tls: Tls | None = None,
        deadline_seconds: float = _DEADLINE_SECONDS,
    ) -> None:
        super().__init__(
            address,
            service="tidewaiter.audit.v1.AuditService",
            retried=(
                "GetDecision",
                "GetProof",
                "GetCheckpoint",
                "BatchGetProofs",
                "ListDecisions",
                "GetConsistencyProof",
            ),
            tls=tls,
            deadline_seconds=deadline_seconds,
        )
        self._stub = audit_pb2_grpc.AuditServiceStub(self._connection.channel)

    def get_decision(self, decision_id: str) -> audit_pb2.GetDecisionResponse:
        """The decision as recorded, with what targeting found, and its leaf."""
        request = audit_pb2.GetDecisionRequest(decision_id=decision_id)
        return cast(audit_pb2.GetDecisionResponse, self._connection.call(self._stub.GetDecision, request))

    def get_proof(self, decision_id: str) -> audit_pb2.GetProofResponse:
        """A receipt at the newest checkpoint, as a tlog-proof file, with the leaf it speaks of."""
        request = audit_pb2.GetProofRequest(decision_id=decision_id)
        return cast(audit_pb2.GetProofResponse, self._connection.call(self._stub.GetProof, request))

    def get_checkpoint(self) -> audit_pb2.GetCheckpointResponse:
        """The newest signed checkpoint and the log's verifier key."""
        response = self._connection.call(self._stub.GetCheckpoint, audit_pb2.GetCheckpointRequest())
        return cast(audit_pb2.GetCheckpointResponse, response)

    def list_decisions(self, request: audit_pb2.ListDecisionsRequest) -> Iterator[audit_pb2.ListDecisionsResponse]:
        """The pages that meet the request, each asked for when the one before was taken."""
        return self._connection.pages(self._stub.ListDecisions, request)

    def watch_decisions(self, resume_token: str = "") -> Iterator[audit_pb2.WatchDecisionsResponse]:
        """Every decision behind the token ("earliest": from the first; "": from now on) and signs of life, for ever."""
        request = audit_pb2.WatchDecisionsRequest(resume_token=resume_token)
        yield from self._connection.stream(self._stub.WatchDecisions, request)

    def get_proofs(self, decision_ids: Sequence[str]) -> list[audit_pb2.ProofResult]:
        """A receipt for each of up to 500 decisions, all at one checkpoint."""
        request = audit_pb2.BatchGetProofsRequest(decision_ids=decision_ids)
        response = cast(audit_pb2.BatchGetProofsResponse, self._connection.call(self._stub.BatchGetProofs, request))
        return list(response.results)

    def get_consistency_proof(self, older_size: int, newer_size: int = 0) -> audit_pb2.GetConsistencyProofResponse:
        """That the tree of the newer size, 0 for the newest, continues that of the older."""
        request = audit_pb2.GetConsistencyProofRequest(older_size=older_size, newer_size=newer_size)
        response = self._connection.call(self._stub.GetConsistencyProof, request)
        return cast(audit_pb2.GetConsistencyProofResponse, response)

    def get_history(self, shipment_id: str, *, fresh: bool = True) -> audit_pb2.GetShipmentHistoryResponse:
        """All entries of a shipment as a file; `fresh` has the log state first where all trails end."""
        request = audit_pb2.GetShipmentHistoryRequest(shipment_id=shipment_id, fresh=fresh)
        response = self._connection.call(self._stub.GetShipmentHistory, request)
        return cast(audit_pb2.GetShipmentHistoryResponse, response)

    def erase(self, request: audit_pb2.ErasePersonalDataRequest) -> audit_pb2.ErasePersonalDataResponse:
        """Erases personal data for ever, or says what would be erased."""
        response = self._connection.call(self._stub.ErasePersonalData, request)
        return cast(audit_pb2.ErasePersonalDataResponse, response)

    def apply_retention(self, request: audit_pb2.ApplyRetentionRequest) -> audit_pb2.ApplyRetentionResponse:
        """Erases for ever what the policy keeps no longer, or says what would be erased."""
        response = self._connection.call(self._stub.ApplyRetention, request)
        return cast(audit_pb2.ApplyRetentionResponse, response)
