"""Does a description say what the goods are? Judged by the stop list first, then by the model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from tidewaiter_goods.headings import Headings, packaged_headings
from tidewaiter_goods.stems import CHARACTERS_MAX, stems_of
from tidewaiter_goods.vague_model import VagueModel, packaged_model
from tidewaiter_goods.vague_terms import (
    VAGUE_TERMS_FILE,
    VagueTerm,
    VagueTerms,
    packaged_terms_content,
    read_vague_terms,
)

WHAT, OF_WHAT, FOR_WHAT = "what it is", "what it is made of", "what it is for"
"""What a good description answers (CBP's advice to filers)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vagueness:
    """Why a description is vague.

    `terms` are those of the stop list of which it consists, the best known first. Without any it names nothing, or the
    model found it vague (`by_model`). `words` are the offending words, `asks` what to add, `version` what judged.
    """

    terms: tuple[VagueTerm, ...]
    words: tuple[str, ...]
    asks: tuple[str, ...]
    by_model: bool
    version: str


class Judge:
    """Judges descriptions by one stop list and one model. The `cached_max` judged last are remembered."""

    def __init__(self, terms: VagueTerms, *, model: VagueModel, headings: Headings, cached_max: int) -> None:
        self._terms = terms
        self._model = model
        self._headings = headings
        self.judge: Callable[[str], Vagueness | None] = lru_cache(cached_max)(self._judge)
        """None when the description says something, or is blank: that is incomplete rather than vague.

        Vague is what consists of listed terms, fillers and numbers only, whatever case, script, punctuation, plural,
        or one mistyped letter in a long word; what has too few letters to name anything, or says only of what it is
        made; and what the model finds vague. The model knows English only and says nothing of other scripts, nor of
        wordings that a source gives as good examples.
        """

    def _judge(self, description: str) -> Vagueness | None:
        if not description.strip():
            return None
        stems = stems_of(description)
        terms = self._terms.covering(stems)
        if terms is None and self._terms.says_only_of_what(stems):
            terms = ()
        if terms is not None:
            words = tuple(row.term for row in terms) or stems
            return self._vague(stems, terms=terms, words=words, by_model=False, version=self._terms.version)
        unread = stems in self._terms.acceptable or not description[:CHARACTERS_MAX].isascii()
        if not unread and self._model.is_vague(stems):
            words = self._model.telling(stems)
            return self._vague(stems, terms=(), words=words, by_model=True, version=self._model.version)
        return None

    def _vague(
        self,
        stems: tuple[str, ...],
        *,
        terms: tuple[VagueTerm, ...],
        words: tuple[str, ...],
        by_model: bool,
        version: str,
    ) -> Vagueness:
        asks = [] if by_model and any(map(self._names_goods, stems)) else [WHAT]
        if self._terms.of_what.isdisjoint(stems):
            asks.append(OF_WHAT)
        if self._terms.for_what.isdisjoint(stems):
            asks.append(FOR_WHAT)
        return Vagueness(terms=terms, words=words, asks=tuple(asks or [WHAT]), by_model=by_model, version=version)

    def _names_goods(self, stem: str) -> bool:
        answers = stem in self._terms.of_what or stem in self._terms.for_what
        return not answers and self._headings.knows(stem)


def packaged_judge(*, cached_max: int) -> Judge:
    """The judge of this release. ValueError when what it came with is damaged."""
    problems: list[str] = []
    terms = read_vague_terms(packaged_terms_content(), file=VAGUE_TERMS_FILE, problems=problems)
    if problems:
        raise ValueError("; ".join(problems))
    headings = packaged_headings()
    return Judge(terms, model=packaged_model(headings.knows), headings=headings, cached_max=cached_max)
