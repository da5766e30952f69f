"""Every name and alias of every list under its key, built once and never changed.

A new set of lists is a new index: whoever holds one answers from one set throughout.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tidewaiter_risk.lists.directory import PartyList
from tidewaiter_risk.model import ListVersion, MatchKind
from tidewaiter_risk.names import NameKey, name_key


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedName:
    """One name or alias of one entry, with what an answer says of it."""

    list: str
    entry_id: str
    listed_name: str
    matched_name: str
    kind: MatchKind
    program: str
    key: NameKey
    invented: bool

    def order(self) -> tuple[str, int, str, int, str]:
        """The documented order among equals: list, entry id (as a number), name before alias, spelling."""
        return (self.list, int(self.entry_id), self.entry_id, int(self.kind), self.matched_name)


class NameIndex:
    """Looks names up in a fixed set of lists. Safe to use from one thread; memory is bounded by the lists and
    by `names_cached_max` names looked up last."""

    def __init__(self, lists: Sequence[PartyList], *, names_cached_max: int) -> None:
        self.versions: tuple[ListVersion, ...] = tuple(one.version for one in lists)
        self.gaps: tuple[str, ...] = tuple(gap for one in lists for gap in one.gaps) or (
            () if lists else ("no list is loaded",)
        )
        self.names: tuple[ListedName, ...] = tuple(_names(lists))
        self.keys: tuple[str, ...] = tuple(name.key.key for name in self.names)
        self._by_key: dict[str, list[int]] = {}
        for position, key in enumerate(self.keys):
            self._by_key.setdefault(key, []).append(position)
        self._by_word = _positions_by_word(self.keys)
        self.listed: Callable[[str], tuple[ListedName, ...] | None] = lru_cache(names_cached_max)(self._listed)
        """The entries whose name or alias has the key of this name, each once, in their documented order: by its
        name where that matches, else by the first alias that does. None when the text holds nothing that can be
        looked up, which is no clearance. The names asked for last are remembered."""

    def with_key(self, key: str) -> list[ListedName]:
        """Every name and alias that has this key, whatever its entry."""
        return [self.names[position] for position in self._by_key.get(key, ())]

    def near(self, key: str, *, word_names_max: int, candidates_max: int) -> list[int]:
        """Positions of the names that share a rare word with `key`, at most `candidates_max`, in order.

        A word is rare when at most `word_names_max` names hold it; the rarest words are taken first. A name
        that shares no rare word, because every word is common or spelled otherwise, is not found.
        """
        postings = [self._by_word[word] for word in dict.fromkeys(key.split()) if word in self._by_word]
        found: dict[int, None] = {}
        for posting in sorted(postings, key=len):
            if len(posting) > word_names_max:
                break
            for position in posting:
                if len(found) == candidates_max:
                    return sorted(found)
                found[position] = None
        return sorted(found)

    def _listed(self, name: str) -> tuple[ListedName, ...] | None:
        key = name_key(name).key
        if not key:
            return None
        best: dict[tuple[str, str], ListedName] = {}
        for listed in sorted(self.with_key(key), key=ListedName.order):
            best.setdefault((listed.list, listed.entry_id), listed)
        return tuple(best.values())


def _names(lists: Sequence[PartyList]) -> Iterator[ListedName]:
    for one in lists:
        for entry in one.entries:
            named = [(entry.name, MatchKind.NAME), *((alias, MatchKind.ALIAS) for alias in entry.aliases)]
            for name, kind in named:
                yield ListedName(
                    list=one.version.list,
                    entry_id=entry.entry_id,
                    listed_name=entry.name,
                    matched_name=name,
                    kind=kind,
                    program=entry.program,
                    key=name_key(name),
                    invented=one.invented,
                )


def _positions_by_word(keys: Sequence[str]) -> dict[str, tuple[int, ...]]:
    counts = Counter(word for key in keys for word in set(key.split()))
    positions: dict[str, list[int]] = {word: [] for word in counts}
    for position, key in enumerate(keys):
        for word in set(key.split()):
            positions[word].append(position)
    return {word: tuple(where) for word, where in positions.items()}
