"""What a claim costs as the ledger grows: a million person-days, each of one shipment, as days go by.

Parcels arrive on the few days around today, so claims come in the order of their days but for a few days to and fro.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from google.protobuf.timestamp_pb2 import Timestamp
from google.type.money_pb2 import Money
from tidewaiter.eligibility.v1 import eligibility_pb2, eligibility_pb2_grpc
from tidewaiter.trade.v1 import trade_pb2

from tidewaiter_cli.bench.bare_echo import CHUNKS_UNANSWERED_MAX
from tidewaiter_cli.bench.cargo import batches
from tidewaiter_cli.bench.figures import Line, Measured, shortened
from tidewaiter_cli.bench.ground import CALL_SECONDS_MAX, Ground
from tidewaiter_cli.bench.processor_time import processor_seconds
from tidewaiter_cli.bench.timing import at_once
from tidewaiter_cli.stopping import Stop

_CLAIMS: Final = 1_000_000
_WINDOW: Final = 10_000
_COMPARED: Final = 5
"""So many windows at the beginning, after the first, beside as many at the end."""
_FIRST_DAY: Final = datetime(2024, 1, 1, 17, tzinfo=UTC)
_DAYS: Final = 400
"""All open to goods of Germany, so that every claim counts."""
_DAYS_AT_ONCE: Final = 5
_LETTERS: Final = "bcdfghjklmnpqrstvwxz"


class Window(NamedTuple):
    """Some claims one after the other: what they cost the service, and how fast they went."""

    processor_microseconds: float
    per_second: float


def measure(ground: Ground) -> dict[str, Measured]:
    """Windows of 10,000 claims in batches of 500, four at once; the first fills the ledger to that many."""
    eligibility: eligibility_pb2_grpc.EligibilityServiceAsyncStub = eligibility_pb2_grpc.EligibilityServiceStub(
        ground.channels["eligibility"]
    )
    claims = ground.count(_CLAIMS, at_least=1_000)
    window = min(_WINDOW, claims // 2)
    count = claims // window
    series = ground.fresh_seed()
    windows: list[Window] = []
    for number in range(count):
        numbers = range(number * window, (number + 1) * window)
        requests = _requests([_shipment(series, each, day=each * _DAYS // (count * window)) for each in numbers])
        windows.append(ground.run(_window(eligibility, ground.pids["eligibility"], requests, window)))
    (file,) = Path(ground.folder).rglob("eligibility.db")
    size = sum(each.stat().st_size for each in file.parent.glob("eligibility.db*"))
    return {"growth": _section(windows, window=window, bytes_per_person_day=size / (count * window))}


async def _window(
    eligibility: eligibility_pb2_grpc.EligibilityServiceAsyncStub,
    pid: int,
    requests: list[eligibility_pb2.DetermineEligibilityRequest],
    claims: int,
) -> Window:
    async def determine(
        request: eligibility_pb2.DetermineEligibilityRequest,
    ) -> eligibility_pb2.DetermineEligibilityResponse:
        return await eligibility.DetermineEligibility(request, timeout=CALL_SECONDS_MAX)

    before = processor_seconds(pid) or 0.0
    seconds, answers = await at_once(determine, requests, callers=CHUNKS_UNANSWERED_MAX)
    after = processor_seconds(pid) or 0.0
    if not all(result.finding.counted_shipments == 1 for answer in answers for result in answer.results):
        raise Stop("a claim was not the only one on its person-day: no figures.")
    return Window((after - before) / claims * 1_000_000, claims / seconds)


def _requests(shipments: Sequence[trade_pb2.Shipment]) -> list[eligibility_pb2.DetermineEligibilityRequest]:
    return [
        eligibility_pb2.DetermineEligibilityRequest(
            determinations=[eligibility_pb2.Determination(shipment=shipment) for shipment in batch]
        )
        for batch in batches(shipments)
    ]


def _shipment(series: int, number: int, *, day: int) -> trade_pb2.Shipment:
    """The shipment of a person like no other: the name, the street and the postal code differ."""
    arrival = Timestamp()
    arrival.FromDatetime(_FIRST_DAY + timedelta(days=day + number % _DAYS_AT_ONCE))
    name = _name(number)
    return trade_pb2.Shipment(
        shipment_id=f"G{series:06d}N{number:012d}",
        revision=1,
        mode=trade_pb2.TRANSPORT_MODE_AIR,
        port_of_entry="4701",
        estimated_arrival=arrival,
        country_of_shipment="DE",
        consignee=trade_pb2.Party(
            name=name,
            address_lines=[f"{number % 9_973 + 1} {_name(number // 7 + 31)} Rd"],
            postal_code=f"{10_000 + number % 89_989}",
            country_code="US",
        ),
        items=[
            trade_pb2.LineItem(
                description="men's long-sleeved shirt of woven cotton",
                hts_code="6205.20.20",
                origin_country="DE",
                quantity=1,
                unit_value=Money(currency_code="USD", units=25),
            )
        ],
    )


def _name(number: int) -> str:
    """Two words that no other number has, of consonants and vowels."""
    words = []
    for factor in (1, 400):
        rest, word = number // factor * 7_919 + factor, ""
        for _ in range(4):
            rest, letter = divmod(rest, len(_LETTERS))
            word += _LETTERS[letter] + "aeiou"[letter % 5]
        words.append(word.capitalize())
    return " ".join(words)


def _section(windows: list[Window], *, window: int, bytes_per_person_day: float) -> Measured:
    compared = max(1, min(_COMPARED, len(windows) // 2))
    early, late = windows[1 : 1 + compared] or windows[:1], windows[-compared:]
    cost = [statistics.median(each.processor_microseconds for each in some) for some in (early, late)]
    speed = [statistics.median(each.per_second for each in some) for some in (early, late)]
    ratio = cost[1] / cost[0] if cost[0] else speed[0] / speed[1]
    stored = len(windows) * window
    return Measured(
        {
            "person_days": stored,
            "bytes_per_person_day": round(bytes_per_person_day, 1),
            "early_microseconds_per_claim": round(cost[0], 1),
            "late_microseconds_per_claim": round(cost[1], 1),
            "late_ratio_to_early": shortened(ratio),
            "early_claims_per_second": round(speed[0], 1),
            "late_claims_per_second": round(speed[1], 1),
        },
        (
            Line(what=f"processor time of a claim, {window:,} stored", figure=f"{cost[0]:.0f} µs"),
            Line(
                what=f"processor time of a claim, {stored:,} stored",
                figure=f"{cost[1]:.0f} µs",
                baseline=f"early {cost[0]:.0f} µs",
                ratio=ratio,
            ),
            Line(what="claims, durable", figure=f"{speed[1]:,.0f} /s", baseline=f"early {speed[0]:,.0f} /s"),
            Line(what="file for each person-day", figure=f"{bytes_per_person_day:,.0f} bytes"),
        ),
    )
