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
from tidewaiter_eligibility.person.words import plain, words_of

_CARE_OF = re.compile(r"\b(?:c/o|care of|attn:?)(?=\s|$).*")
_LEGAL_FORMS = frozenset(
    "aps asa bv bvba company corp corporation gmbh inc incorporated kft limited llc lllp llp ltd ltda mbh oyj plc pllc "
    "pte pty sarl sdn bhd srl sro".split()
)
_PERHAPS_LEGAL_FORMS = frozenset("ab ag as co kg lp nv oy pc sa sas spa ug".split())
"""Legal forms that are family names as well: they count as forms beside another one, or with points between."""
_TITLES = frozenset("mr mrs ms miss mx dr prof professor mme mlle".split())
_HONOURS = frozenset("cpa dds dmd dphil dvm edd esq esquire jd llm mba md phd psyd rn".split())
"""What follows a name and tells nobody apart; first in a name such a word is one of its own (Md for Mohammad)."""
_GLUE = frozenset(("and", "the"))
_GENERATIONS = {
    written: rank
    for rank, *forms in (
        row.split() for row in "jr junior jnr,sr senior snr,ii 2nd 2d ll,iii 3rd 3d lll,iv 4th".split(",")
    )
    for written in (rank, *forms)
}
_PARTICLES = frozenset("de del della den der dos mc von".split())
_LEFT_OUT = _LEGAL_FORMS | _TITLES | _HONOURS | _GLUE
_SPELT_OUT_MIN = 2
"""Titles and honours, and in the links an initial, are left out only beside so many words of two letters or more."""
_POINTED_WORDS_MAX = 4


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
    is_ascii = text.isascii()
    text, basis = _without_care_of(plain(text))
    if not is_ascii:
        basis |= ACCENTS
    telling, dropped = _telling(words_of(text), compounds=text.count("-"))
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
    if "c/o" in text or "care of" in text or "attn" in text:
        cut = _CARE_OF.sub("", text)
        if cut != text and words_of(cut):
            return cut, CARE_OF
    return text, 0


def _telling(words: list[str], *, compounds: int) -> tuple[list[str], Basis]:
    """The words that tell a name from others, and which kinds were left out. `compounds`: hyphens, as in Ode-Roe."""
    joined = _with_points_joined(words)
    if joined is words and _LEFT_OUT.isdisjoint(words):
        return words, 0
    has_form = not _LEGAL_FORMS.isdisjoint(joined) or (joined is not words and joined[-1] in _PERHAPS_LEGAL_FORMS)
    left_out = _LEFT_OUT | _PERHAPS_LEGAL_FORMS if has_form else _LEFT_OUT
    telling = _without(joined, left_out)
    if sum(len(word) > 1 and word not in _PARTICLES for word in telling) - compounds < _SPELT_OUT_MIN:
        # Without a first name Mr Ode-Roe is not Mrs Ode-Roe.
        telling = _without(joined, left_out - _TITLES - _HONOURS)
    if not telling:
        return words, 0
    basis = TITLE if (_TITLES | _HONOURS).intersection(joined) - {*telling} else 0
    return telling, basis | LEGAL_FORM if has_form else basis


def _without(words: list[str], left_out: frozenset[str]) -> list[str]:
    return [word for place, word in enumerate(words) if word not in left_out or (not place and word in _HONOURS)]


def _with_points_joined(words: list[str]) -> list[str]:
    """With what was written with points at the end of a name as one word: "l l c" is "llc", "m d ph d" two."""
    if len(words) > 1 and words[-1] in _HONOURS:
        before = _with_points_joined(words[:-1])
        return words if len(before) == len(words) - 1 else [*before, words[-1]]
    for size in range(min(len(words), _POINTED_WORDS_MAX), 0, -1):
        form = "".join(words[-size:])
        is_form = form in _LEGAL_FORMS | _PERHAPS_LEGAL_FORMS and max(map(len, words[-size:])) == 1
        # After one word two letters are rather initials: "Lee, J. D."
        if (is_form and len(words[-1]) == 1) or (form in _HONOURS and 1 < size < len(words) - 1):
            return [*_with_points_joined(words[:-size]), form]
    return words


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
