"""The lists of a folder, opened for screening."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from tidewaiter_screening.index import NameIndex
from tidewaiter_screening.lists.folder import ListsRefused, PartyList, look_into, read_files
from tidewaiter_screening.screen import Screener

from tidewaiter_cli.stopping import Stop


def lists_in(folder: Path) -> tuple[PartyList, ...]:
    """Every list of a folder, by name. Stop when it cannot be used, or holds none."""
    try:
        found = look_into(folder)
    except (ListsRefused, OSError) as error:
        raise Stop(f"{error}.", advice="Name a folder of official lists with --lists.") from error
    if not found.lists:
        raise Stop(f"{folder} holds no list.", advice="Put official lists in it, or use `tidewaiter lists add`.")
    return tuple(read_files(files) for files in found.lists)


def screener_of(lists: Sequence[PartyList], *, score_min: int) -> Screener:
    """A screener over these lists."""
    return Screener(NameIndex({one.list: one.entries for one in lists}), score_min=score_min)


def tell_gaps(lists: Sequence[PartyList]) -> bool:
    """Says on standard error what of the lists cannot be searched; whether there is any such thing."""
    gaps = [gap for one in lists for gap in one.gaps]
    for gap in gaps:
        print(f"tidewaiter: STALE: {gap}", file=sys.stderr)
    return bool(gaps)
