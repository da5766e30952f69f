"""A process that writes to a store until it is killed, and says on its output what was acknowledged.

Run as a program with the store's path and the number to begin at.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
from pathlib import Path

from tests.unit.chassis_ledger import adding, open_ledger

WRITERS = 8


async def write_for_ever(path: Path, first: int) -> None:
    """Eight callers write pairs, one after the other each, with numbers nobody else uses."""
    ledger = open_ledger(path)
    numbers = itertools.count(first)

    async def writer() -> None:
        while True:
            number = next(numbers)
            await ledger.write(adding(f"{number} left", f"{number} right"))
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()

    await asyncio.gather(*(writer() for _ in range(WRITERS)))


if __name__ == "__main__":
    asyncio.run(write_for_ever(Path(sys.argv[1]), int(sys.argv[2])))
