"""Words of a name that do not tell one party from another: legal forms of companies, and forms of address."""

from __future__ import annotations

from typing import Final

FORMS_LONG: Final = frozenset(
    "ltd limited llc llp inc incorporated corp corporation company plc gmbh sarl srl spa pte pty pvt private "
    "ltda eirl sapi jsc ojsc cjsc pjsc ooo oao zao pao fze fzco fzc bvba sas sro doo aktiengesellschaft".split()
)
"""Legal forms that go from the end of a name while one word stays."""

FORMS_SHORT: Final = frozenset("co sa ag ab as bv nv oy kg lp se ao".split())
"""Two letters are also surnames (Co, Sa) and first names: these go only while two words stay, or after a form."""

FORMS_LEADING: Final = frozenset("ooo oao zao pao ao jsc srl".split())
"""Legal forms that stand before the name as well."""

FORMS_OF_WORDS: Final = tuple(
    tuple(form.split())
    for form in (
        "gesellschaft mit beschrankter haftung",
        "societatea cu raspundere limitata",
        "open joint stock company",
        "public joint stock company",
        "aktsionernoe obshchestvo",
        "limited liability company",
        "joint stock company",
        "limited partnership",
        "s de rl de cv",
        "sapi de cv",
        "sa de cv",
        "sp z o o",
        "sp z oo",
    )
)
"""Legal forms of several words, the longest first; they go from either end."""

ADDRESSES: Final = frozenset("mr mrs ms dr the monsieur madame herr frau senor senora".split())
"""Forms of address and the article, which go from the start of a name."""


def without_forms(words: list[str]) -> list[str]:
    """The words without the legal forms at either end and the forms of address before; at least one word stays."""
    bare = words
    while True:
        shorter = _shorter(bare)
        if len(shorter) == len(bare):
            return bare
        bare = shorter


def _shorter(words: list[str]) -> list[str]:
    count = len(words)
    if count < 2:
        return words
    for form in FORMS_OF_WORDS:
        size = len(form)
        if count > size:
            if words[-1] == form[-1] and tuple(words[-size:]) == form:
                return words[:-size]
            if words[0] == form[0] and tuple(words[:size]) == form:
                return words[size:]
    last = words[-1]
    if last in FORMS_LONG or (last in FORMS_SHORT and count > 2):
        return words[:-1]
    if words[0] in ADDRESSES or words[0] in FORMS_LEADING:
        return words[1:]
    return words
