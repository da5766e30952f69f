"""A name as it is compared: words in one alphabet, without what tells nobody apart."""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from tidewaiter_screening.forms import without_forms
from tidewaiter_screening.words import plain, words_of

NAME_CHARACTERS_MAX = 300
"""Of a longer name only the beginning is compared."""
WORDS_MAX = 16
"""Of a name of more words only the first are compared."""

# Hangul, and Chinese characters with what extends them: one sign a syllable, and no blanks within a name.
_SYLLABLE = re.compile("([\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff])")
# Hebrew, Arabic and Syriac, with their presentation forms.
_VOWELLESS = re.compile("[\u0590-\u074f\ufb1d-\ufdff\ufe70-\ufefc]")
# Everything from Greek to the symbols that is neither of them, and Kana.
_OTHER_ALPHABET = re.compile("[\u0370-\u1dff\u1f00-\u1fff\u2c00-\ud7ff]")


class Script(Enum):
    """In what kind of script a name was written, which says how its spelling in Latin letters is to be taken."""

    LATIN = "LATIN"
    ALPHABET = "ALPHABET"
    """Another script with vowels: spelled by sound, so a word that sounds the same is the same."""
    VOWELLESS = "VOWELLESS"
    """Vowels are left to the reader: compared by consonants."""
    SYLLABIC = "SYLLABIC"
    """A sign is a syllable: few letters, of which each counts."""


class Name(NamedTuple):
    """`written`: the text but for case and blanks. `spelled`: the words in natural order, legal form kept.
    `words`: without forms, in natural order. `key`: those words sorted.

    All but the first are empty when the text holds no letter and no digit that can be transliterated.
    """

    written: str
    spelled: str
    words: tuple[str, ...]
    key: str
    script: Script


def name_of(text: str) -> Name:
    """The name of any text; the result depends on nothing else.

    A first comma means "LAST, First" and turns the two around, unless only a legal form follows it.
    """
    text = text[:NAME_CHARACTERS_MAX]
    written = " ".join(text.casefold().split())
    script = Script.LATIN
    if not text.isascii():
        script = _script_of(text)
        text = _SYLLABLE.sub(r" \1 ", text)
    text = plain(text)
    before, comma, after = text.partition(",")
    words, later = words_of(before), words_of(after) if comma else []
    if later and without_forms(["x", "x", *later]) != ["x", "x"]:
        words = later + words
    else:
        words = words + later
    del words[WORDS_MAX:]
    bare = without_forms(words)
    return Name(written, " ".join(words), tuple(bare), " ".join(sorted(bare)), script)


def _script_of(text: str) -> Script:
    if _SYLLABLE.search(text):
        return Script.SYLLABIC
    if _VOWELLESS.search(text):
        return Script.VOWELLESS
    return Script.ALPHABET if _OTHER_ALPHABET.search(text) else Script.LATIN
