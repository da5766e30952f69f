"""Goods that are examined whatever they are worth, by rules over description, HTSUS number and origin."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from importlib import resources

from tidewaiter_goods.confidence import Confidence
from tidewaiter_goods.rows import Row, repeated, rows
from tidewaiter_goods.stems import stems_of

CONTROLLED_FILE = "controlled_goods.toml"

_TABLES = frozenset({"version", "rule"})
_FLOORS = ("NONE", "REVIEW", "HOLD")
_HEADING_DIGITS = 4


class Kind(Enum):
    """Why such goods are examined, as a person reads it."""

    NARCOTIC = "a narcotic"
    PRECURSOR = "a precursor of narcotics"
    PILL_PRESS = "a pill press or a part of one"
    WEAPON = "a weapon or a part of one"
    COUNTERFEIT = "a counterfeit"


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlledRule:
    """One rule. Of `terms`, `hts` and `origins` all that are not empty must fit; one of each suffices."""

    id: str
    kind: Kind
    terms: tuple[str, ...]
    hts: tuple[str, ...]
    hts_not: tuple[str, ...]
    origins: frozenset[str]
    points: int
    floor: str
    """NONE, REVIEW or HOLD: what is advised at least."""
    citation: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Found:
    """A rule that fits, and the term by which it does; empty when it is the number alone."""

    rule: ControlledRule
    term: str


class ControlledGoods:
    """One edition of the rules. The `cached_max` descriptions asked about last are remembered."""

    def __init__(self, rules: tuple[ControlledRule, ...], *, version: str, cached_max: int = 16_384) -> None:
        self.rules = rules
        self.version = version
        """Names the edition and the content."""
        self._by_first: dict[str, list[tuple[tuple[str, ...], Found]]] = {}
        self._by_number: dict[str, list[Found]] = {}
        for rule in rules:
            for term in rule.terms:
                stems = stems_of(term)
                self._by_first.setdefault(stems[0], []).append((stems, Found(rule, term)))
            for heading in {} if rule.terms else dict.fromkeys(digits[:_HEADING_DIGITS] for digits in rule.hts):
                self._by_number.setdefault(heading, []).append(Found(rule, ""))
        self._named: Callable[[str], tuple[Found, ...]] = lru_cache(cached_max)(self._find_named)

    def found(self, description: str, hts_code: str, origin_country: str) -> Found | None:
        """The rule of most points that fits a line of goods, the first of equals; None for nearly all."""
        number = hts_code.replace(".", "")
        candidates = (*self._named(description), *self._by_number.get(number[:_HEADING_DIGITS], ()))
        if not candidates:
            return None
        fitting = [found for found in candidates if _fits(found.rule, number, origin_country)]
        return max(fitting, key=lambda found: found.rule.points, default=None)

    def _find_named(self, description: str) -> tuple[Found, ...]:
        stems = stems_of(description)
        named: dict[ControlledRule, Found] = {}
        for place, stem in enumerate(stems):
            for term, found in self._by_first.get(stem, ()):
                if stems[place : place + len(term)] == term:
                    named.setdefault(found.rule, found)
        return tuple(named.values())


def _fits(rule: ControlledRule, number: str, origin_country: str) -> bool:
    return (
        (not rule.hts or number.startswith(rule.hts))
        and not (rule.hts_not and number.startswith(rule.hts_not))
        and (not rule.origins or origin_country in rule.origins)
    )


def read_controlled_goods(content: bytes, *, file: str, problems: list[str]) -> ControlledGoods:
    """The rules in a file; what is wrong with it is added to `problems`, each naming the row."""
    try:
        document: Mapping[str, object] = tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problems.append(f"{file}: is not TOML ({error})")
        document = {}
    for key in sorted(document.keys() - _TABLES):
        problems.append(f"{file}: {key} is not known here")
    head = Row({"version": document["version"]} if "version" in document else {}, where=file, problems=problems)
    rules = tuple(_rule(row) for row in rows(document, "rule", file=file, problems=problems))
    for twice in repeated(rule.id for rule in rules):
        problems.append(f"{file} [[rule]] ({twice}): stands more than once")
    version = f"controlled-goods {head.text('version')} {hashlib.sha256(content).hexdigest()[:12]}"
    # A term without a word is a problem told already; it must not stop the others from being told.
    readable = tuple(rule for rule in rules if all(map(stems_of, rule.terms)))
    return ControlledGoods(readable, version=version)


def _rule(row: Row) -> ControlledRule:
    terms = row.texts("terms", default=())
    numbers = [row.texts(key, default=()) for key in ("hts", "hts_not")]
    for term in terms:
        if not stems_of(term):
            row.problem(f"the term {term} holds neither letter nor digit")
    for digits in (*numbers[0], *numbers[1]):
        if not digits.isdecimal() or not 2 <= len(digits) <= 10:
            row.problem(f"{digits} is not 2 to 10 digits of an HTSUS number")
    for digits in numbers[0]:
        if not terms and len(digits) < _HEADING_DIGITS:
            row.problem(f"{digits} is a whole chapter, which needs terms beside it")
    if not terms and not numbers[0]:
        row.problem("needs terms or hts")
    floor = row.text("floor")
    if floor not in _FLOORS:
        row.problem(f"floor = {floor!r} is not one of {', '.join(_FLOORS)}")
    rule = ControlledRule(
        id=row.text("id"),
        kind=row.choice("kind", Kind),
        terms=terms,
        hts=numbers[0],
        hts_not=numbers[1],
        origins=frozenset(row.texts("origins", default=())),
        points=row.integer("points", least=1, most=1000),
        floor=floor,
        citation=row.text("citation"),
        confidence=row.choice("confidence", Confidence),
    )
    row.close()
    return rule


@lru_cache(1)
def packaged_rules_content() -> bytes:
    """The rules that come with this release, as the file holds them."""
    return resources.files("tidewaiter_goods").joinpath("data", CONTROLLED_FILE).read_bytes()
