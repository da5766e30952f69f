"""How far two names are apart, as a sum of differences that a person can follow.

Words are paired by how alike they are spelled, whatever their order; words that are joined in one name and apart in
the other are joined first. Each difference costs points, and so does agreeing in little: what two names have in
common is counted in bits, more for a word that few listed names have, so that two rare words with a slip in one
weigh more than two common ones. The score is 1,000 less that sum: only the same name has 1,000, whatever its capital
letters and blanks.

The weights were fitted by logistic regression, on labelled pairs and on names of listed people written in many ways
beside names of nobody on a list. The benchmark prints how well they do on any other names.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from tidewaiter_screening.names import Name, Script
from tidewaiter_screening.sounds import bones_of, sound_of

SCORE_MAX: Final = 1000

Bits = Callable[[str], float]
"""How much it says that two names share this word: more for a word that few names have."""

_EDIT, _EDITS_MAX = 9, 9
_WORST_WORD = 430
_EXTRA = 1030
_WHOLE = 680
_INITIAL = 40
_BIT_MISSING, _BITS_ENOUGH = 6.5, 30
_SYLLABLES = 150
_OTHER_BLANKS = 8
_OTHER_ORDER = 6
_CONSONANTS = 285
_OTHER_FORM = 4
_OTHER_SIGNS = 2

_BITS_LOST_BY_EDIT = 5
_BITS_OF_INITIAL = 2
_BITS_OF_WORD = 12.0
_BITS_OF_LETTER_MAX = 3.0
_BITS_OF_CONSONANT = 2.5
_BITS_OF_BONES_MAX = 9.0
_BITS_OF_SYLLABLE_MAX = 5
_SOUND_OFF_MAX = 0.15
"""The share of a word that differs, at most, when both sound the same."""
_SOUND_SURE_LETTERS_MIN = 3
"""From so many sounds on, a word spelled out of another alphabet is the same when it sounds the same."""
_WORST_LETTERS_MIN = 4
"""A shorter word counts as if it had so many letters: one that differs says little in a name of several words."""
_JOINING_WORDS_MAX = 20
"""In two names of more words together none is joined: the ways of joining grow with their product."""
_JOINED_WORDS_MAX = 4
_JOINED_LETTERS_OFF_MAX = 3
_JOINED_OFF_MAX = 0.2
_JOINED_GAIN_MIN = 0.15


class Differences(NamedTuple):
    """What two names differ in."""

    edits: int = 0
    """Letters added, missing, other or swapped with their neighbour, in the words that were paired."""
    sounds: int = 0
    """Words that are spelled otherwise and sound the same."""
    worst: float = 0.0
    """The share that differs of the paired words least alike, 0 to 1."""
    extra: float = 0.0
    """The share of all letters that are in words which only one name has."""
    whole: float = 0.0
    """The share that differs of all the words that were paired, one after the other."""
    initials: int = 0
    """Words of which the other name has the first letter only."""
    bits: float = float(_BITS_ENOUGH)
    """How much they have in common."""
    other_blanks: bool = False
    """Whether words that are apart in one name are joined in the other."""
    consonants: bool = False
    """Whether they were compared by consonants, because one is written in a script without vowels."""
    syllables: bool = False
    """Whether one is written in syllables, and is not the same all the same."""
    other_signs: bool = False
    """The same words with other punctuation, accents or script."""
    other_order: bool = False
    other_form: bool = False
    """The same words with another legal form or form of address."""

    @property
    def same_words(self) -> bool:
        """Whether both names are the same words, in whatever order, punctuation, legal form and script."""
        return not (
            self.edits or self.sounds or self.worst or self.extra or self.whole or self.initials or self.consonants
        )

    def score(self) -> int:
        """1,000 less what the differences cost, at least 0. Only no difference at all leaves 1,000."""
        cost = (
            _EDIT * min(self.edits + self.sounds, _EDITS_MAX)
            + _WORST_WORD * self.worst
            + _EXTRA * self.extra
            + _WHOLE * self.whole
            + _INITIAL * self.initials
            + _BIT_MISSING * max(0.0, _BITS_ENOUGH - self.bits)
            + _CONSONANTS * self.consonants
            + _SYLLABLES * self.syllables
            + _OTHER_BLANKS * self.other_blanks
            + _OTHER_ORDER * self.other_order
            + _OTHER_FORM * self.other_form
            + _OTHER_SIGNS * self.other_signs
        )
        return max(0, SCORE_MAX - round(cost))

    def why(self) -> str:
        """The differences in words."""
        told = []
        if self.edits:
            told.append("1 letter differs" if self.edits == 1 else f"{self.edits} letters differ")
        if self.sounds:
            told.append("1 word sounds the same" if self.sounds == 1 else f"{self.sounds} words sound the same")
        if self.initials:
            told.append("1 initial" if self.initials == 1 else f"{self.initials} initials")
        if self.extra:
            told.append(f"{round(100 * self.extra)} % of the letters are in words of one name only")
        if self.consonants:
            told.append("compared by consonants")
        if self.other_blanks:
            told.append("other blanks between words")
        if self.other_order:
            told.append("other order of words")
        if self.other_form:
            told.append("other legal form or form of address")
        if self.other_signs:
            told.append("other punctuation, accents or script")
        return ", ".join(told) or "the same name"


def compare(asked: Name, listed: Name, bits: Bits) -> Differences:
    """What two names differ in. Both need a word. The same whichever of the two is asked."""
    scripts = {asked.script, listed.script}
    # Joining and pairing depend on where they begin: always with the name of more words.
    if (len(asked.words), asked.key, asked.spelled) < (len(listed.words), listed.key, listed.spelled):
        asked, listed = listed, asked
    if len(scripts) == 1 or Script.VOWELLESS not in scripts:
        if asked.spelled == listed.spelled:
            return Differences(other_signs=asked.written != listed.written)
        if asked.words == listed.words:
            return Differences(other_form=True)
        if asked.key == listed.key:
            return Differences(other_order=True)
        return _differences(asked.words, listed.words, scripts, bits)
    return _differences(_bones(asked.words), _bones(listed.words), scripts, _bits_of_bones, consonants=True)


def bits_by_length(word: str) -> float:
    """What a word says when it is not known how many names have it."""
    return _BITS_OF_WORD


def _bits_of_bones(word: str) -> float:
    return min(_BITS_OF_LETTER_MAX * len(word), _BITS_OF_BONES_MAX)


def _bones(words: Sequence[str]) -> Sequence[str]:
    return [bones for word in words if (bones := bones_of(word))] or words


def _differences(
    asked: Sequence[str], listed: Sequence[str], scripts: set[Script], bits: Bits, *, consonants: bool = False
) -> Differences:
    syllabic = Script.SYLLABIC in scripts
    respelled = scripts == {Script.LATIN, Script.ALPHABET}
    # What a word says at most: letters without vowels and syllables say less than they are.
    letter = _BITS_OF_CONSONANT if scripts == {Script.VOWELLESS} else _BITS_OF_LETTER_MAX
    most = _BITS_OF_SYLLABLE_MAX if syllabic else math.inf
    pairs, alone = _paired(*_joined(asked, listed))
    edits = sounds = initials = 0
    worst = shared = 0.0
    mine, theirs = [], []
    for one, other, distance in pairs:
        if not distance:
            shared += min(bits(one), letter * len(one), most)
        elif not consonants and (len(one) == 1 or len(other) == 1) and one[0] == other[0]:
            initials += 1
            shared += _BITS_OF_INITIAL
            one = other = one[0]
        else:
            longest = max(len(one), len(other))
            off = distance / max(longest, _WORST_LETTERS_MIN)
            if not consonants and sound_of(one) == (sound := sound_of(other)):
                sounds += 1
                distance = 0 if respelled and len(sound) >= _SOUND_SURE_LETTERS_MIN else 1
                off = min(off, _SOUND_OFF_MAX)
            else:
                edits += distance
            worst = max(worst, off)
            shared += min(bits(one), bits(other), letter * len(other), most) - _BITS_LOST_BY_EDIT * distance
        mine.append(one)
        theirs.append(other)
    # A first letter alone is nobody's: it counts only beside a word that is the same.
    whole = 0.0 if initials == len(pairs) else fuzz.ratio(" ".join(mine), " ".join(theirs)) / 100
    letters = sum(map(len, asked)) + sum(map(len, listed))
    extra = sum(map(len, alone))
    return Differences(
        edits=edits,
        sounds=sounds,
        worst=worst,
        extra=extra / letters,
        whole=1 - whole,
        initials=initials,
        bits=shared,
        consonants=consonants,
        syllables=syllabic,
        other_blanks=len(mine) + len(alone) < max(len(asked), len(listed)),
    )


def _joined(asked: Sequence[str], listed: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Both names, with neighbours joined where that makes a word much like one of the other's."""
    mine = [word for word in asked if word not in listed]
    theirs = [word for word in listed if word not in asked]
    if mine and theirs and 2 < len(asked) + len(listed) <= _JOINING_WORDS_MAX:
        joined = _joined_towards(asked, theirs)
        if joined is not asked:
            theirs = [word for word in theirs if word not in joined]
            mine = [word for word in joined if word not in listed]
        return joined, _joined_towards(listed, mine) if mine and theirs else listed
    return asked, listed


def _joined_towards(words: Sequence[str], others: Sequence[str]) -> Sequence[str]:
    least = min(map(len, others)) - _JOINED_LETTERS_OFF_MAX
    most = max(map(len, others)) + _JOINED_LETTERS_OFF_MAX
    joined: list[str] = []
    place, count = 0, len(words)
    while place < count:
        whole = word = words[place]
        end = place + 1
        while end < count and len(whole) < most and end - place < _JOINED_WORDS_MAX:
            whole += words[end]
            end += 1
            if least <= len(whole) <= most and _joins(whole, words[place:end], others):
                word = whole
                place = end - 1
                break
        joined.append(word)
        place += 1
    return joined if len(joined) < count else words


def _joins(whole: str, parts: Sequence[str], others: Sequence[str]) -> bool:
    for other in others:
        if abs(len(other) - len(whole)) <= _JOINED_LETTERS_OFF_MAX:
            off = OSA.normalized_distance(whole, other, score_cutoff=_JOINED_OFF_MAX)
            if off <= _JOINED_OFF_MAX and all(
                OSA.normalized_distance(part, other) >= off + _JOINED_GAIN_MIN for part in parts
            ):
                return True
    return False


def _paired(mine: Sequence[str], theirs: Sequence[str]) -> tuple[list[tuple[str, str, int]], list[str]]:
    """Each word of the shorter list with one of the other, the most alike first, and the words that stay alone.

    Pairs stand in the order of the first list.
    """
    left, right = dict(enumerate(mine)), dict(enumerate(theirs))
    pairs: list[tuple[int, str, str, int]] = []
    for i, word in enumerate(mine):
        for j, other in right.items():
            if word == other:
                pairs.append((i, left.pop(i), right.pop(j), 0))
                break
    graded = [
        (distance / max(len(one), len(other)), abs(i - j), i, j, distance)
        for i, one in left.items()
        for j, other in right.items()
        for distance in (OSA.distance(one, other),)
    ]
    graded.sort()
    for _, _, i, j, distance in graded:
        if i in left and j in right:
            pairs.append((i, left.pop(i), right.pop(j), distance))
            if not left or not right:
                break
    pairs.sort()
    return [pair[1:] for pair in pairs], [*left.values(), *right.values()]
