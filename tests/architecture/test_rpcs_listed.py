"""The README lists every RPC of the contract, and the servicers serve each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SERVICES = ("intake", "eligibility", "risk", "audit")
RPC = re.compile(r"^  rpc (\w+)\(", re.MULTILINE)
SERVED = re.compile(r"^    async def ([A-Z]\w+)\(", re.MULTILINE)


@pytest.mark.parametrize("service", SERVICES)
def test_every_rpc_of_the_contract_is_served_and_listed_in_its_order(project_root: Path, service: str) -> None:
    contract = (project_root / "protos" / "tidewaiter" / service / "v1" / f"{service}.proto").read_text("utf-8")
    servicers = (project_root / "services" / service).rglob("servicer.py")
    rpcs = RPC.findall(contract)

    assert sorted(rpcs) == sorted(rpc for path in servicers for rpc in SERVED.findall(path.read_text("utf-8")))
    assert rpcs == _listed(project_root, service)


def _listed(root: Path, service: str) -> list[str]:
    lines = (root / "README.md").read_text("utf-8").splitlines()
    (row,) = (line for line in lines if line.startswith(f"| [{service}](services/"))
    return re.findall(r"\b[A-Z][a-z]+[A-Z]\w+", row.split("|")[3])
