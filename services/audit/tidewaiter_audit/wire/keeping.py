"""Histories, erasures and retention: what is asked, and what is answered."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from tidewaiter.audit.v1 import audit_pb2 as audit
from tidewaiter.trade.v1 import trade_pb2 as trade
from tidewaiter_chassis import validation
from tidewaiter_chassis.failures import Violation, invalid

from tidewaiter_audit.erase import Erased, ErasureAsked
from tidewaiter_audit.history import ShipmentHistory
from tidewaiter_audit.retention import Policy, Retained
from tidewaiter_audit.wire.names import CONFIDENCES
from tidewaiter_audit.wire.reading import fill_receipt

_ROLES: Final = ("seller", "shipper", "buyer", "consignee")
_PLAIN: Final = ("name", "city", "region", "postal_code", "country_code", "email", "phone")
_NOT_WORD: Final = re.compile(r"\W+")
_CONFIDENCE: Final = {name.removeprefix("CONFIDENCE_"): number for number, name in CONFIDENCES.items() if name}


def history_response(history: ShipmentHistory) -> audit.GetShipmentHistoryResponse:
    """The history as a file."""
    return audit.GetShipmentHistoryResponse(
        history=history.file, entries=history.entries, complete_to=history.complete_to
    )


def erasure_from(request: audit.ErasePersonalDataRequest) -> ErasureAsked:
    """By whom and why; Failure INVALID naming every broken rule, and when it is not one of shipment and person."""
    validation.refuse_invalid(request)
    is_of_person = request.HasField("person")
    if is_of_person is bool(request.shipment_id) or (is_of_person and not _normal(request.person.name)):
        message = "give a shipment_id, or a person with at least a name, and not both"
        raise invalid(Violation(field="shipment_id", code="ONE_OF_TWO", message=message))
    return ErasureAsked(author=request.author, reason=request.reason, request_id=request.request_id)


def matcher_of(person: trade.Party) -> Callable[[bytes], bool]:
    """Whether personal data kept beside an entry have this person: every field that is given must be the party's."""
    wanted = _fields(person)

    def is_person(personal: bytes) -> bool:
        kept = trade.Shipment.FromString(personal)
        return any(wanted.items() <= _fields(getattr(kept, role)).items() for role in _ROLES if kept.HasField(role))

    return is_person


def _fields(party: trade.Party) -> dict[str, str]:
    fields = {name: _normal(getattr(party, name)) for name in _PLAIN}
    fields["address_lines"] = _normal(" ".join(party.address_lines))
    return {name: value for name, value in fields.items() if value}


def _normal(text: str) -> str:
    return _NOT_WORD.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def erasure_response(erased: Sequence[Erased], *, is_incomplete: bool = False) -> audit.ErasePersonalDataResponse:
    """One for each shipment."""
    response = audit.ErasePersonalDataResponse(incomplete=is_incomplete)
    for one in erased:
        message = response.erasures.add(shipment_id=one.shipment_id, replayed=one.replayed)
        if one.receipt is not None:
            fill_receipt(message.receipt, one.receipt)
    if erased and erased[0].receipt is not None:
        response.receipt.CopyFrom(response.erasures[0].receipt)
    return response


def bound_from(request: audit.ApplyRetentionRequest) -> datetime | None:
    """The time before which everything is to be erased, None for that of the policy."""
    validation.refuse_invalid(request)
    if not request.HasField("recorded_before"):
        return None
    return datetime.fromtimestamp(request.recorded_before.seconds, UTC)


def retention_response(retained: Retained, policy: Policy) -> audit.ApplyRetentionResponse:
    """What was erased, with the policy behind it."""
    response = audit.ApplyRetentionResponse(
        decisions=retained.decisions,
        years=policy.years,
        grace_days=policy.grace_days,
        citation=policy.citation,
        confidence=_CONFIDENCE[policy.confidence],  # type: ignore[arg-type]  # numbers of the contract
    )
    response.recorded_before.FromDatetime(retained.recorded_before)
    for receipt in retained.receipts:
        fill_receipt(response.receipts.add(), receipt)
    return response
