"""The log of a service: bounded in size and number, appended to all the while, and asked why its process ended."""

from __future__ import annotations

import errno
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tidewaiter_cli.supervise.child import Child
from tidewaiter_cli.supervise.log_file import USUAL, LogBounds, LogFile


def log(folder: Path, *, bytes_max: int = 100, kept: int = 2) -> LogFile:
    return LogFile(folder / "logs" / "risk.log", LogBounds(bytes_max=bytes_max, kept=kept))


def written(folder: Path) -> dict[str, str]:
    """What every log holds, by name."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted((folder / "logs").iterdir())}


@pytest.mark.parametrize(("size", "is_set_aside"), [(99, False), (100, False), (101, True)])
def test_a_log_is_set_aside_once_it_is_over_its_bound(tmp_path: Path, size: int, is_set_aside: bool) -> None:
    file = log(tmp_path)
    with file.opened() as output:
        output.write(b"x" * size)

    file.bound()

    names = ["risk.1.log", "risk.log"] if is_set_aside else ["risk.log"]
    assert names == list(written(tmp_path))
    assert size == sum(map(len, written(tmp_path).values()))


def test_so_many_are_kept_and_the_oldest_goes(tmp_path: Path) -> None:
    file = log(tmp_path)
    for letter in "abcd":
        with file.opened() as output:
            output.write(letter.encode() * 101)
        file.bound()

    assert {"risk.1.log": "d" * 101, "risk.2.log": "c" * 101, "risk.log": ""} == written(tmp_path)


def test_with_a_smaller_number_than_before_those_beyond_it_go_and_others_files_stay(tmp_path: Path) -> None:
    file = log(tmp_path, kept=0)
    (tmp_path / "logs").mkdir()
    for name in ("risk.1.log", "risk.7.log", "risk.old.log", "audit.1.log"):
        (tmp_path / "logs" / name).write_text(name, encoding="utf-8")
    file.path.write_bytes(b"x" * 101)

    file.bound()

    assert ["audit.1.log", "risk.log", "risk.old.log"] == list(written(tmp_path))
    assert "" == written(tmp_path)["risk.log"]


def test_a_log_that_an_earlier_run_left_too_large_is_set_aside_before_the_next_line(tmp_path: Path) -> None:
    file = log(tmp_path)
    (tmp_path / "logs").mkdir()
    file.path.write_bytes(b"x" * 101)

    with file.opened() as output:
        output.write(b"first")

    assert {"risk.1.log": "x" * 101, "risk.log": "first"} == written(tmp_path)


def test_a_process_goes_on_in_the_same_file(tmp_path: Path) -> None:
    file = log(tmp_path, bytes_max=3)
    with file.opened() as output:
        program = "for _ in range(2): print(input(), flush=True)"
        process = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=output, text=True)
    with process:
        assert process.stdin is not None
        process.stdin.write("before\n")
        process.stdin.flush()
        while "before\n" not in file.path.read_text(encoding="utf-8"):
            assert process.poll() is None
        file.bound()
        process.stdin.write("after\n")

    assert {"risk.1.log": "before\n", "risk.log": "after\n"} == written(tmp_path)


def test_a_process_is_asked_why_it_ended_and_no_other_that_wrote_before_it(tmp_path: Path) -> None:
    file = log(tmp_path, bytes_max=10_000)
    line = json.dumps({"event": "cannot start", "why": "the list is torn"})

    def why(program: str) -> str:
        child = Child("risk", command=[sys.executable, "-c", program], environment={}, log=file)
        child.start()
        assert child.wait(30)
        return file.why()

    assert "the list is torn" == why(f"print({line!r}); print('and more')")
    assert "no room" == why("print('no room')")
    assert "no port" == why("print('tidewaiter_risk: cannot start: no port')")
    assert "its log does not say why" == why("")
    assert "its log does not say why" == why('print(\'{"event": "torn of\')')
    lost = json.dumps({"level": "error", "event": "store lost", "message": "database or disk is full"})
    drained = json.dumps({"level": "info", "event": "draining", "why": "lost"})
    assert "store lost: database or disk is full" == why(f"print({lost!r}); print({drained!r})")
    assert "KeyError: 'x'" == why("import json; print(json.dumps({'exception': \"KeyError: 'x'\"})); print([1])")


def full_disk(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_what_cannot_be_copied_is_left_as_it_was_with_those_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = log(tmp_path)
    for letter in "ab":
        with file.opened() as output:
            output.write(letter.encode() * 101)
    before = written(tmp_path)
    monkeypatch.setattr(shutil, "copyfileobj", full_disk)
    monkeypatch.setattr(shutil, "_fastcopy_sendfile", full_disk)

    for _ in range(3):
        with pytest.raises(OSError, match="No space left"):
            file.bound()

    assert {"risk.1.log": "a" * 101, "risk.log": "b" * 101} == before == written(tmp_path)


def test_a_process_is_started_although_its_log_cannot_be_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = log(tmp_path, bytes_max=3)
    with file.opened() as output:
        output.write(b"before\n")
    monkeypatch.setattr(shutil, "copyfile", full_disk)

    child = Child("risk", command=[sys.executable, "-c", "print('after')"], environment={}, log=file)
    child.start()

    assert child.wait(30)
    assert {"risk.log": "before\nafter\n"} == written(tmp_path)


def test_a_log_that_is_gone_says_so_when_it_is_asked_why(tmp_path: Path) -> None:
    assert "its log cannot be read, No such file or directory" == log(tmp_path).why()


def test_without_a_word_each_service_may_take_128_megabytes() -> None:
    assert 128 * 1024 * 1024 == USUAL.bytes_max * (1 + USUAL.kept)
