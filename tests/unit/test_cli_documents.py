"""docs/cli.md names every command, every column and every key that the command line has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tidewaiter_cli.__main__ import COMMANDS, LISTS_COMMANDS, LOG_COMMANDS, PERSONS_COMMANDS
from tidewaiter_cli.filing.tally import Tally
from tidewaiter_cli.reading.columns import COLUMNS


@pytest.fixture(scope="module")
def page() -> str:
    return (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")


def test_every_command_has_its_heading_and_an_example(page: str) -> None:
    for name in (*COMMANDS, "log", "persons", "lists"):
        section = page.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        assert f"$ tidewaiter {name}" in section
    for name in LOG_COMMANDS:
        assert f"$ tidewaiter log {name}" in page
    for name in PERSONS_COMMANDS:
        assert f"$ tidewaiter persons {name}" in page
    for name in LISTS_COMMANDS:
        assert f"$ tidewaiter lists {name}" in page


def test_every_column_is_documented(page: str) -> None:
    table = page.partition("### Columns")[2].partition("\n## ")[0]
    named = set(re.findall(r"`([a-z_0-9]+)`", table))
    parties = {f"{party}_{name}" for party in ("seller", "shipper", "buyer", "consignee") for name in named}

    assert set() == COLUMNS.keys() - named - parties


def test_every_key_of_the_summary_is_documented(page: str) -> None:
    section = page.partition("\n## file\n")[2].partition("\n## ")[0]

    assert all(f'"{name}"' in section for name in Tally().summary(1.0))
