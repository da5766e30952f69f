"""Where the lists come from: a folder that the user's own job fills, looked into again and again.

What has changed is read and indexed beside the lists in use and then put in their place at once, so that no answer
is of two sets and none of half a list. A file that is still being written is waited for: what changed is taken when
it was found the same at two looks. An update that lost most of its list is not taken at all: the list in use goes on
serving, and is called stale.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tidewaiter_chassis.clock import Clock
from tidewaiter_screening.lists.difference import Difference, Prints, difference, prints_of
from tidewaiter_screening.lists.folder import Folder, ListsRefused, PartyList, Stamp, look_into, read_files

from tidewaiter_risk.errors import list_unknown, list_version_unknown, lists_refused
from tidewaiter_risk.lists.lookup import ListSet

SAMPLE_DIR = Path(__file__).parent / "sample"
"""The packaged list: invented names in the official format, for trying the service out."""

VERSIONS_KEPT_MAX = 8
"""Of each list, the last so many versions can be compared; of each entry of each, 8 bytes are kept."""
_SHRUNK_TO = 0.5
"""An update with fewer than this share of the entries is not taken: it was cut off, or it is another list."""
_PREFIX_MIN = 8
_NAMES_WORTH_FREEZING = 10_000
_SECONDS_PER_HOUR = 3_600

Index = Callable[[Sequence[PartyList]], ListSet]
"""Indexes lists: takes a second or two, and touches nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The lists of a folder at one look: as taken, and of those that were not taken in their new version, why."""

    stamp: Stamp
    lists: tuple[PartyList, ...]
    held: Mapping[str, str]
    ignored: tuple[str, ...]


class Sources:
    """The lists in use, kept up with their folder. `take` is called in the event loop with each new set, at once.

    Failure LISTS_REFUSED from the start when the folder is not there or holds too many lists.
    """

    def __init__(self, folder: Path, *, index: Index, hours_max: int, clock: Clock, follows: bool = True) -> None:
        self._folder = folder
        self._index = index
        self._hours_max = hours_max
        self._clock = clock
        self._follows = follows
        self._prints: dict[str, dict[str, Prints]] = {}
        self._seen: Stamp | None = None
        self._looking = asyncio.Lock()
        self.reading = _read(_look(folder), {})
        self.in_use = self._aged(index(self.reading.lists))
        self._remember()
        _freeze(self.in_use)

    async def refresh(self, *, at_once: bool) -> ListSet | None:
        """Looks into the folder; the new set of lists, or None when nothing is to be changed.

        What changed is taken `at_once`, or else when it was found the same twice. Only ages, and not the sample's,
        change when the folder does not.
        Failure LISTS_REFUSED when the folder cannot be used; the lists in use stay.
        """
        async with self._looking:
            if self._follows:
                folder = await asyncio.to_thread(_look, self._folder)
                settled = at_once or folder.stamp == self._seen
                self._seen = folder.stamp
                if settled and (at_once or folder.stamp != self.reading.stamp):
                    return await self._taken(folder)
            stale = self._stale(self.in_use.lists)
            if stale == self.in_use.stale:
                return None
            self.in_use = self.in_use.with_stale(stale)
            return self.in_use

    def compare(self, name: str, older: str, newer: str) -> tuple[str, str, Difference]:
        """The hashes of two versions of a list and what changed between them; see DiffSourceRequest.

        Failure LIST_UNKNOWN, or LIST_VERSION_UNKNOWN for one that was not in use since the start or is forgotten.
        """
        versions = self._prints.get(name)
        if versions is None:
            raise list_unknown(name)
        known = list(versions)
        current = next(one.sha256 for one in self.in_use.lists if one.list == name)
        newer = _resolved(name, newer, known) if newer else current
        before = known[: known.index(newer)]
        if not older and not before:
            raise list_version_unknown(name, "before the one in use")
        older = _resolved(name, older, known) if older else before[-1]
        return older, newer, difference(versions[older], versions[newer])

    async def _taken(self, folder: Folder) -> ListSet | None:
        current = {one.list: one for one in self.in_use.lists}
        # Reading and indexing run beside the event loop; nothing that answers calls is touched by them.
        reading = await asyncio.to_thread(_read, folder, current)
        if (await asyncio.to_thread(_look, self._folder)).stamp != folder.stamp:
            # It was written to while we read: what we have may be half of it.
            return None
        self.reading = reading
        if _content(reading.lists) == _content(self.in_use.lists):
            written = [one.written for one in self.in_use.lists]
            if written == [one.written for one in reading.lists] and self._stale(reading.lists) == self.in_use.stale:
                return None
            fresh = self.in_use.with_lists(reading.lists)
        else:
            fresh = await asyncio.to_thread(_indexed, self._index, reading.lists)
        self.in_use = self._aged(fresh)
        self._remember()
        return self.in_use

    def _aged(self, lists: ListSet) -> ListSet:
        return lists.with_stale(self._stale(lists.lists))

    def _stale(self, lists: Sequence[PartyList]) -> dict[str, str]:
        stale = dict(self.reading.held)
        if self._follows:
            now = self._clock.ns() / 1e9
            for one in lists:
                if now - one.written > self._hours_max * _SECONDS_PER_HOUR:
                    hours = int((now - one.written) / _SECONDS_PER_HOUR)
                    stale[one.list] = f"the list {one.list} was last written {hours} hours ago, over {self._hours_max}"
        return dict(sorted(stale.items()))

    def _remember(self) -> None:
        for one in self.in_use.lists:
            versions = self._prints.setdefault(one.list, {})
            if one.sha256 not in versions:
                versions[one.sha256] = prints_of(one.entries)
                while len(versions) > VERSIONS_KEPT_MAX:
                    del versions[next(iter(versions))]


def _look(folder: Path) -> Folder:
    try:
        return look_into(folder)
    except (ListsRefused, OSError) as error:
        raise lists_refused(str(error)) from error


def _read(folder: Folder, current: Mapping[str, PartyList]) -> Reading:
    """The lists of the folder; one whose new version lost most of it, and one that is gone, stay as they are."""
    held: dict[str, str] = {}
    taken: dict[str, PartyList] = {}
    for files in folder.lists:
        fresh, known = read_files(files), current.get(files.list)
        if known is not None and len(fresh.entries) < _SHRUNK_TO * len(known.entries):
            held[files.list] = (
                f"the update of the list {files.list} has {len(fresh.entries)} entries for {len(known.entries)} and "
                "was not taken"
            )
            fresh = known
        taken[files.list] = fresh
    for name in current.keys() - taken.keys():
        held[name] = f"the list {name} is no longer in the folder"
        taken[name] = current[name]
    lists = tuple(taken[name] for name in sorted(taken))
    return Reading(stamp=folder.stamp, lists=lists, held=held, ignored=folder.ignored)


def _indexed(index: Index, lists: Sequence[PartyList]) -> ListSet:
    # Everything made here stays, so looking through it for garbage again and again would only stop the calls.
    gc.disable()
    try:
        made = index(lists)
    finally:
        gc.enable()
    _freeze(made)
    return made


def _freeze(lists: ListSet) -> None:
    """Keeps the collector from going through the index at every full round, which would stop calls for long."""
    if len(lists.screener.index.names) >= _NAMES_WORTH_FREEZING:
        gc.freeze()


def _content(lists: Sequence[PartyList]) -> list[tuple[str, str]]:
    return [(one.list, one.sha256) for one in lists]


def _resolved(name: str, sha256: str, known: Sequence[str]) -> str:
    fitting = [one for one in known if len(sha256) >= _PREFIX_MIN and one.startswith(sha256.lower())]
    if len(fitting) != 1:
        raise list_version_unknown(name, sha256)
    return fitting[0]
