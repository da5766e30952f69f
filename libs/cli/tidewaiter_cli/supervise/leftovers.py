"""What an earlier run left in the data directory: its lock, its notes, and processes that outlived it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tidewaiter_chassis.file_lock import FileLock

from tidewaiter_cli.notes import READY_FILE
from tidewaiter_cli.stopping import Stop

_LOCK: Final = "up.lock"
_PROCESSES: Final = "up.processes.json"
_OURS: Final = frozenset({_PROCESSES, READY_FILE, "logs", "traces"})
_STOP_SECONDS: Final = 20.0
_LOOK_SECONDS: Final = 0.05


@contextmanager
def alone(data: Path) -> Iterator[None]:
    """Holds the data directory, made when absent; Stop when another `tidewaiter up` does.

    The lock dies with this process, so that a killed one leaves nothing to clean up.
    """
    data.mkdir(parents=True, exist_ok=True)
    try:
        lock = FileLock(data / _LOCK, alone=True)
    except BlockingIOError as error:
        raise Stop(
            f"another `tidewaiter up` runs on {data}.",
            advice="Stop that one first (Ctrl-C, or SIGTERM to it), or give another --data.",
        ) from error
    try:
        yield
    finally:
        lock.release()


def holds_state(data: Path) -> bool:
    """Whether any service ever kept anything here; a lock by itself is nothing kept."""
    return any(entry.name not in _OURS and entry.suffix != ".lock" for entry in data.iterdir())


def is_starting(data: Path) -> bool:
    """Whether an `up` has begun to start services here and does not say yet that they serve."""
    running = any(birth_of(int(process["pid"])) == process["birth"] != "" for process in _noted(data).values())
    return running and not (data / READY_FILE).exists()


def stop_survivors(data: Path, say: Callable[[str], None]) -> None:
    """Ends the services of a run whose supervisor was killed: they hold the ports and the stores."""
    for service, process in _noted(data).items():
        pid, birth = int(process["pid"]), process["birth"]
        if not birth or birth_of(pid) != birth:
            continue
        say(f"{service} is still running from a run that was killed; stopping it")
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        while birth_of(pid) == birth:
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
                deadline += _STOP_SECONDS
            time.sleep(_LOOK_SECONDS)


def note_processes(data: Path, pids: Mapping[str, int]) -> None:
    """Remembers which processes to end if this one is killed; none to forget them."""
    note(data / _PROCESSES, {service: {"pid": pid, "birth": birth_of(pid)} for service, pid in pids.items()})


def birth_of(pid: int) -> str:
    """What tells this process from another that gets its number later; empty when there is no such process."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            # The name before it may hold spaces and brackets; the start time is the 20th field after it.
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            return ""
        return "" if fields[0] == "Z" else fields[19]
    listed = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return listed.stdout.strip()


def note(path: Path, content: Mapping[str, Any]) -> None:
    """Writes JSON so that a reader finds the whole of it or what was there before; OSError when there is no room."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        draft.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        draft.replace(path)
    except OSError:
        # A draft that did not fit takes the last of the room.
        draft.unlink(missing_ok=True)
        raise


def _noted(data: Path) -> dict[str, dict[str, Any]]:
    try:
        found = json.loads((data / _PROCESSES).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise Stop(
            f"{data / _PROCESSES} is damaged: {error}.", advice="See that no service runs; remove it."
        ) from error
    return found if isinstance(found, dict) else {}
