"""The data elements of a filing, for people."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markup import escape
from rich.padding import Padding
from tidewaiter.intake.v1 import intake_pb2
from tidewaiter.trade.v1 import trade_pb2

from tidewaiter_cli.pages.showing import console, counted, name_of, sentence_case

_PRESENCES = {
    "required": "Required: a filing without it is refused",
    "expected": "Expected: a filing without it is decided, and told what to mend",
    "timely": "Timely: a filing that comes later is decided, and told to be late",
}


def print_requirements(rows: Sequence[intake_pb2.Requirement], *, asked: str) -> None:
    """The rows by what their absence means, each with its fix, its reach, its citation and how well it is known.

    `asked` says for whom, how and when, as it was typed: no row at all is told with it.
    """
    out = console()
    if not rows:
        out.print(escape(f"No data element: the table that filings are checked by has no row for {asked}."))
        out.print("It holds rules from their first days on, and none of the times before; name a later day with --on.")
        return
    for presence in dict.fromkeys((*_PRESENCES, *(row.presence for row in rows))):
        found = [row for row in rows if row.presence == presence]
        if not found:
            continue
        out.print(f"[bold]{escape(_PRESENCES.get(presence, sentence_case(presence)))}[/bold]")
        for row in found:
            out.print(Padding(escape(f"{' or '.join(row.fields)}{_of_whom(row)}"), (0, 0, 0, 2)))
            out.print(Padding(escape(f"{row.fix}."), (0, 0, 0, 4)))
            out.print(Padding(f"[dim]{escape(_authority(row))}[/dim]", (0, 0, 0, 4)))
    out.print(f"{counted(len(rows), 'data element')}.")


def _of_whom(row: intake_pb2.Requirement) -> str:
    filers = ", ".join(sentence_case(name_of(trade_pb2.FilerType, kind, "FILER_TYPE_")) for kind in row.filer_types)
    modes = ", ".join(sentence_case(name_of(trade_pb2.TransportMode, mode, "TRANSPORT_MODE_")) for mode in row.modes)
    where = f", where {row.when} is given" if row.when else ""
    due = f", {row.minutes_before_arrival} minutes before it" if row.presence == "timely" else ""
    return f"{due}{f', of {filers}' if filers else ''}{f', by {modes}' if modes else ''}{where}"


def _authority(row: intake_pb2.Requirement) -> str:
    confidence = sentence_case(name_of(trade_pb2.Confidence, row.confidence, "CONFIDENCE_"))
    days = f"from {row.first_day}{f' to before {row.end_day}' if row.end_day else ''}"
    return f"{row.rule_id}, {row.code}, {row.citation}, {confidence} source, {days}"
