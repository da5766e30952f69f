"""Unit values in filings."""

from __future__ import annotations

from pathlib import Path

from tidewaiter_goods.values import NANOS_PER_UNIT, Gathering

from tidewaiter_cli.reading.manifest_file import opened


def gather(path: Path) -> tuple[Gathering, int]:
    """The unit values of every line of goods with number, origin and value, and how many lines could not be read.

    Stop when the file cannot be read.
    """
    gathering, bad = Gathering(), 0
    with opened(f"{path}", format=None) as manifest:
        for line in manifest.lines():
            if line.filing is None:
                bad += 1
                continue
            gathering.filings += 1
            for item in line.filing.items:
                if item.hts_code and item.origin_country and item.HasField("unit_value"):
                    money = item.unit_value
                    kind = (item.hts_code.replace(".", "")[:6], item.origin_country, money.currency_code)
                    gathering.add(kind, money.units * NANOS_PER_UNIT + money.nanos)
    return gathering, bad
