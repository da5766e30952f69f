"""What is committed in libs/contracts is exactly what protos/ generates."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path


def check(root: Path, contracts: Path) -> subprocess.CompletedProcess[str]:
    """Regenerate in a temporary folder and compare with `contracts`, as `make protos-check` does."""
    return subprocess.run(
        [sys.executable, root / "tools" / "generate_protos.py", "--check", "--out", contracts],
        capture_output=True,
        text=True,
        check=False,
    )


def test_generated_code_is_what_the_protos_say(project_root: Path) -> None:
    finished = check(project_root, project_root / "libs" / "contracts")

    assert (0, "") == (finished.returncode, finished.stderr)


def test_a_changed_a_missing_and_a_leftover_file_are_each_named(project_root: Path, tmp_path: Path) -> None:
    for package in ("tidewaiter", "buf"):
        shutil.copytree(project_root / "libs" / "contracts" / package, tmp_path / package)
    trade = tmp_path / "tidewaiter" / "trade" / "v1"
    with (trade / "trade_pb2.py").open("a", encoding="utf-8") as file:
        file.write("# by hand\n")
    (trade / "trade_pb2.pyi").unlink()
    (trade / "customs_pb2.py").touch()

    finished = check(project_root, tmp_path)

    assert 1 == finished.returncode
    assert "tidewaiter/trade/v1/trade_pb2.py: differs" in finished.stderr
    assert "tidewaiter/trade/v1/trade_pb2.pyi: is missing" in finished.stderr
    assert "tidewaiter/trade/v1/customs_pb2.py: no source makes it" in finished.stderr
