"""The service's command line: a log is made once and on request, and a start that must not be is refused in a line."""

from __future__ import annotations

from pathlib import Path

import pytest
from tidewaiter_audit.__main__ import build
from tidewaiter_chassis.failures import Failure
from tidewaiter_chassis.telemetry import Telemetry

from tests.audit_process import run, serving
from tests.audit_service import settings_for


def refusal(lines: list[dict[str, object]]) -> object:
    """The reason of the last line, which says why there was no start."""
    assert "cannot start" == lines[-1]["event"]
    return lines[-1]["reason"]


@pytest.mark.processes
async def test_a_log_is_made_once_on_request_and_then_served(tmp_path: Path) -> None:
    folder = tmp_path / "data"

    assert (1, "LOG_ABSENT") == _told(await run(folder))
    status, lines = await run(folder, "--create-log")
    again = await run(folder, "--create-log")

    assert (0, "log created") == (status, lines[-1]["event"])
    assert (1, "LOG_EXISTS") == _told(again)
    public = (folder / "audit.pub").read_text(encoding="utf-8")
    assert f"{lines[-1]['verifier_key']}\n" == public
    async with serving(folder) as service:
        assert 0 == await service.stop()


async def test_a_key_that_others_may_read_or_of_another_log_is_refused(tmp_path: Path) -> None:
    telemetry = Telemetry.for_tests("audit")
    with pytest.raises(SystemExit):
        await build(settings_for(tmp_path), telemetry, create_log=True)
    key = tmp_path / "audit.key"

    with pytest.raises(Failure, match="KEY_UNUSABLE"):
        await build(settings_for(tmp_path, log_origin="example.org/other"), telemetry)
    key.chmod(0o644)
    with pytest.raises(Failure, match="KEY_EXPOSED"):
        await build(settings_for(tmp_path), telemetry)
    key.unlink()
    with pytest.raises(Failure, match="KEY_ABSENT"):
        await build(settings_for(tmp_path), telemetry)


def _told(ended: tuple[int, list[dict[str, object]]]) -> tuple[int, object]:
    status, lines = ended
    return status, refusal(lines)
