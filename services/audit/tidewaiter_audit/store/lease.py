"""The right to write to one log, held by one process at a time.

Two halves. A lock on a file beside the store says who may write: the system gives it to one process, and takes it
back when that process ends, however it ends. A count in the store, raised by whoever takes the lock, is compared in
the transaction of every write: so a holder who lost the lock without noticing (the file was removed, the folder was
restored under it) can write nothing more.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import time
from pathlib import Path
from typing import Final, Self

import apsw
from tidewaiter_chassis.failures import Failure

from tidewaiter_audit import errors

LOCK_FILE_NAME: Final = "audit.lock"

NO_EPOCH: Final = -1
"""Of one who never held the lease: no store ever says so."""

_LOOK_SECONDS: Final = 0.05
_MODE: Final = 0o600


class FileLock:
    """The lock, from `take` until `release` or the end of the process."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def take(cls, path: Path) -> Self:
        """The lock on this file, which is made when absent. Failure NOT_READY, LEASE_HELD, while another has it."""
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _MODE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise errors.lease_held(path) from None
        return cls(descriptor)

    @classmethod
    async def wait_for(cls, path: Path, seconds: float) -> Self:
        """The same, waiting for so long until another gives it back."""
        until = time.monotonic() + seconds
        while True:
            try:
                return cls.take(path)
            except Failure:
                if time.monotonic() >= until:
                    raise
            await asyncio.sleep(_LOOK_SECONDS)

    def release(self) -> None:
        """Lets others have it. The file stays: removing it could leave two holders of two files of one name."""
        os.close(self._descriptor)


def raise_epoch(connection: apsw.Connection) -> int:
    """One more holder: the count by which the writes of this one are known from those of the one before."""
    connection.execute("INSERT INTO lease (one, epoch) VALUES (1, 1) ON CONFLICT (one) DO UPDATE SET epoch = epoch + 1")
    return current_epoch(connection)


def current_epoch(connection: apsw.Connection) -> int:
    """The count of the newest holder; 0 before the first."""
    return int(connection.execute("SELECT coalesce(max(epoch), 0) FROM lease").get)
