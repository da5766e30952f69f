"""The lock files agree with each other and with what the members declare, and every pin carries its hashes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.test_dependencies import declared_distributions, normal
from tests.architecture.tree import plant

# One pin: name, version, and what follows it up to the next one.
PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;]+)([^\n]*(?:\n[ \t]+[^\n]*)*)", re.MULTILINE)


def test_every_lock_agrees_with_the_others_and_with_what_is_declared(project_root: Path) -> None:
    assert [] == list(violations(project_root))


def violations(root: Path) -> Iterator[str]:
    """Each pin that differs from requirements.lock, lacks hashes or is missing altogether."""
    pinned = pins(root / "requirements.lock")
    development = pins(root / "requirements-dev.lock")
    for name in sorted(pinned.keys() - development.keys()):
        yield f"requirements-dev.lock: {name} is missing"
    for lock in (root / "requirements-dev.lock", *sorted(root.glob("services/*/requirements.lock"))):
        for name, version in pins(lock).items():
            if version != pinned.get(name, version):
                yield f"{lock.relative_to(root)}: {name} is {version}, and {pinned[name]} in requirements.lock"
    for service in sorted(path.parent for path in root.glob("services/*/pyproject.toml")):
        members = {name for name in declared_distributions(service) if name.startswith("tidewaiter-")}
        for name in sorted(declared_distributions(service) - members - pins(service / "requirements.lock").keys()):
            yield f"{service.relative_to(root)}/requirements.lock: {name} is declared and missing; run `make lock`"
    for lock in (*sorted(root.glob("requirements*.lock")), *sorted(root.glob("services/*/requirements.lock"))):
        for name, _, rest in PIN.findall(lock.read_text(encoding="utf-8")):
            if "--hash=sha256:" not in rest:
                yield f"{lock.relative_to(root)}: {name} has no hash"


def pins(lock: Path) -> dict[str, str]:
    """The version of each locked distribution, by normal name; an absent file locks nothing."""
    text = lock.read_text(encoding="utf-8") if lock.exists() else ""
    return {normal(name): version for name, version, _ in PIN.findall(text)}


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("requirements-dev.lock", "", "requirements-dev.lock: apsw is missing"),
        (
            "services/audit/requirements.lock",
            "apsw==2 \\\n    --hash=sha256:00\n",
            "apsw is 2, and 1 in requirements.lock",
        ),
        ("services/audit/requirements.lock", "", "apsw is declared and missing"),
        ("services/audit/requirements.lock", "apsw==1\n", "apsw has no hash"),
    ],
)
def test_a_lock_that_disagrees_is_caught(tmp_path: Path, name: str, text: str, found: str) -> None:
    for lock in ("requirements.lock", "requirements-dev.lock", "services/audit/requirements.lock"):
        plant(tmp_path, lock, "apsw==1 \\\n    --hash=sha256:00\n")
    plant(tmp_path, "services/audit/pyproject.toml", '[project]\nname = "a"\ndependencies = ["apsw>=1"]\n')
    assert [] == list(violations(tmp_path))

    plant(tmp_path, name, text)

    assert 1 == len([line for line in violations(tmp_path) if found in line])
