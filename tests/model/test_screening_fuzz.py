"""Whatever is written as a name is screened as promised; `make fuzz-names` tries a million."""

from __future__ import annotations

import json
import random
from typing import Any

import fuzz_names
import pytest
from tidewaiter_screening.names import name_of
from tidewaiter_screening.screen import Screener

NAMES = 2_000


def test_some_thousand_names_break_no_promise() -> None:
    figures = fuzz_names.fuzzed(NAMES, seed=7)

    assert NAMES == figures.names
    assert NAMES // 10 < figures.with_hits < figures.with_words < NAMES


def test_the_same_seed_makes_the_same_names_of_every_kind() -> None:
    made = [list(fuzz_names.names(400, random.Random(3), ["Ann Lee"])) for _ in range(2)]
    texts = made[0]

    assert texts == made[1]
    assert texts != list(fuzz_names.names(400, random.Random(4), ["Ann Lee"]))
    for has in ("\x00", "\ud800", "\u202e"):
        assert any(has in text for text in texts)
    assert any(len(text) > 300 for text in texts)
    assert any(not name_of(text).words for text in texts)


def test_the_figures_are_printed_for_a_machine(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == fuzz_names.main(["--names", "50", "--seed", "2", "--json"])
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (50, 2) == (told["names"], told["seed"])


class Wrong(Screener):
    """Forgets every second time whom it found."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.turns = 0

    def screen(self, *given: Any) -> Any:
        self.turns += 1
        return super().screen(*given) if self.turns % 2 else None


def test_a_broken_promise_is_told_with_the_number_of_the_name_that_brings_it_back() -> None:
    with pytest.raises(fuzz_names.Broken, match=r"name \d+, .+ two screeners answer the same"):
        fuzz_names.fuzzed(50, seed=5, screener=Wrong)
