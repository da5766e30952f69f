"""Measures the person key on records of people: precision, recall, and whether different people are made one.

    python tools/measure_persons.py DIRECTORY [--json]

DIRECTORY has dataset4a.csv and dataset4b.csv of FEBRL 4 (Christen, 2002): 5,000 invented Australians, and each again
with slips. Nothing is fetched. Only the fields that a parcel carries are read: names, street, suburb, postcode, state;
the dates of birth and the tax numbers, by which FEBRL is usually matched, are not.
There are two bars, and the table says which likeness meets which. "finds": precision and recall after closure as below.
"tells apart": no two people are made one, neither of the records nor of pairs who differ by construction.
Without the files it exits with 2. It exits with 1 when no likeness finds, or the default does not tell apart.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace
from tidewaiter_eligibility.model import Party
from tidewaiter_eligibility.person import Likeness, person_key

PRECISION_MIN, RECALL_MIN = 0.99, 0.95
DEFAULT = Likeness.CLOSE
BOX_CODES = ("2600", "2601")


class Figures(NamedTuple):
    """What one likeness does to the records. Pairs are counted after closure, as the ledger counts."""

    likeness: str
    precision: float
    recall: float
    false_pairs: int
    largest_person: int
    links_per_party: float
    microseconds_per_key: float
    strangers_joined: dict[str, int]

    def bars(self) -> list[str]:
        """Which bars it meets."""
        finds = self.precision >= PRECISION_MIN and self.recall >= RECALL_MIN
        tells_apart = not self.false_pairs and not any(self.strangers_joined.values())
        return [bar for bar, is_met in (("finds", finds), ("tells apart", tells_apart)) if is_met]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures of every likeness; 0 when the bars are met."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("directory", type=Path, help="where dataset4a.csv and dataset4b.csv are")
    parser.add_argument("--json", action="store_true", help="one object instead of a table")
    asked = parser.parse_args(arguments)
    files = [asked.directory / name for name in ("dataset4a.csv", "dataset4b.csv")]
    missing = [file.name for file in files if not file.is_file()]
    if missing:
        print(f"{asked.directory} has no {' and no '.join(missing)}: give the directory of FEBRL 4.", file=sys.stderr)
        return 2
    records = [record for file in files for record in read(file)]
    figures = [measured(records, likeness) for likeness in Likeness]
    print(json.dumps([{**each._asdict(), "bars": each.bars()} for each in figures]) if asked.json else table(figures))
    return 0 if bars_met(figures) else 1


def bars_met(figures: Sequence[Figures]) -> bool:
    """Some likeness finds nearly all, nearly without error; and the default makes no two people one."""
    default = next(each for each in figures if each.likeness == DEFAULT)
    return any("finds" in each.bars() for each in figures) and "tells apart" in default.bars()


def read(file: Path) -> Iterator[tuple[str, Party]]:
    """Who each record is of, and the record as a party of a filing."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines, skipinitialspace=True):
            street = f"{row['street_number']} {row['address_1']}".strip()
            yield (
                row["rec_id"].split("-")[1],
                Party(
                    name=f"{row['given_name']} {row['surname']}".strip(),
                    address_lines=(street, row["address_2"]),
                    postal_code=row["postcode"],
                    country_code="AU",
                    city=row["suburb"],
                    region=row["state"],
                ),
            )


def measured(records: Sequence[tuple[str, Party]], likeness: Likeness) -> Figures:
    """The figures of one likeness over the records, whose true pairs bear one id."""
    parties = [party for _, party in records]
    began = time.perf_counter()
    keys = [person_key(party, likeness) for party in parties]
    seconds = time.perf_counter() - began
    true = false = largest = 0
    for members in persons(parties, likeness):
        largest = max(largest, len(members))
        for one, other in combinations(members, 2):
            if records[one][0] == records[other][0]:
                true += 1
            else:
                false += 1
    wanted = sum(size * (size - 1) // 2 for size in _sizes(who for who, _ in records))
    return Figures(
        likeness=likeness.value,
        precision=true / (true + false) if true + false else 1.0,
        recall=true / wanted if wanted else 1.0,
        false_pairs=false,
        largest_person=largest,
        links_per_party=sum(len(key.links) for key in keys) / len(keys),
        microseconds_per_key=seconds / len(keys) * 1e6,
        strangers_joined={
            kind: sum(_are_one(one, other, likeness) for one, other in pairs)
            for kind, pairs in strangers(parties[: len(parties) // 2]).items()
        },
    )


def persons(parties: Sequence[Party], likeness: Likeness) -> list[list[int]]:
    """The parties by person: those that share a key or a link, directly or through others."""
    above = list(range(len(parties)))

    def top(place: int) -> int:
        while above[place] != place:
            above[place] = above[above[place]]
            place = above[place]
        return place

    first: dict[str, int] = {}
    for place, party in enumerate(parties):
        key = person_key(party, likeness)
        for text in (key.text, *key.links):
            above[top(place)] = top(first.setdefault(text, place))
    members: dict[int, list[int]] = defaultdict(list)
    for place in range(len(parties)):
        members[top(place)].append(place)
    return list(members.values())


def strangers(parties: Sequence[Party]) -> dict[str, list[tuple[Party, Party]]]:
    """Pairs who are different people by construction: of one household, of one name, of one building."""
    shifted = [*parties[1:], *parties[:1]]
    kinds = "housemates couples namesakes across_town box_elsewhere next_door father_and_son"
    pairs: dict[str, list[tuple[Party, Party]]] = {kind: [] for kind in kinds.split()}
    for one, other in zip(parties, shifted, strict=True):
        if one.name.partition(" ")[0] == other.name.partition(" ")[0] or not (one.name and other.name):
            continue
        family = one.name.rpartition(" ")[2]
        pairs["housemates"].append((one, replace(one, name=f"{other.name.partition(' ')[0]} {family}")))
        pairs["couples"].append((replace(one, name=f"Mr {family}"), replace(one, name=f"Mrs {family}")))
        pairs["namesakes"].append((one, replace(other, name=one.name)))
        pairs["father_and_son"].append((one, replace(one, name=f"{one.name} Jr")))
        number, _, street = one.address_lines[0].partition(" ")
        boxes = tuple(replace(one, address_lines=(f"PO Box {number or 1}",), postal_code=code) for code in BOX_CODES)
        pairs["box_elsewhere"].append((boxes[0], boxes[1]))
        if number.isdigit():
            sides = tuple(replace(one, address_lines=(f"{number} {street} {side}",)) for side in ("E", "W"))
            pairs["across_town"].append((sides[0], sides[1]))
            pairs["next_door"].append((one, replace(one, address_lines=(f"{int(number) + 2} {street}",))))
    return pairs


def table(figures: Sequence[Figures]) -> str:
    """The figures as a table."""
    heads = f"{'likeness':<10}{'precision':>10}{'recall':>8}{'false':>7}{'largest':>8}{'links':>7}{'us/key':>8}"
    rows = [f"{heads}  {'bars met':<13}strangers joined"]
    for each in figures:
        joined = ", ".join(f"{kind} {count}" for kind, count in each.strangers_joined.items() if count) or "none"
        bars = ", ".join(each.bars()) or "none"
        rows.append(
            f"{each.likeness:<10}{each.precision:>10.4f}{each.recall:>8.4f}{each.false_pairs:>7}{each.largest_person:>8}"
            f"{each.links_per_party:>7.1f}{each.microseconds_per_key:>8.1f}  {bars:<13}{joined}"
        )
    rows.append(f"finds: precision {PRECISION_MIN} and recall {RECALL_MIN}; tells apart: no two people made one")
    return "\n".join(rows)


def _are_one(one: Party, other: Party, likeness: Likeness) -> bool:
    keys = person_key(one, likeness), person_key(other, likeness)
    return keys[0].text == keys[1].text or not set(keys[0].links).isdisjoint(keys[1].links)


def _sizes(names: Iterator[str]) -> list[int]:
    counted: dict[str, int] = defaultdict(int)
    for name in names:
        counted[name] += 1
    return list(counted.values())


if __name__ == "__main__":
    sys.exit(main())
