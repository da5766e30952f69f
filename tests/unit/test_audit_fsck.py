"""The whole-log check as a command: what it prints, and its three exit statuses."""

from __future__ import annotations

import json
from pathlib import Path

import apsw
import pytest
from tidewaiter_audit.fsck.__main__ import main
from tidewaiter_audit.fsck.report import PROBLEMS_MAX
from tidewaiter_audit.store.sqlite import FILE_NAME
from tidewaiter_tlog.signers import Ed25519Signer

from tests.audit_logs import ORIGIN, SIGNER, open_log
from tests.audit_records import CANARY, submission


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    async with open_log(tmp_path) as log:
        await log.decisions.append([submission(number) for number in range(150)])
    return tmp_path


def spoil(folder: Path, sql: str) -> None:
    connection = apsw.Connection(str(folder / FILE_NAME))
    connection.execute(sql)
    connection.close()


def run(folder: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, dict[str, object]]:
    status = main(["--data", str(folder), "--json", *more])
    printed: dict[str, object] = json.loads(capsys.readouterr().out)
    return status, printed


def test_a_sound_log_ends_with_0(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, printed = run(folder, capsys)

    assert (0, True, 150, 2, 0, []) == (
        status,
        printed["sound"],
        printed["tree_size"],
        printed["checkpoints"],
        printed["problems_total"],
        printed["problems"],
    )


async def test_a_log_in_use_is_checked_as_it_stands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with open_log(tmp_path) as log:
        await log.decisions.append([submission(1)])

        assert 1 == run(tmp_path, capsys)[1]["tree_size"]


def test_a_false_log_ends_with_1_and_says_where(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoil(folder, "UPDATE personal SET data = x'00' WHERE leaf_index = 3")

    status, printed = run(folder, capsys)

    assert (1, False) == (status, printed["sound"])
    assert [
        {
            "code": "PERSONAL_MISMATCH",
            "where": "entry 3",
            "detail": "its personal data are not what the leaf committed to",
        }
    ] == printed["problems"]


def test_all_problems_are_counted_and_the_first_are_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoil(folder, "DELETE FROM personal")

    _, printed = run(folder, capsys)

    problems = printed["problems"]
    assert isinstance(problems, list)
    assert (150, PROBLEMS_MAX) == (printed["problems_total"], len(problems))


def test_the_report_for_people_has_a_line_for_each_problem(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoil(folder, "DELETE FROM personal")

    status = main(["--data", str(folder)])

    lines = capsys.readouterr().out.splitlines()
    assert (1, PROBLEMS_MAX + 2) == (status, len(lines))
    assert lines[0].startswith("false: 150 problems")
    assert "and 50 more" == lines[-1]


def test_nothing_of_anyone_is_in_the_report(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoil(folder, "UPDATE personal SET salt = x'00'")

    main(["--data", str(folder)])

    assert CANARY not in capsys.readouterr().out


def test_without_a_log_it_cannot_tell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, printed = run(tmp_path, capsys)

    assert (2, None) == (status, printed["sound"])
    assert not (tmp_path / FILE_NAME).exists()


def test_a_file_that_is_no_store_ends_with_2(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / FILE_NAME).write_bytes(b"no database" * 1000)

    assert 2 == run(folder, capsys)[0]


def test_with_a_key_that_one_knows_a_log_signed_anew_is_found_out(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known, other = folder / "known.pub", folder / "other.pub"
    known.write_text(SIGNER.key.to_text() + "\n", encoding="utf-8")
    other.write_text(Ed25519Signer(name=ORIGIN, seed=bytes(32)).key.to_text() + "\n", encoding="utf-8")

    assert 0 == run(folder, capsys, "--key", str(known))[0]
    assert 1 == run(folder, capsys, "--key", str(other))[0]
    assert 2 == run(folder, capsys, "--key", str(folder / "none.pub"))[0]
