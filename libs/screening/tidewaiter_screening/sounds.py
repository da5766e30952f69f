"""How a word sounds, roughly and in every language at once: two spellings of one name meet under one sound."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_SPELLINGS: Final = (
    ("sch", "s"), ("tch", "c"), ("dzh", "j"), ("ph", "f"), ("kh", "h"), ("gh", "g"), ("ck", "k"), ("dj", "j"),
    ("dh", "d"), ("th", "t"), ("sh", "s"), ("ch", "c"), ("zh", "z"), ("cz", "c"), ("q", "k"), ("x", "ks"),
    ("w", "v"), ("c", "k"), ("g", "k"), ("p", "b"), ("y", "i"),
)  # fmt: skip
"""What is written in more than one way for one sound, applied in this order."""
_AFTER_FIRST = re.compile(r"[aeiou]")
_DOUBLED = re.compile(r"(.)\1+")
_NOT_A_BONE = re.compile(r"[^bcdfghjklmnpqrstvxz]|(?<=.)h$")
_WORDS_CACHED_MAX = 65_536


@lru_cache(_WORDS_CACHED_MAX)
def sound_of(word: str) -> str:
    """The consonants in their order, spellings of one sound as one, doubled ones once; a first vowel as "a"."""
    for spelled, sound in _SPELLINGS:
        if spelled in word:
            word = word.replace(spelled, sound)
    first = "a" if word[:1] in "aeiou" else word[:1]
    return _DOUBLED.sub(r"\1", first + _AFTER_FIRST.sub("", word[1:]))


@lru_cache(_WORDS_CACHED_MAX)
def bones_of(word: str) -> str:
    """What a script without vowels keeps of a word: no vowel, neither of the letters that stand for one, no last h."""
    word = word.replace("y", "").replace("w", "")
    for spelled, sound in _SPELLINGS:
        if spelled in word:
            word = word.replace(spelled, sound)
    return _DOUBLED.sub(r"\1", _NOT_A_BONE.sub("", word))
