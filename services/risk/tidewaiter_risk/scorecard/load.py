"""Loads a scorecard from its files, checks it against itself and against the code, and hashes it."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Mapping
from importlib import resources
from pathlib import Path
from types import MappingProxyType

from tidewaiter_goods.controlled import CONTROLLED_FILE, packaged_rules_content, read_controlled_goods
from tidewaiter_goods.rows import Row, rows, single
from tidewaiter_goods.vague_terms import VAGUE_TERMS_FILE, packaged_terms_content, read_vague_terms

from tidewaiter_risk.errors import scorecard_refused
from tidewaiter_risk.model import SCORE_MAX, Action, Source
from tidewaiter_risk.scorecard import details
from tidewaiter_risk.scorecard.checks import cross_check
from tidewaiter_risk.scorecard.rules import Scorecard, Screening, SignalRule, Threshold
from tidewaiter_risk.scorecard.suppressions import suppression_of

PACKAGED_DIR = Path(__file__).parent
"""The scorecard that is used when the settings name no other."""

SCORECARD_FILE, SUPPRESSIONS_FILE = "scorecard.toml", "suppressions.toml"
_PACKAGED: Mapping[str, Callable[[], bytes]] = MappingProxyType(
    {
        VAGUE_TERMS_FILE: packaged_terms_content,
        CONTROLLED_FILE: packaged_rules_content,
        SUPPRESSIONS_FILE: (PACKAGED_DIR / SUPPRESSIONS_FILE).read_bytes,
    }
)
"""What stands in for a file that a folder does not have."""
_HASHED_TOO = ("headings.json", "vague_model.json")
"""Of the package of goods: they decide what a description says."""
_TABLES = frozenset(
    {
        *("name", "threshold", "signal", "value_band", "element", "disagreement", "screening"),
        *("vague_points", "heading", "undervaluation", "undervaluation_step", "pattern"),
    },
)


def load_scorecard(
    folder: Path = PACKAGED_DIR, *, signal_ids: frozenset[str], element_ids: frozenset[str]
) -> Scorecard:
    """The scorecard of a folder, for the signals and elements that the code can compute.

    The folder holds scorecard.toml and, where they shall differ from the packaged ones, vague_terms.toml,
    controlled_goods.toml and suppressions.toml. The version is the SHA-256 over, file by file, the name, a line feed,
    the SHA-256 of the content in hex, a line feed: of these four, and of the tables that judge descriptions.
    Failure SCORECARD_REFUSED naming every problem by file and row: a missing or unknown key, a wrong type or
    range, a signal without a row on some day or a row without a signal, weights over 1,000, anything twice.
    """
    problems: list[str] = []
    contents = {SCORECARD_FILE: _content(folder / SCORECARD_FILE, problems)}
    for file, packaged in _PACKAGED.items():
        path = folder / file
        contents[file] = _content(path, problems) if path.exists() else packaged()
    main = _document(SCORECARD_FILE, contents[SCORECARD_FILE], problems)
    suppressions = _document(SUPPRESSIONS_FILE, contents[SUPPRESSIONS_FILE], problems)
    if problems:
        raise scorecard_refused(problems)
    for file, document, tables in ((SCORECARD_FILE, main, _TABLES), (SUPPRESSIONS_FILE, suppressions, {"suppression"})):
        problems.extend(f"{file}: {key} is not known here" for key in sorted(document.keys() - tables))
    scorecard = _scorecard(main, suppressions, contents, problems)
    problems.extend(cross_check(scorecard, signal_ids=signal_ids, element_ids=element_ids))
    if problems:
        raise scorecard_refused(problems)
    return scorecard


def _scorecard(
    main: Mapping[str, object],
    suppressions: Mapping[str, object],
    contents: Mapping[str, bytes],
    problems: list[str],
) -> Scorecard:
    file = SCORECARD_FILE
    head = Row({"name": main["name"]} if "name" in main else {}, where=file, problems=problems)
    return Scorecard(
        name=head.text("name"),
        version=_digest(contents),
        thresholds=tuple(_threshold(row) for row in rows(main, "threshold", file=file, problems=problems)),
        signals=tuple(_signal(row) for row in rows(main, "signal", file=file, problems=problems)),
        value_bands=details.value_bands(main, file=file, problems=problems),
        elements=details.elements(main, file=file, problems=problems),
        disagreements=details.disagreements(main, file=file, problems=problems),
        vague_points=details.vague_points(main, file=file, problems=problems),
        vague_terms=read_vague_terms(contents[VAGUE_TERMS_FILE], file=VAGUE_TERMS_FILE, problems=problems),
        heading=details.heading(main, file=file, problems=problems),
        undervaluation=details.undervaluation(main, file=file, problems=problems),
        patterns=details.patterns(main, file=file, problems=problems),
        controlled=read_controlled_goods(contents[CONTROLLED_FILE], file=CONTROLLED_FILE, problems=problems),
        suppressions=tuple(
            suppression_of(row)
            for row in rows(suppressions, "suppression", file=SUPPRESSIONS_FILE, problems=problems, least=0)
        ),
        screening=_screening(single(main, "screening", file=file, problems=problems)),
    )


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
    tables = resources.files("tidewaiter_goods").joinpath("data")
    hashed = {**contents, **{file: tables.joinpath(file).read_bytes() for file in _HASHED_TOO}}
    digest = hashlib.sha256()
    for file, content in hashed.items():
        digest.update(f"{file}\n{hashlib.sha256(content).hexdigest()}\n".encode())
    return digest.hexdigest()


def _threshold(row: Row) -> Threshold:
    threshold = Threshold(
        action=row.choice("action", Action),
        score=row.integer("score", least=1, most=SCORE_MAX),
        modes=details.modes(row, default=()),
        filer_types=details.filer_types(row),
        span=details.span(row),
    )
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
        budget_ms=row.integer("budget_ms", least=1, most=10_000),
        span=details.span(row),
    )
    row.close()
    return rule


def _screening(row: Row) -> Screening:
    screening = Screening(
        score_min=row.integer("score_min", least=500, most=1000),
        hold_score_min=row.integer("hold_score_min", least=500, most=1000),
        list_hours_max=row.integer("list_hours_max", least=1, most=100_000),
        stale_action=row.choice("stale_action", Action),
    )
    row.close()
    return screening
