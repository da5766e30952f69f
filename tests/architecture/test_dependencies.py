"""A member declares what it imports, so that an image of one service holds what that service needs and no more."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.architecture.test_imports import imports
from tests.architecture.tree import plant, written_python

# An editable distribution does not say which packages it brings, and only this one is not named for its package.
CONTRACTS = {"tidewaiter": ["tidewaiter-contracts"], "buf": ["tidewaiter-contracts"]}


def test_every_import_is_declared_by_its_member(project_root: Path) -> None:
    assert [] == list(violations(project_root, packages_distributions()))


def violations(root: Path, distributions: Mapping[str, list[str]]) -> Iterator[str]:
    """Each import of a distribution that the member's pyproject.toml does not name."""
    for path in written_python(root):
        place = path.relative_to(root)
        if place.parts[0] not in {"libs", "services"}:
            continue
        member = root / place.parts[0] / place.parts[1]
        declared = declared_distributions(member)
        for line, module in imports(path):
            package = module.split(".")[0]
            if package in sys.stdlib_module_names or (member / package).exists():
                continue
            # Several distributions may share a namespace such as `google`; one of them has to be declared.
            carriers = {normal(name) for name in {**distributions, **CONTRACTS}.get(package, [package])}
            if not carriers & declared:
                yield f"{place}:{line}: imports {module}, and {place.parts[1]} declares none of {sorted(carriers)}"


def declared_distributions(member: Path) -> set[str]:
    """What the member depends on, by normal name: its own list, its extras, and the lists of members it builds on."""
    project = tomllib.loads((member / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    requirements = [*project.get("dependencies", [])]
    for extra in project.get("optional-dependencies", {}).values():
        requirements.extend(extra)
    names = {normal(re.split(r"[^A-Za-z0-9._-]", requirement)[0]) for requirement in requirements}
    for name in sorted(names):
        library = member.parents[1] / "libs" / name.removeprefix("tidewaiter-")
        if name.startswith("tidewaiter-") and library.is_dir():
            names |= declared_distributions(library)
    return names


def normal(name: str) -> str:
    """The distribution's name as the index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_an_undeclared_import_is_caught_and_what_a_library_brings_is_not(tmp_path: Path) -> None:
    plant(tmp_path, "libs/chassis/pyproject.toml", '[project]\nname = "c"\ndependencies = ["apsw>=3.54"]\n')
    plant(tmp_path, "services/audit/pyproject.toml", '[project]\nname = "a"\ndependencies = ["tidewaiter-chassis"]\n')
    plant(
        tmp_path, "services/audit/tidewaiter_audit/append.py", "import hashlib\nimport apsw\nimport tidewaiter_tlog\n"
    )

    found = list(violations(tmp_path, {"apsw": ["apsw"]}))

    assert 1 == len(found)
    assert "append.py:3: imports tidewaiter_tlog" in found[0]
