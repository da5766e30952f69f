"""The words of a description in one spelling and without their plural."""

from __future__ import annotations

from tidewaiter_screening.words import plain, words_of

CHARACTERS_MAX = 1_000
WORDS_MAX = 60
"""Of a longer description only so much is looked at, so that no text costs more than another by much."""


LETTERS_MAX = 40
"""No longer word is remembered as a whole."""
_PLURALS_WITH_E = ("sses", "xes", "ches", "shes")


def stems_of(text: str) -> tuple[str, ...]:
    """The first WORDS_MAX words of the first CHARACTERS_MAX characters, each without a plural s, none endless."""
    return tuple([stem(word[:LETTERS_MAX]) for word in words_of(plain(text[:CHARACTERS_MAX]))[:WORDS_MAX]])


def stem(word: str) -> str:
    """The word without its plural: "boxes" as "box", "batteries" as "battery", "glass" as it is."""
    if len(word) <= 3 or word.endswith("ss") or not word.endswith("s"):
        return word
    if word.endswith(_PLURALS_WITH_E):
        return word[:-2]
    return word[:-3] + "y" if word.endswith("ies") and len(word) > 4 else word[:-1]
