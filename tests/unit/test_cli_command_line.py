"""The command line itself: help with an example, honest endings, nothing loaded that is not needed."""

from __future__ import annotations

import importlib
import inspect
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tidewaiter_cli import reach, stopping
from tidewaiter_cli.__main__ import COMMANDS, LAW_COMMANDS, LISTS_COMMANDS, LOG_COMMANDS, PERSONS_COMMANDS, main
from tidewaiter_cli.notes import READY_FILE
from tidewaiter_cli.reporting import explained
from tidewaiter_cli.stopping import Stop
from tidewaiter_cli.supervise import leftovers
from tidewaiter_client import TidewaiterError
from tidewaiter_client.connection import InsecureRefused

BELOW = {"log": LOG_COMMANDS, "law": LAW_COMMANDS, "persons": PERSONS_COMMANDS, "lists": LISTS_COMMANDS}
EVERY = [*((name,) for name in COMMANDS), *((above, name) for above, names in BELOW.items() for name in names)]

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line in this process; its status and what it wrote."""

    def run(*words: str) -> tuple[int, str, str]:
        try:
            status = main(words)
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else 1
        sys.stdout.flush()
        written = capfd.readouterr()
        return status, written.out, written.err

    return run


def function_of(words: tuple[str, ...]) -> Any:
    module = importlib.import_module(f"tidewaiter_cli.commands.{'_'.join(words)}")
    return getattr(module, words[-1])


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_the_list_says_of_a_command_what_its_own_help_says_first(words: tuple[str, ...]) -> None:
    summary = (COMMANDS if len(words) == 1 else BELOW[words[0]])[words[-1]]

    assert summary == inspect.getdoc(function_of(words)).splitlines()[0]  # type: ignore[union-attr]


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_every_command_has_help_with_an_example_and_json(words: tuple[str, ...], run: Run) -> None:
    status, out, _ = run(*words, "--help")

    assert 0 == status
    assert "For example:" in out
    assert f"tidewaiter {' '.join(words)}" in out
    assert "--json" in out


def test_the_commands_are_listed_with_what_they_do(run: Run) -> None:
    status, out, _ = run("--help")

    assert 0 == status
    assert all(name in out for name in (*COMMANDS, "log", "--debug"))
    assert set(LOG_COMMANDS) <= set(run("log", "--help")[1].split())


def test_a_problem_ends_with_1_the_problem_and_what_to_do(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "none.jsonl"
    problem = f"tidewaiter: {path} cannot be read: No such file or directory."

    assert (1, "", f"{problem}\n  Check the path.\n") == run("file", f"{path}")


def test_no_stack_trace_unless_asked(run: Run, tmp_path: Path) -> None:
    words = ("trace", "0" * 32, "--traces", f"{tmp_path / 'none'}")

    assert "Traceback" not in run(*words)[2]
    with pytest.raises(Stop, match="is no folder"):
        main([*words, "--debug"])


def test_nobody_there_is_told_with_the_address_and_the_remedy(run: Run, tmp_path: Path) -> None:
    status, _, err = run("explain", "T1", "--intake", "127.0.0.1:1", "--data", f"{tmp_path}")

    assert 1 == status
    assert "tidewaiter: nothing listens at 127.0.0.1:1; start it with `tidewaiter up`\n" == err


def test_a_receipt_and_its_entry_go_to_two_files(run: Run, tmp_path: Path) -> None:
    out, same = tmp_path / "r", tmp_path / "." / "x" / ".." / "r"

    assert 2 == run("log", "proof", "T1", "--out", f"{out}", "--leaf-out", f"{same}")[0]
    assert not out.exists()


def test_the_clear_is_refused_off_this_machine(run: Run, tmp_path: Path) -> None:
    status, _, err = run("explain", "T1", "--intake", "example.org:7301", "--data", f"{tmp_path}")

    assert 2 == status
    assert "example.org:7301 is not on this machine" in err
    assert "TIDEWAITER_CLI_TLS_CA_FILE" in err


def test_version_names_every_member(run: Run) -> None:
    status, out, _ = run("version", "--json")
    found = json.loads(out)

    assert 0 == status
    assert {"tidewaiter-cli", "tidewaiter-client", "tidewaiter-tlog", "grpcio", "python"} <= found.keys()
    assert "tidewaiter-cli" in run("version")[1]
    assert run("version") == run("--version")


def test_a_manifest_goes_to_a_file_or_to_standard_output(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    status, out, _ = run("manifest", "--parcels", "20", "--seed", "3", "--out", f"{path}", "--json")

    assert 0 == status
    assert {"out": f"{path}", "filings": 20, "seed": 3, "bytes": path.stat().st_size} == json.loads(out)
    assert path.read_text(encoding="utf-8") == run("manifest", "--parcels", "20", "--seed", "3")[1]
    assert 2 == run("manifest", "--json")[0]


def test_names_for_the_list_come_from_a_file(run: Run, tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("Zed Zedson\n\n", encoding="utf-8")
    assert "Zed Zedson" in run("manifest", "--parcels", "1000", "--listed", f"{names}")[1]

    names.write_text("\n", encoding="utf-8")
    assert 1 == run("manifest", "--listed", f"{names}")[0]


@pytest.mark.parametrize(
    "kind", [kind for kind in TidewaiterError.__subclasses__() if kind.__module__ == "tidewaiter_client.errors"]
)
def test_every_error_of_the_client_has_advice(kind: type[TidewaiterError]) -> None:
    stop = explained(kind(code="CODE", reason="REASON", detail="detail"))

    assert stopping.COULD_NOT == stop.status
    assert "REASON: detail" == stop.problem
    assert stop.advice


def test_any_other_error_is_told_as_what_it_is() -> None:
    assert "m.jsonl: Permission denied." == explained(PermissionError(13, "Permission denied", "m.jsonl")).problem
    assert "mistake of ours" in explained(LookupError("x")).advice
    assert "TLS" in explained(InsecureRefused("a:1 is not ...")).advice


def test_an_address_is_the_given_one_else_the_environments_else_the_running_suites(tmp_path: Path) -> None:
    def found(given: str = "", **environ: str) -> str:
        return reach.address_of("risk", given=given, data=tmp_path, environ=environ)

    with pytest.raises(Stop, match=f"no `tidewaiter up` runs on {tmp_path}"):
        found()
    assert "h:1" == found(TIDEWAITER_CLI_RISK_ADDRESS="h:1")
    (tmp_path / READY_FILE).write_text('{"risk": "127.0.0.1:9"}', encoding="utf-8")
    assert "127.0.0.1:9" == found()
    assert "h:1" == found(TIDEWAITER_CLI_RISK_ADDRESS="h:1")
    assert "g:1" == found("g:1", TIDEWAITER_CLI_RISK_ADDRESS="h:1")
    (tmp_path / READY_FILE).write_text("{", encoding="utf-8")
    with pytest.raises(Stop, match="cannot be read"):
        found()


def test_an_up_that_is_starting_is_told_from_none_that_runs(tmp_path: Path) -> None:
    def problem() -> str:
        with pytest.raises(Stop) as stop:
            reach.address_of("risk", given="", data=tmp_path, environ={})
        return f"{stop.value.problem} {stop.value.advice}"

    leftovers.note_processes(tmp_path, {"risk": os.getpid()})
    assert f"`tidewaiter up` on {tmp_path} is starting. Wait for its line `ready`, then run this again." == problem()
    leftovers.note(tmp_path / "up.processes.json", {"risk": {"pid": os.getpid(), "birth": "another"}})
    assert problem().startswith(f"no `tidewaiter up` runs on {tmp_path}.")


def test_the_default_ports_are_for_who_names_no_data_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "127.0.0.1:7303" == reach.address_of("risk", given="", data=None, environ={})
    assert (1, "") == run("screen", "Ann Lee", "--data", ".tidewaiter")[:2]
    (tmp_path / reach.DATA).mkdir()
    (tmp_path / reach.DATA / READY_FILE).write_text('{"risk": "127.0.0.1:9"}', encoding="utf-8")
    assert "127.0.0.1:9" == reach.address_of("risk", given="", data=None, environ={})


def test_certificates_come_from_the_environment() -> None:
    assert reach.tls({}) is None
    found = reach.tls({"TIDEWAITER_CLI_TLS_CA_FILE": "ca.pem"})

    assert found is not None
    assert (Path("ca.pem"), None, None) == (found.authorities_file, found.certificate_file, found.key_file)


@pytest.mark.parametrize(
    ("words", "unneeded"),
    [
        ("version", ["grpc", "google.protobuf", "rich", "tidewaiter_client", "opentelemetry", "tidewaiter_tlog"]),
        ("manifest --parcels 1", ["grpc", "google.protobuf", "rich", "tidewaiter_client", "opentelemetry"]),
        ("log verify none --key x", ["grpc", "google.protobuf", "rich", "tidewaiter_client", "opentelemetry"]),
        ("trace " + "0" * 32 + " --traces /", ["grpc", "google.protobuf", "tidewaiter_client", "opentelemetry"]),
        ("file none.jsonl", ["opentelemetry", "protovalidate", "structlog", "apsw"]),
    ],
)
def test_a_command_loads_only_what_it_needs(words: str, unneeded: list[str]) -> None:
    program = (
        "import sys; from tidewaiter_cli.__main__ import main\n"
        f"try: main({words.split()!r})\n"
        "except SystemExit: pass\n"
        "print(*sys.modules, sep='\\n', file=sys.stderr)"
    )
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert [] == sorted(set(unneeded) & set(finished.stderr.splitlines()))


def test_who_reads_our_output_may_go_away() -> None:
    program = f"{sys.executable} -m tidewaiter_cli manifest --parcels 5000 | head -1"
    finished = subprocess.run(["sh", "-c", program], capture_output=True, text=True, check=True)

    assert "" == finished.stderr
    assert finished.stdout.startswith("{")
