"""The words of a name, and what of them two filers would write alike."""

from __future__ import annotations

import re

from msgspec import Struct

from tidewaiter_eligibility.person.basis import (
    ACCENTS,
    CARE_OF,
    GENERATION,
    INITIAL,
    LEGAL_FORM,
    SHORT_NAME,
    TITLE,
    Basis,
)
from tidewaiter_eligibility.person.short_names import LONG_NAMES
from tidewaiter_eligibility.person.words import words_of

_CARE_OF = re.compile(r"\b(?:c/o|care of|attn:?)(?=\s|$).*", re.IGNORECASE)
_LEGAL_FORMS = frozenset(
    "ab ag aps as asa bv bvba co company corp corporation gmbh inc incorporated kft kg limited llc lllp llp lp ltd "
    "ltda mbh nv oy oyj pc plc pllc pte pty sa sarl sas sdn bhd srl spa sro ug".split()
)
_TITLES = frozenset("mr mrs ms miss mx dr prof professor sir madam mme mlle herr frau".split())
_GLUE = frozenset(("and", "the"))
_GENERATIONS = {
    "jr": "jr",
    "junior": "jr",
    "sr": "sr",
    "senior": "sr",
    "ii": "ii",
    "2nd": "ii",
    "iii": "iii",
    "3rd": "iii",
    "iv": "iv",
    "4th": "iv",
}
_PARTICLES = frozenset("de del della den der dos mc von".split())
_LEFT_OUT = _LEGAL_FORMS | _TITLES | _GLUE
_SPELT_OUT_MIN = 2
"""A middle initial is left out of the links only beside so many longer words."""


class Name(Struct, frozen=True, kw_only=True, gc=False):
    """A name as it is compared: all its words sorted, and a code for the links; "" when there is no word.

    `code` has long first names and no middle initials, sorted. `words` are those of the code.
    """

    sorted_words: str
    code: str
    words: tuple[str, ...]
    basis: Basis


def read_name(text: str) -> Name:
    """The name of a party, as filed, in any script. Pure."""
    text, basis = _without_care_of(text)
    if not text.isascii():
        basis |= ACCENTS
    telling, dropped = _telling(words_of(text))
    basis |= dropped
    for place, word in enumerate(telling):
        if place and word in _GENERATIONS:
            telling[place] = _GENERATIONS[word]
            basis |= GENERATION
    linked, changed = _linked(telling)
    linked.sort()
    telling.sort()
    return Name(sorted_words=" ".join(telling), code=" ".join(linked), words=tuple(linked), basis=basis | changed)


def _without_care_of(text: str) -> tuple[str, Basis]:
    lower = text.lower()
    if "c/o" in lower or "care of" in lower or "attn" in lower:
        cut = _CARE_OF.sub("", text)
        if cut != text and words_of(cut):
            return cut, CARE_OF
    return text, 0


def _telling(words: list[str]) -> tuple[list[str], Basis]:
    """The words that tell a name from others, and which kinds were left out."""
    if _LEFT_OUT.isdisjoint(words) and (not words or len(words[-1]) > 1):
        return words, 0
    telling = [word for word in _with_forms_joined(words) if word not in _LEFT_OUT]
    if not telling:
        return words, 0
    dropped = set(_with_forms_joined(words)) - set(telling)
    basis = TITLE if dropped & _TITLES else 0
    return telling, basis | LEGAL_FORM if dropped & _LEGAL_FORMS else basis


def _with_forms_joined(words: list[str]) -> list[str]:
    """With a legal form at the end that was written with points as one word: "l l c" is "llc"."""
    first = len(words)
    while first and len(words[first - 1]) == 1:
        first -= 1
    form = "".join(words[first:])
    return [*words[:first], form] if form in _LEGAL_FORMS else words


def _linked(telling: list[str]) -> tuple[list[str], Basis]:
    """The words of the links: particles joined on, initials left out, short first names made long."""
    basis = 0
    words = telling if _PARTICLES.isdisjoint(telling) else _with_particles_joined(telling)
    if min(map(len, words), default=0) == 1:
        longer = [word for word in words if len(word) > 1]
        if len(longer) >= _SPELT_OUT_MIN:
            words, basis = longer, INITIAL
    if len(words) > 1 and not LONG_NAMES.keys().isdisjoint(words):
        return [LONG_NAMES.get(word, word) for word in words], basis | SHORT_NAME
    return list(words), basis


def _with_particles_joined(words: list[str]) -> list[str]:
    joined: list[str] = []
    held = ""
    for word in words[:-1]:
        if word in _PARTICLES:
            held += word
        else:
            joined.append(held + word)
            held = ""
    return [*joined, held + words[-1]] if words else joined
