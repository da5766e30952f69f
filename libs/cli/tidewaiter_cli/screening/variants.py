"""Harder spellings of a name: what typists, forms and other scripts make of it. The same seed makes the same ones."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Final

_CYRILLIC: Final = {
    "sh": "ш", "ch": "ч", "kh": "х", "zh": "ж", "ya": "я", "yu": "ю", "ts": "ц", "a": "а", "b": "б", "c": "к",
    "d": "д", "e": "е", "f": "ф", "g": "г", "h": "х", "i": "и", "j": "дж", "k": "к", "l": "л", "m": "м", "n": "н",
    "o": "о", "p": "п", "q": "к", "r": "р", "s": "с", "t": "т", "u": "у", "v": "в", "w": "в", "x": "кс", "y": "й",
    "z": "з",
}  # fmt: skip
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_SPLIT_LETTERS_MIN: Final = 6


def variants_of(name: str, dice: Random) -> Iterator[tuple[str, str]]:
    """The kind of each variant and the variant; a name of one word has fewer."""
    words = name.split()
    yield "two_edits", _edited(_edited(name, dice), dice)
    yield "script", _in_cyrillic(name)
    longest = max(range(len(words)), key=lambda place: len(words[place]), default=0)
    if words and len(words[longest]) >= _SPLIT_LETTERS_MIN:
        half = len(words[longest]) // 2
        parts = [words[longest][:half], words[longest][half:]]
        yield "split", " ".join([*words[:longest], *parts, *words[longest + 1 :]])
    if len(words) > 1:
        yield "order", " ".join(dice.sample(words, len(words)))
        yield "order_and_edit", _edited(" ".join(dice.sample(words, len(words))), dice)
        yield "initial", " ".join([f"{words[0][0]}.", *words[1:]])
        place = dice.randrange(len(words) - 1)
        yield "join", " ".join([*words[:place], words[place] + words[place + 1], *words[place + 2 :]])


def _edited(name: str, dice: Random) -> str:
    """The name with one letter gone, added, another, or swapped with its neighbour."""
    places = [place for place, sign in enumerate(name) if sign.isalpha()]
    if not places:
        return name
    place, how = dice.choice(places), dice.choice(("gone", "added", "another", "swapped"))
    before, letter, after = name[:place], name[place], name[place + 1 :]
    if how == "gone":
        return before + after
    if how == "added":
        return before + dice.choice(_LETTERS) + letter + after
    if how == "another":
        return before + dice.choice(_LETTERS) + after
    return before + after[:1] + letter + after[1:]


def _in_cyrillic(name: str) -> str:
    text = "".join(sign for sign in name.casefold() if sign not in "'`’‘")
    for latin, cyrillic in _CYRILLIC.items():
        text = text.replace(latin, cyrillic)
    return text
