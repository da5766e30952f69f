"""The standard variables of OpenTelemetry: what we go by is honoured, or refused at the start by its name."""

from __future__ import annotations

from pathlib import Path

import pytest
from tidewaiter_chassis.otel_variables import otlp_wanted, problems
from tidewaiter_chassis.settings import ServiceSettings, SettingsRefused, load, read_command_line

COLLECTOR = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4317"}


def found(**environ: str) -> list[str]:
    return list(problems(environ, prefix="TIDEWAITER_AUDIT"))


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [({}, False), ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, False), (COLLECTOR, True)],
)
def test_a_collector_is_wanted_when_the_standard_variable_names_one(environ: dict[str, str], wanted: bool) -> None:
    assert wanted is otlp_wanted(environ)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://127.0.0.1:4317",
        "http://collector:4317/",
        "https://collector:4317",
        "https://otlp.example.org",
        "http://[::1]:4317",
        "collector:4317",
        "[::1]:4317",
        "",
    ],
)
def test_an_address_of_a_collector_is_taken(endpoint: str) -> None:
    assert [] == found(OTEL_EXPORTER_OTLP_ENDPOINT=endpoint)


@pytest.mark.parametrize(
    ("endpoint", "why"),
    [
        ("nonsense", "has no port"),
        ("http://collector", "has no port"),
        ("http://", "is not an address of a collector"),
        ("http://collector:port", "is not an address of a collector"),
        ("http://collector:70000", "is not an address of a collector"),
        ("http://[::1:4317", "is not an address of a collector"),
        ("http://two words:4317", "is not an address of a collector"),
        ("collector:4317/v1", "is not an address of a collector"),
        (":4317", "is not an address of a collector"),
        ("ftp://collector:4317", "is neither http:// nor https://"),
    ],
)
@pytest.mark.parametrize("signal", ["", "TRACES_", "METRICS_"])
def test_a_malformed_address_of_a_collector_is_refused_with_its_variable(endpoint: str, why: str, signal: str) -> None:
    variable = f"OTEL_EXPORTER_OTLP_{signal}ENDPOINT"

    (problem,) = found(**(COLLECTOR | {variable: endpoint}))

    assert problem.startswith(
        f"{variable}={endpoint}: {why}; give a URL with a port, for example http://127.0.0.1:4317"
    )


def test_an_empty_variable_counts_as_absent() -> None:
    names = ("TRACES_ENDPOINT", "PROTOCOL", "INSECURE", "CERTIFICATE", "CLIENT_KEY", "CLIENT_CERTIFICATE")

    assert [] == found(**(COLLECTOR | {f"OTEL_EXPORTER_OTLP_{name}": "" for name in names}))


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    assert [
        "OTEL_EXPORTER_OTLP_ENDPOINT=http://maria:***@collector:4317: has a name or a password in it; "
        "give credentials with OTEL_EXPORTER_OTLP_HEADERS"
    ] == found(OTEL_EXPORTER_OTLP_ENDPOINT="http://maria:secret@collector:4317")


@pytest.mark.parametrize(
    ("name", "taken", "refused"),
    [
        ("PROTOCOL", "grpc", "http/protobuf"),
        ("TIMEOUT", "2.5", "soon"),
        ("TIMEOUT", "1", "0"),
        ("TIMEOUT", "1", "nan"),
        ("TIMEOUT", "1", ""),
        ("COMPRESSION", "gzip", "none"),
        ("COMPRESSION", "gzip", ""),
        ("INSECURE", "True", "yes"),
        ("CERTIFICATE", __file__, "nowhere.pem"),
        ("CLIENT_KEY", __file__, "nowhere.pem"),
        ("CLIENT_CERTIFICATE", __file__, str(Path(__file__).parent)),
    ],
)
def test_what_belongs_to_the_collector_is_read_as_strictly_where_there_is_one(
    name: str, taken: str, refused: str
) -> None:
    variable = f"OTEL_EXPORTER_OTLP_{name}"

    assert [] == found(**(COLLECTOR | {variable: taken}))
    (problem,) = found(**(COLLECTOR | {variable: refused}))
    assert problem.startswith(f"{variable}={refused}: is ")
    assert [] == found(**{variable: refused})


@pytest.mark.parametrize("sampler", ["", "parentbased_always_on", " ParentBased_Always_On "])
def test_a_sampler_that_does_what_ours_does_is_taken(sampler: str) -> None:
    assert [] == found(OTEL_TRACES_SAMPLER=sampler)


@pytest.mark.parametrize("sampler", ["banana", "always_on", "always_off", "traceidratio", "parentbased_traceidratio"])
def test_any_other_sampler_is_refused_with_the_settings_that_say_it(sampler: str) -> None:
    assert [
        f"OTEL_TRACES_SAMPLER={sampler}: is not honoured; leave it out, or give parentbased_always_on, and say with "
        "TIDEWAITER_AUDIT_TRACE_FILINGS_PER_SECOND and TIDEWAITER_AUDIT_TRACE_SHARE_BEYOND how many traces are recorded"
    ] == found(OTEL_TRACES_SAMPLER=sampler)


def test_they_are_told_together_with_what_else_is_wrong_and_end_the_command_with_2(
    capsys: pytest.CaptureFixture[str],
) -> None:
    environ = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": "nonsense",
        "OTEL_TRACES_SAMPLER": "banana",
        "TIDEWAITER_SERVICE_DRAIN_SECONDS": "soon",
    }
    with pytest.raises(SettingsRefused) as refused:
        load(ServiceSettings, environ)
    with pytest.raises(SystemExit) as ended:
        read_command_line(ServiceSettings, [], environ)

    named = ["TIDEWAITER_SERVICE_DRAIN_SECONDS", "OTEL_TRACES_SAMPLER", "OTEL_EXPORTER_OTLP_ENDPOINT"]
    assert named == [problem.partition("=")[0] for problem in refused.value.problems]
    assert (2, 3) == (ended.value.code, len(capsys.readouterr().err.splitlines()))
