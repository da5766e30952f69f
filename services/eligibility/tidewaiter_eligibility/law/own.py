"""Rows of an operator's own directory laid over the law: one with the id of another stands in its place.

The directory has files of the same names and form as the law itself, each with any of its rows, and may have
`cases.toml`. Its rows are marked, so that every listing shows them as the operator's.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources.abc import Traversable

from tidewaiter_eligibility.errors import LawRefused
from tidewaiter_eligibility.law.fields import STANDING, Sources
from tidewaiter_eligibility.law.rows import Standing


def read_folder(folder: Traversable) -> Sources:
    """The TOML files of a folder, parsed. LawRefused names the file that is not TOML, or the folder that is none."""
    try:
        files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
        return {file.name: tomllib.loads(file.read_text(encoding="utf-8")) for file in files}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LawRefused(row=_first_unreadable(folder), problem=f"it is not TOML: {error}") from error
    except OSError as error:
        raise LawRefused(row=folder.name, problem=f"it cannot be read: {error.strerror}") from error


def laid_over(law: Sources, own: Sources) -> Sources:
    """The law with the rows of `own` in it. LawRefused names what is no list of rows, or has one id twice."""
    merged = {name: dict(tables) for name, tables in law.items()}
    for name, tables in own.items():
        for kind, rows in tables.items():
            if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
                raise LawRefused(row=f"{name} {kind}", problem="an own directory may only add and override rows")
            file = merged.setdefault(name, {})
            file[kind] = _rows_over(file.get(kind, []), rows, where=f"{name} {kind}")
    return merged


def _rows_over(law: object, own: list[Mapping[str, object]], *, where: str) -> list[Mapping[str, object]]:
    if not isinstance(law, list):
        raise LawRefused(row=where, problem="an own directory may only add and override rows")
    by_id = {row.get("id"): row for row in law}
    seen = set()
    for number, row in enumerate(own, start=1):
        name = row.get("id")
        if not isinstance(name, str) or not name:
            raise LawRefused(row=f"{where} {number}", problem="id is missing")
        if name in seen:
            raise LawRefused(row=name, problem="the own directory has it twice")
        seen.add(name)
        standing = Standing.OVERRIDES if name in by_id else Standing.ADDED
        by_id[name] = {**row, STANDING: standing.name}
    return list(by_id.values())


def _first_unreadable(folder: Traversable) -> str:
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        try:
            if file.name.endswith(".toml"):
                tomllib.loads(file.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError):
            return file.name
    return folder.name
