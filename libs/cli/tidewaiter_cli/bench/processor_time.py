"""How much processor time a process has used, all its threads together."""

from __future__ import annotations

import os
from pathlib import Path


def processor_seconds(pid: int) -> float | None:
    """User and system time since the process began, to a hundredth or so; None where /proc does not tell."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return None
    # The name before it may hold spaces and brackets; proc(5) has utime and stime as the 14th and 15th field.
    fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
