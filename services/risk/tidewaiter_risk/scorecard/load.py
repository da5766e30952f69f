"""Loads a scorecard from its two files, checks it against itself and against the code, and hashes it."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path

from tidewaiter_risk.errors import scorecard_refused
from tidewaiter_risk.model import SCORE_MAX, Action, Source
from tidewaiter_risk.scorecard.checks import cross_check
from tidewaiter_risk.scorecard.details import (
    disagreements,
    elements,
    vague_terms,
    value_bands,
)
from tidewaiter_risk.scorecard.rows import Row, rows, single
from tidewaiter_risk.scorecard.rules import Scorecard, Screening, SignalRule, Threshold

PACKAGED_DIR = Path(__file__).parent
"""The scorecard that is used when the settings name no other."""

SCORECARD_FILE, VAGUE_TERMS_FILE = "scorecard.toml", "vague_terms.toml"
_FILES = (SCORECARD_FILE, VAGUE_TERMS_FILE)
_TABLES = frozenset(
    {"name", "threshold", "signal", "value_band", "element", "disagreement", "screening"},
)


def load_scorecard(
    folder: Path = PACKAGED_DIR, *, signal_ids: frozenset[str], element_ids: frozenset[str]
) -> Scorecard:
    """The scorecard of a folder, for the signals and elements that the code can compute.

    Its version is the SHA-256 over, file by file: the name, a line feed, the SHA-256 of the content in hex, a
    line feed.
    Failure SCORECARD_REFUSED naming every problem by file and row: a missing or unknown key, a wrong type or
    range, a signal without a row or a row without a signal, weights over 1,000, anything twice.
    """
    problems: list[str] = []
    contents = {file: _content(folder / file, problems) for file in _FILES}
    main, terms = (_document(file, contents[file], problems) for file in _FILES)
    if problems:
        raise scorecard_refused(problems)
    for key in sorted(main.keys() - _TABLES):
        problems.append(f"{SCORECARD_FILE}: {key} is not known here")
    scorecard = Scorecard(
        name=Row({"name": main["name"]} if "name" in main else {}, where=SCORECARD_FILE, problems=problems).text(
            "name"
        ),
        version=_digest(contents),
        thresholds=tuple(_threshold(row) for row in rows(main, "threshold", file=SCORECARD_FILE, problems=problems)),
        signals=tuple(_signal(row) for row in rows(main, "signal", file=SCORECARD_FILE, problems=problems)),
        value_bands=value_bands(main, file=SCORECARD_FILE, problems=problems),
        elements=elements(main, file=SCORECARD_FILE, problems=problems),
        disagreements=disagreements(main, file=SCORECARD_FILE, problems=problems),
        vague_terms=vague_terms(terms, file=VAGUE_TERMS_FILE, problems=problems),
        screening=_screening(single(main, "screening", file=SCORECARD_FILE, problems=problems)),
    )
    problems.extend(cross_check(scorecard, signal_ids=signal_ids, element_ids=element_ids))
    if problems:
        raise scorecard_refused(problems)
    return scorecard


def _content(path: Path, problems: list[str]) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        problems.append(f"{path.name}: cannot be read ({error.strerror})")
        return b""


def _document(file: str, content: bytes, problems: list[str]) -> Mapping[str, object]:
    try:
        return tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problems.append(f"{file}: is not TOML ({error})")
        return {}


def _digest(contents: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for file in _FILES:
        digest.update(f"{file}\n{hashlib.sha256(contents[file]).hexdigest()}\n".encode())
    return digest.hexdigest()


def _threshold(row: Row) -> Threshold:
    threshold = Threshold(action=row.choice("action", Action), score=row.integer("score", least=1, most=SCORE_MAX))
    row.close()
    return threshold


def _signal(row: Row) -> SignalRule:
    rule = SignalRule(
        id=row.text("id"),
        weight=row.integer("weight", least=1, most=SCORE_MAX),
        floor=row.choice("floor", Action),
        source=row.choice("source", Source),
        missing_points=row.integer("missing_points", least=1, most=SCORE_MAX),
        missing_floor=row.choice("missing_floor", Action),
    )
    row.close()
    return rule


def _screening(row: Row) -> Screening:
    screening = Screening(
        score_min=row.integer("score_min", least=500, most=1000),
        word_names_max=row.integer("word_names_max", least=1, most=1_000_000),
        candidates_max=row.integer("candidates_max", least=1, most=100_000),
    )
    row.close()
    return screening
