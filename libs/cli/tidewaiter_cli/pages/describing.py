"""Descriptions as they were judged, for machines and for people."""

from __future__ import annotations

import json
from collections.abc import Iterable

from rich.markup import escape
from tidewaiter_goods.judge import FOR_WHAT, OF_WHAT, WHAT, Vagueness

from tidewaiter_cli.pages.showing import console, table

_EVERYTHING = (WHAT, OF_WHAT, FOR_WHAT)


def as_json(description: str, vagueness: Vagueness | None) -> str:
    """One object on one line: description, vague, terms (the offending words), ask (what to add)."""
    blank = not description.strip()
    ask = _EVERYTHING if blank else vagueness.asks if vagueness else ()
    terms = vagueness.words if vagueness else ()
    return json.dumps(
        {
            "description": description,
            "vague": blank or vagueness is not None,
            "terms": terms,
            "ask": ask,
            "by": _by(vagueness),
            "instead": _instead(vagueness),
            "version": vagueness.version if vagueness else "",
        },
        ensure_ascii=False,
    )


def print_judged(judged: Iterable[tuple[str, Vagueness | None]]) -> None:
    """A row for each description: what offends, and what to add."""
    rows = table("description", "vague", "because of", "say")
    for description, vagueness in judged:
        blank = not description.strip()
        if vagueness is None and not blank:
            rows.add_row(escape(description), "no", "", "")
            continue
        ask = _EVERYTHING if vagueness is None else vagueness.asks
        words = ", ".join(vagueness.words) if vagueness else "nothing is said"
        example = _instead(vagueness)
        say = "; ".join(ask) + (f"; such as: {example}" if example else "")
        rows.add_row(escape(description), "yes", escape(words), escape(say))
    console().print(rows)


def _by(vagueness: Vagueness | None) -> str:
    if vagueness is None:
        return ""
    return "model" if vagueness.by_model else "terms"


def _instead(vagueness: Vagueness | None) -> str:
    return next((row.instead for row in vagueness.terms if row.instead), "") if vagueness else ""
