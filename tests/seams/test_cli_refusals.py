"""What a service refuses of what was typed is told in the words of the command line, with the status of a mistake."""

from __future__ import annotations

import asyncio
import shlex
from pathlib import Path

import pytest
from tidewaiter_cli.__main__ import main

from tests.suite import suite

WHAT_IF = "check --value 1 --eligibility @eligibility"
REFUSED = {
    f"{WHAT_IF} --origin VN --on 9999-12-31": ("--on 9999-12-31:", "--origin"),
    f"{WHAT_IF} --on 2025-08-28 --origin ZZ": ("--origin:", "--sent-from"),
    f"{WHAT_IF} --on 2025-08-28 --origin VN --sent-from ZZ": ("--sent-from:", "--origin"),
    f"{WHAT_IF} --on 2025-08-28 --origin VN --currency XX": ("--currency:", "--value"),
    f"{WHAT_IF} --on 2025-08-28 --origin VN --hts zzz": ("--hts:", "--origin"),
    "screen ... --risk @risk": ("NAME:", "party"),
    "log find --shipment @long --audit @audit": ("--shipment:", "shipment_id"),
    "log watch --after @long --audit @audit": ("--after:", "resume_token"),
    "log retention --author @long --dry-run --audit @audit": ("--author:", "reason"),
    "log erase X --author a --reason r --request-id ! --dry-run --audit @audit": ("--request-id:", "request_id"),
    "persons split @party --author @long --reason r --eligibility @eligibility": ("--author:", "--reason"),
    "watch --filer @long --intake @intake": ("--filer:", "originator_code"),
}


async def test_a_refusal_names_flags_and_no_fields(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    party = tmp_path / "party.jsonl"
    party.write_text('{"name": "Ann Lee", "postalCode": "10001", "addressLines": ["1 A St"]}', encoding="utf-8")
    async with suite(tmp_path) as built:
        for line, (flag, other) in REFUSED.items():
            for word, meant in {**built.addresses, "long": "x" * 2_000, "party": f"{party}"}.items():
                line = line.replace(f"@{word}", meant)
            status = await asyncio.to_thread(main, shlex.split(line))
            told = [said for said in capfd.readouterr().err.splitlines() if said.startswith("tidewaiter: ")]

            assert 2 == status, line
            assert [True] == [flag in said for said in told], line
            assert not any(other in said or "shipment." in said for said in told), line


async def test_a_day_without_rows_is_told_with_why(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    async with suite(tmp_path) as built:
        words = ["requirements", "--intake", built.addresses["intake"], "--filer", "carrier", "--on", "2018-01-01"]
        assert 0 == await asyncio.to_thread(main, words)

    out = " ".join(capfd.readouterr().out.split())
    assert "No data element: the table that filings are checked by has no row for carrier, 2018-01-01." in out
