"""`tidewaiter persons` against a running service."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import grpc
import pytest
from tidewaiter.eligibility.v1 import eligibility_pb2_grpc
from tidewaiter_chassis.telemetry import Telemetry
from tidewaiter_cli.__main__ import main
from tidewaiter_eligibility.__main__ import build

from tests.eligibility_service import batch, settings_in
from tests.eligibility_shipments import message

Run = Callable[..., Awaitable[tuple[int, str, str]]]
PARTY = '{{"name": "{}", "addressLines": ["12 Main St"], "postalCode": "12180", "countryCode": "US"}}\n'
BY = ("--author", "office 7", "--reason", "one account")


@pytest.fixture
async def run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> AsyncIterator[Run]:
    """Runs a command line on a thread of its own, against a service that holds two claims; status, output, errors."""
    server = await build(settings_in(tmp_path), Telemetry.for_tests("eligibility"))
    address = await server.start()
    async with grpc.aio.insecure_channel(address) as channel:
        stub = eligibility_pb2_grpc.EligibilityServiceStub(channel)
        other = message("S2", cents=50_000)
        other.consignee.name = "Ben Ode"
        await stub.DetermineEligibility(batch(message("S1", cents=50_000), other))

    async def run(*words: str) -> tuple[int, str, str]:
        nowhere = () if "rulings" in words else ("--intake", "127.0.0.1:1")
        status = await asyncio.to_thread(main, [*words, "--eligibility", address, *nowhere])
        said = capfd.readouterr()
        # The service shares this process, and its log this output.
        lines = [line for line in said.out.splitlines(keepends=True) if "[info " not in line]
        return status, "".join(lines), said.err

    yield run
    await server.stop(0)


@pytest.fixture
def parties(tmp_path: Path) -> Path:
    file = tmp_path / "parties.jsonl"
    file.write_text(PARTY.format("Ann Lee") + "\n" + PARTY.format("Ben Ode"), encoding="utf-8")
    return file


async def test_a_merge_is_recorded_repeated_and_listed(run: Run, parties: Path) -> None:
    status, out, err = await run("persons", "merge", str(parties), *BY, "--request-id", "M1")
    assert (1, True) == (status, "--request-id M1" in err), "no intake runs here to decide again"
    assert "1 person-day touched; 2 shipments to be determined again" in out
    assert "S1 revision 1" in out
    assert "Ann" not in out

    _, again, _ = await run("persons", "merge", str(parties), *BY, "--request-id", "M1")
    assert "(on record before)" in again

    _, listed, _ = await run("persons", "rulings")
    assert "merge of" in listed
    assert "by office 7: one account  (M1)" in listed


async def test_a_split_tells_a_machine_what_turned(run: Run, parties: Path, tmp_path: Path) -> None:
    await run("persons", "merge", str(parties), *BY)
    party = tmp_path / "party.jsonl"
    party.write_text(PARTY.format("Ben Ode"), encoding="utf-8")

    status, out, _ = await run("persons", "split", str(party), *BY, "--json")

    found = json.loads(out)
    assert (0, "PERSON_RULING_KIND_SPLIT", False) == (status, found["ruling"]["kind"], found["replayed"])
    _, listed, _ = await run("persons", "rulings", "--json")
    assert ["1", "2"] == [ruling["number"] for ruling in json.loads(listed)["rulings"]]


@pytest.mark.parametrize(
    ("words", "content", "problem"),
    [
        (("persons", "merge"), PARTY.format("Ann Lee"), "has 1 party"),
        (("persons", "split"), PARTY.format("Ann Lee") * 2, "has 2 parties"),
        (("persons", "split"), "Ann Lee\n", "line 1: no party"),
    ],
)
async def test_a_file_that_does_not_do_is_refused_and_not_repeated(
    run: Run, tmp_path: Path, words: tuple[str, ...], content: str, problem: str
) -> None:
    file = tmp_path / "wrong.jsonl"
    file.write_text(content, encoding="utf-8")

    status, _, err = await run(*words, str(file), *BY)

    assert 0 != status
    assert problem in err
    assert "Ann" not in err


async def test_without_rulings_that_is_said(run: Run) -> None:
    assert "Nothing was ruled yet." in (await run("persons", "rulings"))[1]
