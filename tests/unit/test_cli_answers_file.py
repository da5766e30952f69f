"""The file of answers: whole or as it was, one run at a time, and never the manifest; also after a kill."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tidewaiter_cli.filing.answers_file import replacing
from tidewaiter_cli.stopping import CANNOT_TELL, Stop

ANOTHER_RUN = """
import sys
from pathlib import Path
from tidewaiter_cli.filing.answers_file import replacing
with replacing(Path(sys.argv[1]), manifest="m.jsonl", say=print) as file:
    file.write(b"half an ans")
    file.flush()
    print("writing", flush=True)
    input()
    file.write(b"wer")
"""


@contextmanager
def another_run(out: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has written some of its answers to `out` and waits for a line to go on."""
    with subprocess.Popen(
        [sys.executable, "-c", ANOTHER_RUN, f"{out}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert "writing\n" == process.stdout.readline()
        yield process
        process.kill()


def write(out: Path, answers: bytes) -> list[str]:
    """Replaces `out`; what was said meanwhile."""
    said: list[str] = []
    with replacing(out, manifest="m.jsonl", say=said.append) as file:
        assert file is not None
        file.write(answers)
    return said


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_what_a_killed_run_left_is_said_and_begun_anew(tmp_path: Path) -> None:
    out = tmp_path / "d.jsonl"
    out.write_bytes(b"earlier\n")
    with another_run(out) as killed:
        killed.kill()
        killed.wait()
    assert (b"earlier\n", {"d.jsonl", ".d.jsonl.part"}) == (out.read_bytes(), names(tmp_path))

    (said,) = write(out, b"all\n")

    assert f"{tmp_path / '.d.jsonl.part'} was left by a run that was killed" in said
    assert (b"all\n", {"d.jsonl"}) == (out.read_bytes(), names(tmp_path))


def test_two_runs_never_write_one_file_and_the_first_is_not_disturbed(tmp_path: Path) -> None:
    out = tmp_path / "d.jsonl"
    with another_run(out) as first:
        with pytest.raises(Stop, match="another `tidewaiter file` is writing") as stop:
            write(out, b"mine")
        assert not out.exists()
        first.communicate("go on\n")

    assert (b"half an answer", {"d.jsonl"}) == (out.read_bytes(), names(tmp_path))
    assert "name another file" in stop.value.advice
    assert [] == write(out, b"mine")
    assert b"mine" == out.read_bytes()


@pytest.mark.parametrize("answers", [b"", b"one\n"])
def test_a_run_that_fails_replaces_what_was_there_only_by_answers(tmp_path: Path, answers: bytes) -> None:
    out = tmp_path / "d.jsonl"
    out.write_bytes(b"earlier\n")

    def fail() -> None:
        with replacing(out, manifest="m.jsonl", say=print) as file:
            assert file is not None
            file.write(answers)
            raise ConnectionError

    with pytest.raises(ConnectionError):
        fail()

    assert (answers or b"earlier\n", {"d.jsonl"}) == (out.read_bytes(), names(tmp_path))


def test_the_permissions_of_what_was_there_stay(tmp_path: Path) -> None:
    out = tmp_path / "d.jsonl"
    out.touch(mode=0o600)

    write(out, b"one\n")

    assert 0o600 == out.stat().st_mode & 0o777


def test_a_link_stays_a_link_and_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "d.jsonl")
    write(tmp_path / "link", b"one\n")

    assert (True, b"one\n") == ((tmp_path / "link").is_symlink(), (tmp_path / "d.jsonl").read_bytes())
    with pytest.raises(Stop, match="cannot be written"):
        write(tmp_path / "absent" / "d.jsonl", b"one\n")


@pytest.mark.parametrize("manifest", ["-", "/dev/stdin"])
def test_standard_input_is_never_its_own_output(tmp_path: Path, manifest: str) -> None:
    both = tmp_path / "both.jsonl"
    both.write_bytes(b'{"requestId":"r1"}\n')
    words = ["file", manifest, "--format", "jsonl", "--intake", "127.0.0.1:1", "--out", f"{both}"]
    with both.open("rb") as text:
        ended = subprocess.run(
            [sys.executable, "-m", "tidewaiter_cli", *words], stdin=text, capture_output=True, text=True, check=False
        )

    assert CANNOT_TELL == ended.returncode
    assert f"--out {both} is the manifest itself" in ended.stderr
    assert (b'{"requestId":"r1"}\n', {"both.jsonl"}) == (both.read_bytes(), names(tmp_path))


def test_what_is_no_file_is_written_as_it_is_also_when_it_is_standard_input() -> None:
    program = (
        "from pathlib import Path; from tidewaiter_cli.filing.answers_file import replacing\n"
        "with replacing(Path('/dev/null'), manifest='-', say=print) as file: print(file.write(b'gone'))"
    )
    ended = subprocess.run([sys.executable, "-c", program], stdin=subprocess.DEVNULL, capture_output=True, check=False)

    assert (0, b"4\n") == (ended.returncode, ended.stdout)
