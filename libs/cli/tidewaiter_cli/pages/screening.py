"""The hits of a screening laid out for a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.markup import escape
from tidewaiter.risk.v1 import risk_pb2
from tidewaiter_screening.screen import Hit

from tidewaiter_cli.pages.showing import console, name_of, sentence_case, table
from tidewaiter_cli.screening.answers import action_of


def print_hits(response: risk_pb2.ScreenPartyResponse) -> None:
    """A row for each hit, best first, then the lists that were searched, and which of them are stale."""
    _print_table(
        _row(
            score=hit.score,
            name=hit.listed_name,
            matched=hit.matched_name,
            entry=(hit.list, hit.entry_id, hit.program),
            kind=name_of(risk_pb2.MatchKind, hit.kind, "MATCH_KIND_"),
            why=hit.why,
        )
        for hit in response.hits
    )
    print_searched((each.list, each.version, each.entries) for each in response.lists)
    for each in response.lists:
        if each.stale:
            console().print(f"[bold yellow]STALE[/]: {escape(each.list)}; nothing found in it is no clearance")


def print_screened(query: str, hits: Sequence[Hit] | None, *, hits_max: int, gaps: bool) -> None:
    """What was found for one name, and what that advises."""
    out = console()
    out.print(f"[bold]{escape(query)}[/]  {sentence_case(action_of(hits, gaps=gaps))}")
    if hits is None:
        out.print("  holds nothing that can be looked up")
        return
    _print_table(
        _row(
            score=hit.score,
            name=hit.listed.entry.name,
            matched=hit.listed.text,
            entry=(hit.listed.list, hit.listed.entry.entry_id, hit.listed.entry.program),
            kind=hit.listed.kind.name,
            why=hit.why(),
        )
        for hit in hits[:hits_max]
    )


def print_searched(lists: Iterable[tuple[str, str, int]]) -> None:
    """The lists that were searched: name, version, how many entries."""
    for name, version, entries in lists:
        console().print(f"[dim]{escape(f'searched {name} {version}: {entries:,} entries')}[/dim]")


def _row(*, score: int, name: str, matched: str, entry: Sequence[str], kind: str, why: str) -> Sequence[str]:
    listed = name if matched == name else f"{name}\nas {matched}"
    return f"{score}", listed, " ".join(filter(None, entry)), f"{sentence_case(kind)}: {why}"


def _print_table(rows: Iterable[Sequence[str]]) -> None:
    hits = table("score", "listed name", "entry", "matched")
    for row in rows:
        hits.add_row(*map(escape, row))
    console().print(hits if hits.rows else "no hit")
