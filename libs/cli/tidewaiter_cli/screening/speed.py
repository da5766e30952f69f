"""How fast names are screened: for the first time, and as parcels name them."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from tidewaiter_client.protojson import read_filing

from tidewaiter_cli.generator.lines import manifest_lines
from tidewaiter_cli.screening.folder import lists_in, screener_of
from tidewaiter_cli.screening.quality import rows_of

_FILINGS: Final = 5_000
_COLD: Final = 4_000
_KIB_PER_MIB: Final = 1_024


def measured(folder: Path, negatives: Path | None, *, score_min: int, scale: float) -> dict[str, Any]:
    """Start, memory and rates over the lists of a folder, on one core and without a service.

    Cold: each name for the first time, the words of all of them too. As parcels name them: the parties of filings as
    `tidewaiter manifest` makes them, four a filing, where shippers and sellers come again.
    """
    began, processor = time.perf_counter(), time.process_time()
    lists = lists_in(folder)
    screener = screener_of(lists, score_min=score_min)
    seconds, processor = time.perf_counter() - began, time.process_time() - processor
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KIB_PER_MIB
    filings = [read_filing(line) for line in manifest_lines(max(50, round(_FILINGS * scale)), seed=1)]
    parties = [
        party.name
        for filing in filings
        for party in (filing.consignee, filing.buyer, filing.shipper, filing.seller)
        if party.name
    ]
    cold = [row["query"] for row in rows_of(negatives, ("query",))] if negatives else _made(parties)
    cold = list(dict.fromkeys(cold))[: max(50, round(_COLD * scale))]
    cold_rate = _rate(screener.screen, cold)
    repeated = screener_of(lists, score_min=score_min)
    return {
        "lists": {one.list: len(one.entries) for one in lists},
        "names": len(screener.index.names),
        "start_seconds": round(seconds, 2),
        "start_processor_seconds": round(processor, 2),
        "memory_mib": round(memory),
        "cold_parties": len(cold),
        "cold_parties_per_second": cold_rate,
        "parcel_parties": len(parties),
        "parcel_parties_distinct": len(set(parties)),
        "parcel_parties_per_second": _rate(repeated.screen, parties),
    }


def _made(parties: Sequence[str]) -> list[str]:
    """More names than there are: each with its neighbour's, so that every one is new."""
    distinct = list(dict.fromkeys(parties))
    return [f"{one.split()[0]} {other.split()[-1]}" for one in distinct[:80] for other in distinct[:80]]


def _rate(screen: Callable[[str], object], names: Sequence[str]) -> float:
    began = time.process_time()
    for name in names:
        screen(name)
    return round(len(names) / max(1e-9, time.process_time() - began), 1)
