"""Does a description say what the goods are? Judged by a list of terms that do not."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from tidewaiter_risk.model import Confidence
from tidewaiter_risk.scorecard.rules import VagueTerm, VagueTerms
from tidewaiter_risk.words import plain, words_of

_NUMBER = re.compile(r"\d+[a-z]{0,3}")
_TYPED_LETTERS_MIN = 7
"""Shorter words with one letter changed are too often other words: tools and stools."""
_CONFIDENCE_ORDER = {confidence: place for place, confidence in enumerate(Confidence)}


@dataclass(frozen=True, slots=True)
class Vagueness:
    """Why a description is vague: the terms it consists of, the best known first. No terms: it names nothing."""

    terms: tuple[VagueTerm, ...]


class DescriptionJudge:
    """Judges descriptions by one list of terms. The `descriptions_cached_max` judged last are remembered."""

    def __init__(self, terms: VagueTerms, *, descriptions_cached_max: int) -> None:
        self._fillers = terms.fillers
        self._letters_min = terms.letters_min
        self._terms = {_stems(words_of(plain(row.term))): row for row in terms.terms}
        self._words_max = max(len(stems) for stems in self._terms)
        self._long_words = tuple(
            stems[0] for stems in self._terms if len(stems) == 1 and len(stems[0]) >= _TYPED_LETTERS_MIN
        )
        self._first_words = frozenset(stems[0] for stems in self._terms)
        self.judge: Callable[[str], Vagueness | None] = lru_cache(descriptions_cached_max)(self._judge)
        """None when the description says something, or is blank: that is incomplete rather than vague.

        Vague is what consists of listed terms, fillers and numbers only, whatever case, script, punctuation,
        plural, or one mistyped letter in a long word; and what has too few letters to name anything.
        """

    def _judge(self, description: str) -> Vagueness | None:
        if not description.strip():
            return None
        stems = _stems(words_of(plain(description)))
        if sum(letter.isalpha() for stem in stems for letter in stem) < self._letters_min:
            return self._short(stems)
        terms = self._covering_terms(stems)
        if terms is None:
            return None
        return Vagueness(tuple(sorted(terms, key=lambda row: _CONFIDENCE_ORDER[row.confidence])))

    def _short(self, stems: tuple[str, ...]) -> Vagueness:
        row = self._terms.get(stems)
        return Vagueness(() if row is None else (row,))

    def _covering_terms(self, stems: tuple[str, ...]) -> list[VagueTerm] | None:
        """The terms that, with fillers and numbers, make up the whole; None when a word is left over."""
        found: dict[VagueTerm, None] = {}
        place = 0
        while place < len(stems):
            stem = stems[place]
            length, row = self._term_at(stems, place)
            if row is not None:
                found[row] = None
                place += length
            elif stem in self._fillers or _NUMBER.fullmatch(stem):
                place += 1
            else:
                return None
        return list(found)

    def _term_at(self, stems: tuple[str, ...], place: int) -> tuple[int, VagueTerm | None]:
        if stems[place] in self._first_words:
            for length in range(min(self._words_max, len(stems) - place), 0, -1):
                row = self._terms.get(stems[place : place + length])
                if row is not None:
                    return length, row
        # Only short texts can be a list of terms with a slip in it; long ones say something anyway.
        elif len(stems) <= 2 * self._words_max and len(stems[place]) >= _TYPED_LETTERS_MIN - 1:
            for word in self._long_words:
                if Levenshtein.distance(stems[place], word, score_cutoff=1) <= 1:
                    return 1, self._terms[(word,)]
        return 1, None


def _stems(words: list[str]) -> tuple[str, ...]:
    return tuple(_stem(word) for word in words)


def _stem(word: str) -> str:
    if len(word) <= 3 or word.endswith("ss") or not word.endswith("s"):
        return word
    return word[:-3] + "y" if word.endswith("ies") and len(word) > 4 else word[:-1]
