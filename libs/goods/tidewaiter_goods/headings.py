"""Do a description and an HTSUS number speak of the same goods? Told by the tariff's own words.

A word weighs more the fewer chapters hold it. What is said is doubtful when not one word of it stands anywhere in the
chapter of the number, while the words weigh much in another. A description that shares no word with the tariff says
nothing either way.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

_SCALE = 1_000


@dataclass(frozen=True, slots=True)
class Doubt:
    """Another chapter that the words speak for, how strongly, and the words, the strongest first, at most five."""

    chapter: str
    weight: int
    words: tuple[str, ...]


class Headings:
    """The words of one edition of the tariff."""

    def __init__(self, content: bytes) -> None:
        """Reads the table that tools/build_headings.py writes. ValueError or KeyError when it is none."""
        table = json.loads(content)
        words = table["words"].split()
        chapters: dict[str, set[str]] = {}
        for heading, places in table["headings"].items():
            found = chapters.setdefault(heading[:2], set())
            for place in places.split():
                found.add(words[int(place)])
        self._chapters = {word: tuple(c for c in sorted(chapters) if word in chapters[c]) for word in words}
        self._known_chapters = frozenset(chapters)
        count = len(chapters)
        self._weights = {
            word: round(_SCALE * math.log((count + 1) / len(found))) for word, found in self._chapters.items()
        }
        self.version = f"headings {table['edition']} {hashlib.sha256(content).hexdigest()[:12]}"
        """Names the edition and the content."""

    def knows(self, stem: str) -> bool:
        """Whether the word stands anywhere in the tariff."""
        return stem in self._chapters

    def doubt(self, stems: tuple[str, ...], hts_code: str, *, weight_min: int) -> Doubt | None:
        """The chapter that the words speak for instead, when they weigh at least `weight_min` thousandths there.

        None when the number is too short or of no chapter with words, when any word stands in its chapter, or when no
        other weighs as much. A weight is the natural logarithm of chapters in all over chapters with the word, summed.
        """
        own = hts_code[:2]
        if own not in self._known_chapters:
            return None
        weights: dict[str, int] = {}
        known = [stem for stem in dict.fromkeys(stems) if stem in self._chapters]
        for stem in known:
            chapters, weight = self._chapters[stem], self._weights[stem]
            if own in chapters:
                return None
            for chapter in chapters:
                weights[chapter] = weights.get(chapter, 0) + weight
        best = max(weights, key=lambda chapter: (weights[chapter], chapter), default="")
        if not best or weights[best] < weight_min:
            return None
        telling = sorted((stem for stem in known if best in self._chapters[stem]), key=lambda one: -self._weights[one])
        return Doubt(chapter=best, weight=weights[best], words=tuple(telling[:5]))


@lru_cache(1)
def packaged_headings() -> Headings:
    """The table that comes with this release."""
    return Headings(resources.files("tidewaiter_goods").joinpath("data", "headings.json").read_bytes())
