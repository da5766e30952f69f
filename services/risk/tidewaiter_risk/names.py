"""One spelling for a name, whoever wrote it: two names that differ only in script, case, punctuation, the order
of their words or a trailing legal form meet under one key.

What it cannot do: Arabic written without vowels, and Chinese names whose syllables are joined, transliterate to
something near the usual spelling but not to it; those are left to the near matches of `screen`.
"""

from __future__ import annotations

from dataclasses import dataclass

from tidewaiter_risk.words import plain, words_of

_FORMS_LONG = frozenset(
    "ltd limited llc llp inc incorporated corp corporation company plc gmbh sarl srl spa pte pty pvt private "
    "ltda eirl sapi jsc ojsc cjsc pjsc ooo oao zao pao fze fzco fzc".split()
)
_FORMS_SHORT = frozenset("co sa ag ab as bv nv oy kg lp se ao".split())
_FORMS_OF_WORDS = tuple(
    tuple(form.split())
    for form in ("s de rl de cv", "sapi de cv", "sa de cv", "limited liability company", "joint stock company")
)
_FORMS_LEADING = frozenset("ooo oao zao pao".split())


@dataclass(frozen=True, slots=True)
class NameKey:
    """`spelled`: the words in natural order, legal form kept. `key`: without the form, words sorted.

    Both are empty when the text holds no letter and no digit of a script that can be transliterated.
    """

    spelled: str
    key: str


def name_key(name: str) -> NameKey:
    """The key of a name. Any text is allowed; the result depends on nothing else.

    A first comma means "LAST, First" and turns the two around, unless only a legal form follows it.
    """
    before, comma, after = plain(name).partition(",")
    words, later = words_of(before), words_of(after) if comma else []
    if later and without_legal_form(["x", "x", *later]) != ["x", "x"]:
        words = later + words
    else:
        words = words + later
    return NameKey(spelled=" ".join(words), key=" ".join(sorted(without_legal_form(words))))


def without_legal_form(words: list[str]) -> list[str]:
    """The words without the legal forms at their end, or one Russian form at their start.

    Lightly: two-letter forms are also surnames (Co, Sa), so they go only while two words stay; the others go
    while one stays.
    """
    if len(words) > 1 and words[0] in _FORMS_LEADING:
        words = words[1:]
    while True:
        for form in _FORMS_OF_WORDS:
            if len(words) > len(form) and tuple(words[-len(form) :]) == form:
                words = words[: -len(form)]
                break
        else:
            last = words[-1] if words else ""
            short_goes = last in _FORMS_SHORT and len(words) > 2
            if not short_goes and not (last in _FORMS_LONG and len(words) > 1):
                return words
            words = words[:-1]
