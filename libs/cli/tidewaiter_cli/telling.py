"""Saying something to somebody who may have gone."""

from __future__ import annotations

import errno
import os
from typing import Final, TextIO

_MAY_PASS: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


def tell(line: str, *, to: TextIO) -> None:
    """Writes one line. When nobody can read it, only the line is lost: this never raises.

    A reader that has gone (a closed pipe or terminal) is not written to again; a disk that is full may have room later.
    """
    try:
        print(line, file=to, flush=True)
    except OSError as error:
        if error.errno not in _MAY_PASS:
            silence(to)
    except ValueError:
        # The stream was closed on our side: there is nobody left to tell.
        pass


def silence(stream: TextIO) -> None:
    """What is written to the stream from now on goes nowhere, also what the interpreter flushes at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, stream.fileno())
    finally:
        os.close(nowhere)
