"""Audit by itself: decisions put on the log, durably, beside the same bytes merely put on the disk; and proofs."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import apsw
from tidewaiter.audit.v1 import audit_pb2, audit_pb2_grpc
from tidewaiter.eligibility.v1 import eligibility_pb2_grpc
from tidewaiter.risk.v1 import risk_pb2_grpc

from tidewaiter_cli.bench.bare_echo import CHUNKS_UNANSWERED_MAX
from tidewaiter_cli.bench.cargo import batches, records_of
from tidewaiter_cli.bench.figures import Measured, RateKeys, latency, rate
from tidewaiter_cli.bench.ground import CALL_SECONDS_MAX, Ground
from tidewaiter_cli.bench.parts import log_growth
from tidewaiter_cli.bench.parts.eligibility import findings_of
from tidewaiter_cli.bench.parts.risk import assessments_of
from tidewaiter_cli.bench.timing import at_once, in_turn, rounds
from tidewaiter_cli.stopping import Stop

_CALLS: Final = 600
_RECORDS: Final = 5_000
_ROUNDS: Final = 3
_GROWN_ENTRIES: Final = 40_000
"""Of the log that is grown, unless more are asked for: a million take minutes."""
_INSERTED_TIMES: Final = 4
"""Inserted once, the records of a round are on the disk in a twentieth of a second: too short a look."""

_APPENDED: Final = RateKeys(rate="append_per_second", baseline="insert_per_second", ratio="append_ratio_to_insert")

Records = Sequence[audit_pb2.DecisionRecord]


def measure(ground: Ground) -> dict[str, Measured]:
    """Batches of 500, four at once, beside inserts of 500 a commit; proofs one after the other, an echo between."""
    audit: audit_pb2_grpc.AuditServiceAsyncStub = audit_pb2_grpc.AuditServiceStub(ground.channels["audit"])
    count = ground.count(_RECORDS, at_least=100)
    prepared = [ground.run(_records(ground, count)) for _ in range(_ROUNDS + 1)]
    database = bare_database(ground.folder / "bare.db")
    try:
        ground.run(_append(audit, prepared[-1]))
        rates = rounds(
            _ROUNDS,
            {
                "insert": lambda number: _insert(database, prepared[number]),
                "append": lambda number: ground.run(_append(audit, prepared[number])),
            },
        )
    finally:
        database.close()
    section = rate(
        "decisions, durable, 500 a message", rates["append"], rates["insert"], keys=_APPENDED, baseline="insert"
    )
    bytes_each = sum(record.ByteSize() for record in prepared[0]) / count
    reached = Measured({"record_bytes": round(bytes_each), "tree_size": ground.settled_size()})
    names = [record.decision.decision_id for records in prepared for record in records]
    grown = log_growth.measure(ground, ground.entries or ground.count(_GROWN_ENTRIES, at_least=2_000))
    return {"audit": section + reached + _proofs(ground, audit, names) + grown}


def bare_database(path: Path) -> apsw.Connection:
    """A store as durable as the services' own and with nothing on top: a table of bytes."""
    database = apsw.Connection(str(path))
    for statement in (
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = FULL",
        "CREATE TABLE record (id INTEGER PRIMARY KEY, content BLOB NOT NULL)",
    ):
        database.execute(statement)
    return database


def _insert(database: apsw.Connection, records: Records) -> float:
    contents = [[(record.SerializeToString(),) for record in batch] for batch in batches(records)]
    started = time.perf_counter()
    for batch in contents * _INSERTED_TIMES:
        with database:
            database.executemany("INSERT INTO record (content) VALUES (?)", batch)
    return _INSERTED_TIMES * len(records) / (time.perf_counter() - started)


async def _append(audit: audit_pb2_grpc.AuditServiceAsyncStub, records: Records) -> float:
    async def append(request: audit_pb2.AppendDecisionsRequest) -> audit_pb2.AppendDecisionsResponse:
        return await audit.AppendDecisions(request, timeout=CALL_SECONDS_MAX)

    requests = [audit_pb2.AppendDecisionsRequest(records=batch) for batch in batches(records)]
    seconds, answers = await at_once(append, requests, callers=CHUNKS_UNANSWERED_MAX)
    results = [result for answer in answers for result in answer.results]
    if not all(result.HasField("recorded") and not result.recorded.replayed for result in results):
        raise Stop("audit did not record a decision: no figures.")
    return len(results) / seconds


async def _records(ground: Ground, count: int) -> Records:
    shipments = ground.fresh_shipments(count)
    eligibility = eligibility_pb2_grpc.EligibilityServiceStub(ground.channels["eligibility"])
    risk = risk_pb2_grpc.RiskServiceStub(ground.channels["risk"])
    entitled, _ = await findings_of(eligibility, shipments)
    risky, _ = await assessments_of(risk, shipments)
    return records_of(shipments, entitled, risky)


def _proofs(ground: Ground, audit: audit_pb2_grpc.AuditServiceAsyncStub, decision_ids: Sequence[str]) -> Measured:
    chosen = random.Random(1).choices(decision_ids, k=ground.count(_CALLS))
    filings = ground.fresh_filings(len(chosen))
    seconds = ground.run(
        in_turn(
            {
                "echo": lambda number: ground.echo.one(filings[number]),
                "proof": lambda number: audit.GetProof(
                    audit_pb2.GetProofRequest(decision_id=chosen[number]), timeout=CALL_SECONDS_MAX
                ),
            },
            count=len(chosen),
        )
    )
    return latency("one proof at a time", seconds["proof"], seconds["echo"], prefix="proof_")
