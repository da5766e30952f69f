"""The collector's configuration hangs together: its own programme is not at hand to say so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.architecture.tree import SERVICES

Configuration = dict[str, Any]

KINDS = ("receivers", "processors", "exporters")
SIGNALS = frozenset({"traces", "metrics", "logs"})


def read(path: Path) -> Configuration:
    found: Configuration = YAML(typ="safe").load(path)
    return found


@pytest.fixture
def collector(project_root: Path) -> Configuration:
    return read(project_root / "deploy" / "collector.yaml")


@pytest.fixture
def compose(project_root: Path) -> Configuration:
    return read(project_root / "deploy" / "compose.yaml")


def test_the_configuration_hangs_together(collector: Configuration) -> None:
    assert [] == list(violations(collector))


def violations(collector: Configuration) -> Iterator[str]:
    """Each key or name in the configuration that the collector would refuse or never use."""
    for key in sorted(collector.keys() - {*KINDS, "extensions", "connectors", "service"}):
        yield f"{key}: the collector knows no such section"
    used: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for name, pipeline in collector["service"]["pipelines"].items():
        if name.partition("/")[0] not in SIGNALS:
            yield f"{name}: no such signal"
        for key in sorted(pipeline.keys() - set(KINDS)):
            yield f"{name}: a pipeline has no {key}"
        for kind in KINDS:
            named = pipeline.get(kind, [])
            used[kind].update(named)
            yield from (f"{name}: {one} is none of the {kind}" for one in named if one not in collector[kind])
        if not pipeline.get("receivers") or not pipeline.get("exporters"):
            yield f"{name}: leads from nowhere or to nowhere"
        if ["memory_limiter", "batch"] != pipeline.get("processors"):
            yield f"{name}: memory_limiter comes first and batch last"
    for kind in KINDS:
        yield from (f"{one} of the {kind} is in no pipeline" for one in sorted(collector[kind].keys() - used[kind]))


@pytest.mark.parametrize(
    ("path", "value", "found"),
    [
        (("service", "pipelines", "traces", "exporters"), ["file", "debug", "jaeger"], "jaeger is none"),
        (("service", "pipelines", "traces", "exporters"), ["file"], "debug of the exporters is in no pipeline"),
        (("service", "pipelines", "metrics", "processors"), ["batch", "memory_limiter"], "comes first"),
        (("service", "pipelines", "metrics", "receivers"), [], "leads from nowhere"),
        (("service", "pipelines", "spans"), {}, "no such signal"),
        (("exporter",), {}, "no such section"),
        (("service", "pipelines", "traces", "exporter"), ["file"], "a pipeline has no exporter"),
    ],
)
def test_a_configuration_that_falls_apart_is_caught(
    collector: Configuration, path: tuple[str, ...], value: object, found: str
) -> None:
    place = collector
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value

    assert any(found in violation for violation in violations(collector))


def test_spans_are_taken_from_our_own_services_only(collector: Configuration) -> None:
    protocols = collector["receivers"]["otlp"]["protocols"]
    assert {"grpc"} == protocols.keys()
    assert {
        "cert_file": "/certificates/certificate.pem",
        "key_file": "/certificates/key.pem",
        "client_ca_file": "/certificates/authority.pem",
    } == protocols["grpc"]["tls"]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_sends_where_the_collector_takes(
    collector: Configuration, compose: Configuration, service: str
) -> None:
    port = collector["receivers"]["otlp"]["protocols"]["grpc"]["endpoint"].rpartition(":")[2]
    environment = compose["services"][service]["environment"]
    assert f"https://collector:{port}" == environment["OTEL_EXPORTER_OTLP_ENDPOINT"]
    mounted = {"certificate.pem", "key.pem", "authority.pem"}
    files = {value for key, value in environment.items() if key.startswith("OTEL_") and value.startswith("/")}
    assert {f"/certificates/{name}" for name in mounted} == files


def test_what_the_collector_writes_and_serves_is_where_it_can_be_read(
    collector: Configuration, compose: Configuration
) -> None:
    container = compose["services"]["collector"]
    path = Path(collector["exporters"]["file"]["path"])
    assert f"traces:{path.parent}" in container["volumes"]
    port = collector["exporters"]["prometheus"]["endpoint"].rpartition(":")[2]
    assert [f"127.0.0.1:{port}:{port}"] == container["ports"]
    mounted = {one["target"]: one["source"] for one in container["volumes"] if isinstance(one, dict)}
    assert [f"--config={target}" for target, source in mounted.items() if source == "./collector.yaml"] == container[
        "command"
    ]


def test_what_the_collector_keeps_fits_what_it_is_given(collector: Configuration, compose: Configuration) -> None:
    rotation = collector["exporters"]["file"]["rotation"]
    options = dict(pair.split("=") for pair in compose["volumes"]["traces"]["driver_opts"]["o"].split(","))
    assert rotation["max_megabytes"] * (rotation["max_backups"] + 1) < int(options["size"].rstrip("m"))
    limit = collector["processors"]["memory_limiter"]["limit_mib"]
    collected = compose["services"]["collector"]["environment"]["GOMEMLIMIT"]
    killed = compose["services"]["collector"]["mem_limit"]
    assert limit < int(collected.removesuffix("MiB")) < int(killed.removesuffix("m"))
