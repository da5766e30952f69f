"""Rows of an operator's own directory laid over the law: one with the id of another stands in its place.

The directory has files of the same names and form as the law itself, each with any of its rows, and may have
`cases.toml`. Its rows are marked, so that every listing shows them as the operator's.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources.abc import Traversable
from pathlib import Path

from tidewaiter_eligibility.errors import LawRefused
from tidewaiter_eligibility.law.fields import STANDING, Sources, id_of
from tidewaiter_eligibility.law.reading import FILE_NAMES
from tidewaiter_eligibility.law.rows import Standing


def read_own(folder: Path) -> Sources:
    """The files of an operator's directory, parsed. LawRefused as `read_folder`, and for a file that none would read.

    Hidden entries are passed over: what mounts or keeps a directory puts its own there.
    """
    for name in sorted(entry.name for entry in _entries(folder)):
        if not name.startswith(".") and name not in FILE_NAMES:
            raise LawRefused(row=name, problem=f"no such file of law; known are {', '.join(FILE_NAMES)}")
    return read_folder(folder)


def read_folder(folder: Traversable) -> Sources:
    """The TOML files of a folder, parsed. LawRefused names the file that is not TOML, or the folder that is none."""
    files = sorted((file for file in _entries(folder) if file.name.endswith(".toml")), key=lambda file: file.name)
    return {file.name: _parsed(file) for file in files}


def _entries(folder: Traversable) -> list[Traversable]:
    try:
        return list(folder.iterdir())
    except OSError as error:
        raise LawRefused(row=folder.name, problem=f"it cannot be read: {error.strerror}") from error


def _parsed(file: Traversable) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LawRefused(row=file.name, problem=f"it is not TOML: {error}") from error
    except RecursionError:
        raise LawRefused(row=file.name, problem="its values are nested too deep to be rows") from None
    except OSError as error:
        raise LawRefused(row=file.name, problem=f"it cannot be read: {error.strerror}") from error


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
        name = id_of(row, where=f"{where} {number}")
        if name in seen:
            raise LawRefused(row=name, problem="the own directory has it twice")
        seen.add(name)
        standing = Standing.OVERRIDES if name in by_id else Standing.ADDED
        by_id[name] = {**row, STANDING: standing.name}
    return list(by_id.values())
