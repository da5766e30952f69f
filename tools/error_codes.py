"""Finds the codes that a package gives to its callers, by reading its Python.

A code is what a `Failure` takes as its reason and a `Violation` as its code. A function that hands a parameter of
its own on as either is followed to its callers, in its own file when its name begins with an underscore and in its
package otherwise. A code made from a name (`f"{name}_FULL"`) is any of those that the package's texts list.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tidewaiter_chassis.answers import CODES
from tidewaiter_chassis.failures import Kind

_INVALID = CODES[Kind.INVALID].name
# What carries on a code that was given elsewhere, or that the contract gives: nothing is first said there.
_CARRIED = frozenset(
    {
        "first.code",
        "each.reason",
        "info.reason or f'RPC_{code.name}'",
        "_code(proto.rule_id or 'RULE')",
        "element.code",
        "info.reason",
        # Stands for a status of somebody else's, which says no more than its code.
        "f'RPC_{code.name}'",
    }
)


class Raised(NamedTuple):
    """One code, the status it comes with, and the file that gives it."""

    code: str
    status: str
    source: str


class Sink(NamedTuple):
    """A call that makes of one of its arguments a code: the argument's name, its place or None, and the status, as
    its name or as the expression of a kind."""

    argument: str
    place: int | None
    status: str


class CodeUnclear(Exception):
    """A code that cannot be told from reading; the message says where it stands."""


def raised_in(root: Path, package: str, *, named: Sequence[str]) -> list[Raised]:
    """Every code that the package gives, each with each file that gives it.

    `named` are the codes of its texts, which alone say what a code made from a name can be. CodeUnclear for one
    that cannot be read.
    """
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted((root / package).rglob("*.py"))}
    shared: dict[str, Sink] = {"refuse_repeated": Sink("code", None, _INVALID)}
    private: dict[Path, dict[str, Sink]] = {path: {} for path in trees}
    while True:
        found: set[Raised] = set()
        before = len(shared) + sum(map(len, private.values()))
        for path, tree in trees.items():
            source = path.relative_to(root).as_posix()
            sinks = {**shared, **private[path]}
            for function, call in _calls(tree, None):
                sink = sinks.get(_name_of(call.func)) or _first_sink(call)
                given = _argument(call, sink) if sink else None
                if sink is None or given is None:
                    continue
                kinds = re.findall(r"Kind\.([A-Z_]+)", sink.status)
                statuses = [CODES[Kind[kind]].name for kind in kinds] or [sink.status]
                codes = list(_codes(given, function, named, source))
                # A choice between two codes is one between their kinds as well.
                for code, status in zip(codes, statuses if len(statuses) > 1 else statuses * len(codes), strict=True):
                    if isinstance(code, Parameter):
                        known = private[path] if code.function.startswith("_") else shared
                        known.setdefault(code.function, Sink(code.name, code.place, status))
                    else:
                        found.add(Raised(code, status, source))
        if len(shared) + sum(map(len, private.values())) == before:
            return sorted(found)


class Parameter(NamedTuple):
    """A code that a function was itself given."""

    function: str
    name: str
    place: int


def _calls(node: ast.AST, function: ast.FunctionDef | None) -> Iterator[tuple[ast.FunctionDef | None, ast.Call]]:
    """Every call below `node` with the function that it stands in."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield function, child
        yield from _calls(child, child if isinstance(child, ast.FunctionDef) else function)


def _name_of(called: ast.expr) -> str:
    return called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""


def _first_sink(call: ast.Call) -> Sink | None:
    """The sink that a call is by itself: a Failure, a Violation, or an error of the client, which names its status."""
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    name = _name_of(call.func)
    if name == "Violation" and "type" not in given:
        return Sink("code", 1, _INVALID)
    if "reason" not in given:
        return None
    if "kind" in given and name in ("Failure", "__init__"):
        return Sink("reason", None, ast.unparse(given["kind"]))
    status = given.get("code")
    if "detail" in given and isinstance(status, ast.Constant):
        return Sink("reason", None, str(status.value))
    return None


def _argument(call: ast.Call, sink: Sink) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == sink.argument:
            return keyword.value
    return call.args[sink.place] if sink.place is not None and sink.place < len(call.args) else None


def _codes(
    given: ast.expr, function: ast.FunctionDef | None, named: Sequence[str], source: str
) -> Iterator[str | Parameter]:
    if ast.unparse(given) in _CARRIED:
        return
    if isinstance(given, ast.Constant):
        yield str(given.value)
    elif isinstance(given, ast.IfExp):
        yield from _codes(given.body, function, named, source)
        yield from _codes(given.orelse, function, named, source)
    elif isinstance(given, ast.JoinedStr):
        pattern = "".join(
            re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[A-Z]+" for part in given.values
        )
        yield from (code for code in named if re.fullmatch(pattern, code))
    elif isinstance(given, ast.Name) and function is not None and given.id in (names := _parameters(function)):
        yield Parameter(function.name, given.id, names.index(given.id))
    else:
        raise CodeUnclear(f"{source}:{given.lineno}: {ast.unparse(given)} does not say which code it is")


def _parameters(function: ast.FunctionDef) -> list[str]:
    arguments = function.args
    return [each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
