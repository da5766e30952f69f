"""Messages of audit into its nouns and back: what is refused, why and where, and that nothing else is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tidewaiter.audit.v1 import audit_pb2 as audit
from tidewaiter.trade.v1 import trade_pb2 as trade
from tidewaiter_audit import errors, facts, wire
from tidewaiter_audit.model import Receipt, Recorded, Submission
from tidewaiter_audit.wire.from_facts import fill
from tidewaiter_chassis import answers, validation
from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_tlog.tree import LeafIndex, TreeSize

from tests.audit_records import CANARY, decision_id, fill_every_field, record, submission

Change = Callable[[audit.DecisionRecord], object]

RECEIPT = Receipt(
    log_origin="example.org/decisions",
    leaf_index=LeafIndex(3),
    leaf_hash=b"l" * 32,
    tree_size=TreeSize(5),
    proof=(b"a" * 32, b"b" * 32),
    checkpoint=b"note",
)


def taken(message: audit.DecisionRecord) -> Submission | Failure:
    (one,) = wire.submissions_from(audit.AppendDecisionsRequest(records=[message]))
    return one


def test_a_sound_record_is_taken() -> None:
    assert submission(7) == taken(record(7))


def test_every_field_of_a_record_is_taken() -> None:
    message = audit.DecisionRecord()
    fill_every_field(message)
    message.shipment.shipment_id, message.shipment.revision = message.decision.shipment_id, message.decision.revision

    assert isinstance(taken(message), Submission)


def test_a_newer_callers_unknown_field_is_refused_rather_than_lost() -> None:
    request = audit.AppendDecisionsRequest(records=[record(1), record(2)])
    wire.refuse_unknown(request)
    request.records[1].decision.reasons[0].MergeFromString(bytes.fromhex("9a3e03616263"))  # field 995, text "abc"

    with pytest.raises(Failure) as refused:
        wire.refuse_unknown(request)

    assert (Kind.NOT_READY, "CONTRACT_NEWER") == (refused.value.kind, refused.value.reason)


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        (lambda r: r.ClearField("decision"), "decision", "REQUIRED"),
        (lambda r: r.ClearField("shipment"), "shipment", "REQUIRED"),
        (lambda r: r.decision.ClearField("decision_id"), "decision.decision_id", "IDENTIFIER_MALFORMED"),
        (lambda r: setattr(r.decision, "decision_id", "a b"), "decision.decision_id", "IDENTIFIER_MALFORMED"),
        (lambda r: setattr(r.decision, "decision_id", "é"), "decision.decision_id", "IDENTIFIER_MALFORMED"),
        (lambda r: setattr(r.decision, "decision_id", "a" * 129), "decision.decision_id", "IDENTIFIER_MALFORMED"),
        (lambda r: setattr(r.shipment, "shipment_id", "other"), "shipment.shipment_id", "SHIPMENT_DIFFERS"),
        (lambda r: setattr(r.shipment, "revision", 9), "shipment.revision", "SHIPMENT_DIFFERS"),
        (lambda r: r.decision.ClearField("outcome"), "decision.outcome", "OUTCOME_MISSING"),
        (lambda r: setattr(r.decision, "outcome", 99), "decision.outcome", "VALUE_UNKNOWN"),
        (lambda r: setattr(r.decision.reasons[0], "code", 999), "decision.reasons[0].code", "VALUE_UNKNOWN"),
        (lambda r: r.shipment.filer_types.append(77), "shipment.filer_types[0]", "VALUE_UNKNOWN"),
        (
            lambda r: setattr(r.decision.decided_at, "seconds", 253_402_300_800),
            "decision.decided_at",
            "TIME_OUT_OF_RANGE",
        ),
        (lambda r: setattr(r.decision.decided_at, "nanos", -1), "decision.decided_at", "TIME_OUT_OF_RANGE"),
        (lambda r: setattr(r.decision.decided_at, "nanos", 10**9), "decision.decided_at", "TIME_OUT_OF_RANGE"),
        (
            lambda r: setattr(r.decision.eligibility.value, "units", 2**53),
            "decision.eligibility.value.units",
            "NUMBER_OUT_OF_RANGE",
        ),
    ],
)
def test_what_a_leaf_cannot_say_is_refused_with_its_place(change: Change, field: str, code: str) -> None:
    message = record()
    change(message)

    refused = taken(message)

    assert isinstance(refused, Failure)
    assert Kind.INVALID is refused.kind
    assert (field, code) in [(one.field, one.code) for one in refused.violations]


@pytest.mark.parametrize(
    "change",
    [
        lambda r: setattr(r.decision, "decision_id", "a" * 128),
        lambda r: setattr(r.decision.eligibility.value, "units", -(2**53) + 1),
        lambda r: setattr(r.decision.decided_at, "seconds", 253_402_300_799),
        lambda r: setattr(r.decision.decided_at, "seconds", -62_135_596_800),
        lambda r: setattr(r.decision.decided_at, "nanos", 999_999_999),
    ],
)
def test_what_a_leaf_can_just_say_is_taken(change: Change) -> None:
    message = record()
    change(message)

    assert isinstance(taken(message), Submission)


def test_all_that_is_wrong_is_said_at_once_and_nothing_of_anyone() -> None:
    message = record()
    setattr(message.decision, "outcome", 99)  # noqa: B010 - the stub rightly forbids it
    message.shipment.shipment_id = CANARY
    message.decision.shipment_id = CANARY
    message.shipment.buyer.name = CANARY * 100

    refused = taken(message)

    assert isinstance(refused, Failure)
    assert {"VALUE_UNKNOWN", "IDENTIFIER_MALFORMED"} <= {one.code for one in refused.violations}
    assert CANARY not in repr(refused)


def test_a_decision_named_twice_in_a_batch_is_refused_naming_the_second() -> None:
    with pytest.raises(Failure) as refused:
        wire.refuse_repeated(audit.AppendDecisionsRequest(records=[record(1), record(2), record(1)]))

    assert ["records[2].decision.decision_id"] == [one.field for one in refused.value.violations]
    assert "DECISION_ID_REPEATED" == refused.value.reason


def test_records_without_an_id_are_no_repetition_of_each_other() -> None:
    nameless = audit.AppendDecisionsRequest(records=[audit.DecisionRecord(), audit.DecisionRecord()])

    wire.refuse_repeated(nameless)

    assert [True, True] == [isinstance(one, Failure) for one in wire.submissions_from(nameless)]


@pytest.mark.parametrize(("records", "code"), [(0, "REPEATED_MIN_ITEMS"), (1_001, "REPEATED_MAX_ITEMS")])
def test_a_batch_beyond_its_bounds_is_refused(records: int, code: str) -> None:
    request = audit.AppendDecisionsRequest(records=[audit.DecisionRecord()] * records)

    with pytest.raises(Failure) as refused:
        validation.refuse_invalid(request)

    assert code == refused.value.reason


@pytest.mark.parametrize("records", [1, 1_000])
def test_a_batch_at_its_bounds_is_taken(records: int) -> None:
    validation.refuse_invalid(audit.AppendDecisionsRequest(records=[audit.DecisionRecord()] * records))


def test_results_become_receipts_and_statuses_in_order() -> None:
    first = submission(2).decision
    refusal = errors.decision_not_found("x")

    response = wire.append_response([Recorded(receipt=RECEIPT), refusal, Recorded(receipt=RECEIPT, first=first)])

    new, refused, old = response.results
    expected = trade.Receipt(
        log_origin="example.org/decisions",
        leaf_index=3,
        leaf_hash=b"l" * 32,
        tree_size=5,
        inclusion_proof=[b"a" * 32, b"b" * 32],
        checkpoint=b"note",
    )
    assert (expected, False, False) == (
        new.recorded.receipt,
        new.recorded.replayed,
        new.recorded.HasField("decision"),
    )
    assert refusal == answers.from_status(refused.error)
    assert (expected, True, decision_id(2)) == (
        old.recorded.receipt,
        old.recorded.replayed,
        old.recorded.decision.decision_id,
    )


def test_a_name_is_an_id_or_an_index() -> None:
    assert "a-1" == wire.name_from(audit.GetDecisionRequest(decision_id="a-1"))
    assert 0 == wire.name_from(audit.GetProofRequest(leaf_index=0))


@pytest.mark.parametrize("request_class", [audit.GetDecisionRequest, audit.GetProofRequest])
def test_a_request_that_names_nothing_is_refused(
    request_class: type[audit.GetDecisionRequest | audit.GetProofRequest],
) -> None:
    with pytest.raises(Failure) as refused:
        wire.name_from(request_class())

    assert Kind.INVALID is refused.value.kind


def test_a_fact_that_the_contract_has_no_word_for_is_not_dropped() -> None:
    with pytest.raises(ValueError, match="OUTCOME_OF_TOMORROW"):
        fill(trade.Decision(), facts.Decision(decision_id="a-1", shipment_id="a", outcome="OUTCOME_OF_TOMORROW"))


def test_goods_beside_the_log_have_no_field_in_the_contract() -> None:
    with pytest.raises(ValueError, match="has no field items_"):
        fill(trade.Shipment(), facts.Shipment(shipment_id="a", items_count=3, items_sha256="00"))
