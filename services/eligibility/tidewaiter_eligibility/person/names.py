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
    "aps asa bv bvba company corp corporation gmbh inc incorporated kft limited llc lllp llp ltd ltda mbh oyj plc pllc "
    "pte pty sarl sdn bhd srl sro".split()
)
_PERHAPS_LEGAL_FORMS = frozenset("ab ag as co kg lp nv oy pc sa sas spa ug".split())
"""Legal forms that are family names as well: they count as forms beside another one, or with points between."""
_TITLES = frozenset("mr mrs ms miss mx dr prof professor mme mlle".split())
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
    joined = _with_form_joined(words) if words and len(words[-1]) == 1 else words
    if joined is words and _LEFT_OUT.isdisjoint(words):
        return words, 0
    has_form = joined is not words or not _LEGAL_FORMS.isdisjoint(words)
    left_out = _LEFT_OUT | _PERHAPS_LEGAL_FORMS if has_form else _LEFT_OUT
    telling = [word for word in joined if word not in left_out]
    if not telling:
        return words, 0
    basis = 0 if _TITLES.isdisjoint(joined) else TITLE
    return telling, basis | LEGAL_FORM if has_form else basis


def _with_form_joined(words: list[str]) -> list[str]:
    """With a legal form at the end that was written with points as one word: "l l c" is "llc"."""
    first = len(words)
    while first and len(words[first - 1]) == 1:
        first -= 1
    form = "".join(words[first:])
    return [*words[:first], form] if form in _LEGAL_FORMS | _PERHAPS_LEGAL_FORMS else words


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
