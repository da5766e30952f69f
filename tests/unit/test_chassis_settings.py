"""Settings: every problem told at once, help from the class, a service's own prefix and additions."""

from __future__ import annotations

import math
from pathlib import Path

import environ
import pytest
from tidewaiter_chassis import variables
from tidewaiter_chassis.settings import (
    ServiceSettings,
    SettingsRefused,
    load,
    masked,
    read_command_line,
    service_of,
)


@environ.config(prefix="TIDEWAITER_AUDIT", frozen=True)
class AuditSettings(ServiceSettings):
    """As a service declares its own: one setting overridden, some added, in the library's ways and in ours."""

    listen: str = variables.address("127.0.0.1:7304", help="Where to serve.")
    leaves_max: int = variables.whole_number(500, low=1, high=1000, help="Leaves in a batch.")
    witness: str = environ.var("", help="A witness.")
    quorum: int = environ.var(1, converter=int, help="How many witnesses.")
    strict: bool = environ.bool_var(True, help="Whether to be strict.")


@environ.config(prefix="TIDEWAITER_RISK", frozen=True)
class DemandingSettings(ServiceSettings):
    """A service with a setting that has no default."""

    lists_dir: str = environ.var(help="Where the lists are.")


def problems(cls: type[ServiceSettings], **variables_: str) -> list[str]:
    with pytest.raises(SettingsRefused) as refused:
        load(cls, variables_)
    assert "; ".join(refused.value.problems) == str(refused.value)
    return refused.value.problems


def test_an_empty_environment_gives_the_defaults() -> None:
    settings = load(AuditSettings, {})

    assert "127.0.0.1:7304" == settings.listen
    assert 500 == settings.leaves_max
    assert 10.0 == settings.drain_seconds
    assert math.inf == settings.trace_filings_per_second
    assert Path(".tidewaiter/traces") == settings.trace_folder


def test_inherited_and_own_settings_are_read_under_the_services_own_prefix(tmp_path: Path) -> None:
    settings = load(
        AuditSettings,
        {
            "TIDEWAITER_AUDIT_DRAIN_SECONDS": "2.5",
            "TIDEWAITER_AUDIT_LEAVES_MAX": "7",
            "TIDEWAITER_AUDIT_DATA_DIR": str(tmp_path),
            "TIDEWAITER_AUDIT_REFLECTION": "Yes",
            "TIDEWAITER_AUDIT_TRACE_FILINGS_PER_SECOND": "100",
            "TIDEWAITER_AUDIT_TRACE_DIR": "elsewhere",
            "TIDEWAITER_AUDIT_LOG_LEVEL": "WARNING",
            "TIDEWAITER_AUDIT_STRICT": "off",
        },
    )

    assert 2.5 == settings.drain_seconds
    assert 7 == settings.leaves_max
    assert tmp_path == settings.data_dir
    assert settings.reflection
    assert not settings.strict
    assert 100.0 == settings.trace_filings_per_second
    assert Path("elsewhere") == settings.trace_folder
    assert "warning" == settings.log_level


def test_other_services_variables_in_the_same_environment_are_left_alone() -> None:
    shared = {"TIDEWAITER_RISK_LISTS_DIR": "lists", "TIDEWAITER_CLI_ANYTHING": "x", "PATH": "/bin"}

    assert 500 == load(AuditSettings, shared).leaves_max
    assert "lists" == load(DemandingSettings, shared).lists_dir


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        load(AuditSettings, {}).leaves_max = 3


def test_a_misspelt_setting_is_refused_with_the_nearest_known_one() -> None:
    assert ["TIDEWAITER_AUDIT_LEAVS_MAX: no such setting; did you mean TIDEWAITER_AUDIT_LEAVES_MAX?"] == problems(
        AuditSettings, TIDEWAITER_AUDIT_LEAVS_MAX="3"
    )


def test_a_setting_of_a_misspelt_service_is_refused() -> None:
    assert ["TIDEWAITER_ELIGIBILTY_LISTEN: no such setting; did you mean TIDEWAITER_ELIGIBILITY_LISTEN?"] == problems(
        AuditSettings, TIDEWAITER_ELIGIBILTY_LISTEN="127.0.0.1:1"
    )


def test_a_setting_like_nothing_known_points_to_the_help() -> None:
    assert ["TIDEWAITER_QQQ: no such setting; --help lists the known ones"] == problems(
        AuditSettings, TIDEWAITER_QQQ="3"
    )


def test_a_missing_setting_is_named_with_its_meaning() -> None:
    assert ["TIDEWAITER_RISK_LISTS_DIR: missing; Where the lists are."] == problems(DemandingSettings)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("LEAVES_MAX", "many", "is not a whole number; give one from 1 to 1000"),
        ("LEAVES_MAX", "0", "is out of range; give a whole number from 1 to 1000"),
        ("LEAVES_MAX", "1001", "is out of range; give a whole number from 1 to 1000"),
        ("QUORUM", "two", "is not a whole number"),
        ("DRAIN_SECONDS", "soon", "is not a number; give one from 0 to 3600"),
        ("DRAIN_SECONDS", "nan", "is out of range; give a number from 0 to 3600"),
        ("TRACE_SHARE_BEYOND", "1.01", "is out of range; give a number from 0 to 1"),
        ("TRACE_FILINGS_PER_SECOND", "some", "is not a number; give one from 0 to 1000000"),
        ("REFLECTION", "maybe", "is neither yes nor no; give true or false"),
        ("STRICT", "maybe", "is neither yes nor no; give true or false"),
        ("LOG_FORMAT", "xml", "is unknown; give one of json, console"),
        ("LISTEN", "7304", "is not an address; give host:port, for example 127.0.0.1:7301"),
        ("DATA_DIR", "", 'is empty; give the path of a folder, "." for the current one'),
        ("TLS_KEY_FILE", "nowhere/key.pem", "is no file; give the path of one that exists"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_what_would(name: str, value: str, why: str) -> None:
    assert [f"TIDEWAITER_AUDIT_{name}={value}: {why}"] == problems(AuditSettings, **{f"TIDEWAITER_AUDIT_{name}": value})


def test_all_problems_are_told_at_once() -> None:
    found = problems(
        DemandingSettings,
        TIDEWAITER_RISK_DRAIN="3",
        TIDEWAITER_RISK_DRAIN_SECONDS="-1",
        TIDEWAITER_RISK_LISTEN="x",
        TIDEWAITER_NOBODY_LISTEN="127.0.0.1:1",
    )

    assert [
        "TIDEWAITER_NOBODY_LISTEN",
        "TIDEWAITER_RISK_DRAIN",
        "TIDEWAITER_RISK_LISTEN",
        "TIDEWAITER_RISK_DRAIN_SECONDS",
        "TIDEWAITER_RISK_LISTS_DIR",
    ] == [problem.partition(":")[0].partition("=")[0] for problem in found]


def test_values_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "some.pem"
    file.touch()

    found = problems(
        AuditSettings,
        TIDEWAITER_AUDIT_LISTEN="0.0.0.0:7304",
        TIDEWAITER_AUDIT_TLS_KEY_FILE=str(file),
        TIDEWAITER_AUDIT_TLS_CLIENT_CA_FILE=str(file),
    )

    assert 3 == len(found)
    assert "go together" in found[0]
    assert "needs" in found[1]
    assert "only a loopback address" in found[2]


def test_an_address_off_loopback_is_taken_with_tls(tmp_path: Path) -> None:
    file = tmp_path / "some.pem"
    file.touch()

    settings = load(
        AuditSettings,
        {
            "TIDEWAITER_AUDIT_LISTEN": "0.0.0.0:7304",
            "TIDEWAITER_AUDIT_TLS_KEY_FILE": str(file),
            "TIDEWAITER_AUDIT_TLS_CERTIFICATE_FILE": str(file),
        },
    )

    assert "0.0.0.0:7304" == settings.listen


def test_a_service_may_add_contradictions_of_its_own() -> None:
    @environ.config(prefix="TIDEWAITER_INTAKE", frozen=True)
    class IntakeSettings(ServiceSettings):
        """One setting that must not exceed another."""

        few: int = variables.whole_number(3, low=0, high=9, help="Few.")
        many: int = variables.whole_number(5, low=0, high=9, help="Many.")

        def contradictions(self) -> list[str]:
            own = [] if self.few <= self.many else ["few exceeds many"]
            return [*super().contradictions(), *own]

    assert ["few exceeds many"] == problems(IntakeSettings, TIDEWAITER_INTAKE_FEW="6")
    assert 3 == load(IntakeSettings, {}).few


def test_the_effective_settings_are_plain_and_hide_a_password() -> None:
    settings = load(AuditSettings, {"TIDEWAITER_AUDIT_WITNESS": "postgresql://me:secret@db/audit"})

    shown = masked(settings)

    assert "postgresql://me:***@db/audit" == shown["witness"]
    assert "all" == shown["trace_filings_per_second"]
    assert ".tidewaiter" == shown["data_dir"]
    assert shown["strict"] is True
    assert all(isinstance(value, str | int | float | bool) for value in shown.values())


def test_the_service_is_the_last_part_of_the_prefix() -> None:
    assert "audit" == service_of(AuditSettings)


def test_help_names_each_setting_with_its_default_and_meaning(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        read_command_line(DemandingSettings, ["--help"], {})

    shown = capsys.readouterr().out
    assert 0 == ended.value.code
    assert "usage: python -m tidewaiter_risk" in shown
    assert "TIDEWAITER_RISK_LISTS_DIR (required)\n      Where the lists are.\n" in shown
    assert "TIDEWAITER_RISK_DRAIN_SECONDS (default 10)\n" in shown
    assert "TIDEWAITER_RISK_REFLECTION (default false)\n" in shown
    assert "TIDEWAITER_RISK_METRICS_LISTEN (default empty)\n" in shown


def test_help_shows_the_settings_a_service_added_and_the_default_it_overrode(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        read_command_line(AuditSettings, ["--help"], {}, flags={"create-log": "create the log, and end"})

    shown = capsys.readouterr().out
    assert "TIDEWAITER_AUDIT_LISTEN (default 127.0.0.1:7304)\n      Where to serve.\n" in shown
    assert "TIDEWAITER_AUDIT_LEAVES_MAX (default 500)\n      Leaves in a batch. From 1 to 1000.\n" in shown
    assert "--create-log  create the log, and end" in shown


def test_every_setting_has_a_meaning_and_its_default_is_taken_back(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_command_line(AuditSettings, ["--check"], {})
    printed = dict(line.split("=", 1) for line in capsys.readouterr().out.splitlines())

    assert load(AuditSettings, {}) == load(AuditSettings, printed)


def test_check_reads_the_settings_prints_them_and_ends_well(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        read_command_line(AuditSettings, ["--check"], {"TIDEWAITER_AUDIT_LEAVES_MAX": "9"})

    assert 0 == ended.value.code
    assert "TIDEWAITER_AUDIT_LEAVES_MAX=9\n" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["--check"]])
def test_bad_settings_end_with_2_and_every_problem_on_a_line_of_its_own(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        read_command_line(AuditSettings, arguments, {"TIDEWAITER_AUDIT_LEAVES_MAX": "x", "TIDEWAITER_AUDIT_LISTN": "y"})

    told = capsys.readouterr()
    assert 2 == ended.value.code
    assert "" == told.out
    assert 2 == len(told.err.splitlines())


def test_an_unknown_argument_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        read_command_line(AuditSettings, ["--chek"], {})

    assert 2 == ended.value.code
    assert "--chek" in capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "given"), [([], False), (["--create-log"], True)])
def test_flags_of_a_service_come_back_by_name(arguments: list[str], given: bool) -> None:
    settings, flags = read_command_line(AuditSettings, arguments, {}, flags={"create-log": "create it"})

    assert {"create-log": given} == flags
    assert 500 == settings.leaves_max
