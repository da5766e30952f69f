"""Lists laid out for a person or a machine: what is in them, and what changed."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from rich.markup import escape
from tidewaiter.risk.v1 import risk_pb2
from tidewaiter_screening.lists.difference import difference, prints_of
from tidewaiter_screening.lists.folder import PartyList

from tidewaiter_cli.pages.showing import console, print_json, table

_SECONDS_PER_HOUR: Final = 3_600
_SHOWN_MAX: Final = 20


def print_lists(lists: Iterable[PartyList], *, json: bool) -> None:
    """Lists as read from files."""
    _print(
        [
            {
                "list": one.list,
                "version": one.version,
                "sha256": one.sha256,
                "entries": len(one.entries),
                "aliases": one.aliases(),
                "age_hours": _hours(one.written),
                "stale": bool(one.gaps),
                "damages": one.damage_counts(),
                "gaps": list(one.gaps),
            }
            for one in lists
        ],
        json=json,
    )


def print_sources(
    sources: Iterable[risk_pb2.Source],
    *,
    json: bool,
    changed: bool | None = None,
    rescreened: Mapping[str, Any] | None = None,
) -> None:
    """Lists as risk has them in use; with `changed`, whether they are others now; for a machine, what else was done."""
    _print(
        [
            {
                "list": one.version.list,
                "version": one.version.version,
                "sha256": one.version.sha256,
                "entries": one.version.entries,
                "aliases": one.aliases,
                "age_hours": _hours(one.written_at.ToMilliseconds() / 1000),
                "stale": one.version.stale,
                "damages": dict(sorted(one.damages.items())),
                "gaps": list(one.gaps),
            }
            for one in sources
        ],
        json=json,
        changed=changed,
        rescreened=rescreened,
    )


def print_difference(older: PartyList, newer: PartyList, *, json: bool) -> None:
    """What changed between two versions, by entry id; for a person with the names, as many as a screen holds."""
    found = difference(prints_of(older.entries), prints_of(newer.entries))
    if json:
        print_json(
            {
                "older_sha256": older.sha256,
                "newer_sha256": newer.sha256,
                **{what: list(ids) for what, ids in found._asdict().items()},
            }
        )
        return
    out = console()
    names = {entry.entry_id: entry.name for one in (older, newer) for entry in one.entries}
    for what, ids in found._asdict().items():
        out.print(f"[bold]{len(ids):,} {what}[/]")
        for entry_id in ids[:_SHOWN_MAX]:
            out.print(f"  {escape(entry_id)}  {escape(names[entry_id])}")
        if len(ids) > _SHOWN_MAX:
            out.print(f"  and {len(ids) - _SHOWN_MAX:,} more; --json names all")


def _print(
    lists: Sequence[Mapping[str, Any]],
    *,
    json: bool,
    changed: bool | None = None,
    rescreened: Mapping[str, Any] | None = None,
) -> None:
    if json:
        more = {"changed": changed, "rescreened": rescreened}
        print_json({"lists": list(lists)} | {name: value for name, value in more.items() if value is not None})
        return
    out = console()
    if changed is not None:
        out.print("lists changed" if changed else "nothing changed")
    rows = table("list", "version", "sha256", "entries", "aliases", "age", "damaged")
    for one in lists:
        damages = ", ".join(f"{count:,} {code}" for code, count in one["damages"].items())
        counts = (f"{one['entries']:,}", f"{one['aliases']:,}", f"{one['age_hours']} h")
        rows.add_row(*map(escape, (one["list"], one["version"], one["sha256"][:12], *counts, damages)))
    out.print(rows)
    for one in lists:
        for gap in one["gaps"]:
            out.print(f"[bold yellow]STALE[/]: {escape(gap)}")


def _hours(written: float) -> int:
    return max(0, int((time.time() - written) / _SECONDS_PER_HOUR))
