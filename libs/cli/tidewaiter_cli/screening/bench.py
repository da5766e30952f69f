"""`tidewaiter bench screening`: what is measured without a service, as one object and as a page."""

from __future__ import annotations

import json as json_format
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tidewaiter_screening.screen import SCORE_MIN_DEFAULT

from tidewaiter_cli.pages.showing import console
from tidewaiter_cli.screening.folder import lists_in, screener_of
from tidewaiter_cli.stopping import DONE, MISSPELT, Stop


def run(
    lists: Path | None,
    *,
    quality: bool,
    pairs: Path | None,
    positives: Path | None,
    negatives: Path | None,
    json: bool,
    out: Path | None,
    scale: float,
) -> int:
    """Measures speed, or with `quality` how well names are told apart; answers the exit status."""
    if lists is None:
        raise Stop("screening is measured over lists.", advice="Name their folder with --lists.", status=MISSPELT)
    if quality and not (pairs or positives or negatives):
        raise Stop("quality is measured on names.", advice="Give --pairs, --positives or --negatives.", status=MISSPELT)
    found = _quality(lists, pairs, positives, negatives) if quality else _speed(lists, negatives, scale)
    if out is not None:
        out.write_text(json_format.dumps(found, indent=2) + "\n", encoding="utf-8")
    if json:
        print(json_format.dumps(found))
    else:
        _print(found)
    return DONE


def _speed(lists: Path, negatives: Path | None, scale: float) -> dict[str, Any]:
    from tidewaiter_cli.screening.speed import measured

    return {"screening": measured(lists, negatives, score_min=SCORE_MIN_DEFAULT, scale=scale)}


def _quality(lists: Path, pairs: Path | None, positives: Path | None, negatives: Path | None) -> dict[str, Any]:
    from tidewaiter_cli.screening.quality import of_pairs, of_screening

    searched = lists_in(lists)
    screener = screener_of(searched, score_min=SCORE_MIN_DEFAULT)
    found: dict[str, Any] = {"lists": {one.list: len(one.entries) for one in searched}}
    if positives or negatives:
        found["screening"] = of_screening(positives, negatives, screener)
    if pairs:
        found["name_pairs"] = of_pairs(pairs, screener.index, score_min=SCORE_MIN_DEFAULT)
    return found


def _print(found: Mapping[str, Any], indent: int = 0) -> None:
    out = console()
    for name, value in found.items():
        if isinstance(value, Mapping):
            out.print(f"{'  ' * indent}{name}", markup=False)
            _print(value, indent + 1)
        else:
            out.print(f"{'  ' * indent}{name}: {value}", markup=False)
