"""On what, with what and when it was measured: without it a figure says nothing."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import apsw

_PACKAGES: Final = ("grpcio", "protobuf", "apsw")
_GIT_SECONDS: Final = 10.0


def machine(folder: Path, environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """The facts, before anything is started; `folder` is where the stores will be."""
    return {
        "cpu": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "load_average": [round(each, 2) for each in os.getloadavg()],
        "commit": _commit(),
        "versions": {**{name: version(name) for name in _PACKAGES}, "sqlite": apsw.sqlite_lib_version()},
        "filesystem": filesystem_of(folder),
        # Not the defaults, then: whoever reads the figures must see it.
        "settings": {name: environ[name] for name in sorted(environ) if name.startswith("TIDEWAITER_")},
    }


def filesystem_of(folder: Path, mounts: Path = Path("/proc/self/mounts")) -> str:
    """The kind of file system that holds the folder, such as ext4; empty where the system does not tell."""
    if not mounts.exists():
        return ""
    found, length = "", 0
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        _, place, kind, *_ = line.split(" ")
        point = Path(place.replace(r"\040", " "))
        # Of several on one place the last hides the others.
        if folder.resolve().is_relative_to(point) and len(point.parts) >= length:
            found, length = kind, len(point.parts)
    return found


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _commit() -> str:
    """The commit of this checkout, with a plus when it was changed since; empty when this is no checkout."""
    here = Path(__file__).resolve()
    # Installed below somebody else's checkout, the commit would be theirs.
    if _git(here.parent, "ls-files", "--error-unmatch", here.name) is None:
        return ""
    commit = _git(here.parent, "rev-parse", "--short=12", "HEAD")
    if not commit:
        return ""
    return f"{commit}+" if _git(here.parent, "status", "--porcelain") else commit


def _git(folder: Path, *words: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words], capture_output=True, text=True, check=False, timeout=_GIT_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
