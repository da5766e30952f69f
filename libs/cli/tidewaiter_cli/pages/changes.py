"""What would turn a verdict, as eligibility found it: one sentence for each change."""

from __future__ import annotations

from collections.abc import Iterable

from tidewaiter.eligibility.v1 import eligibility_pb2
from tidewaiter.trade.v1 import trade_pb2

from tidewaiter_cli.pages.showing import money, name_of, sentence_case


def sentences(finding: trade_pb2.EligibilityFinding, changes: Iterable[eligibility_pb2.Change]) -> list[str]:
    """A sentence for each change, in their order: what is changed, and what is found then."""
    return [f"{_condition(finding, change)}: {_consequence(change)}." for change in changes]


def _condition(finding: trade_pb2.EligibilityFinding, change: eligibility_pb2.Change) -> str:
    if change.kind == eligibility_pb2.CHANGE_KIND_VALUE:
        is_less = (change.value.units, change.value.nanos) < (finding.value.units, finding.value.nanos)
        return f"Worth {money(change.value)} or {'less' if is_less else 'more'}"
    if change.kind == eligibility_pb2.CHANGE_KIND_DAY:
        return f"Arriving on {change.day}"
    if change.kind == eligibility_pb2.CHANGE_KIND_UNDECLARED:
        return "Not declared as a gift"
    mode = sentence_case(name_of(trade_pb2.TransportMode, change.mode, "TRANSPORT_MODE_"))
    return f"Arriving by {mode}"


def _consequence(change: eligibility_pb2.Change) -> str:
    verdict = sentence_case(name_of(trade_pb2.Verdict, change.verdict, "VERDICT_"))
    path = name_of(trade_pb2.EntryPath, change.entry_path, "ENTRY_PATH_")
    by_path = "" if path == "UNSPECIFIED" else f", entry path {sentence_case(path)}"
    by_regime = f", regime {change.regime_id}" if change.regime_id else ""
    return f"{verdict}{by_path}{by_regime}"
