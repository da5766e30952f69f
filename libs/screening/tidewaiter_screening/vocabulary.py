"""The words of all listed names, and which of them are spelled or sound much like a word that is asked for.

Two words are found alike when they meet after a letter or two is taken out of the asked one and at most one out of
the listed one, which is so for every pair that one edit parts and for most that two do; or when they sound the
same. What is found is then measured.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from rapidfuzz.distance import OSA

from tidewaiter_screening.sounds import sound_of

_NUMBER_BITS: Final = 24
"""Words are numbered below 2**24; the upper 40 bits of an entry are of the hash of what is left of the word."""
_HASH_MASK: Final = (1 << 40) - 1
_NUMBER_MASK: Final = (1 << _NUMBER_BITS) - 1

_SLOTS: Final = 1 << 22
"""Most of what is looked up is nowhere; a byte for the lower bits of each hash says so before any search."""

_WORD_LETTERS_MAX: Final = 40
"""A longer word is found only as it is spelled."""
_TWO_OUT_LETTERS: Final = range(5, 13)
"""Words of so many letters are also looked up with two letters out."""
_SOUND_LETTERS_MIN: Final = 2
_SAME_SOUND_MAX: Final = 200
"""Of more words that sound the same, only those that are also spelled alike are found."""
_ALIKE_MIN: Final = 0.6
_SAME_SOUND_ALIKE_MIN: Final = 0.5


class Vocabulary:
    """Numbered words, in a fixed order. Holds some 200 bytes a word; looking one up takes microseconds.

    `joins` are further words, made of neighbours: they are found as they are spelled, or with a letter too many.
    """

    def __init__(self, words: Sequence[str], joins: Sequence[str]) -> None:
        self.words: Sequence[str] = (*words, *joins)
        self._numbers = {word: number for number, word in enumerate(self.words)}
        self._entries = array("Q", sorted(self._entries_of(len(words))))
        self._taken = bytearray(_SLOTS)
        for entry in self._entries:
            self._taken[entry >> _NUMBER_BITS & _SLOTS - 1] = 1
        sounds: dict[str, list[int]] = {}
        for number, word in enumerate(words):
            sound = sound_of(word)
            if len(sound) >= _SOUND_LETTERS_MIN:
                sounds.setdefault(sound, []).append(number)
        self._by_sound = {sound: tuple(where) for sound, where in sounds.items() if len(where) <= _SAME_SOUND_MAX}

    def _entries_of(self, words: int) -> Iterator[int]:
        for number, word in enumerate(self.words):
            if len(word) <= _WORD_LETTERS_MAX:
                for rest in _rests(word) if number < words else (word,):
                    yield (hash(rest) & _HASH_MASK) << _NUMBER_BITS | number

    def alike(self, word: str, *, join: bool = False) -> list[int]:
        """The numbers of the words that are much like this one, itself included when it is there, in order.

        A `join`, made of words that are looked up by themselves too, is found with one edit at most.
        """
        if len(word) > _WORD_LETTERS_MAX:
            number = self._numbers.get(word)
            return [] if number is None else [number]
        rests = set(_rests(word))
        if not join and len(word) in _TWO_OUT_LETTERS:
            rests.update([less for rest in tuple(rests) if len(rest) < len(word) for less in _rests(rest)])
        words, similarity = self.words, OSA.normalized_similarity
        found = {number for number in self._sharing(rests) if similarity(word, words[number], score_cutoff=_ALIKE_MIN)}
        if join:
            return sorted(found)
        found.update(
            number
            for number in self._by_sound.get(sound_of(word), ())
            if similarity(word, words[number], score_cutoff=_SAME_SOUND_ALIKE_MIN)
        )
        return sorted(found)

    def _sharing(self, rests: Iterable[str]) -> set[int]:
        entries, taken, found = self._entries, self._taken, set()
        count = len(entries)
        for rest in rests:
            hashed = hash(rest)
            if not taken[hashed & _SLOTS - 1]:
                continue
            low = (hashed & _HASH_MASK) << _NUMBER_BITS
            place = bisect_left(entries, low)
            while place < count and (entry := entries[place]) <= low | _NUMBER_MASK:
                found.add(entry & _NUMBER_MASK)
                place += 1
        return found


def _rests(word: str) -> list[str]:
    """The word, and what is left of it when one letter goes; of a word of one or two letters only itself."""
    if len(word) < 3:
        return [word]
    return [word, *{word[:place] + word[place + 1 :] for place in range(len(word))}]
