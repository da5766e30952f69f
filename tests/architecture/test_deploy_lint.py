"""The linters of `make lint-deploy` are awake: each of them refuses an error that was planted for it."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def recipe(project_root: Path) -> str:
    """What the target would run, line by line."""
    called = subprocess.run(
        ["make", "--dry-run", "--no-print-directory", "lint-deploy"],
        cwd=project_root,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    return called.stdout


@pytest.fixture
def deploy(project_root: Path, tmp_path: Path) -> Path:
    """A copy to plant errors in."""
    return shutil.copytree(project_root / "deploy", tmp_path / "deploy")


def passes(program: str, *, root: Path, recipe: str, deploy: Path) -> bool:
    """Whether one of the linters, run as the recipe runs it, accepts the copy."""
    (line,) = (line for line in recipe.splitlines() if f"/{program} " in line)
    words = [str(deploy.parent / word) if word.split("/")[0] == "deploy" else word for word in shlex.split(line)]
    finished = subprocess.run(words, cwd=root, capture_output=True, check=False, timeout=50)
    assert finished.returncode in {0, 1}, finished.stderr
    return finished.returncode == 0


@pytest.mark.parametrize("program", ["hadolint", "yamllint", "check-jsonschema"])
def test_what_is_deployed_passes(project_root: Path, recipe: str, deploy: Path, program: str) -> None:
    assert passes(program, root=project_root, recipe=recipe, deploy=deploy)


@pytest.mark.parametrize(
    ("program", "name", "old", "new"),
    [
        pytest.param("hadolint", "Containerfile", ":3.11.15-slim-bookworm", ":latest", id="no pinned tag"),
        pytest.param("hadolint", "Containerfile", "WORKDIR /data", "WORKDIR data", id="a relative folder"),
        pytest.param("yamllint", "compose.yaml", "profiles: [init]", "image: x\n    image: x", id="a key twice"),
        pytest.param("yamllint", "collector.yaml", "    path: ", "      path: ", id="a line out of place"),
        pytest.param("check-jsonschema", "compose.yaml", "services:\n", "servces:\n", id="an unknown key"),
        pytest.param("check-jsonschema", "compose.yaml", "cap_drop: [ALL]", "cap_drop: ALL", id="a word for a list"),
    ],
)
def test_a_planted_error_is_caught(
    project_root: Path, recipe: str, deploy: Path, program: str, name: str, old: str, new: str
) -> None:
    path = deploy / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")

    assert not passes(program, root=project_root, recipe=recipe, deploy=deploy)
