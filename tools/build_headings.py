"""Builds the table of the tariff's own words, by heading, from the HTSUS as the USITC exports it (JSON by chapter).

    .venv/bin/python tools/build_headings.py --tariff FOLDER --edition "HTSUS 2025, June"

Writes libs/goods/tidewaiter_goods/data/headings.json: the words, and for each four-digit heading of chapters 1 to 97
the places of the words that stand in its text or in the text of anything below it.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from tidewaiter_goods.stems import stems_of

OUT = Path(__file__).parents[1] / "libs" / "goods" / "tidewaiter_goods" / "data" / "headings.json"
_CHAPTERS = range(1, 98)
_LETTERS_MIN = 3
# Grammar of the tariff, and words that say nothing about what the goods are.
_LEFT_OUT = frozenset(
    stem
    for word in (
        "other others and the for not with whether their its than but from more less over under into thereof "
        "exceeding described additional note notes chapter heading headings subheading subheadings provided "
        "provision provisions pursuant general rule section statistical including excluding containing consisting "
        "having kind kinds used use value valued each per percent weight weighing measuring cubic square meter meters "
        "liter liters number such similar like article articles part parts accessory accessories goods product "
        "products specified elsewhere included nesoi nspf entered entry imported import united states period "
        "quantity quantities only all any both either these those which that been has have made make making being "
        "least most one two three four five six first second same suitable principally solely designed put ready "
        "form forms also case may can when where without within between before after upon year calendar following"
    ).split()
    for stem in stems_of(word)
)


def words_by_heading(folder: Path) -> dict[str, set[str]]:
    """The words of each four-digit heading, by its number."""
    found: dict[str, set[str]] = {}
    for chapter in _CHAPTERS:
        path = folder / f"{chapter}.json"
        if not path.is_file():
            continue
        heading = ""
        for row in json.loads(path.read_text(encoding="utf-8")):
            number = row["htsno"].replace(".", "")
            if len(number) >= 4:
                heading = number[:4]
            if heading:
                words = (word for word in stems_of(row["description"]) if word not in _LEFT_OUT)
                found.setdefault(heading, set()).update(
                    word for word in words if len(word) >= _LETTERS_MIN and word.isalpha()
                )
    return found


def main() -> None:
    """Reads the folder, writes the table, and says how large it is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tariff", type=Path, required=True, help="The folder with 1.json to 97.json.")
    parser.add_argument("--edition", required=True, help="Which tariff this is, as answers shall name it.")
    arguments = parser.parse_args()
    headings = words_by_heading(arguments.tariff)
    words = sorted(set().union(*headings.values()))
    place = {word: number for number, word in enumerate(words)}
    table = {
        "edition": arguments.edition,
        "words": " ".join(words),
        "headings": {
            heading: " ".join(str(place[word]) for word in sorted(found)) for heading, found in sorted(headings.items())
        },
    }
    OUT.write_text(json.dumps(table, indent=0) + "\n", encoding="ascii")
    print(f"{OUT.name}: {len(headings)} headings, {len(words)} words, {OUT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
