"""The file that the answers go to: it replaces what was there only once there is something to replace it with."""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from tidewaiter_cli.stopping import MISSPELT, Stop
from tidewaiter_cli.typed import STANDARD_INPUT


@contextmanager
def replacing(out: Path | None, *, manifest: str, say: Callable[[str], None]) -> Iterator[BinaryIO | None]:
    """A file to write answers to, which takes the place of `out` at the end, however that comes; None without `out`.

    With nothing written and an exception, `out` stays as it was. Stop when `out` is the manifest itself, cannot be
    written, or is being written by another run; what is no regular file, such as a pipe, is written as it is.

    Until the end the answers are in `.<name>.part` beside it. A run that is killed leaves that file; the next one to
    the same `out` says so and begins it anew, because all that was answered is answered again.
    """
    if out is None:
        yield None
        return
    if _is_manifest(out, manifest):
        advice = "Name another file: the answers would take the manifest's place."
        raise Stop(f"--out {out} is the manifest itself.", advice=advice, status=MISSPELT)
    if out.exists() and not out.is_file():
        with out.open("wb") as pipe:
            yield pipe
        return
    target = out.resolve()
    part = target.with_name(f".{target.name}.part")
    try:
        file = _held(part)
    except BlockingIOError as error:
        raise Stop(
            f"another `tidewaiter file` is writing {out}.", advice="Wait for it, or name another file."
        ) from error
    except OSError as error:
        raise Stop(f"--out {out} cannot be written: {error.strerror}.", advice="Check the path.") from error
    # Closed only when the name is somebody's no more: with the file goes the lock on it.
    with file:
        if part.stat().st_size:
            say(f"{part} was left by a run that was killed, and is begun anew: what was answered is answered again")
            file.truncate()
        yield from _replaced(file, part, target)


def _replaced(file: BinaryIO, part: Path, target: Path) -> Iterator[BinaryIO]:
    ended_well = False
    try:
        yield file
        ended_well = True
    finally:
        file.flush()
        if ended_well or part.stat().st_size:
            if target.exists():
                shutil.copymode(target, part)
            part.replace(target)
        else:
            part.unlink()


def _held(part: Path) -> BinaryIO:
    """The file, locked for as long as it is open; BlockingIOError when another process has it."""
    while True:
        # Not emptied by opening it: until it is locked it may be another's.
        file = os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666), "r+b")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(file.fileno()), part.stat()):
                    return file
        except BaseException:
            file.close()
            raise
        # Between the opening and the lock it became what its writer made it for.
        file.close()


def _is_manifest(out: Path, manifest: str) -> bool:
    if not out.is_file():
        return False
    if manifest == STANDARD_INPUT:
        # As in `tidewaiter file - --out decisions.jsonl < decisions.jsonl`.
        try:
            return os.path.samestat(out.stat(), os.fstat(sys.stdin.fileno()))
        except (OSError, ValueError):
            return False  # standard input is closed, or is no file at all
    return Path(manifest).exists() and out.samefile(manifest)
