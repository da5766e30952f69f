"""The README of audit names every failure and every setting of its own that there is, and no others."""

from __future__ import annotations

import re
from pathlib import Path

import environ
import pytest
from tidewaiter_audit.settings import Settings
from tidewaiter_chassis.settings import ServiceSettings

MADE_ELSEWHERE = {"APPEND_FULL", "RPC_NOT_SERVED", "REQUIRED", "STORE_IN_USE"}
"""By the chassis, and by the rules of the contract."""


@pytest.fixture
def service(project_root: Path) -> Path:
    return project_root / "services" / "audit"


def reasons_in_code(service: Path) -> set[str]:
    found: set[str] = set()
    for path in (service / "tidewaiter_audit").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r'(?:reason=|code=|, )"([A-Z]+(?:_[A-Z]+)+)"', text))
    return found


def test_every_failure_is_in_the_readme_and_no_other(service: Path) -> None:
    section = (service / "README.md").read_text(encoding="utf-8").partition("## Failures")[2].partition("\n## ")[0]

    told = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)*)`", section))

    assert reasons_in_code(service) == told - MADE_ELSEWHERE


def test_every_setting_of_its_own_is_in_the_readme(service: Path) -> None:
    readme = (service / "README.md").read_text(encoding="utf-8")

    mine = _names(Settings) - _names(ServiceSettings)

    assert mine
    assert [] == sorted(name for name in mine if f"`{name}`" not in readme)


def _names(cls: type[ServiceSettings]) -> set[str]:
    entries = environ.generate_help(cls, formatter=list)
    prefix = str(cls._prefix)  # type: ignore[attr-defined]  # environ.config puts it there
    return {entry["var_name"].removeprefix(f"{prefix}_") for entry in entries}  # type: ignore[index]
