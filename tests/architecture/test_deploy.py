"""What is deployed fits what it deploys: services, settings, ports, certificates, locks."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs
import pytest
from ruamel.yaml import YAML
from tidewaiter_chassis.settings import ServiceSettings, SettingsRefused, load

from tests.architecture.test_locks import PIN
from tests.architecture.tree import SERVICES

Compose = dict[str, Any]

PORTS = {"intake": 7301, "eligibility": 7302, "risk": 7303, "audit": 7304}
METRICS_PORTS = {"intake": 7321, "eligibility": 7322, "risk": 7323, "audit": 7324}
# Where a container finds its certificates, and where tools/dev_certificates.py has put them.
MOUNTED, MADE = "/certificates", "../build/certificates"


@pytest.fixture(scope="module")
def compose(project_root: Path) -> Compose:
    found: Compose = YAML(typ="safe").load(project_root / "deploy" / "compose.yaml")
    return found


@pytest.fixture(scope="module")
def containerfile(project_root: Path) -> str:
    text = (project_root / "deploy" / "Containerfile").read_text(encoding="utf-8")
    return re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory, project_root: Path) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    subprocess.run([sys.executable, project_root / "tools/dev_certificates.py", folder], check=True, timeout=30)
    return folder


def settings_class(service: str) -> type[ServiceSettings]:
    found: type[ServiceSettings] = import_module(f"tidewaiter_{service}.settings").Settings
    return found


def default(service: str, name: str) -> Any:
    """What a setting is when nobody sets it, read as a process would read it."""
    return getattr(load(settings_class(service), {}), name)


def built(compose: Compose) -> dict[str, str]:
    """For each container that is built here, which service is in it."""
    return {
        name: container["build"]["args"]["SERVICE"]
        for name, container in compose["services"].items()
        if "build" in container
    }


def problems(compose: Compose, certificates: Path) -> Iterator[str]:
    """What the services' own loaders refuse in the environments of their containers."""
    for name, service in built(compose).items():
        environment = rewritten(compose["services"][name], certificates / service)
        try:
            load(settings_class(service), environment)
        except SettingsRefused as refused:
            yield from (f"{name}: {problem}" for problem in refused.problems)


def rewritten(container: Mapping[str, Any], folder: Path) -> dict[str, str]:
    """The environment of a container, its certificates looked for where they were made."""
    return {
        key: value.replace(f"{MOUNTED}/", f"{folder}/")
        for key, value in container["environment"].items()
        if key.startswith("TIDEWAITER_")
    }


def test_each_service_takes_its_environment_without_a_problem(compose: Compose, certificates: Path) -> None:
    assert [] == list(problems(compose, certificates))


@pytest.mark.parametrize(
    ("key", "value", "found"),
    [
        ("TIDEWAITER_RISK_LISTN", "0.0.0.0:7303", "no such setting"),
        ("TIDEWAITER_RISK_DRAIN_SECONDS", "-1", "out of range"),
        ("TIDEWAITER_RISK_TLS_KEY_FILE", "/certificates/gone.pem", "is no file"),
        ("TIDEWAITER_RISK_TLS_CERTIFICATE_FILE", "", "go together"),
    ],
)
def test_an_environment_that_is_refused_is_caught(
    compose: Compose, certificates: Path, key: str, value: str, found: str
) -> None:
    risk = compose["services"]["risk"]
    changed = {"services": {"risk": risk | {"environment": risk["environment"] | {key: value}}}}

    assert any(found in problem for problem in problems(changed, certificates))


def test_the_containers_are_the_services_a_collector_and_the_making_of_the_log(compose: Compose) -> None:
    assert {*SERVICES, "create-log", "collector"} == compose["services"].keys()
    assert {service: service for service in SERVICES} | {"create-log": "audit"} == built(compose)


def test_the_log_is_made_only_when_asked_and_from_the_settings_that_it_is_served_with(compose: Compose) -> None:
    making, serving = compose["services"]["create-log"], compose["services"]["audit"]
    assert (["init"], ["--create-log"], "no") == (making["profiles"], making["command"], making["restart"])
    own = {"profiles", "command", "restart"}
    assert {k: v for k, v in serving.items() if k not in own} == {k: v for k, v in making.items() if k not in own}
    assert "--create-log" in {f"--{flag}" for flag in import_module("tidewaiter_audit.__main__").FLAGS}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_listens_where_the_others_look_for_it(compose: Compose, service: str) -> None:
    environment = compose["services"][service]["environment"]
    assert f"0.0.0.0:{PORTS[service]}" == environment[f"TIDEWAITER_{service.upper()}_LISTEN"]
    assert f"127.0.0.1:{PORTS[service]}" == default(service, "listen")
    assert f"127.0.0.1:{METRICS_PORTS[service]}" == default(service, "metrics_listen")
    if service != "intake":
        asked = compose["services"]["intake"]["environment"][f"TIDEWAITER_INTAKE_{service.upper()}_ADDRESS"]
        assert f"{service}:{PORTS[service]}" == asked


def test_only_intake_and_the_metrics_are_reached_from_outside_and_only_from_this_machine(compose: Compose) -> None:
    published = {name: one.get("ports", []) for name, one in compose["services"].items() if one.get("ports")}
    assert {"intake": ["127.0.0.1:7301:7301"], "collector": ["127.0.0.1:9464:9464"]} == published
    assert compose["networks"]["inside"]["internal"]
    reaching_out = {name for name, one in compose["services"].items() if one["networks"] != ["inside"]}
    assert {"intake", "collector"} == reaching_out


def test_every_container_is_bounded_and_may_do_nothing_special(compose: Compose) -> None:
    for container in compose["services"].values():
        assert container["read_only"]
        assert ["ALL"] == container["cap_drop"]
        assert ["no-new-privileges:true"] == container["security_opt"]
        assert container["mem_limit"]
        assert container["pids_limit"]
        assert re.search(r":(?!latest$)[\w.-]+$", container["image"])


@pytest.mark.parametrize("service", SERVICES)
def test_what_a_service_keeps_is_on_a_volume_and_its_certificates_are_its_own(compose: Compose, service: str) -> None:
    container = compose["services"][service]
    assert "/data" == container["environment"][f"TIDEWAITER_{service.upper()}_DATA_DIR"]
    data, mounted = container["volumes"]
    assert f"{service}-data:/data" == data
    assert f"{service}-data" in compose["volumes"]
    assert (f"{MADE}/{service}", MOUNTED, True) == (mounted["source"], mounted["target"], mounted["read_only"])


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_given_longer_to_stop_than_it_takes(compose: Compose, service: str) -> None:
    assert default(service, "drain_seconds") + 10 <= int(compose["services"][service]["stop_grace_period"].rstrip("s"))


def test_the_image_is_made_for_exactly_the_services_that_there_are(project_root: Path, containerfile: str) -> None:
    stages = re.findall(r"^FROM runtime AS (\S+)$", containerfile, re.MULTILINE)
    assert sorted(path.name for path in (project_root / "services").iterdir() if path.is_dir()) == sorted(stages)
    assert ["FROM ${SERVICE}"] == re.findall(r"^FROM .*SERVICE.*$", containerfile, re.MULTILINE)


@pytest.mark.parametrize("service", SERVICES)
def test_a_stage_starts_and_asks_its_own_service(containerfile: str, service: str) -> None:
    stage = containerfile.partition(f"FROM runtime AS {service}\n")[2].partition("FROM ")[0]
    package = f"tidewaiter_{service}"
    assert f'ENTRYPOINT ["python", "-m", "{package}"]' in stage
    assert f'CMD ["python", "-m", "tidewaiter_chassis.probe", "{package}"]' in stage
    assert f"ENV TIDEWAITER_{service.upper()}_DATA_DIR=/data" in stage
    assert f"EXPOSE {PORTS[service]}/tcp {METRICS_PORTS[service]}/tcp" in stage


def test_the_image_runs_as_a_number_that_is_not_root_on_one_pinned_python(containerfile: str) -> None:
    assert ["10001:10001"] == re.findall(r"^USER (\S+)$", containerfile, re.MULTILINE)
    assert ["/data"] == re.findall(r"^VOLUME (\S+)$", containerfile, re.MULTILINE)
    bases = re.findall(r"^FROM (python:\S+)", containerfile, re.MULTILINE)
    assert 2 == len(bases)
    assert 1 == len(set(bases))
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-bookworm", bases[0])


def test_the_builder_is_sent_what_it_copies_and_nothing_else(project_root: Path, containerfile: str) -> None:
    ignore = project_root / "deploy" / "Containerfile.dockerignore"
    assert ignore == (project_root / ".containerignore").resolve()
    lines = ignore.read_text(encoding="utf-8").splitlines()
    let_in = {line.removeprefix("!") for line in lines if line.startswith("!")}
    copied = {line.split()[0] for line in re.findall(r"^COPY (?!--from)(.+)$", containerfile, re.MULTILINE)}
    assert let_in == {source.partition("/${SERVICE}")[0] for source in copied}
    assert "*" in lines


def test_the_backend_that_packs_members_is_the_one_that_development_uses(project_root: Path) -> None:
    pins = {name: rest for name, *rest in PIN.findall((project_root / "requirements-dev.lock").read_text())}
    build = {name: rest for name, *rest in PIN.findall((project_root / "deploy/requirements-build.lock").read_text())}
    assert "hatchling" in build
    assert build == {name: pins.get(name) for name in build}


def test_no_default_of_a_service_names_a_place_outside_its_data_folder() -> None:
    for service in SERVICES:
        for field in attrs.fields(settings_class(service)):  # type: ignore[arg-type]
            assert not str(default(service, field.name)).startswith("/"), field.name
