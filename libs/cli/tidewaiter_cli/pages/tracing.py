"""The spans of one trace as a tree, with times and a bar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from rich.markup import escape
from rich.table import Table

from tidewaiter_cli.pages.showing import console

_BAR_CELLS: Final = 24
_NS_PER_MS: Final = 1_000_000
_SHOWN: Final = ("tidewaiter.outcome", "tidewaiter.verdict", "tidewaiter.score", "rpc.status_code")


@dataclass(slots=True)
class Node:
    """A span with the spans below it, earliest first."""

    span: dict[str, Any]
    children: list[Node] = field(default_factory=list)


def span_tree(spans: Sequence[dict[str, Any]]) -> list[Node]:
    """The roots, earliest first; a span whose parent is not here is one, since its service may keep elsewhere."""
    in_order = sorted(spans, key=lambda span: (span["start_ns"], span["span_id"]))
    nodes = {span["span_id"]: Node(span) for span in in_order}
    roots: list[Node] = []
    for node in nodes.values():
        parent = nodes.get(node.span["parent_id"] or "")
        (roots if parent is None or parent is node else parent.children).append(node)
    return roots


def print_tree(trace_id: str, roots: Sequence[Node]) -> None:
    """A row for each span: the tree, the service, when it began and how long it took, and a bar."""
    rows = [row for root in roots for row in _rows(root, "", is_last=True, is_root=True)]
    first = min(node.span["start_ns"] for _, node in rows)
    last = max(node.span["end_ns"] for _, node in rows)
    out = console()
    out.print(f"trace {trace_id}: {len(rows)} spans, {(last - first) / _NS_PER_MS:.2f} ms")
    table = Table("span", "at", "took", "", "", show_edge=False, pad_edge=False, box=None)
    table.columns[1].justify = table.columns[2].justify = "right"
    for column in table.columns:
        column.no_wrap = True
    for prefix, node in rows:
        span = node.span
        colour = "red" if span.get("error") else "blue"
        table.add_row(
            escape(f"{prefix}{span['name']}  ") + f"[dim]{escape(span['service'])}[/dim]",
            f"{(span['start_ns'] - first) / _NS_PER_MS:.2f}",
            f"{(span['end_ns'] - span['start_ns']) / _NS_PER_MS:.2f} ms",
            f"[{colour}]{_bar(span, first, last)}[/]",
            f"[dim]{escape(_facts(span))}[/dim]",
        )
    out.print(table)


def _rows(node: Node, prefix: str, *, is_last: bool, is_root: bool) -> Iterator[tuple[str, Node]]:
    yield prefix + ("" if is_root else "└─ " if is_last else "├─ "), node
    below = prefix + ("" if is_root else "   " if is_last else "│  ")
    for number, child in enumerate(node.children, start=1):
        yield from _rows(child, below, is_last=number == len(node.children), is_root=False)


def _bar(span: dict[str, Any], first: int, last: int) -> str:
    whole = max(1, last - first)
    start = min(_BAR_CELLS - 1, int((span["start_ns"] - first) * _BAR_CELLS // whole))
    cells: int = max(1, round((span["end_ns"] - span["start_ns"]) * _BAR_CELLS / whole))
    return " " * start + "━" * min(cells, _BAR_CELLS - start)


def _facts(span: dict[str, Any]) -> str:
    attributes = span.get("attributes") or {}
    told = [f"{attributes[name]}" for name in _SHOWN if name in attributes]
    return ", ".join([*told, *([f"error {span['error']}"] if span.get("error") else [])])
