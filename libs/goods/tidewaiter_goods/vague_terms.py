"""The stop list: terms that do not say what the goods are, and how a description is held against them."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from rapidfuzz.distance import Levenshtein

from tidewaiter_goods.confidence import Confidence
from tidewaiter_goods.rows import Row, repeated, rows, single
from tidewaiter_goods.stems import stem, stems_of

_NUMBER = re.compile(r"\d+[a-z]{0,3}")
_TYPED_LETTERS_MIN = 7
"""Shorter words with one letter changed are too often other words: tools and stools."""
_TYPED_WORDS_MAX = 6
"""Only short texts can be a list of terms with a slip in it; long ones say something anyway."""
_HEAD = ("version", "letters_min", "fillers", "of_what", "for_what")
_TABLES = frozenset({*_HEAD, "source", "instead"})


@dataclass(frozen=True, slots=True, kw_only=True)
class VagueTerm:
    """A term that does not say what the goods are; `instead` is an example of what does, or empty.

    One that is vague `alone` only, such as a material, says something beside another word.
    """

    term: str
    citation: str
    confidence: Confidence
    instead: str = ""
    alone: bool = False


class VagueTerms:
    """One edition of the stop list."""

    def __init__(
        self,
        *,
        version: str,
        letters_min: int,
        fillers: frozenset[str],
        of_what: frozenset[str],
        for_what: frozenset[str],
        terms: tuple[VagueTerm, ...],
    ) -> None:
        self.version = version
        """Names the edition and the content."""
        self.letters_min = letters_min
        self.terms = terms
        self.of_what = frozenset(map(stem, of_what))
        """Words that say of what the goods are made."""
        self.for_what = frozenset(map(stem, for_what))
        """Words that say for what or for whom they are."""
        self.acceptable = frozenset(
            stems_of(example) for row in terms for example in re.split("[;,]", row.instead) if example.strip()
        )
        """Wordings that a source gives as good examples, as stems."""
        self._fillers = frozenset(map(stem, fillers))
        self._by_stems = {stems_of(row.term): row for row in terms}
        self._words_max = max((len(stems) for stems in self._by_stems), default=0)
        self._first_words = frozenset(stems[0] for stems in self._by_stems)
        self._long_words = tuple(
            stems[0] for stems in self._by_stems if len(stems) == 1 and len(stems[0]) >= _TYPED_LETTERS_MIN
        )

    def covering(self, stems: tuple[str, ...]) -> tuple[VagueTerm, ...] | None:
        """The terms that, with fillers and numbers, make up the whole, the best known first; None when a word is left.

        Empty when there are only fillers and numbers, or fewer letters than can name anything.
        """
        if sum(letter.isalpha() for one in stems for letter in one) < self.letters_min:
            row = self._by_stems.get(stems)
            return () if row is None else (row,)
        found: dict[VagueTerm, None] = {}
        place = 0
        while place < len(stems):
            length, row = self._term_at(stems, place)
            if row is None and stems[place] not in self._fillers and not _NUMBER.fullmatch(stems[place]):
                return None
            if row is not None:
                found[row] = None
            place += length
        if any(row.alone for row in found) and not all(row.alone for row in found):
            return None
        return tuple(sorted(found, key=lambda row: _BEST_FIRST[row.confidence]))

    def says_only_of_what(self, stems: tuple[str, ...]) -> bool:
        """Whether there is nothing beside materials, fillers and numbers: of what, and never what."""
        return all(stem in self.of_what or stem in self._fillers or _NUMBER.fullmatch(stem) for stem in stems)

    def _term_at(self, stems: tuple[str, ...], place: int) -> tuple[int, VagueTerm | None]:
        if stems[place] in self._first_words:
            for length in range(min(self._words_max, len(stems) - place), 0, -1):
                row = self._by_stems.get(stems[place : place + length])
                if row is not None:
                    return length, row
        elif len(stems) <= _TYPED_WORDS_MAX and len(stems[place]) >= _TYPED_LETTERS_MIN - 1:
            for word in self._long_words:
                if Levenshtein.distance(stems[place], word, score_cutoff=1) <= 1:
                    return 1, self._by_stems[(word,)]
        return 1, None


_BEST_FIRST = {confidence: place for place, confidence in enumerate(Confidence)}


def read_vague_terms(content: bytes, *, file: str, problems: list[str]) -> VagueTerms:
    """The stop list in a file; what is wrong with it is added to `problems`, each naming the row."""
    try:
        document: Mapping[str, object] = tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problems.append(f"{file}: is not TOML ({error})")
        document = {}
    for key in sorted(document.keys() - _TABLES):
        problems.append(f"{file}: {key} is not known here")
    head = Row({key: document[key] for key in _HEAD if key in document}, where=file, problems=problems)
    instead = single(document, "instead", file=file, problems=problems)
    terms = tuple(
        term
        for row in rows(document, "source", file=file, problems=problems)
        for term in _terms_of(row, instead=instead.all_texts())
    )
    known = {term.term for term in terms}
    for term in sorted(instead.all_texts().keys() - known):
        instead.problem(f"{term} is no term of this list")
    for row in terms:
        if not stems_of(row.term):
            problems.append(f"{file} [[source]]: the term {row.term} holds neither letter nor digit")
    for twice in repeated(" ".join(stems_of(row.term)) for row in terms if stems_of(row.term)):
        problems.append(f"{file} [[source]]: the term {twice} stands more than once")
    return VagueTerms(
        version=f"vague-terms {head.text('version')} {hashlib.sha256(content).hexdigest()[:12]}",
        letters_min=head.integer("letters_min", least=1, most=10),
        fillers=frozenset(head.texts("fillers")),
        of_what=frozenset(head.texts("of_what")),
        for_what=frozenset(head.texts("for_what")),
        terms=tuple(row for row in terms if stems_of(row.term)),
    )


def _terms_of(row: Row, *, instead: Mapping[str, str]) -> list[VagueTerm]:
    citation, confidence = row.text("citation"), row.choice("confidence", Confidence)
    alone = row.flag("alone")
    terms = [
        VagueTerm(term=term, citation=citation, confidence=confidence, instead=instead.get(term, ""), alone=alone)
        for term in row.texts("terms")
    ]
    row.close()
    return terms


VAGUE_TERMS_FILE = "vague_terms.toml"


@lru_cache(1)
def packaged_terms_content() -> bytes:
    """The stop list that comes with this release, as the file holds it."""
    return resources.files("tidewaiter_goods").joinpath("data", VAGUE_TERMS_FILE).read_bytes()
