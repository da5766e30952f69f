"""From text to words: case, width, accents and punctuation made one."""

from __future__ import annotations

import re
import unicodedata

APOSTROPHES = "'`\u2018\u2019\u02bc\u2032"

_WORD = re.compile(r"[^\W_]+")
_ACCENTS = re.compile("[\u0300-\u036f]")
"""Combining marks of Latin, Greek and Cyrillic; those of other scripts are vowels, and stay."""
_ASCII_WORDS = {code: None if chr(code) in APOSTROPHES else " " for code in range(128) if not chr(code).isalnum()}
_LETTERS = str.maketrans(
    {
        "\u00e6": "ae",
        "\u0153": "oe",
        "\u00f8": "o",
        "\u0142": "l",
        "\u0111": "d",
        "\u00f0": "d",
        "\u00fe": "th",
        "\u0131": "i",
        **dict.fromkeys(APOSTROPHES, ""),
    }
)
"""Letters that no decomposition makes plain."""


def words_of(text: str) -> list[str]:
    """The words, folded. Compatibility forms (full width, ligatures) are made one by NFKD (Unicode annex 15)."""
    if text.isascii():
        return text.lower().translate(_ASCII_WORDS).split()
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).casefold().translate(_LETTERS)
    return _WORD.findall(unicodedata.normalize("NFC", plain))


def consonants(word: str) -> str:
    """The first letter and the consonants after it, none twice in a row: what most slips of the hand leave alone."""
    kept = word[:1]
    for letter in word[1:]:
        if letter not in "aeiouyhw" and letter != kept[-1]:
            kept += letter
    return kept
