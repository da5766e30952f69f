"""How well names are told apart: pairs, listed people written in many ways, and people on no list."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, Final

from rapidfuzz import fuzz, process
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.utils import default_process
from tidewaiter_screening.compare import SCORE_MAX, compare
from tidewaiter_screening.index import MatchKind, NameIndex
from tidewaiter_screening.names import Script, name_of
from tidewaiter_screening.screen import Hit, Screener

from tidewaiter_cli.screening.grades import Graded, auc, best_f1, f1, precision, recall, share_at_least, threshold_for
from tidewaiter_cli.screening.variants import variants_of
from tidewaiter_cli.stopping import Stop

FALSE_SHARES: Final = (0.002, 0.005)
"""At these shares of the innocent with a hit, recall is told as well."""
_SEED: Final = 1
_SCORE_LEAST: Final = 400
_PLAIN_NEGATIVES_MAX: Final = 600
_PLAIN_POSITIVES_MAX: Final = 600
_EXHAUSTIVE_COMPARISONS_MAX: Final = 400_000

PLAIN_SCORERS: Final[Mapping[str, tuple[Callable[..., float], float]]] = {
    "ratio": (fuzz.ratio, 85.0),
    "token_sort_ratio": (fuzz.token_sort_ratio, 85.0),
    "WRatio": (fuzz.WRatio, 90.0),
    "jaro_winkler": (JaroWinkler.normalized_similarity, 0.9),
}
"""Scorers of rapidfuzz as they are, each at a threshold that is often used."""


def rows_of(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a table with these columns; Stop when it cannot be read or lacks one."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if absent := [column for column in columns if column not in (reader.fieldnames or ())]:
                raise Stop(f"{path} has no column {', '.join(absent)}.")
            return [{column: row[column] or "" for column in columns} for row in reader]
    except (OSError, csv.Error, UnicodeDecodeError) as error:
        raise Stop(f"{path} cannot be read: {error}.") from error


def of_pairs(path: Path, index: NameIndex, *, score_min: int) -> dict[str, Any]:
    """F1 and area under the curve over labelled pairs, beside those of plain scorers at their own best threshold."""
    rows = rows_of(path, ("name1", "name2", "is_match"))
    same = [row["is_match"].strip().lower() in ("true", "1", "yes") for row in rows]
    ours = [Graded(_compared(row["name1"], row["name2"], index), label) for row, label in zip(rows, same, strict=True)]
    plain = {}
    for name, (scorer, _) in PLAIN_SCORERS.items():
        graded = [
            Graded(scorer(default_process(row["name1"]), default_process(row["name2"])), label)
            for row, label in zip(rows, same, strict=True)
        ]
        plain[name] = {"auc": round(auc(graded), 4), "f1_best": round(best_f1(graded)[0], 4)}
    best, threshold = best_f1(ours)
    return {
        "pairs": len(rows),
        "precision": round(precision(ours, score_min), 4),
        "recall": round(recall(ours, score_min), 4),
        "f1": round(f1(ours, score_min), 4),
        "auc": round(auc(ours), 4),
        "f1_best": round(best, 4),
        "f1_best_at": threshold,
        "plain_rapidfuzz": plain,
    }


def _compared(one: str, other: str, index: NameIndex) -> int:
    mine, theirs = name_of(one), name_of(other)
    if not mine.words or not theirs.words:
        return 0
    return compare(mine, theirs, index.bits).score()


def of_screening(positives: Path | None, negatives: Path | None, screener: Screener) -> dict[str, Any]:
    """Recall on names of listed people, given and made harder, against how many of the innocent have a hit.

    A name is recalled when one of its hits is on an entry that bears the listed name; of a listed name that no list
    bears any more, any hit counts.
    """
    low = Screener(screener.index, score_min=_SCORE_LEAST, names_cached_max=1)
    innocent = [row["query"] for row in rows_of(negatives, ("query",))] if negatives else []
    false = [_best(low.screen(query)) for query in innocent]
    found: dict[str, Any] = {"score_min": screener.score_min}
    if innocent:
        reached = sum(score >= screener.score_min for score in false)
        found |= {
            "negatives": len(innocent),
            "false_positives": reached,
            "false_positive_rate": round(reached / len(innocent), 5),
        }
    if positives is None:
        return found
    listed = rows_of(positives, ("listed", "query"))
    bearers = _bearers(screener.index)
    dice = Random(_SEED)
    given = [_right(low.screen(row["query"]), bearers.get(name_of(row["listed"]).key)) for row in listed]
    harder: dict[str, list[int]] = {}
    for row in listed:
        for kind, query in variants_of(row["listed"], dice):
            right = _right(low.screen(query), bearers.get(name_of(row["listed"]).key))
            harder.setdefault(kind, []).append(right)
    every = [score for scores in harder.values() for score in scores]
    points = {f"{share:.1%}": threshold_for([float(score) for score in false], share) for share in FALSE_SHARES}
    found |= {
        "positives": len(listed),
        "recall": _share(given, screener.score_min),
        "recall_at_false_positives": {share: _share(given, least) for share, least in points.items() if innocent},
        "harder": {
            "variants": len(every),
            "recall": _share(every, screener.score_min),
            "recall_at_false_positives": {share: _share(every, least) for share, least in points.items() if innocent},
            "by_kind": {kind: _share(scores, screener.score_min) for kind, scores in sorted(harder.items())},
        },
        "top_score_share_of_others": _top_share([row["query"] for row in listed] + innocent, screener),
        "plain_rapidfuzz": _plain(listed, innocent, screener.index, dice),
        "index": _lost([row["query"] for row in listed], screener, dice),
    }
    return found


def _best(hits: Sequence[Hit] | None) -> int:
    return hits[0].score if hits else 0


def _bearers(index: NameIndex) -> dict[str, set[tuple[str, str]]]:
    """The entries that bear each name, by its key."""
    bearers: dict[str, set[tuple[str, str]]] = {}
    for listed in index.names:
        bearers.setdefault(listed.name.key, set()).add((listed.list, listed.entry.entry_id))
    return bearers


def _right(hits: Sequence[Hit] | None, entries: set[tuple[str, str]] | None) -> int:
    if not entries:
        return _best(hits)
    return next((hit.score for hit in hits or () if (hit.listed.list, hit.listed.entry.entry_id) in entries), 0)


def _share(scores: Sequence[int], least: float) -> float:
    return round(sum(score >= least for score in scores) / max(1, len(scores)), 4)


def _top_share(queries: Sequence[str], screener: Screener) -> float:
    """Of the hits on a name that is not the same, the share with the highest score there is."""
    others = [
        hit.score
        for query in queries
        for hit in screener.screen(query) or ()
        if hit.listed.name.written != name_of(query).written
    ]
    return round(sum(score == SCORE_MAX for score in others) / max(1, len(others)), 4)


def _plain(
    listed: Sequence[Mapping[str, str]], innocent: Sequence[str], index: NameIndex, dice: Random
) -> dict[str, Any]:
    """What plain scorers do over all listed names, on a sample: each name takes them milliseconds."""
    choices = [default_process(one.text) for one in index.names]
    some = dice.sample(listed, min(_PLAIN_POSITIVES_MAX, len(listed)))
    hard = [(kind, query) for row in some for kind, query in variants_of(row["listed"], dice)]
    hard = dice.sample(hard, min(_PLAIN_POSITIVES_MAX, len(hard)))
    clear = dice.sample(innocent, min(_PLAIN_NEGATIVES_MAX, len(innocent)))
    found = {}
    for name in ("token_sort_ratio", "jaro_winkler"):
        scorer, cut = PLAIN_SCORERS[name]

        def share(queries: Sequence[str], scorer: Callable[..., float] = scorer, cut: float = cut) -> float:
            hits = sum(
                process.extractOne(default_process(query), choices, scorer=scorer, score_cutoff=cut) is not None
                for query in queries
            )
            return round(hits / max(1, len(queries)), 4)

        found[name] = {
            "at": cut,
            "recall": share([row["query"] for row in some]),
            "harder_recall": share([query for _, query in hard]),
            "false_positive_rate": share(clear),
        }
    return {"positives": len(some), "variants": len(hard), "negatives": len(clear), **found}


def _lost(queries: Sequence[str], screener: Screener, dice: Random) -> dict[str, Any]:
    """How many hits the index loses: every listed name is compared with some harder spellings.

    `candidate_recall_at_least` is what the true share is with 95 % confidence.
    """
    index = screener.index
    most = max(1, _EXHAUSTIVE_COMPARISONS_MAX // max(1, len(index.names)))
    asked = [query for name in dice.sample(queries, min(most, len(queries))) for query in _two(name, dice)]
    hits = lost = 0
    for query in asked:
        name = name_of(query)
        if not name.words:
            continue
        candidates = {id(listed) for listed in index.candidates(name)}
        for listed in index.names:
            if listed.kind is MatchKind.WEAK_ALIAS or listed.name.script is Script.VOWELLESS:
                continue
            differences = compare(name, listed.name, index.bits)
            if differences.score() >= screener.score_min and not (differences.extra and len(listed.name.words) == 1):
                hits += 1
                lost += id(listed) not in candidates
    return {
        "names_asked": len(asked),
        "hits_of_all": hits,
        "hits_lost": lost,
        "candidate_recall": round(1 - lost / max(1, hits), 4),
        "candidate_recall_at_least": round(share_at_least(hits - lost, hits), 4),
    }


def _two(name: str, dice: Random) -> Iterator[str]:
    return (query for kind, query in variants_of(name, dice) if kind == "two_edits")
