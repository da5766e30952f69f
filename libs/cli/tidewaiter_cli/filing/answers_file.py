"""The file that the answers go to: it replaces what was there only once there is something to replace it with."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from tidewaiter_cli.stopping import CANNOT_TELL, Stop


@contextmanager
def replacing(out: Path | None, *, manifest: str) -> Iterator[BinaryIO | None]:
    """A file to write answers to, which takes the place of `out` at the end, however that comes; None without `out`.

    With nothing written and an exception, `out` stays as it was. Stop when `out` is the manifest itself, or cannot
    be written; what is no regular file, such as a pipe, is written as it is.
    """
    if out is None:
        yield None
        return
    if out.exists() and Path(manifest).exists() and out.samefile(manifest):
        advice = "Name another file: the answers would take the manifest's place."
        raise Stop(f"--out {out} is the manifest itself.", advice=advice, status=CANNOT_TELL)
    if out.exists() and not out.is_file():
        with out.open("wb") as file:
            yield file
        return
    target = out.resolve()
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        file = part.open("wb")
    except OSError as error:
        raise Stop(f"--out {out} cannot be written: {error.strerror}.", advice="Check the path.") from error
    ended_well = False
    try:
        with file:
            yield file
        ended_well = True
    finally:
        if ended_well or part.stat().st_size:
            if target.exists():
                shutil.copymode(target, part)
            part.replace(target)
        else:
            part.unlink()
