"""Trains the model of vague descriptions, measures it by cross-validation, and writes it.

    .venv/bin/python tools/train_vague_model.py --data FOLDER --tariff FOLDER --trained 2026-11-24

FOLDER of --data holds descriptions/*.csv and goods/marketplace_parcels.jsonl. Without --write only the
cross-validation is printed. The same inputs and seed give the same file.
"""

from __future__ import annotations

import argparse
import base64
import csv
import json
import math
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tidewaiter_goods.headings import packaged_headings
from tidewaiter_goods.stems import stems_of
from tidewaiter_goods.vague_model import FEATURES, WORDS_READ_MAX, VagueModel, whole_features, word_features

OUT = Path(__file__).parents[1] / "libs" / "goods" / "tidewaiter_goods" / "data" / "vague_model.json"
_SEED = 7
_FOLDS = 5
_EPOCHS = 12
_RATE = 0.5
_SHRINK = 1e-6
_TARIFF_EXAMPLES = 2_000
_SHORT_WORDS_MAX = 4
_KNOWN_WORDS_MIN = 3
_FALSE_ALARMS_MAX = 0.02
"""The threshold lets at most this share of the specific descriptions through, in training."""


@dataclass(frozen=True, slots=True)
class Example:
    """A description, whether it is vague, and where it comes from."""

    text: str
    vague: bool
    origin: str


def examples(data: Path, tariff: Path) -> list[Example]:
    """What is learned from, each text once; what is called vague anywhere is called so here."""
    with (data / "descriptions" / "vague_terms.csv").open(encoding="utf-8", newline="") as file:
        vague = [row["description"] for row in csv.DictReader(file) if row["description"]]
    found = [Example(text, False, "tariff") for text in _tariff_texts(tariff)]
    lines = (data / "goods" / "marketplace_parcels.jsonl").read_text(encoding="utf-8").splitlines()
    for row in map(json.loads, lines):
        found += [Example(text, False, "short") for text in _short_texts(row)]
        found.append(Example(row["product_name"], False, "goods"))
    with (data / "descriptions" / "cbp_unacceptable_acceptable_partial.csv").open(encoding="utf-8", newline="") as file:
        wordings = ";".join(
            row["acceptable_example"] for row in csv.DictReader(file) if "master" not in row["acceptable_example"]
        )
    found += [Example(text.strip(), False, "cbp") for text in re.split("[;,]", wordings) if len(text.strip()) > 3]
    found += [Example(text, True, "vague") for text in vague]
    return list({example.text.casefold(): example for example in found}.values())


def _short_texts(row: dict[str, str]) -> list[str]:
    """What a filer could write who says no more than is needed: the kind of thing, its material, a part of its name."""
    material = json.loads(row["product_attributes"]).get("Material", "").split(",")[0]
    kind = re.split(r"[^ -~]|[(_]", row["cate_lv5_desc"])[0].strip()
    texts = [kind] if len(kind) > 3 else []
    if texts and material and material != "None":
        texts.append(f"{material} {kind}")
    words, knows = row["product_name"].split(), packaged_headings().knows
    for start in range(0, len(words) - 5, 5):
        part = " ".join(words[start : start + 5])
        if sum(map(knows, stems_of(part))) >= _KNOWN_WORDS_MIN:
            texts.append(part)
    return texts


def _tariff_texts(folder: Path) -> list[str]:
    """What a filer could write who copies the tariff: the goods of a line alone, or with the text above it."""
    alone, whole = set(), set()
    for chapter in range(1, 98):
        path = folder / f"{chapter}.json"
        above: dict[int, str] = {}
        for row in json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []:
            indent, own = int(row["indent"]), re.split(r"[;:(,]", row["description"])[0].strip()
            above[indent] = own
            if re.match("(?i)(other|of|not|valued|for|with|weighing|containing|over|in|if) ?", own) or len(own) < 4:
                continue
            if len(stems_of(own)) <= _SHORT_WORDS_MAX:
                alone.add(own)
            if indent and len(row["htsno"].replace(".", "")) == 10:
                parent = next((above[level] for level in range(indent - 1, -1, -1) if level in above), "")
                whole.add(f"{parent} {own}"[:200])
    rng = random.Random(_SEED)
    return rng.sample(sorted(alone), _TARIFF_EXAMPLES) + rng.sample(sorted(whole), _TARIFF_EXAMPLES)


def places_of(text: str) -> list[int]:
    """The features of a description, as the model counts them."""
    knows = packaged_headings().knows
    stems = stems_of(text)[:WORDS_READ_MAX]
    places = whole_features(stems, known=sum(1 for stem in stems if knows(stem)))
    for stem in stems:
        places += word_features(stem, known=knows(stem))
    return places


def train(features: Sequence[list[int]], vague: Sequence[bool], *, rng: random.Random) -> tuple[list[float], float]:
    """Weights and bias of a logistic regression, by stochastic gradient descent; both classes count the same."""
    weights, bias = [0.0] * FEATURES, 0.0
    share = sum(vague) / len(vague)
    importance = {True: 0.5 / share, False: 0.5 / (1 - share)}
    order = list(range(len(features)))
    for epoch in range(_EPOCHS):
        rng.shuffle(order)
        rate = _RATE / (1 + epoch)
        for number in order:
            places = features[number]
            unit = 1 / math.sqrt(len(places))
            value = bias + unit * sum([weights[place] for place in places])
            step = rate * importance[vague[number]] * (vague[number] - 1 / (1 + math.exp(-max(-30, min(30, value)))))
            bias += step * 0.1
            for place in places:
                weights[place] += step * unit - _SHRINK * weights[place]
    return weights, bias


def packed(weights: Sequence[float], bias: float, threshold: float, *, trained: str) -> bytes:
    """The model as the file holds it: a byte for each weight."""
    scale = max(map(abs, weights)) / 127
    held = {
        "trained": trained,
        "bias": round(bias, 6),
        "threshold": round(threshold, 4),
        "scale": round(scale, 9),
        "weights": base64.b64encode(bytes(round(weight / scale) + 128 for weight in weights)).decode(),
    }
    return (json.dumps(held, indent=1) + "\n").encode("ascii")


def fitted(learned: Sequence[Example], *, trained: str) -> bytes:
    """A model of these examples, with the threshold that keeps false alarms on them within the bound."""
    features = [places_of(example.text) for example in learned]
    weights, bias = train(features, [example.vague for example in learned], rng=random.Random(_SEED))
    model = VagueModel(packed(weights, bias, 0.5, trained=trained), knows=packaged_headings().knows)
    specific = sorted(model.chance(stems_of(example.text)) for example in learned if not example.vague)
    threshold = max(0.5, specific[int(len(specific) * (1 - _FALSE_ALARMS_MAX))])
    return packed(weights, bias, threshold, trained=trained)


def cross_validated(all_examples: Sequence[Example]) -> dict[str, object]:
    """Each example judged by a model that has not seen it: the counts, precision, recall and F1."""
    shuffled = list(all_examples)
    random.Random(_SEED).shuffle(shuffled)
    flagged: dict[str, int] = {}
    for fold in range(_FOLDS):
        held_out = shuffled[fold::_FOLDS]
        learned = [example for place, example in enumerate(shuffled) if place % _FOLDS != fold]
        model = VagueModel(fitted(learned, trained="fold"), knows=packaged_headings().knows)
        for example in held_out:
            flagged[example.origin] = flagged.get(example.origin, 0) + model.is_vague(stems_of(example.text))
    counts = {origin: sum(example.origin == origin for example in shuffled) for origin in flagged}
    hits, alarms = flagged["vague"], sum(count for origin, count in flagged.items() if origin != "vague")
    precision, recall = hits / (hits + alarms), hits / counts["vague"]
    goods_precision = hits / (hits + flagged["goods"])
    return {
        "folds": _FOLDS,
        "flagged": {origin: f"{flagged[origin]} of {counts[origin]}" for origin in sorted(flagged)},
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(2 * precision * recall / (precision + recall), 4),
        "f1_against_goods_alone": round(2 * goods_precision * recall / (goods_precision + recall), 4),
    }


def main() -> None:
    """Cross-validates, and with --write trains on everything and writes the model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="The folder with descriptions/ and goods/.")
    parser.add_argument("--tariff", type=Path, required=True, help="The folder with 1.json to 97.json.")
    parser.add_argument("--trained", required=True, help="The day, YYYY-MM-DD, as answers shall name it.")
    parser.add_argument("--write", action="store_true", help="Train on everything and write the model.")
    arguments = parser.parse_args()
    found = examples(arguments.data, arguments.tariff)
    print(json.dumps(cross_validated(found), indent=1))
    if arguments.write:
        OUT.write_bytes(fitted(found, trained=arguments.trained))
        print(f"{OUT.name}: {OUT.stat().st_size:,} bytes, {len(found)} descriptions")


if __name__ == "__main__":
    main()
