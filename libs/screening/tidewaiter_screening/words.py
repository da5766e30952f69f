"""The words of a text in one spelling, whatever its script, case and punctuation."""

from __future__ import annotations

import re
import unicodedata

from anyascii import anyascii

_PLAIN_LETTER = re.compile("[A-Za-z0-9]")
_DOTTED_INITIALS = re.compile(r"(?<![a-z0-9])(?:[a-z]\.){2,}[a-z]?(?![a-z0-9])")
_JOINED_MARKS = re.compile(r"['`]+")
_WORD = re.compile("[a-z0-9]+")


def plain(text: str) -> str:
    """The text after NFKC, transliteration to ASCII and case folding; punctuation stays, pictures go."""
    # Most texts are ASCII already, and for those the costly steps change nothing.
    if not text.isascii():
        composed = unicodedata.normalize("NFKC", text)
        # The transliterator would spell an emoji out, and "wrapped gift" is not what its writer wrote.
        text = anyascii("".join(" " if unicodedata.category(sign) == "So" else sign for sign in composed))
    return text.casefold()


def words_of(plain_text: str) -> list[str]:
    """The words of a `plain` text: letters and digits only, "&" as "and", "s.a." as "sa", "o'neil" as "oneil"."""
    # Most texts hold none of these marks, and looking for one is cheaper than an expression that replaces it.
    text = plain_text
    if "&" in text:
        text = text.replace("&", " and ")
    if "'" in text or "`" in text:
        text = _JOINED_MARKS.sub("", text)
    if "." in text:
        text = _DOTTED_INITIALS.sub(lambda initials: initials.group().replace(".", ""), text)
    return _WORD.findall(text)


def has_word(text: str) -> bool:
    """Whether the text holds a letter or a digit of a script that can be transliterated, so that it can match."""
    # Nearly every text has a plain letter; the others are asked in full.
    return _PLAIN_LETTER.search(text) is not None or bool(words_of(plain(text)))
