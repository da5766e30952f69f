"""From text to words: what a reader takes for the same is made the same.

Whoever splits a parcel may write one name with letters of another script, marks or characters that nobody sees. All
fields go through `plain` once, before anything else is read from them.
"""

from __future__ import annotations

import re
import unicodedata

from tidewaiter_eligibility.person.look_alikes import (
    BEFORE_NFKD,
    BETWEEN_LATIN,
    LIKE_PUNCTUATION,
    LOOK_ALIKES,
    UNSEEN_LETTERS,
)

_BETWEEN_LATIN = re.compile(f"(?<=[a-zA-Z])[{''.join(BETWEEN_LATIN)}]|[{''.join(BETWEEN_LATIN)}](?=[a-zA-Z])")
_LATIN = re.compile(r"LATIN (?:SMALL |CAPITAL )?LETTER (?:[A-Z-]{2,} )*([A-Z])(?: |$)")
_VOWEL_SIGNS = re.compile("[\u0900-\u1aaf\u1b00-\u1dbf\u3099\u309a\ua800-\uabff\U00011000-\U0001efff]")
"""Where marks are vowels and stay; elsewhere they are accents, or what writers leave out (Hebrew, Arabic)."""
_SPACES = "\t\n\v\f\r\x85"
_ASCII_WORDS = {code: None if chr(code) in "'`" else " " for code in range(128) if not chr(code).isalnum()}
_NUMBER_LETTERS = str.maketrans("oil", "011")
_MISREAD_NUMBER = re.compile("[oil]*[0-9][0-9oil]*")
_SIGNS = {"\u00e6": "ae", "\u0153": "oe", "\u00f0": "d", "\u00fe": "th", **LIKE_PUNCTUATION, **LOOK_ALIKES}
"""Letters whose name does not end in a plain one, and signs that look like another."""


def plain(text: str) -> str:
    """The text as it looks, in small letters; punctuation stays.

    Compatibility forms (full width, ligatures, Roman numerals) are made one by NFKD (Unicode annex 15), digits of all
    scripts are 0 to 9, letters that look like a Latin one are that one, and what is not seen is not there.
    """
    if text.isascii() and text.isprintable():
        return text.lower()
    compatible = unicodedata.normalize("NFKD", text.translate(BEFORE_NFKD))
    seen = _BETWEEN_LATIN.sub(lambda found: BETWEEN_LATIN[found[0]], compatible).casefold()
    kept: list[str] = []
    for sign in seen:
        kept.append(sign if sign.isascii() and sign.isprintable() else _plain_sign(sign, kept[-1] if kept else ""))
        if not kept[-1]:
            kept.pop()
    return unicodedata.normalize("NFC", "".join(kept))


def words_of(plain_text: str) -> list[str]:
    """The words of a `plain` text: letters, digits and vowel signs; an apostrophe is nothing, other signs are space."""
    if plain_text.isascii():
        return plain_text.translate(_ASCII_WORDS).split()
    signs = plain_text.replace("'", "")
    return "".join([sign if sign.isalnum() or _VOWEL_SIGNS.match(sign) else " " for sign in signs]).split()


def as_number(word: str) -> str:
    """The word with its O, I and L read as 0 and 1 when it is a number then: "1O" is "10", "l2" is "12"."""
    return word.translate(_NUMBER_LETTERS) if _MISREAD_NUMBER.fullmatch(word) else word


def consonants(word: str) -> str:
    """The first letter and the consonants after it, none twice in a row: what most slips of the hand leave alone."""
    kept = word[:1]
    for letter in word[1:]:
        if letter not in "aeiouyhw" and letter != kept[-1]:
            kept += letter
    return kept


def _plain_sign(sign: str, before: str) -> str:
    """One sign that is not plain already, after what is kept of the one before; "" for what is not seen."""
    category = unicodedata.category(sign)
    if category in ("Mn", "Me"):
        is_vowel = _VOWEL_SIGNS.match(sign) and not before.isascii() and sign not in UNSEEN_LETTERS
        return sign if is_vowel else ""
    if category == "Cf" or sign in UNSEEN_LETTERS:
        return ""
    if category == "Cc":
        return " " if sign in _SPACES else ""
    if category == "Nd":
        return str(unicodedata.decimal(sign))
    if category == "Pd":
        return "-"
    found = _LATIN.match(unicodedata.name(sign, ""))
    return found[1].lower() if found else _SIGNS.get(sign, sign)
