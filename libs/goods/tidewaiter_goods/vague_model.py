"""A small model of what a specific description looks like: a logistic regression over hashed words and letters.

It is trained by tools/train_vague_model.py; its card is docs/models/vague-descriptions.md. It needs nothing but the
standard library: a description costs some tens of microseconds, and the weights are 8,192 bytes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
from collections.abc import Callable
from functools import lru_cache
from importlib import resources
from zlib import crc32

FEATURES = 32_768
WORDS_READ_MAX = 24
"""More words than this make no description vaguer."""


def word_features(stem: str, *, known: bool) -> list[int]:
    """The places of one word: itself, its three-letter parts, whether the tariff knows it, and its shape."""
    names = [f"w:{stem}", "k:1" if known else "k:0"]
    if any(sign.isdigit() for sign in stem):
        names.append("d:number" if stem.isdigit() else "d:mixed")
    framed = f"<{stem[:16]}>"
    names += [f"c:{framed[place : place + 3]}" for place in range(len(framed) - 2)]
    names += [f"c:{framed[place : place + 4]}" for place in range(len(framed) - 3)]
    return [crc32(name.encode("ascii", "replace")) % FEATURES for name in names]


def whole_features(stems: tuple[str, ...], *, known: int) -> list[int]:
    """The places of what concerns the whole: how many words, how many of them the tariff knows, numbers."""
    count = len(stems)
    numbers = sum(1 for stem in stems if any(sign.isdigit() for sign in stem))
    names = (
        f"n:{min(count, 4)}",
        f"t:{min(known, 4)}",
        f"r:{4 * known // count if count else 0}",
        f"m:{2 * numbers // count if count else 0}",
    )
    return [crc32(name.encode()) % FEATURES for name in names]


class VagueModel:
    """The trained weights."""

    def __init__(self, content: bytes, *, knows: Callable[[str], bool]) -> None:
        """Reads the file that the training writes. ValueError or KeyError when it is none.

        `knows` tells whether a word stands in the tariff, by the table that the model was trained with.
        """
        held = json.loads(content)
        weights = base64.b64decode(held["weights"], validate=True)
        if len(weights) != FEATURES:
            raise ValueError(f"the model has {len(weights)} weights, not {FEATURES}")
        scale = float(held["scale"])
        self._weights = tuple((byte - 128) * scale for byte in weights)
        self._bias = float(held["bias"])
        self._threshold = float(held["threshold"])
        self._knows = knows
        self._word = lru_cache(65_536)(self._weigh)
        self.version = f"vague-model {held['trained']} {hashlib.sha256(content).hexdigest()[:12]}"
        """Names the day of the training and the content."""

    def is_vague(self, stems: tuple[str, ...]) -> bool:
        """Whether the description looks like those that were judged vague."""
        return self.chance(stems) >= self._threshold

    def chance(self, stems: tuple[str, ...]) -> float:
        """Between 0 and 1: how much it looks like the vague ones of the training."""
        stems = stems[:WORDS_READ_MAX]
        known = sum(1 for stem in stems if self._knows(stem))
        total, count = 0.0, 0
        for stem in stems:
            weight, features = self._word(stem)
            total += weight
            count += features
        whole = whole_features(stems, known=known)
        total += sum([self._weights[place] for place in whole])
        count += len(whole)
        value = self._bias + total / math.sqrt(count)
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))

    def telling(self, stems: tuple[str, ...]) -> tuple[str, ...]:
        """The words that speak most for vague, the strongest first, at most five; none need to."""
        weighed = {stem: self._word(stem)[0] for stem in stems[:WORDS_READ_MAX]}
        return tuple(sorted((stem for stem in weighed if weighed[stem] > 0), key=lambda stem: -weighed[stem])[:5])

    def _weigh(self, stem: str) -> tuple[float, int]:
        places = word_features(stem, known=self._knows(stem))
        return sum([self._weights[place] for place in places]), len(places)


def packaged_model(knows: Callable[[str], bool]) -> VagueModel:
    """The model that comes with this release."""
    content = resources.files("tidewaiter_goods").joinpath("data", "vague_model.json").read_bytes()
    return VagueModel(content, knows=knows)
