"""SubmitFiling: one filing decided and on the record before it is answered, beside one filing merely echoed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tidewaiter.intake.v1 import intake_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_client import AsyncClient

from tidewaiter_cli.bench.figures import Measured, RateKeys, latency, rate
from tidewaiter_cli.bench.ground import Ground
from tidewaiter_cli.bench.parts.echo import CALLERS
from tidewaiter_cli.bench.timing import at_once, in_turn, rounds
from tidewaiter_cli.stopping import Stop

_CALLS: Final = 600
_WARM_UP_CALLS: Final = 100
_CALLS_AT_ONCE: Final = 800
_ROUNDS: Final = 3

_KEYS: Final = RateKeys(rate="per_second_32", baseline="echo_per_second_32", ratio="per_second_32_ratio_to_echo")


def measure(ground: Ground) -> dict[str, Measured]:
    """By the SDK for asyncio: first one after the other, an echo between every two; then 32 callers at once."""
    warm_up, calls = ground.count(_WARM_UP_CALLS), ground.count(_CALLS)
    several = ground.count(_CALLS_AT_ONCE, at_least=CALLERS)
    filings = ground.fresh_filings(warm_up + calls + _ROUNDS * several)
    client = ground.run(_client(ground.addresses["intake"]))
    try:
        return {"submit": _measured(ground, client, filings, counts=(warm_up, calls, several))}
    finally:
        ground.run(client.close())


def _measured(
    ground: Ground, client: AsyncClient, filings: Sequence[trade_pb2.Filing], *, counts: tuple[int, int, int]
) -> Measured:
    warm_up, calls, several = counts
    answers: list[intake_pb2.SubmitFilingResponse] = []

    async def submit(filing: trade_pb2.Filing) -> None:
        answers.append(await client.submit(filing))

    def alternately(sent: Sequence[trade_pb2.Filing]) -> dict[str, list[float]]:
        turns = {"echo": lambda number: ground.echo.one(sent[number]), "submit": lambda number: submit(sent[number])}
        return ground.run(in_turn(turns, count=len(sent)))

    alternately(filings[:warm_up])
    seconds = alternately(filings[warm_up : warm_up + calls])

    def sent_in(number: int) -> Sequence[trade_pb2.Filing]:
        start = warm_up + calls + number * several
        return filings[start : start + several]

    rates = rounds(
        _ROUNDS,
        {
            "echo": lambda number: several / ground.run(at_once(ground.echo.one, sent_in(number), callers=CALLERS))[0],
            "submit": lambda number: several / ground.run(at_once(submit, sent_in(number), callers=CALLERS))[0],
        },
    )
    _refuse_undecided(answers)
    ground.settled_size()
    return latency("one at a time", seconds["submit"], seconds["echo"]) + rate(
        f"{CALLERS} callers", rates["submit"], rates["echo"], keys=_KEYS
    )


async def _client(address: str) -> AsyncClient:
    return AsyncClient(address)


def _refuse_undecided(answers: Sequence[intake_pb2.SubmitFilingResponse]) -> None:
    undecided = sum(map(is_undecided, answers))
    if undecided:
        raise Stop(f"{undecided} of {len(answers)} submitted filings were not decided in full: no figures.")


def is_undecided(answer: intake_pb2.SubmitFilingResponse) -> bool:
    """Whether a service was silent: then the answer came early, and its time is no figure."""
    return answer.decision.outcome == trade_pb2.OUTCOME_PENDING or answer.decision.degraded or answer.replayed
