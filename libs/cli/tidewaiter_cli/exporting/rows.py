"""From a leaf to a row: the columns repeat what the leaf says, and the leaf stands beside them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Final

from tidewaiter_tlog.hashing import leaf_hash

COLUMNS: Final = {
    "leaf_index": "int64",
    "leaf_hash": "string",
    "kind": "string",
    "recorded_at": "string",
    "decision_id": "string",
    "shipment_id": "string",
    "number": "int64",
    "revision": "int64",
    "supersedes": "string",
    "decided_at": "string",
    "outcome": "string",
    "entry_path": "string",
    "degraded": "bool",
    "verdict": "string",
    "regime_id": "string",
    "local_day": "string",
    "person_day": "string",
    "value_units": "int64",
    "value_nanos": "int64",
    "value_currency": "string",
    "score": "int64",
    "action": "string",
    "reasons": "strings",
    "mode": "string",
    "port_of_entry": "string",
    "country_of_shipment": "string",
    "origin_countries": "strings",
    "law_version": "string",
    "scorecard_version": "string",
    "code_version": "string",
    "trace_id": "string",
    "leaf": "string",
}
"""Every column with its type; null where the leaf says nothing. `leaf_hash` is hex, `leaf` canonical JSON."""

_NANOS_PER_SECOND: Final = 1_000_000_000


def row_of(leaf_index: int, recorded_at_ns: int, leaf: bytes) -> dict[str, Any]:
    """The row of one entry; entries of other kinds than decisions have few columns."""
    said = json.loads(leaf)
    decision, shipment = said.get("decision") or {}, said.get("shipment") or {}
    eligibility, risk = decision.get("eligibility") or {}, decision.get("risk") or {}
    value, versions = eligibility.get("value") or {}, decision.get("versions") or {}
    found = {
        "leaf_index": leaf_index,
        "leaf_hash": leaf_hash(leaf).hex(),
        "kind": said.get("kind"),
        "recorded_at": datetime.fromtimestamp(recorded_at_ns // _NANOS_PER_SECOND, UTC).isoformat(),
        "shipment_id": decision.get("shipment_id") or (said.get("erasure") or {}).get("shipment_id"),
        "number": (said.get("trail") or {}).get("number"),
        "outcome": _bare(decision.get("outcome"), "OUTCOME_"),
        "entry_path": _bare(decision.get("entry_path"), "ENTRY_PATH_"),
        "degraded": bool(decision.get("degraded")) if decision else None,
        "verdict": _bare(eligibility.get("verdict"), "VERDICT_"),
        "value_units": value.get("units", 0) if value else None,
        "value_nanos": value.get("nanos", 0) if value else None,
        "value_currency": value.get("currency_code"),
        "score": risk.get("score", 0) if risk else None,
        "action": _bare(risk.get("action"), "RISK_ACTION_"),
        "reasons": _reasons(decision) if decision else None,
        "mode": _bare(shipment.get("mode"), "TRANSPORT_MODE_"),
        "origin_countries": _origins(shipment) if shipment else None,
        "law_version": versions.get("law"),
        "scorecard_version": versions.get("scorecard"),
        "code_version": versions.get("code"),
        "leaf": leaf.decode(),
    }
    for part, names in (
        (decision, ("decision_id", "revision", "supersedes", "decided_at", "trace_id")),
        (eligibility, ("regime_id", "local_day", "person_day")),
        (shipment, ("port_of_entry", "country_of_shipment")),
    ):
        found |= {name: part.get(name) for name in names}
    return {name: found.get(name) for name in COLUMNS}


def _reasons(decision: dict[str, Any]) -> list[str | None]:
    return [_bare(one.get("code"), "REASON_CODE_") for one in decision.get("reasons", ())]


def _origins(shipment: dict[str, Any]) -> list[str]:
    return sorted({one["origin_country"] for one in shipment.get("items", ()) if "origin_country" in one})


def _bare(name: str | None, prefix: str) -> str | None:
    return None if name is None else name.removeprefix(prefix)
