"""The tables that come along are what the commands make of the data, and the training says how well it does."""

from __future__ import annotations

import json
from pathlib import Path

import build_headings
import pytest
import train_vague_model
from tidewaiter_goods.headings import packaged_headings
from tidewaiter_goods.stems import stems_of
from tidewaiter_goods.vague_model import VagueModel
from train_vague_model import Example


def test_the_words_of_the_tariff_are_those_of_the_edition_that_is_named(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    committed, made = build_headings.OUT, tmp_path / "headings.json"
    monkeypatch.setattr(build_headings, "OUT", made)
    monkeypatch.setattr(
        "sys.argv", ["x", "--tariff", f"{shared_data / 'tariff' / 'hts_2025'}", "--edition", "HTSUS 2025, June"]
    )

    build_headings.main()

    assert committed.read_bytes() == made.read_bytes()


def test_the_model_is_what_its_card_says_it_was_made_of(shared_data: Path, project_root: Path) -> None:
    found = train_vague_model.examples(shared_data, shared_data / "tariff" / "hts_2025")
    card = (project_root / "docs" / "models" / "vague-descriptions.md").read_text(encoding="utf-8")
    model = train_vague_model.OUT.read_bytes()

    for origin in ("vague", "goods", "short", "tariff", "cbp"):
        assert f"| {sum(one.origin == origin for one in found):,} |" in card, origin
    assert f"{len(model):,} bytes" in card
    assert f"| trained | {json.loads(model)['trained']}" in card
    assert len(model) < 2 * 1024 * 1024
    assert model == train_vague_model.fitted(found, trained=json.loads(model)["trained"])


VAGUE = [Example(f"misc {word}", True, "vague") for word in "black pink red xl xs one two new mix set".split()]
GOODS = [Example(f"cotton {word}", False, "goods") for word in "shirts shoes gloves hats towels sheets".split()]


def test_training_learns_and_the_same_examples_make_the_same_model() -> None:
    first = train_vague_model.fitted([*VAGUE, *GOODS], trained="2026-01-02")
    model = VagueModel(first, knows=packaged_headings().knows)

    assert first == train_vague_model.fitted([*VAGUE, *GOODS], trained="2026-01-02")
    assert model.is_vague(stems_of("misc blue"))
    assert not model.is_vague(stems_of("cotton curtains"))
    assert model.version.startswith("vague-model 2026-01-02 ")


def test_every_example_is_judged_by_a_model_that_has_not_seen_it() -> None:
    printed = train_vague_model.cross_validated([*VAGUE, *GOODS])

    assert {"folds", "flagged", "precision", "recall", "f1", "f1_against_goods_alone"} == set(printed)
    assert {"vague", "goods"} == set(printed["flagged"])  # type: ignore[call-overload]  # a mapping
    assert 0.8 <= float(printed["f1"]) <= 1.0  # type: ignore[arg-type]  # a number
