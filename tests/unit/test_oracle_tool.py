"""The comparison with an oracle says what it needs; what it finds is written in docs/screening.md."""

from __future__ import annotations

from pathlib import Path

import compare_with_oracle
import pytest


@pytest.mark.parametrize("given", [[], ["one.csv", "two.csv"]])
def test_it_wants_one_table(given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert 2 == compare_with_oracle.main(given)
    assert "pip install nomenklatura" in capsys.readouterr().err


def test_without_the_oracle_it_says_how_to_get_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 2 == compare_with_oracle.main([str(tmp_path / "pairs.csv")])
    assert "nomenklatura is not installed" in capsys.readouterr().err
