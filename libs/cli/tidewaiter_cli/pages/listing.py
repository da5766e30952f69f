"""Decisions as `log find` and `log watch` show them: one a line, for people or for machines."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.timestamp_pb2 import Timestamp
from tidewaiter.audit.v1 import audit_pb2
from tidewaiter.intake.v1 import intake_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_tlog.receipt import RECEIPT_SUFFIX, Receipt
from tidewaiter_tlog.tree import LeafIndex

from tidewaiter_cli.pages.showing import name_of, print_json


def decision_line(decision: trade_pb2.Decision, leaf_index: int, recorded_at: Timestamp) -> str:
    """Index, time, outcome, shipment and decision: what a person looks a decision up by."""
    outcome = name_of(trade_pb2.Outcome, decision.outcome, "OUTCOME_")
    return (
        f"{leaf_index:>9}  {recorded_at.ToJsonString()[:19]}Z  {outcome:<14}  "
        f"{decision.shipment_id}  {decision.decision_id}"
    )


def decision_facts(decision: trade_pb2.Decision, leaf_index: int, recorded_at: Timestamp) -> dict[str, Any]:
    """The same with the whole decision, for a line of JSON."""
    return {
        "leaf_index": leaf_index,
        "recorded_at": recorded_at.ToJsonString(),
        "decision": MessageToDict(decision, preserving_proto_field_name=True),
    }


def sighting_line(told: intake_pb2.WatchDecisionsResponse) -> str:
    """Time, outcome, shipment and decision, as a filer is told them."""
    decision = told.decision
    outcome = name_of(trade_pb2.Outcome, decision.outcome, "OUTCOME_")
    return f"{told.recorded_at.ToJsonString()[:19]}Z  {outcome:<14}  {decision.shipment_id}  {decision.decision_id}" + (
        f"  supersedes {decision.supersedes}" if decision.supersedes else ""
    )


def sighting_facts(told: intake_pb2.WatchDecisionsResponse) -> dict[str, Any]:
    """The same with the whole decision, for a line of JSON."""
    return {
        "dedupe_key": told.dedupe_key,
        "recorded_at": told.recorded_at.ToJsonString(),
        "decision": MessageToDict(told.decision, preserving_proto_field_name=True),
        "resume_token": told.resume_token,
    }


def shipment_line(shipment: trade_pb2.Shipment, decision: trade_pb2.Decision) -> str:
    """Expected arrival, outcome, shipment and a number that people know it by."""
    arrives = shipment.estimated_arrival.ToJsonString()[:10] if shipment.HasField("estimated_arrival") else "-"
    outcome = name_of(trade_pb2.Outcome, decision.outcome, "OUTCOME_")
    number = shipment.tracking_number or shipment.house_bill or shipment.master_bill
    return f"{arrives:<10}  {outcome:<14}  {shipment.shipment_id}  {number}"


def shipment_facts(shipment: trade_pb2.Shipment, decision: trade_pb2.Decision) -> dict[str, Any]:
    """The merged view and the whole decision, for a line of JSON."""
    return {
        "shipment": MessageToDict(shipment, preserving_proto_field_name=True),
        "decision": MessageToDict(decision, preserving_proto_field_name=True),
    }


class KeptToken:
    """The token of a watch in a file, or nowhere for None; replaced whole, so that it is never half a token."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self.token = file.read_text(encoding="utf-8").strip() if file and file.exists() else ""

    def keep(self, token: str) -> None:
        """Go on from here the next time."""
        if self._file is not None and token != self.token:
            draft = self._file.with_name(f"{self._file.name}.new")
            draft.write_text(f"{token}\n", encoding="utf-8")
            draft.replace(self._file)
            self.token = token


class Listing:
    """Shows the pages of one list, at most `limit` decisions of them (0: all), and writes their receipts."""

    def __init__(self, *, json: bool, proofs: Path | None, limit: int) -> None:
        self._json = json
        self._proofs = proofs
        self._limit = limit
        self._shown = 0
        self._tree_size = 0
        if proofs is not None:
            proofs.mkdir(parents=True, exist_ok=True)

    @property
    def is_full(self) -> bool:
        """Whether as many were shown as were asked for."""
        return 0 < self._limit <= self._shown

    def show(self, page: audit_pb2.ListDecisionsResponse) -> None:
        """One page."""
        self._tree_size = page.tree_size
        for decision, hit in zip(page.decisions, page.hits, strict=True):
            if self.is_full:
                return
            self._shown += 1
            if self._json:
                print_json(decision_facts(decision, hit.leaf_index, hit.recorded_at))
            else:
                print(decision_line(decision, hit.leaf_index, hit.recorded_at))
            if self._proofs is not None:
                (self._proofs / f"{decision.decision_id}{RECEIPT_SUFFIX}").write_bytes(_receipt_of(hit))

    def end(self) -> None:
        """How many there were, on standard error."""
        more = ", as many as were asked for" if self.is_full else ""
        print(f"{self._shown:,} decisions{more}, of a log of {self._tree_size:,} entries", file=sys.stderr)


def _receipt_of(hit: audit_pb2.ListedDecision) -> bytes:
    return Receipt(
        leaf_index=LeafIndex(hit.leaf_index),
        proof=tuple(hit.receipt.inclusion_proof),
        checkpoint=hit.receipt.checkpoint,
        extra=hit.leaf,
    ).to_bytes()
