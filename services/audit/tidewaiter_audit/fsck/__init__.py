"""The whole-log check: builds the log again from its leaves and compares everything that is stored with it.

The judge of every test that writes, and of any operator: `python -m tidewaiter_audit.fsck --data DIR`.
It cannot see that the newest part was cut off together with its checkpoints: for that, somebody else must have kept
a later checkpoint.
"""

from __future__ import annotations

from tidewaiter_audit.fsck.check import CheckedLog, check_log
from tidewaiter_audit.fsck.report import FsckReport, Problem

__all__ = ["CheckedLog", "FsckReport", "Problem", "check_log"]
