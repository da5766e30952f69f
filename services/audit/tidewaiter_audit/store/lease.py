"""The right to write to one log, held by one process at a time.

Two halves. The store's own lock, on a file beside it, says who may open it: the system gives it to one process, and
takes it back when that process ends, however it ends. A count in the store, raised by whoever opened it to write, is
compared in the transaction of every write: so a holder who lost the lock without noticing (its file was removed, the
folder was restored under it) can write nothing more.
"""

from __future__ import annotations

from typing import Final

import apsw

NO_EPOCH: Final = -1
"""Of one who never held the lease: no store ever says so."""


def raise_epoch(connection: apsw.Connection) -> int:
    """One more holder: the count by which the writes of this one are known from those of the one before."""
    connection.execute("INSERT INTO lease (one, epoch) VALUES (1, 1) ON CONFLICT (one) DO UPDATE SET epoch = epoch + 1")
    return current_epoch(connection)


def current_epoch(connection: apsw.Connection) -> int:
    """The count of the newest holder; 0 before the first."""
    return int(connection.execute("SELECT coalesce(max(epoch), 0) FROM lease").get)
