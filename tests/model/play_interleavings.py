"""Play many random interleavings of the ledger, in every core: python -m tests.model.play_interleavings --help.

What a history is, and what must hold in it, is `eligibility_interleaving`. Of a thousand 970 are played on the ledger
in memory, where a failed change is undone or kept; 30 on a file, which is opened again after each crash around a
commit. It prints the seed, a line for each history that broke a promise, and a summary; the status is 1 when one did.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import structlog

from tests.model.eligibility_interleaving import Interleaving
from tests.model.eligibility_runs import CrashingLedger, FailingLedger, run

STEPS = 16
OF_A_THOUSAND_ON_FILE = 30
_AT_ONCE = 100


def on_file(number: int) -> bool:
    """Whether that history is played on a file: they are spread evenly."""
    return number * OF_A_THOUSAND_ON_FILE % 1000 < OF_A_THOUSAND_ON_FILE


def broken(seed: int, number: int) -> str:
    """Which promise that history of a seed broke, "" for none."""
    # Histories of two seeds have nothing in common, however near the seeds are.
    of_history = seed * 1_000_003 + number
    try:
        if on_file(number):
            asyncio.run(_on_file(of_history))
        else:
            history = Interleaving(of_history, FailingLedger())
            run(history.play(STEPS))
            history.ends_as_it_must()
            run(history.ledger.close())
    except AssertionError as error:
        return f"history {number} of seed {seed}: {error}".splitlines()[0]
    return ""


async def _on_file(seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger = CrashingLedger(Path(folder) / "eligibility.db")
        await ledger.open()
        try:
            history = Interleaving(seed, ledger)
            await history.play(STEPS)
            history.ends_as_it_must()
        finally:
            await ledger.close()


def _quiet() -> None:
    """Leave unsaid that a file was lost: each crash here is made."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def _some(seed: int, numbers: range) -> list[str]:
    return [said for number in numbers if (said := broken(seed, number))]


def _all(seed: int, histories: int, workers: int) -> list[str]:
    parts = [range(first, min(first + _AT_ONCE, histories)) for first in range(0, histories, _AT_ONCE)]
    if workers == 1:
        return [said for part in parts for said in _some(seed, part)]
    with ProcessPoolExecutor(workers, initializer=_quiet) as pool:
        return [said for found in pool.map(_some, [seed] * len(parts), parts) for said in found]


def main(arguments: Sequence[str] | None = None) -> int:
    """Play, and say what was found: 0 when no promise was broken, 1 when one was."""
    parser = argparse.ArgumentParser(description="Play random interleavings of the ledger, with failures and crashes.")
    parser.add_argument("--histories", type=int, default=10_000, help="how many (default: %(default)s)")
    parser.add_argument("--seed", type=int, help="repeats what a run has played (default: a new one)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes (default: one a core)")
    given = parser.parse_args(arguments)
    seed = secrets.randbelow(1_000_000) if given.seed is None else given.seed
    begun = time.monotonic()
    found = _all(seed, given.histories, given.workers)
    for said in found:
        sys.stdout.write(f"{said}\n")
    files = sum(on_file(number) for number in range(given.histories))
    sys.stdout.write(
        f"seed {seed}: {given.histories} histories of {STEPS} steps, {files} of them on a file with crashes, "
        f"in {time.monotonic() - begun:.0f} s: {len(found) or 'no'} violation{'s' if len(found) > 1 else ''}\n"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
