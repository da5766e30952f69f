"""The other reading of a broken day, DENY_MARGINAL, run again: what had no room then has none, and no other changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import tidewaiter_eligibility.law as packaged_law
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_cli.__main__ import main

from tests.filings import goods, message, party
from tests.rerun_children import on_threads
from tests.suite import suite, until

DOLLARS = {"fits": 500, "beyond": 400, "fits-too": 250, "other": 700, "over": 900, "next": 50}
"""In the order of filing; all of one person on one day of 800 dollars, but for `other`."""
DENIED = ["beyond", "over"]


def marginal_law(folder: Path) -> Path:
    """The shipped row on broken days with the other effect, as an operator lays it over the law."""
    folder.mkdir()
    shipped = (Path(packaged_law.__file__).parent / "limits.toml").read_text(encoding="utf-8")
    (row,) = [row for row in shipped.split("\n\n") if row.startswith("[[broken_day]]") and '"B-ALL"' in row]
    (folder / "limits.toml").write_text(row.replace('"DENY_ALL"', '"DENY_MARGINAL"') + "\n", encoding="utf-8")
    return folder


async def past(folder: Path, law: Path) -> dict[str, trade_pb2.Decision]:
    """What was filed one after the other, and at last an amendment that leaves room."""
    answers: dict[str, Any] = {}
    async with suite(folder, TIDEWAITER_ELIGIBILITY_LAW_DIR=f"{law}") as house:
        for name, dollars in DOLLARS.items():
            person = party("Zoe Poe" if name == "other" else "Kim Day")
            answers[name] = await house.submit(message(name, consignee=person, items=[goods(dollars * 100)]))
        smaller = {"tracking_number": "TWfits", "consignee": party("Kim Day"), "items": [goods(10_000)]}
        answers["smaller"] = await house.submit(message("smaller", etag=answers["fits"].etag, **smaller))
        await until(house.at_rest)
    return {name: answer.decision for name, answer in answers.items()}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


async def test_decisions_taken_under_deny_marginal_come_out_the_same_whole(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    law = marginal_law(tmp_path / "law")
    decisions = await past(data, law)
    denied = [name for name, each in decisions.items() if each.outcome == trade_pb2.OUTCOME_ENTRY_REQUIRED]
    assert denied == DENIED, decisions
    capsys.readouterr()

    with on_threads(monkeypatch):
        status = main(["replay", "--since", "2020-01-01", "--data", f"{data}", "--law", f"{law}", "--json"])

    facts = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (0, {"SAME"}) == (status, set(facts["verdicts"])), facts
    assert len(decisions) <= facts["verdicts"]["SAME"]
