"""A process that claims $100 fifty times on one person-day, one claim at a time, in a ledger that another writes too.

`python -m tests.faults.eligibility_claimer FILE PREFIX READING` prints, as JSON, what it was told and who was named.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from tidewaiter_eligibility.determine import Determiner
from tidewaiter_eligibility.store.sqlite import SqliteLedger

from tests.contracts.eligibility_marginal import marginal_law
from tests.eligibility_shipments import law, shipment

CLAIMS = 50


async def claim(path: Path, prefix: str, reading: str) -> None:
    """Claim, all at once as far as this process goes."""
    ledger = await SqliteLedger.open(path)
    determiner = Determiner(law=marginal_law() if reading == "marginal" else law(), ledger=ledger)
    sys.stdin.readline()  # both begin together
    given = [shipment(f"{prefix}{number:02d}", cents=10_000) for number in range(CLAIMS)]
    answers = await asyncio.gather(*(determiner.determine([each]) for each in given))
    await ledger.close()
    told = {each.shipment_id: answer[0].finding.verdict.name for each, answer in zip(given, answers, strict=True)}
    named = sorted({turned.shipment_id for answer in answers for turned in answer[0].turned})
    sys.stdout.write(json.dumps({"told": told, "named": named}))


if __name__ == "__main__":
    asyncio.run(claim(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
