"""One decision laid out for a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from tidewaiter.intake.v1 import intake_pb2
from tidewaiter.trade.v1 import trade_pb2

from tidewaiter_cli.pages.advice import what_would_change
from tidewaiter_cli.pages.showing import COLOURS, money, name_of, sentence_case

if TYPE_CHECKING:
    from rich.console import Console


def print_decision(
    out: Console,
    standing: intake_pb2.GetShipmentResponse,
    decision: trade_pb2.Decision,
    *,
    changes: Sequence[str] = (),
) -> None:
    """The outcome, why, what was found, what would change it, and where it is on record."""
    _outcome(out, standing, decision)
    _reasons(out, decision)
    if decision.HasField("eligibility"):
        _eligibility(out, decision.eligibility)
    if decision.HasField("risk"):
        _risk(out, decision.risk)
    if advice := [*changes, *(sentence for sentence in what_would_change(decision) if sentence)]:
        out.print("\n[bold]What would change it[/bold]")
        for sentence in advice:
            out.print(_indented(escape(sentence), 2))
    _record(out, standing, decision)


def _outcome(out: Console, standing: intake_pb2.GetShipmentResponse, decision: trade_pb2.Decision) -> None:
    outcome = name_of(trade_pb2.Outcome, decision.outcome, "OUTCOME_")
    path = name_of(trade_pb2.EntryPath, decision.entry_path, "ENTRY_PATH_")
    by_path = "" if path == "UNSPECIFIED" else f"  entry path {sentence_case(path)}"
    degraded = "  (on the safe side: a service did not answer)" if decision.degraded else ""
    out.print(f"[bold {COLOURS.get(outcome, 'white')}]{outcome}[/]{by_path}{degraded}")
    shipment = standing.shipment
    tracking = f", tracking {shipment.tracking_number}" if shipment.tracking_number else ""
    out.print(escape(f"shipment {shipment.shipment_id}{tracking}, revision {decision.revision}"))
    for filing in standing.filings:
        kind = sentence_case(name_of(trade_pb2.FilerType, filing.filer_type, "FILER_TYPE_"))
        out.print(escape(f"  filed by {filing.originator_code} ({kind}) as {filing.request_id}"))


def _reasons(out: Console, decision: trade_pb2.Decision) -> None:
    out.print("\n[bold]Why[/bold]")
    for reason in decision.reasons:
        out.print(_indented(f"{escape(_code(reason))}: {escape(reason.detail)}", 2))
        if authority := _authority(reason):
            out.print(_indented(f"[dim]{escape(authority)}[/dim]", 4))


def _eligibility(out: Console, finding: trade_pb2.EligibilityFinding) -> None:
    verdict = name_of(trade_pb2.Verdict, finding.verdict, "VERDICT_")
    out.print(f"\n[bold]Eligibility[/bold]  [{COLOURS.get(verdict, 'white')}]{sentence_case(verdict)}[/]")
    table = Table.grid(padding=(0, 2))
    table.add_row("  regime", finding.regime_id)
    table.add_row("  day", f"{finding.local_day} ({finding.zone})" if finding.zone else finding.local_day)
    if finding.HasField("value"):
        table.add_row("  value", money(finding.value))
    if finding.HasField("limit"):
        table.add_row("  limit", money(finding.limit))
    if finding.HasField("headroom"):
        table.add_row("  headroom", money(finding.headroom))
    if finding.counted_shipments:
        counted = finding.counted_shipments
        table.add_row(
            "  counted", f"{counted} {'shipment' if counted == 1 else 'shipments'} of that person on that day"
        )
    if finding.HasField("entry_reason"):
        table.add_row("  entry", escape(finding.entry_reason.detail))
    for duty in finding.duties:
        amount = f"{money(duty.amount)}, " if duty.HasField("amount") else ""
        table.add_row("  duty", escape(f"{amount}{duty.formula}"))
    for used in finding.conversions:
        table.add_row("  rate", escape(f"{used.currency_code} at {used.rate} USD, {used.source}"))
    table.add_row("  law", finding.law_version[:12])
    out.print(table)


def _risk(out: Console, finding: trade_pb2.RiskFinding) -> None:
    action = sentence_case(name_of(trade_pb2.RiskAction, finding.action, "RISK_ACTION_"))
    out.print(f"\n[bold]Risk[/bold]  score {finding.score} of 1000, advises {action}  [dim]for operators only[/dim]")
    if finding.contributions:
        table = Table.grid(padding=(0, 2))
        for each in finding.contributions:
            others = ", ".join(each.shipment_ids)
            evidence = f" Shipments: {others}." if others else ""
            table.add_row(f"  {each.points:+d}", each.signal, escape(each.reason.detail + evidence))
        out.print(table)
    if finding.HasField("counterfactual"):
        out.print(_indented(escape(finding.counterfactual.detail), 2))
    for used in finding.lists:
        out.print(f"  [dim]{escape(f'list {used.list} {used.version}, {used.entries:,} entries')}[/dim]")


def _record(out: Console, standing: intake_pb2.GetShipmentResponse, decision: trade_pb2.Decision) -> None:
    out.print("\n[bold]On record[/bold]")
    if not decision.decision_id:
        out.print("  not yet: the decision is pending")
        return
    receipt = standing.receipt
    decided = decision.decided_at.ToDatetime().isoformat(timespec="seconds")
    out.print(escape(f"  decision {decision.decision_id} of {decided}Z"))
    out.print(escape(f"  entry {receipt.leaf_index} of {receipt.log_origin}, proven at size {receipt.tree_size}"))
    if decision.supersedes:
        out.print(escape(f"  supersedes {decision.supersedes}"))
    if decision.trace_id:
        out.print(escape(f"  trace {decision.trace_id}"))


def _indented(text: str, cells: int) -> Padding:
    """The text with its wrapped lines under its first."""
    return Padding(text, (0, 0, 0, cells))


def _code(reason: trade_pb2.Reason) -> str:
    return sentence_case(name_of(trade_pb2.ReasonCode, reason.code, "REASON_CODE_"))


def _authority(reason: trade_pb2.Reason) -> str:
    """By which rule, where it is written, and how well it is known."""
    confidence = name_of(trade_pb2.Confidence, reason.confidence, "CONFIDENCE_")
    known = "" if confidence == "UNSPECIFIED" else f"{sentence_case(confidence)} source"
    field = f"about {reason.field}" if reason.field else ""
    return ", ".join(filter(None, (f"rule {reason.rule_id}" if reason.rule_id else "", reason.citation, known, field)))
