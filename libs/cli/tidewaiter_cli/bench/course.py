"""One run of the benchmarks, from the refusal of a wrong part to the last figure."""

from __future__ import annotations

import json as json_format
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, Final

import grpc
from rich.console import Console
from tidewaiter_client.errors import error_from_rpc

from tidewaiter_cli.bench.ground import ground, say
from tidewaiter_cli.bench.machine import machine
from tidewaiter_cli.bench.page import Page
from tidewaiter_cli.bench.parts import PARTS, PARTS_ON_REQUEST
from tidewaiter_cli.stopping import DONE, MISSPELT, Stop

_WIDTH: Final = 100
_BASELINE: Final = "echo"

_ORDER: Final = ("machine", "echo", "submit", "stream", "cpu", "eligibility", "growth", "audit", "risk")
"""Of the keys in the JSON object."""


class Course:
    """Which parts are measured, and how many calls of the usual ones; Stop when there is no such part."""

    def __init__(self, part: str | None, *, scale: float, entries: int = 0) -> None:
        known = {**PARTS, **PARTS_ON_REQUEST}
        if part is not None and part not in known:
            raise Stop(f"there is no part {part}.", advice=f"Parts are {', '.join(known)}.", status=MISSPELT)
        if not 0 < scale <= 1:
            raise Stop(f"--scale {scale:g} is no share.", advice="Give one over 0, at most 1.", status=MISSPELT)
        if entries < 0:
            raise Stop(f"--entries {entries} is no size.", advice="Give one above 0.", status=MISSPELT)
        chosen = [name for name in PARTS if part in (None, name) or name == _BASELINE]
        self._parts = {name: known[name] for name in (*chosen, *(name for name in PARTS_ON_REQUEST if name == part))}
        self._scale = scale
        self._entries = entries

    def run(self, *, json: bool, out: Path | None) -> int:
        """Measures, prints, writes; everything that was started is stopped and removed, also on a signal."""
        if out is not None and not out.parent.is_dir():
            # Found now rather than when minutes of measuring would be lost.
            raise Stop(f"{out.parent} is no folder to write {out.name} in.", advice="Make it first.")
        console = Console(stderr=json, highlight=False)
        if not console.is_terminal:
            console.width = _WIDTH
        with _interrupted_by_signals(), tempfile.TemporaryDirectory(prefix="tidewaiter-bench-") as folder:
            found = self._measured(Path(folder), Page(console))
        if out is not None:
            out.write_text(json_format.dumps(found, indent=2) + "\n", encoding="utf-8")
        if json:
            print(json_format.dumps(found))
        return DONE

    def _measured(self, folder: Path, page: Page) -> dict[str, Any]:
        started = time.monotonic()
        found: dict[str, Any] = {"machine": {**machine(folder), "scale": self._scale}}
        page.head(found["machine"])
        try:
            with ground(folder, scale=self._scale, entries=self._entries) as standing:
                for part, measure in self._parts.items():
                    say(f"measuring {part}")
                    for name, measured in measure(standing).items():
                        found[name] = measured.figures
                        page.section(name, measured)
        except grpc.RpcError as error:
            raise error_from_rpc(error, address="a service under test") from error
        seconds = time.monotonic() - started
        found["machine"]["seconds"] = round(seconds, 1)
        page.foot(seconds)
        return {name: found[name] for name in _ORDER if name in found}


@contextmanager
def _interrupted_by_signals() -> Iterator[None]:
    """SIGTERM and SIGHUP end the run as Ctrl-C does, by way of everything that has to be stopped."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    # What is ignored already, as under nohup, stays so.
    heard = [number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, interrupt) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
