"""A journal, scripted peers and a desk between them: intake without its wire."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis.clock import FixedClock
from tidewaiter_chassis.telemetry import Telemetry
from tidewaiter_intake.desk import Desk
from tidewaiter_intake.model import (
    Accepted,
    Arrival,
    Confirmation,
    Decision,
    Determined,
    EligibilityFinding,
    Entry,
    Filing,
    Found,
    Question,
    Reason,
    ReasonSource,
    Recorded,
    Shipment,
    ShipmentId,
    Verdict,
)
from tidewaiter_intake.recover import Recovery
from tidewaiter_intake.store.sqlite import SqliteJournal
from tidewaiter_intake.wire.decisions import decision_from_bytes, eligibility_from, risk_from
from tidewaiter_intake.wire.filings import differing_field, filing_from_bytes

from tests.filings import OPEN_DAY, decision_message, shipment_message

LAW = Reason(1, ReasonSource.LAW, "R01", "open")
CLOSED = Reason(5, ReasonSource.LAW, "R01", "over")


RISK_FINDS_NOTHING = risk_from(trade_pb2.RiskFinding(action=trade_pb2.RISK_ACTION_NONE, scorecard_version="card"))


def _eligibility(verdict: Verdict, reason: Reason) -> EligibilityFinding:
    path = trade_pb2.ENTRY_PATH_SECTION_321_MANIFEST
    message = trade_pb2.EligibilityFinding(entry_path=path, law_version="law")
    message.verdict = int(verdict)  # type: ignore[assignment]  # same numbers
    law = trade_pb2.REASON_SOURCE_LAW
    message.reasons.add(source=law, rule_id=reason.rule_id, detail=reason.detail).code = reason.code  # type: ignore[assignment]
    return eligibility_from(message)


def _set_event() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


def _recorded(decision: Decision) -> Recorded:
    return Recorded(decision, b"receipt", decision_message(decision).SerializeToString())


@dataclass
class ScriptedPeers:
    """The three peers as told: silent ones answer None; the log keeps the first decision under an id."""

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    turned: dict[str, tuple[str, ...]] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    log: dict[str, Decision] = field(default_factory=dict)
    asked: list[list[str]] = field(default_factory=list)
    held: set[str] = field(default_factory=set)
    """Shipments of which eligibility holds an earlier claim."""
    freed: dict[str, set[str]] = field(default_factory=dict)
    """The shipments that turn when a shipment is confirmed."""
    confirmed: list[tuple[str, int]] = field(default_factory=list)
    confirmed_in: list[str] = field(default_factory=list)
    """The traces of these confirmations."""
    released: list[tuple[str, int]] = field(default_factory=list)
    """What was given back, and as withdrawn at which revision."""
    answering: asyncio.Event = field(default_factory=_set_event)

    async def ask(self, questions: Sequence[Question]) -> list[Found]:
        self.asked.append([question.shipment.shipment_id for question in questions])
        await self.answering.wait()
        return [self._found(question) for question in questions]

    def _found(self, question: Question) -> Found:
        name = question.shipment.shipment_id
        verdict = self.verdicts.get(name, Verdict.ELIGIBLE)
        reason = LAW if verdict is Verdict.ELIGIBLE else CLOSED
        finding = _eligibility(verdict, reason)
        turned = tuple(ShipmentId(one) for one in self.turned.get(name, ()))
        return Found(
            None if "eligibility" in self.silent else Determined(finding, turned, name in self.held),
            None if "risk" in self.silent else RISK_FINDS_NOTHING,
            shipment_message(question.shipment),
        )

    async def record(self, entries: Sequence[Entry]) -> list[Recorded | None]:
        if "audit" in self.silent:
            return [None] * len(entries)
        return [_recorded(self.log.setdefault(entry.decision.decision_id, entry.decision)) for entry in entries]

    async def confirm(self, confirmations: Sequence[Confirmation]) -> set[ShipmentId] | None:
        if "confirm" in self.silent:
            return None
        self.confirmed += [(each.shipment_id, each.revision) for each in confirmations]
        self.confirmed_in += [each.traceparent for each in confirmations]
        self.held -= {each.shipment_id for each in confirmations}
        return {ShipmentId(one) for each in confirmations for one in self.freed.pop(each.shipment_id, set())}

    def carried(self, shipment: Shipment) -> trade_pb2.Shipment:
        return shipment_message(shipment)

    async def release(self, withdrawn: Sequence[Confirmation]) -> set[ShipmentId] | None:
        if "release" in self.silent:
            return None
        self.released += [(each.shipment_id, each.revision) for each in withdrawn]
        return {ShipmentId(one) for each in withdrawn for one in self.freed.pop(each.shipment_id, set())}


class House:
    """A journal, scripted peers and a desk between them."""

    def __init__(self, path: Path, *, peers: ScriptedPeers | None = None, quality: Any = None, **hooks: Any) -> None:
        self.spans = InMemorySpanExporter()
        self.telemetry = Telemetry.for_tests(exporter=self.spans)
        self.peers = peers or ScriptedPeers()
        self.journal = SqliteJournal(
            SqliteJournal.open_database(path / "intake.db", **hooks),
            differing_field=differing_field,
            decision_from_bytes=decision_from_bytes,
        )
        self.desk = Desk(
            journal=self.journal,
            peers=self.peers,
            read_filing=filing_from_bytes,
            quality=quality or (lambda _filed: ()),
            begin_span=lambda parent: self.telemetry.tracing.begin("intake.decide_again", parent=parent),
            clock=FixedClock(datetime(2025, 1, 15, tzinfo=UTC)),
            shipments_max=500,
            waiting_max=1000,
            flights_max=3,
        )
        self.recovery = Recovery(journal=self.journal, desk=self.desk, shipments_max=2, on_round=lambda _count: None)

    def arrivals(self, filings: Sequence[Filing]) -> list[Arrival]:
        """The filings on their way in, each with the id of the shipment it may begin."""
        trace = "00-" + "1" * 32 + "-" + "2" * 16 + "-01"
        return [Arrival(one, trace, ShipmentId(f"S-{one.request_id}")) for one in filings]

    async def accept(self, *filings: Filing) -> list[ShipmentId]:
        """The shipments of filings that are now in the journal."""
        accepted = await self.journal.accept(self.arrivals(filings), OPEN_DAY * 1_000_000_000)
        return [one.shipment_id for one in accepted if isinstance(one, Accepted)]

    async def decide(self, shipment_ids: Sequence[ShipmentId]) -> list[Recorded | Decision]:
        """What the desk says, once the journal knows it too."""
        results = await self.desk.decide(shipment_ids)
        await self.desk.drain()
        return results

    async def recover(self) -> bool:
        """One round of recovery, once the journal knows what came of it."""
        found_all = await self.recovery.round()
        await self.desk.drain()
        return found_all

    async def close(self) -> None:
        """Drain and close; no span may be left."""
        await self.desk.drain()
        await self.journal.database.close()
        assert 0 == self.telemetry.tracing.live
