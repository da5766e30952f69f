"""The client's tutorial runs as it is written."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from google.rpc import code_pb2
from tidewaiter.intake.v1 import intake_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_client import errors

from tests.fake_intake import Script, filing, serving, status

FENCE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def readme() -> str:
    return (Path(__file__).parents[2] / "libs" / "client" / "README.md").read_text(encoding="utf-8")


def ran(readme: str, number: int, address: str, **names: Any) -> dict[str, Any]:
    """The names that a fence leaves behind, run against this address."""
    code = FENCE.findall(readme)[number].replace("127.0.0.1:7301", address)
    exec(compile(code, "libs/client/README.md", "exec"), names)
    return names


def test_one_parcel_is_filed(readme: str, capsys: pytest.CaptureFixture[str]) -> None:
    with serving() as (fake, address):
        ran(readme, 0, address)

    assert "OUTCOME_RELEASE 2025-08-28-000017-1\n" == capsys.readouterr().out
    assert "Ann Lee" == fake.submitted[0].filing.consignee.name


def test_many_are_filed(readme: str, capsys: pytest.CaptureFixture[str]) -> None:
    with serving() as (_, address):
        ran(readme, 1, address, filings=[filing("a"), filing("b")])

    assert {"a 1", "b 1"} == set(capsys.readouterr().out.splitlines())


def test_decisions_are_watched(readme: str, capsys: pytest.CaptureFixture[str]) -> None:
    decision = trade_pb2.Decision(outcome=trade_pb2.OUTCOME_HOLD, supersedes="D0")
    told = [
        intake_pb2.WatchDecisionsResponse(resume_token="next.1"),
        intake_pb2.WatchDecisionsResponse(resume_token="next.2", dedupe_key="D1", decision=decision),
    ]
    ending = status(code_pb2.INVALID_ARGUMENT, "THE_END")
    with serving(Script(watches=[(told, ending)])) as (fake, address), pytest.raises(errors.RequestRefused):
        ran(readme, 2, address, last_token="next.0")

    assert f"D1 {trade_pb2.OUTCOME_HOLD} D0\n" == capsys.readouterr().out
    assert [("SKYTIDE", "next.0")] == [(each.originator_code, each.resume_token) for each in fake.watched]


def test_many_are_filed_with_asyncio(readme: str) -> None:
    with serving() as (_, address):
        file_all = ran(readme, 3, address)["file_all"]
        assert {"a", "b"} == set(asyncio.run(file_all([filing("a"), filing("b")])))


def test_a_refusal_is_read(readme: str, capsys: pytest.CaptureFixture[str]) -> None:
    violations = (("filing.mode", "MODE_MISSING", "say how it arrives"),)
    refusal = status(code_pb2.INVALID_ARGUMENT, "MODE_MISSING", violations=violations)
    with serving(Script(unary=[refusal])) as (_, address):
        ran(readme, 4, address, filing=filing("a"))

    assert "filing.mode MODE_MISSING say how it arrives\n" == capsys.readouterr().out


def test_every_error_class_is_in_the_table(readme: str) -> None:
    classes = {kind.__name__ for kind in errors.TidewaiterError.__subclasses__()} | {"FilingRefused"}
    named = set(re.findall(r"^\| `(\w+)` \|", readme, re.MULTILINE))

    assert classes - {"RequestRefused", "StreamBroken"} == named


def test_a_shipment_is_withdrawn(readme: str, capsys: pytest.CaptureFixture[str]) -> None:
    answer = intake_pb2.SubmitFilingResponse(decision=trade_pb2.Decision(shipment_id="S1"))
    with serving() as (_, address):
        ran(readme, 5, address, answer=answer)

    assert "OUTCOME_WITHDRAWN\n" == capsys.readouterr().out


def test_what_was_filed_is_listed_page_after_page(readme: str, capsys: pytest.CaptureFixture[str]) -> None:
    with serving() as (servicer, address):
        ran(readme, 6, address)

    assert "T1 OUTCOME_RELEASE\nT2 OUTCOME_RELEASE\n" == capsys.readouterr().out
    first, second = servicer.listed
    assert ("SKYTIDE", [trade_pb2.OUTCOME_RELEASE], "") == (
        first.originator_code,
        list(first.outcomes),
        first.page_token,
    )
    assert "2025-01-15T00:00:00Z" == first.arrival_from.ToJsonString()
    first.page_token = "1"
    assert first == second
