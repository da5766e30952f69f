"""The services' rerun commands on threads of this process, for tests that start many: same code, same pipes."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest


class ThreadChild:
    """What subprocess.Popen is to a Child."""

    def __init__(self, command: list[str], **_options: object) -> None:
        module, *arguments = command[2:]
        main: Any = importlib.import_module(f"{module}.__main__").main
        asked, asking = os.pipe()
        told, telling = os.pipe()
        self.stdin, self.stdout = os.fdopen(asking, "wb"), os.fdopen(told, "rb")
        self._status = 1
        ends = {"source": os.fdopen(asked, "rb"), "sink": os.fdopen(telling, "wb")}

        def run() -> None:
            try:
                given = {name: end for name, end in ends.items() if name == "sink" or "recall" not in module}
                self._status = main(arguments, **given)
            except (BrokenPipeError, ValueError):
                self._status = 1
            finally:
                for end in ends.values():
                    end.close()

        self._thread = Thread(target=run, daemon=True)
        self._thread.start()

    def kill(self) -> None:
        """A thread cannot be killed: closing its pipes ends it."""

    def wait(self) -> int:
        """The status it ended with."""
        self._thread.join(30)
        return self._status


@contextmanager
def on_threads(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """For the block every Child is a thread."""
    with monkeypatch.context() as patched:
        patched.setattr("tidewaiter_cli.rerunning.child.subprocess.Popen", ThreadChild)
        yield
