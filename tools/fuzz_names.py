"""Screens names that nobody has, to see whether any breaks what the screening library promises.

    python tools/fuzz_names.py [--names 1000000] [--seed 1] [--lists DIRECTORY] [--json]

Every name is read, compared with others both ways round and screened twice, by two screeners that share nothing. It
exits with 1 at the first broken promise and names the seed and the number of the name, which bring it back.
Without --lists it screens against names of its own making.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tidewaiter_screening.compare import SCORE_MAX, compare
from tidewaiter_screening.index import NameIndex
from tidewaiter_screening.lists.entry import Alias, Entry
from tidewaiter_screening.lists.folder import read_folder
from tidewaiter_screening.names import WORDS_MAX, Name, name_of
from tidewaiter_screening.places import NOWHERE, Place, place_of
from tidewaiter_screening.screen import HITS_MAX, Screener

SECONDS_MAX = 0.5
"""Of processor time for one name, however it is made."""
_LISTED = 2_000
_WORD = re.compile("[a-z0-9]+")
_SCRIPTS: tuple[tuple[int, int], ...] = (
    (0x61, 0x7A), (0xC0, 0x24F), (0x370, 0x3FF), (0x400, 0x4FF), (0x530, 0x58F), (0x5D0, 0x5EA), (0x620, 0x64A),
    (0x710, 0x72F), (0x904, 0x939), (0xE01, 0xE30), (0x10D0, 0x10FF), (0x1200, 0x137F), (0x3041, 0x3096),
    (0x30A1, 0x30FA), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xFF21, 0xFF5A), (0x10400, 0x1044F),
)  # fmt: skip
"""Where letters of one script lie: Latin to Deseret."""
_SIGNS = [*map(chr, range(0x21)), *"-.,'`&/()·’\u200b\u200d\u200e\u202e\u0301\u0327\u0651\x7f\ud800\udfff🎁²Ǆﬀİß㎏羊"]
_FORMS = ("Ltd", "Co., Ltd.", "GmbH", "S.A.", "OOO", "Mr", "Dr.", "& Sons")
_PLACES = (NOWHERE, place_of(country="US"), place_of(country="Russia", city="Moscow"), place_of(city="\ud800"))


class Broken(Exception):
    """A promise that a name broke."""


class Figures(NamedTuple):
    """What came of so many names."""

    names: int
    seed: int
    listed: int
    with_words: int
    with_hits: int
    slowest_ms: float
    seconds: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; 1 when a promise was broken."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--names", type=int, default=1_000_000, help="how many names")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same names")
    parser.add_argument("--lists", type=Path, help="a folder of official lists to screen against")
    parser.add_argument("--json", action="store_true", help="one object instead of a sentence")
    asked = parser.parse_args(arguments)
    try:
        figures = fuzzed(asked.names, seed=asked.seed, lists=asked.lists)
    except Broken as broken:
        print(f"seed {asked.seed}, {broken}", file=sys.stderr)
        return 1
    told = figures._asdict()
    print(json.dumps(told) if asked.json else ", ".join(f"{name} {value:,}" for name, value in told.items()))
    return 0


def fuzzed(
    count: int, *, seed: int, lists: Path | None = None, screener: Callable[..., Screener] = Screener
) -> Figures:
    """So many names held against every promise. Broken names the first that does not hold."""
    dice = random.Random(seed)
    entries = {one.list: one.entries for one in read_folder(lists)} if lists else {"made": made_entries(dice)}
    index = NameIndex(entries)
    # Neither remembers a name, and so neither can repeat an answer instead of finding it again.
    one, other = (screener(each, names_cached_max=1) for each in (index, NameIndex(entries)))
    # As in risk: a collector that goes through the whole index would be taken for a slow name.
    gc.freeze()
    before = name_of("Ann Lee")
    with_words = with_hits = 0
    slowest = 0.0
    began = time.perf_counter()
    for number, text in enumerate(names(count, dice, [listed.text for listed in index.names])):
        try:
            name = checked_name(text)
            place = dice.choice(_PLACES)
            started = time.thread_time()
            hits = one.screen(text, place)
            slowest = max(slowest, time.thread_time() - started)
            _demand((hits is None) == (not name.words), "None means a name without words, and nothing else")
            check_hits(one, text, place)
            _demand(hits == other.screen(text, place), "two screeners answer the same")
            if name.words:
                check_comparison(name, before, index)
                check_comparison(name, index.names[number % len(index.names)].name, index)
                before = name
        except Exception as error:
            raise Broken(f"name {number}, {text[:80]!a}: {type(error).__name__} {error}") from error
        with_words += bool(name.words)
        with_hits += bool(hits)
    gc.unfreeze()
    if slowest > SECONDS_MAX:
        raise Broken(f"a name took {slowest:.3f} s of processor time, over {SECONDS_MAX}")
    seconds = round(time.perf_counter() - began, 1)
    return Figures(count, seed, len(index.names), with_words, with_hits, round(1_000 * slowest, 1), seconds)


def names(count: int, dice: random.Random, listed: Sequence[str]) -> Iterator[str]:
    """Names of one script and of many, listed names with slips, marks without letters, and texts of any length."""

    def word(low: int, high: int) -> str:
        return "".join(chr(dice.randint(low, high)) for _ in range(dice.choice((1, 2, 4, 7, 12))))

    def of_a_script() -> str:
        script = dice.choice(_SCRIPTS)
        return " ".join(word(*script) for _ in range(dice.randint(1, 5)))

    def slipped() -> str:
        text = list(f"{dice.choice(listed)} {dice.choice(('', '', *_FORMS))}")
        for _ in range(dice.randint(0, 3)):
            place = dice.randrange(len(text))
            text[place : place + dice.randint(0, 2)] = [dice.choice(("", "a", "sh", " ", *_SIGNS))]
            text = text or ["x"]
        return "".join(text)

    makers: tuple[tuple[Callable[[], str], int], ...] = (
        (of_a_script, 30),
        (slipped, 40),
        (lambda: " ".join(word(*dice.choice(_SCRIPTS)) for _ in range(dice.randint(1, 6))), 10),
        (lambda: "".join(dice.choices(_SIGNS, k=dice.choice((0, 1, 3, 9, 40)))), 9),
        (lambda: "".join(chr(dice.randint(0, sys.maxunicode)) for _ in range(dice.randint(1, 40))), 10),
        (lambda: " ".join(word(*dice.choice(_SCRIPTS)) for _ in range(dice.choice((16, 17, 60, 400)))), 1),
    )
    chosen, shares = [maker for maker, _ in makers], [share for _, share in makers]
    for _ in range(count):
        yield dice.choices(chosen, shares)[0]()


def checked_name(text: str) -> Name:
    """The name of a text, which is what it promises to be."""
    name = name_of(text)
    _demand(name == name_of(text), "the same text gives the same name")
    _demand(len(name.words) <= WORDS_MAX, "a name has a bounded number of words")
    _demand(all(_WORD.fullmatch(word) for word in name.words), "words are of Latin letters and digits")
    _demand(name.key == " ".join(sorted(name.words)), "the key is the words, sorted")
    return name


def check_hits(screener: Screener, text: str, place: Place) -> None:
    """Hits are bounded, in range and in their order, each entry once."""
    hits = screener.screen(text, place) or ()
    _demand(len(hits) <= HITS_MAX, "hits are bounded")
    _demand(all(screener.score_min <= hit.score <= SCORE_MAX for hit in hits), "a hit's score is in range")
    _demand([*hits] == sorted(hits, key=lambda hit: hit.order()), "hits stand in their order")
    entries = [(hit.listed.list, hit.listed.entry.entry_id) for hit in hits]
    _demand(len(entries) == len(set(entries)), "each entry is hit once")
    _demand(all(hit.why() for hit in hits), "each hit says why")


def check_comparison(one: Name, other: Name, index: NameIndex) -> None:
    """A comparison is the same both ways round and in range, and a name is the same as itself."""
    there, back = compare(one, other, index.bits), compare(other, one, index.bits)
    _demand(there == back, "a comparison is the same both ways round")
    _demand(0 <= there.score() <= SCORE_MAX, "a score is in range")
    _demand(compare(one, one, index.bits).score() == SCORE_MAX, "a name is the same as itself")


def made_entries(dice: random.Random) -> list[Entry]:
    """Invented entries, a third of them with an alias."""
    syllables = [first + vowel for first in "bdfghklmnprstvz" for vowel in "aeiou"]

    def name() -> str:
        words = ("".join(dice.choices(syllables, k=dice.randint(2, 4))).title() for _ in range(dice.randint(1, 4)))
        return " ".join(words)

    return [
        Entry(
            entry_id=str(number),
            name=name(),
            aliases=(Alias(name(), weak=not number % 9),) if not number % 3 else (),
            program="MADE",
        )
        for number in range(_LISTED)
    ]


def _demand(holds: bool, promise: str) -> None:
    if not holds:
        raise Broken(promise)


if __name__ == "__main__":
    raise SystemExit(main())
