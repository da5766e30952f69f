"""The hits of a screening laid out for a person."""

from __future__ import annotations

from rich.markup import escape
from rich.table import Table
from tidewaiter.risk.v1 import risk_pb2

from tidewaiter_cli.pages.showing import console, name_of, sentence_case


def print_hits(response: risk_pb2.ScreenPartyResponse) -> None:
    """A row for each hit, best first, then the lists that were searched."""
    out = console()
    if response.hits:
        table = Table("score", "listed name", "matched", "how", "list", "entry", "programme", show_edge=False)
        for hit in response.hits:
            how = sentence_case(name_of(risk_pb2.MatchKind, hit.kind, "MATCH_KIND_"))
            cells = (hit.listed_name, hit.matched_name, how, hit.list, hit.entry_id, hit.program)
            table.add_row(f"{hit.score}", *map(escape, cells))
        out.print(table)
    else:
        out.print("no hit")
    for each in response.lists:
        out.print(f"[dim]{escape(f'searched {each.list} {each.version}: {each.entries:,} entries')}[/dim]")
