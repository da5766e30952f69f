"""Every name and alias of every list, and which of them a name may be: built once and never changed.

A new set of lists is a new index: whoever holds one answers from one set throughout.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum
from functools import lru_cache, partial
from itertools import pairwise
from typing import Final, NamedTuple

from tidewaiter_screening.lists.entry import Entry
from tidewaiter_screening.names import Name, Script, name_of
from tidewaiter_screening.vocabulary import Vocabulary

_WORDS_CACHED_MAX: Final = 16_384
"""Words looked up last whose names are remembered; each takes some 1 KB."""
_JOINED_WORDS: Final = (2, 3)
"""So many neighbours are also looked up as one word, and listed as one."""
_RAREST_BITS_MIN: Final = 10.0
"""What a word says that one name of some thousand has."""
_COMMON_NAMES_MIN: Final = 400
"""A word that so many names have names no candidate of several words by itself, only together with another one."""
_SHARED_MIN: Final = 0.75
"""A candidate shares so much of what the shorter of the two names says."""
_SHARED_OF_MANY_MIN: Final = 0.66
"""The same for a name of three words or more, of which one may be lost."""
_CANDIDATES_MAX: Final = 250
_CANDIDATE_WORDS_MAX: Final = 600
"""Of more candidates, those that share the most: so many, and fewer when the name has many words to compare."""
_COMMON_WORDS_MAX: Final = 6
"""Of more words that very many names have, the rarest: two of them meet in every name that could be a hit."""


_Looked = tuple[float, frozenset[int]]
"""What a word says, and the positions of the names that have one much like it."""


class MatchKind(IntEnum):
    """Which of an entry's names it is. A name stands before an alias, and that before a weak alias."""

    NAME = 1
    ALIAS = 2
    WEAK_ALIAS = 3


class ListedName(NamedTuple):
    """One name or alias of one entry."""

    list: str
    entry: Entry
    text: str
    kind: MatchKind
    name: Name

    def order(self) -> tuple[str, int, str, int, str]:
        """The documented order among equals: list, entry id (the last number in it, then as text), kind, spelling."""
        digits = "".join(sign for sign in self.entry.entry_id if sign.isdigit())[-18:]
        return (self.list, int(digits or 0), self.entry.entry_id, int(self.kind), self.text)


class NameIndex:
    """Looks names up in a fixed set of lists. For one thread at a time.

    Memory is bounded by the lists, some 3 KB a name, and by the words looked up last.
    """

    def __init__(self, lists: Mapping[str, Sequence[Entry]]) -> None:
        self.names: tuple[ListedName, ...] = tuple(_names(lists))
        counts = Counter(word for listed in self.names for word in set(listed.name.words))
        rarest = math.log2(max(2, len(self.names)))
        # A short list says little of how rare its words are: there the rarest counts as it would on a longer one.
        scale = max(1.0, _RAREST_BITS_MIN / rarest)
        self._bits = {word: scale * math.log2(len(self.names) / count) for word, count in counts.items()}
        self._bits_max = scale * rarest
        self._says = array("f", [sum(map(self.bits, listed.name.words)) for listed in self.names])
        self._by_key: dict[str, list[int]] = {}
        for position, listed in enumerate(self.names):
            self._by_key.setdefault(listed.name.key, []).append(position)
        positions = _positions_by_word(self.names)
        words = sorted(counts)
        joins = sorted(positions.keys() - counts.keys())
        vocabulary = Vocabulary(words, joins)
        # Not a method: nothing here points back at itself, so an index that nobody holds any more is gone at once.
        self._look_up = partial(
            _look_up, vocabulary, [positions[word] for word in vocabulary.words], self._bits, self._bits_max
        )
        self._looked_up = lru_cache(_WORDS_CACHED_MAX)(self._look_up)

    def bits(self, word: str) -> float:
        """How much it says that a name has this word: the binary logarithm of one in how many names have it.

        Scaled up where the lists are short.
        """
        return self._bits.get(word, self._bits_max)

    def with_key(self, key: str) -> list[ListedName]:
        """Every name and alias that has this key, whatever its entry."""
        return [self.names[position] for position in self._by_key.get(key, ())]

    def candidates(self, asked: Name) -> list[ListedName]:
        """The names that share enough with this one to be compared, in order of their lists.

        What is not among them is cleared unseen: how many are lost is measured by the benchmark.
        """
        shared, says = self._shared(asked)
        share = _SHARED_MIN if len(asked.words) < 3 else _SHARED_OF_MANY_MIN
        names, least, all_say = self.names, share * says, self._says
        candidates = [
            position
            for position, bits in shared.items()
            if (bits >= least or bits >= share * all_say[position]) and _comparable(asked, names[position])
        ]
        most = min(_CANDIDATES_MAX, _CANDIDATE_WORDS_MAX // max(1, len(asked.words)))
        if len(candidates) > most:
            candidates.sort(key=lambda position: (-shared[position], position))
            del candidates[most:]
        return [names[position] for position in sorted(candidates)]

    def _shared(self, asked: Name) -> tuple[dict[int, float], float]:
        """How much each name shares with the one that is asked for, and how much that one says."""
        looked_up = [self._looked_up(word) for word in asked.words]
        says = sum([bits for bits, _ in looked_up])
        for size in _JOINED_WORDS:
            for place in range(len(asked.words) - size + 1):
                # Hardly ever asked for twice, so it is not remembered.
                looked_up.append(self._look_up("".join(asked.words[place : place + size]), join=True))
        alone = len(asked.words) == 1
        shared: dict[int, float] = {}
        common: list[_Looked] = []
        for bits, positions in looked_up:
            if len(positions) >= _COMMON_NAMES_MIN and not alone:
                common.append((bits, positions))
            else:
                for position in positions:
                    shared[position] = shared.get(position, 0.0) + bits
        if common:
            common.sort(key=lambda looked: len(looked[1]))
            _add_frequent(shared, common[:_COMMON_WORDS_MAX])
        return shared, says


def _look_up(
    vocabulary: Vocabulary,
    names: Sequence[array[int]],
    known: Mapping[str, float],
    most: float,
    word: str,
    *,
    join: bool = False,
) -> _Looked:
    """What the word says, and the positions of the names that have a word much like it."""
    numbers = vocabulary.alike(word, join=join)
    if not numbers:
        return most, frozenset()
    bits = known.get(word)
    if bits is None:
        bits = min([known.get(vocabulary.words[number], most) for number in numbers])
    return bits, frozenset().union(*[names[number] for number in numbers])


def _add_frequent(shared: dict[int, float], common: Sequence[_Looked]) -> None:
    """Adds the words that very many names have: where another word was found, and where two of them meet."""
    for bits, positions in common:
        for position in shared.keys() & positions:
            shared[position] += bits
    meetings: set[int] = set()
    for number, (_, positions) in enumerate(common):
        for _, others in common[number + 1 :]:
            meetings |= positions & others
    for position in meetings - shared.keys():
        shared[position] = sum([bits for bits, positions in common if position in positions])


def _comparable(asked: Name, listed: ListedName) -> bool:
    """Whether the two are to be compared at all.

    A weak alias, and a name of one word, is found only by itself: a first name alone is no evidence. A name in a
    script without vowels is found only by one in such a script: its entry has its name in Latin letters too.
    """
    name = listed.name
    if listed.kind is MatchKind.WEAK_ALIAS:
        return name.key == asked.key
    return name.script is not Script.VOWELLESS or asked.script is Script.VOWELLESS


def _names(lists: Mapping[str, Sequence[Entry]]) -> Iterator[ListedName]:
    for list_name in sorted(lists):
        for entry in lists[list_name]:
            yield ListedName(list_name, entry, entry.name, MatchKind.NAME, name_of(entry.name))
            for alias in entry.aliases:
                kind = MatchKind.WEAK_ALIAS if alias.weak else MatchKind.ALIAS
                yield ListedName(list_name, entry, alias.name, kind, name_of(alias.name))


def _positions_by_word(names: Sequence[ListedName]) -> dict[str, array[int]]:
    """Where each word stands, and each two or three neighbours written as one."""
    positions: dict[str, array[int]] = {}
    for position, listed in enumerate(names):
        words = listed.name.words
        written = set(words)
        written.update([one + other for one, other in pairwise(words)])
        written.update(map("".join, zip(words, words[1:], words[2:], strict=False)))
        for word in written:
            positions.setdefault(word, array("I")).append(position)
    return positions
