"""The README says of every RPC of the contract whether it is served, and the servicers agree."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SERVICES = ("intake", "eligibility", "risk", "audit")
RPC = re.compile(r"^  rpc (\w+)\(", re.MULTILINE)
UNSERVED = re.compile(r"^    (\w+) = unserved$", re.MULTILINE)
NOT_YET = re.compile(r"^Declared and not served yet.*$", re.MULTILINE)


@pytest.mark.parametrize("service", SERVICES)
def test_the_readme_lists_what_the_service_serves_in_the_order_of_the_contract(
    project_root: Path, service: str
) -> None:
    contract = (project_root / "protos" / "tidewaiter" / service / "v1" / f"{service}.proto").read_text("utf-8")
    unserved = _unserved(project_root, service)

    assert [rpc for rpc in RPC.findall(contract) if rpc not in unserved] == _listed(project_root, service)


def test_the_readme_names_exactly_what_is_not_served(project_root: Path) -> None:
    told = " ".join(NOT_YET.findall((project_root / "README.md").read_text("utf-8")))
    named = {(service, rpc) for service in SERVICES for rpc in _unserved(project_root, service)}

    assert named == {(service, rpc) for service, rpc in re.findall(r"(\w+)'s (\w+)", told)}


def _unserved(root: Path, service: str) -> set[str]:
    servicer = root / "services" / service / f"tidewaiter_{service}" / "servicer.py"
    return set(UNSERVED.findall(servicer.read_text("utf-8")))


def _listed(root: Path, service: str) -> list[str]:
    lines = (root / "README.md").read_text("utf-8").splitlines()
    (row,) = (line for line in lines if line.startswith(f"| [{service}](services/"))
    return re.findall(r"\b[A-Z][a-z]+[A-Z]\w+", row.split("|")[3])
