"""Scores the same labelled pairs of names with nomenklatura, an oracle that this project does not depend on.

    python -m venv oracle
    oracle/bin/pip install nomenklatura==4.17.4     (some 70 packages, 500 MB; its PyICU needs g++ and libicu-dev)
    PYTHONPATH=libs/cli oracle/bin/python tools/compare_with_oracle.py pairs.csv

The table has the columns name1, name2, is_match and, if it likes, schema (Person, Company, ...). One object is
printed: for each algorithm the area under the curve, and F1 at its usual threshold and at its best one. The command
`tidewaiter bench screening --quality --pairs pairs.csv` prints the same of our own. It exits with 2 without
nomenklatura.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tidewaiter_cli.screening.grades import Graded, auc, best_f1, f1

USUAL = 0.7
"""From which score on nomenklatura's own programs call two entities the same."""
ALGORITHMS = ("logic-v2", "name-based")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what each algorithm makes of the pairs."""
    given = sys.argv[1:] if arguments is None else arguments
    if len(given) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    if find_spec("nomenklatura") is None:
        print("nomenklatura is not installed here: see the beginning of this file.", file=sys.stderr)
        return 2
    with Path(given[0]).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    print(json.dumps({"pairs": len(rows)} | {name: graded(rows, name) for name in ALGORITHMS}))
    return 0


def graded(rows: Sequence[dict[str, str]], algorithm: str) -> dict[str, Any]:
    """The figures of one algorithm."""
    from followthemoney import model
    from followthemoney.proxy import EntityProxy
    from nomenklatura.matching import get_algorithm

    matcher = get_algorithm(algorithm)
    config = matcher.default_config()

    def entity(number: int, row: dict[str, str], which: str) -> EntityProxy:
        schema = row.get("schema") or "LegalEntity"
        # An id of its own: what is found out about an entity is remembered under its id.
        content = {"id": f"{number}-{which}", "schema": schema, "properties": {"name": [row[which]]}}
        return EntityProxy(model.get(schema), content)

    pairs = [(entity(number, row, "name1"), entity(number, row, "name2")) for number, row in enumerate(rows)]
    scores = [matcher.compare(one, other, config).score for one, other in pairs]
    same = [row["is_match"].strip().lower() in ("true", "1", "yes") for row in rows]
    all_graded = [Graded(score, label) for score, label in zip(scores, same, strict=True)]
    best, threshold = best_f1(all_graded)
    return {
        "auc": round(auc(all_graded), 4),
        "f1": round(f1(all_graded, USUAL), 4),
        "f1_best": round(best, 4),
        "f1_best_at": round(threshold, 3),
    }


if __name__ == "__main__":
    raise SystemExit(main())
