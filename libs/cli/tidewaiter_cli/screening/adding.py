"""Puts a list into a folder of lists, whole or not at all."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tidewaiter_screening.lists.folder import PartyList, look_into, read_files
from tidewaiter_screening.lists.ofac import TRIPLES

from tidewaiter_cli.screening.folder import lists_in
from tidewaiter_cli.stopping import MISSPELT, Stop

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_OF_A_TRIPLE = frozenset(name for triple in TRIPLES for name in triple)


def one_list(path: Path) -> PartyList:
    """The one list of a file or a folder; Stop when it holds none or several."""
    if path.is_dir():
        found = lists_in(path)
    else:
        with tempfile.TemporaryDirectory(prefix="tidewaiter-list-") as folder:
            _copy([path], Path(folder))
            found = lists_in(Path(folder))
    if len(found) != 1:
        raise Stop(f"{path} holds {len(found)} lists: {', '.join(one.list for one in found)}.", advice="Name one.")
    return found[0]


def add(files: Sequence[Path], folder: Path, name: str) -> PartyList:
    """Puts the list of these files into a folder of its own below `folder`, and answers it as it is there.

    Each file is written beside its place and renamed into it, so that nobody reads half of it. Stop when they are no
    one list, when no entry of it can be read, or when the name is none.
    """
    called = name or (files[0].stem if len(files) == 1 else files[0].resolve().parent.name)
    if not _NAME.fullmatch(called):
        raise Stop(
            f"{called} is no name of a list.", advice="Give one of letters, digits, . _ - with --name.", status=MISSPELT
        )
    with tempfile.TemporaryDirectory(prefix="tidewaiter-list-") as trial:
        _copy(files, Path(trial))
        made = one_list(Path(trial))
    if not made.entries:
        raise Stop("no entry of the list can be read, so it is not put in place.", advice="Fetch it again.")
    place = folder / called
    place.mkdir(parents=True, exist_ok=True)
    for path in files:
        target = place / (path.name.lower() if path.name.lower() in _OF_A_TRIPLE else f"{called}{path.suffix.lower()}")
        aside = place / f".{target.name}.new"
        try:
            shutil.copyfile(path, aside)
            aside.replace(target)
        except OSError as error:
            raise Stop(f"{target} cannot be written: {error.strerror}.") from error
    return next(read_files(found) for found in look_into(place).lists)


def _copy(files: Sequence[Path], folder: Path) -> None:
    for path in files:
        try:
            shutil.copyfile(path, folder / path.name)
            shutil.copystat(path, folder / path.name)
        except OSError as error:
            raise Stop(f"{path} cannot be read: {error.strerror}.", advice="Check the path.") from error
