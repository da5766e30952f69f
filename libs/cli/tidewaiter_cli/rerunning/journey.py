"""How far a backtest has come, kept in its folder, so that it goes on where it was stopped."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from tidewaiter_cli.stopping import MISSPELT, Stop

PROGRESS_FILE: Final = "progress.json"
DIFFERENCES_FILE: Final = "differences.jsonl"


@dataclass(slots=True)
class Journey:
    """One backtest: what was asked (`asked`), and what is done of it.

    `phase` is claim, tell or done; `next_index` is the first entry that is still to be looked at in this phase, and
    `differences_bytes` how much of the file of differences counts.
    """

    asked: dict[str, Any]
    tree_size: int = 0
    phase: str = "claim"
    next_index: int = 0
    differences_bytes: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    changes: Counter[str] = field(default_factory=Counter)

    def save(self, folder: Path) -> None:
        """Keeps it: whole or as it was before."""
        draft = folder / f"{PROGRESS_FILE}.new"
        with draft.open("w", encoding="utf-8") as file:
            # Field by field: asdict would take a Counter for a list of pairs.
            json.dump({each.name: getattr(self, each.name) for each in fields(self)}, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / PROGRESS_FILE)


def begin(folder: Path, asked: dict[str, Any]) -> Journey:
    """The journey in this folder, made when there is none; Stop when the one that is there asks something else."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / PROGRESS_FILE
    if not path.exists():
        if any(folder.iterdir()):
            raise Stop(f"{folder} holds something else.", advice="Name an empty folder, or a new one.")
        return Journey(asked=asked)
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        kept |= {name: Counter(kept[name]) for name in ("counts", "changes")}
        found = Journey(**kept)
    except (ValueError, TypeError, KeyError) as error:
        raise Stop(f"{path} cannot be read.", advice="Name a new folder with --work.") from error
    if found.asked != asked:
        differing = ", ".join(sorted(name for name in asked if found.asked.get(name) != asked[name]))
        advice = "Name another folder with --work, or give what was given then."
        raise Stop(f"{folder} holds a backtest that asked something else: {differing}.", advice=advice,
                   status=MISSPELT)  # fmt: skip
    return found
