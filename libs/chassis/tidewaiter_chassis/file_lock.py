"""A lock that the operating system keeps on a file for as long as a process lives."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class FileLock:
    """Holds `path`, made when absent: alone, or with any number of others that do not ask to be alone.

    It ends with `release`, and with the process however that ends, kill -9 included. The file itself says nothing
    and stays: removed, the next one to come would lock another file of that name. BlockingIOError when somebody
    else's lock is in the way; OSError when the file cannot be made or this file system has no locks.
    """

    def __init__(self, path: Path, *, alone: bool) -> None:
        self._descriptor: int | None = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except OSError:
            self.release()
            raise

    def release(self) -> None:
        """Let go of it. A second call changes nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __del__(self) -> None:
        # Absent when the file could not even be made.
        if getattr(self, "_descriptor", None) is not None:
            self.release()
