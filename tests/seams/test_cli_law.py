"""`tidewaiter law`, `law diff`, `check` and what they ask of a running service."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from tidewaiter_chassis.telemetry import Telemetry
from tidewaiter_cli.__main__ import main
from tidewaiter_eligibility.__main__ import build

from tests.eligibility_service import settings_in

Run = Callable[..., Awaitable[tuple[int, str]]]


@pytest.fixture
async def run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> AsyncIterator[Run]:
    """Runs a command line on a thread of its own, against a service here; its status and what it wrote."""
    server = await build(settings_in(tmp_path), Telemetry.for_tests("eligibility"))
    address = await server.start()

    async def run(*words: str) -> tuple[int, str]:
        status = await asyncio.to_thread(main, [*words, "--eligibility", address])
        lines = capfd.readouterr().out.splitlines(keepends=True)
        # The service shares this process, and its log this output.
        return status, "".join(line for line in lines if "[info " not in line)

    yield run
    await server.stop(0)


async def test_the_law_of_a_day_is_shown_within_80_columns(run: Run) -> None:
    status, out = await run("law", "--on", "2025-06-01", "--origin", "cn", "--mode", "mail")

    assert 0 == status
    assert 80 >= max(map(len, out.splitlines()))
    assert "R05  2025-05-02 to 2025-08-29  mail  CN, HK" in out
    assert "PD4  2025-05-14 to 2025-08-29  CN, HK" in out
    assert "R04" not in out
    assert "Z-EASTERN" not in out
    assert "\x1b" not in out


async def test_a_machine_gets_the_same_rows(run: Run) -> None:
    status, out = await run("law", "--on", "2025-06-01", "--kind", "duty", "--json")

    (row,) = json.loads(out)["rows"]
    assert (0, "PD4", "2025-05-14", ["CN", "HK"]) == (status, row["rule_id"], row["from"], row["countries"])
    assert 64 == len(json.loads(out)["law_version"])


async def test_what_changed_from_one_day_to_the_next_is_shown(run: Run) -> None:
    status, out = await run("law", "diff", "2026-02-23", "2026-02-24", "--json")

    found = json.loads(out)
    assert (0, ["PD5"], ["PD6"]) == (
        status, [row["rule_id"] for row in found["ended"]], [row["rule_id"] for row in found["began"]],
    )  # fmt: skip
    _, text = await run("law", "diff", "2025-08-28", "2025-08-29")
    assert 80 >= max(map(len, text.splitlines()))
    assert "\n- R01  2016-08-26 to 2025-08-29\n" in text
    assert "\n+ R07M  2025-08-29 to 2026-07-24  mail\n" in text


@pytest.mark.parametrize(
    "words", [("law", "--on", "2025-02-30"), ("law", "--origin", "CHN"), ("law", "diff", "2025-08-28", "x")]
)
async def test_a_misspelt_day_or_country_ends_with_2(run: Run, words: tuple[str, ...]) -> None:
    assert (2, "") == await run(*words)


async def test_a_what_if_shows_its_entry_its_duty_and_what_would_change_it(run: Run) -> None:
    status, out = await run("check", "--value", "25", "--origin", "CN", "--on", "2025-06-01", "--mode", "mail")

    assert 0 == status
    assert "Duty $13.50: 54.00 % of $25.00 = $13.50" in out
    assert "Arriving on 2025-05-01: eligible, entry path section 321 manifest, regime R01." in out


async def test_a_flag_of_the_goods_is_asked_about(run: Run) -> None:
    words = ("check", "--value", "25", "--origin", "DE", "--on", "2025-01-15", "--flag", "quota", "--json")

    found = json.loads((await run(*words))[1])

    assert "ENTRY_PATH_TYPE_12" == found["entryPath"]
    assert [] == found["what_would_change"]
