"""Standard output whose reader may leave before the end, as `head` does."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

UNREAD: Final = 1
"""The exit status of a command whose reader left before it had all."""


@contextmanager
def readers_may_leave() -> Iterator[None]:
    """A block whose output is all written at its end. SystemExit `UNREAD`, without a word, when nobody reads it."""
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        # What is left is thrown away: the interpreter must not complain when it flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(UNREAD) from None
