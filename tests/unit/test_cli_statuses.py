"""One rule for every command: 2 for what is refused as it was typed or set, 1 for what another day may be right."""

from __future__ import annotations

import errno
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tidewaiter_chassis import settings
from tidewaiter_cli import environment
from tidewaiter_cli.__main__ import main
from tidewaiter_cli.reporting import explained
from tidewaiter_cli.stopping import Stop
from tidewaiter_cli.typed import hyphens_named
from tidewaiter_client import NotServed, TookTooLong, Unavailable

from tests.unit.test_cli_command_line import BELOW, EVERY, function_of

Run = Callable[[str], tuple[int, str, str]]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line, with nobody at any port; its status and what it wrote."""

    def run(line: str) -> tuple[int, str, str]:
        try:
            status = main(shlex.split(line))
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else 1
        sys.stdout.flush()
        written = capfd.readouterr()
        return status, written.out, written.err

    return run


WHAT_IF = "check --value 1 --eligibility 127.0.0.1:1"
MISSPELT = {
    "up --port-base x": "--port-base",
    "up --prot-base 1": "Did you mean --port-base?",
    "file --josn": "Did you mean --json?",
    "file --jsn parcels.jsonl": "Did you mean --json?",
    "file - --jsn": "Did you mean --json?",
    "file m.jsonl --tint": "--tint",
    "file m.jsonl --in-flight 0": "--in-flight",
    "file m.txt": "its ending does not say what it is",
    "file --out - m.jsonl": "--out requires an argument",
    "explain ''": "no shipment is named",
    "cancel '' --reason not-sent --author a": "no shipment is named",
    "cancel T1 --reason lost --author a": "--reason",
    "explain T1 --intake 10.0.0.1:7301": "10.0.0.1:7301",
    f"{WHAT_IF} --origin VN --on 2025-02-30": "--on 2025-02-30",
    f"{WHAT_IF} --origin VN --on 20250228": "--on 20250228",
    f"{WHAT_IF} --on 2025-08-28 --origin VNM": "--origin VNM",
    f"{WHAT_IF} --on 2025-08-28 --origin VN --sent-from x": "--sent-from x",
    f"{WHAT_IF} --on 2025-08-28 --origin VN --port 47": "--port 47",
    "check --value x --origin VN --on 2025-08-28": "--value x",
    "shipments": "--filer",
    "shipments --filer ''": "names no filer",
    "shipments --filer S --outcome lost": "--outcome lost",
    "shipments --filer S --arriving-to 2025-02-30": "--arriving-to 2025-02-30",
    "shipments --filer S --limit -1": "--limit",
    "requirements --on 2025-13-01": "--on 2025-13-01",
    "requirements --filer nobody": "--filer",
    "law --on 2025-02-30": "--on 2025-02-30",
    "law --origin CHN": "--origin CHN",
    "watch --filer SKYTIDE --conut 10": "Did you mean --count?",
    "watch": "--filer",
    "watch --filer SKYTIDE --count -1": "--count",
    "watch --filer ''": "names no filer",
    "law --ky duty": "--ky",
    "law diff 2025-02-30 2025-03-01": "BEFORE 2025-02-30",
    "law diff 2025-02-28 20250301": "AFTER 20250301",
    "screen ''": "name",
    "screen ' '": "no name is given",
    "screen --in --lists l": "--in requires an argument",
    "screen --in names.txt": "--lists",
    "describe --in --json": "--in requires an argument",
    "values --in --josn --out v": "--in requires an argument",
    "replay d-1 --since 2025-02-30": "name decisions or --since",
    "replay --since 2025-02-30": "--since 2025-02-30",
    "backtest --since 2026-01-01": "--law",
    "persons merge": "PARTIES",
    "persons split p.jsonl --author a": "--reason",
    "persons rulings --jso": "Did you mean --json?",
    "lists add": "FILES",
    "lists show --jso": "Did you mean --json?",
    "lists diff a": "NEWER",
    "lists rescreen --arriving-from 2025-02-30": "--arriving-from 2025-02-30",
    "lists refresh --arriving-from soon": "--arriving-from soon",
    "lists rescreen --jso": "Did you mean --json?",
    "lists refresh --jso": "Did you mean --json?",
    "screen 'Ann Lee' --country USA": "--country USA",
    "trace ' '": "no shipment is named",
    "log proof '' --out r": "no shipment is named",
    "log proof T1 --out r --leaf-out ./r": "--out and --leaf-out are both r",
    "log verify r": "--key",
    "log history '' --out r": "no shipment is named",
    "log erase --author a --reason r": "--request-id",
    "log retention --author ops --before 2020-02-30": "--before 2020-02-30",
    "log find --outcome FINE": "--outcome FINE",
    "log watch --coun 1": "Did you mean --count?",
    "log checkpoint": "--out",
    "log consistency": "KEPT",
    "log init": "--origin",
    "log rotate --author a": "--reason",
    "log freeze --author a": "--reason",
    "log witness --key-file w --state s": "no log is named",
    "log export --out o --since 2025-02-30": "--since 2025-02-30",
    "log fsck --dat x": "Did you mean --data?",
    "log hammer --secnds 1": "Did you mean --seconds?",
    "manifest --json": "--json and the manifest",
    "manifest --parcels 0": "--parcels",
    "manifest --wrong-check-digits 2": "--wrong-check-digits",
    "bench gossip": "gossip",
    "version --jso": "Did you mean --json?",
    "fly": "fly",
}
COULD_NOT = {
    "up --lists none": "none is no folder",
    "file none.jsonl": "none.jsonl cannot be read",
    "explain T1 --data none": "no `tidewaiter up` runs on none",
    "check --value 1 --origin VN --on 2025-08-28 --eligibility 127.0.0.1:1": "nothing listens at 127.0.0.1:1",
    "requirements --intake 127.0.0.1:1": "nothing listens at 127.0.0.1:1",
    "screen 'Ann Lee' --risk 127.0.0.1:1": "nothing listens at 127.0.0.1:1",
    "trace T1 --intake 127.0.0.1:1": "nothing listens at 127.0.0.1:1",
    "log proof T1 --out r --intake 127.0.0.1:1": "nothing listens at 127.0.0.1:1",
    "manifest --listed none": "none",
}


@pytest.mark.parametrize(("line", "told"), MISSPELT.items())
def test_what_is_refused_as_it_was_typed_ends_with_2_and_is_named(
    line: str, told: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    status, out, err = run(line)

    assert (2, "") == (status, out)
    assert told in " ".join(err.replace("│", " ").split())


@pytest.mark.parametrize(("line", "told"), COULD_NOT.items())
def test_what_may_be_right_another_day_ends_with_1_and_is_named(
    line: str, told: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    status, out, err = run(line)

    assert (1, "") == (status, out)
    assert told in err


def test_every_command_is_held_to_the_rule() -> None:
    lines = [shlex.split(line) for line in MISSPELT]
    told = {tuple(words[: 2 if words[1:] and words[1] in BELOW.get(words[0], {}) else 1]) for words in lines}

    assert set() == set(EVERY) - told


def test_variables_that_nobody_reads_are_refused_all_at_once_with_the_nearest_known(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TIDEWAITER_CLI_INTAK_ADDRESS", "TIDEWAITER_RSK_LISTEN", "TIDEWAITER_QQQ", "TIDEWAITER_CLI_"):
        monkeypatch.setenv(name, "x")
    status, out, err = run("version")

    assert (2, "") == (status, out)
    assert "no variable TIDEWAITER_CLI_INTAK_ADDRESS (did you mean TIDEWAITER_CLI_INTAKE_ADDRESS?)" in err
    assert "no variable TIDEWAITER_RSK_LISTEN (did you mean TIDEWAITER_RISK_LISTEN?)" in err
    assert "no variable TIDEWAITER_QQQ;" in err
    assert 0 == run("version --help")[0]


def test_what_this_command_and_the_services_read_may_be_set(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*environment.OWN, "TIDEWAITER_RISK_LISTS_DIR", "TIDEWAITER_AUDIT_LOG_LEVEL", "TIDEWAITERS"):
        monkeypatch.setenv(name, "")

    assert 0 == run("version")[0]


def test_the_command_and_the_services_agree_on_who_may_have_variables() -> None:
    assert set(settings.OWNERS) == set(environment.OWNERS)
    assert settings.PREFIX == environment.PREFIX


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("file -", "file /dev/stdin"),
        ("file --json - --out a", "file --json /dev/stdin --out a"),
        ("file --format=csv -", "file --format=csv /dev/stdin"),
        ("file --out - m.jsonl", "file --out - m.jsonl"),
        ("file -- -", "file -- /dev/stdin"),
        ("screen --in - --lists l", "screen --in /dev/stdin --lists l"),
        ("values --in=- --out v", "values --in=/dev/stdin --out v"),
        ("describe -", "describe -"),
        ("", ""),
    ],
)
def test_a_hyphen_that_is_read_is_standard_input_and_any_other_stays_what_it_is(line: str, read: str) -> None:
    assert read.split() == hyphens_named(line.split())


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_help_at_80_columns_keeps_its_examples_whole_and_shows_no_empty_default(
    words: tuple[str, ...], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    examples = [line.strip() for line in (function_of(words).__doc__ or "").splitlines() if line.startswith("      ")]
    out = run(f"{' '.join(words)} --help")[1]

    assert examples
    assert set(examples) <= {line.strip() for line in out.splitlines()}
    assert all(f"default: {nothing}]" not in out for nothing in ('""', "None", "False", ""))


def call(kind: type[Unavailable] | type[TookTooLong], detail: str) -> Stop:
    """What is told when no service wrote the answer."""
    return explained(kind(code="CODE", detail=detail, facts={"address": "127.0.0.1:7301"}))


def test_only_a_refused_connection_is_taken_for_nobody_there() -> None:
    refused = call(Unavailable, "failed to connect to all addresses; last error: connect: Connection refused (111)")
    assert "nothing listens at 127.0.0.1:7301; start it with `tidewaiter up`" == refused.problem

    for paused in (call(TookTooLong, "Deadline Exceeded"), call(Unavailable, "last error: FD Shutdown")):
        assert paused.problem.startswith("127.0.0.1:7301 did not answer")
        assert "paused, starting or overloaded" in paused.advice
        assert "tidewaiter up" not in paused.advice

    lost = explained(Unavailable(code="UNAVAILABLE", reason="STORE_LOST", detail="the store failed"))
    assert "STORE_LOST: the store failed" == lost.problem
    assert "tidewaiter up" not in lost.advice


def test_an_address_of_another_service_is_told_from_what_a_release_does_not_serve() -> None:
    foreign = NotServed(
        code="UNIMPLEMENTED", detail="Method not found! (calling h:1)", facts={"address": "127.0.0.1:7700"}
    )
    told = explained(foreign)
    assert "127.0.0.1:7700 does not serve what it was asked for" == told.problem
    assert "check --intake, --eligibility, --risk or --audit" in told.advice

    ours = explained(NotServed(code="UNIMPLEMENTED", reason="RPC_NOT_SERVED", detail="not in this release"))
    assert "This release declares it and does not serve it yet." == ours.advice


def test_a_full_disk_is_told_with_its_file_and_what_to_do() -> None:
    told = explained(OSError(errno.ENOSPC, "No space left on device", "d.jsonl"))

    assert "d.jsonl: no room is left on the disk." == told.problem
    assert "Make room and run it again; nothing is filed twice." == told.advice
    assert "no room is left on the disk." == explained(OSError(errno.ENOSPC, "No space left on device")).problem
