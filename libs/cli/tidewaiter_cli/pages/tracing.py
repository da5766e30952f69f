"""The spans of one trace as a tree, with times and a bar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tidewaiter_cli.pages.showing import counted

_BAR_CELLS: Final = 24
_NS_PER_MS: Final = 1_000_000
_BAR_CELLS_MIN: Final = 4
_NAME_CELLS_MIN: Final = 8
_GAPS_CELLS: Final = 8
"""Between five columns, two cells each."""

SHOWN: Final = {
    "tidewaiter.outcome": "",
    "tidewaiter.eligibility.verdict": "",
    "tidewaiter.risk.score": "score ",
    "rpc.status_code": "",
}
"""The attributes that are told at the end of a row, each after its word."""


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


def print_tree(trace_id: str, roots: Sequence[Node], out: Console) -> None:
    """A row for each span: the tree, the service, when it began and how long it took, and a bar.

    Where the console is narrow the bar, the facts and then the names are shortened, and never a number.
    """
    rows = [row for root in roots for row in _rows(root, "", is_last=True, is_root=True)]
    first = min(node.span["start_ns"] for _, node in rows)
    last = max(node.span["end_ns"] for _, node in rows)
    out.print(f"trace {trace_id}: {counted(len(rows), 'span')}, {(last - first) / _NS_PER_MS:.2f} ms")
    names = [f"{prefix}{node.span['name']}  {node.span['service']}" for prefix, node in rows]
    begun = [f"{(node.span['start_ns'] - first) / _NS_PER_MS:.2f}" for _, node in rows]
    took = [f"{(node.span['end_ns'] - node.span['start_ns']) / _NS_PER_MS:.2f} ms" for _, node in rows]
    facts = [_facts(node.span) for _, node in rows]
    room = out.width - _GAPS_CELLS - max(map(len, begun)) - max(map(len, took))
    name_cells = min(max(map(len, names)), max(_NAME_CELLS_MIN, room - _BAR_CELLS_MIN))
    bar_cells = min(_BAR_CELLS, max(_BAR_CELLS_MIN, room - name_cells - max(map(len, facts))))
    fact_cells = max(0, room - name_cells - bar_cells)
    table = Table("span", "at", "took", "", "", show_edge=False, pad_edge=False, box=None)
    table.columns[1].justify = table.columns[2].justify = "right"
    for column in table.columns:
        column.no_wrap = True
    for (_, node), name, at, duration, told in zip(rows, names, begun, took, facts, strict=True):
        bar = Text(_bar(node.span, first, last, bar_cells), "red" if node.span.get("error") else "blue")
        table.add_row(Text(_cut(name, name_cells)), at, duration, bar, Text(_cut(told, fact_cells), "dim"))
    out.print(table)


def _cut(text: str, cells: int) -> str:
    return text if len(text) <= cells else f"{text[: max(0, cells - 1)]}…"[:cells]


def _rows(node: Node, prefix: str, *, is_last: bool, is_root: bool) -> Iterator[tuple[str, Node]]:
    yield prefix + ("" if is_root else "└─ " if is_last else "├─ "), node
    below = prefix + ("" if is_root else "   " if is_last else "│  ")
    for number, child in enumerate(node.children, start=1):
        yield from _rows(child, below, is_last=number == len(node.children), is_root=False)


def _bar(span: dict[str, Any], first: int, last: int, room: int) -> str:
    whole = max(1, last - first)
    start = min(room - 1, int((span["start_ns"] - first) * room // whole))
    cells: int = max(1, round((span["end_ns"] - span["start_ns"]) * room / whole))
    return " " * start + "━" * min(cells, room - start)


def _facts(span: dict[str, Any]) -> str:
    attributes = span.get("attributes") or {}
    told = [f"{word}{attributes[name]}" for name, word in SHOWN.items() if name in attributes]
    return ", ".join([*told, *([f"error {span['error']}"] if span.get("error") else [])])
