"""StreamFilings end to end on durable stores, beside the same filings merely echoed; and what it costs whom."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any, Final

from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_client import Client

from tidewaiter_cli.bench.figures import Line, Measured, RateKeys, rate, shortened
from tidewaiter_cli.bench.ground import Ground
from tidewaiter_cli.bench.parts.submit import is_undecided
from tidewaiter_cli.bench.processor_time import processor_seconds
from tidewaiter_cli.bench.timing import rounds
from tidewaiter_cli.generator.lines import manifest_lines
from tidewaiter_cli.stopping import DONE, Stop

_FILINGS: Final = 20_000
_WARM_UP_FILINGS: Final = 1_000
_LINES: Final = 5_000
_ROUNDS: Final = 3

_KEYS: Final = RateKeys(rate="filings_per_second", baseline="echo_per_second", ratio="ratio_to_echo")
_CLIENT: Final = "client"


def measure(ground: Ground) -> dict[str, Measured]:
    """By the SDK, from filings that are in memory; then `tidewaiter file`, from a file."""
    count = ground.count(_FILINGS, at_least=100)
    cost = Cost(ground)
    with Client(ground.addresses["intake"]) as client:
        _stream(client, ground.fresh_filings(ground.count(_WARM_UP_FILINGS)))
        leaves_before = ground.settled_size()

        prepared: list[trade_pb2.Filing] = []

        def echo(_: int) -> float:
            prepared[:] = ground.fresh_filings(count)
            return ground.echoed_per_second(prepared)

        def stream(_: int) -> float:
            cost.begin()
            seconds = _stream(client, prepared)
            cost.pause_client()
            # What is decided again belongs to the round that caused it, and must not disturb the next.
            ground.settled_size()
            cost.end(count)
            return count / seconds

        rates = rounds(_ROUNDS, {"echo": echo, "stream": stream})
        leaves = ground.settled_size() - leaves_before
    streamed = rate("a stream by the SDK", rates["stream"], rates["echo"], keys=_KEYS)
    counts = Measured({"filings": count, "decisions_per_filing": round(leaves / (count * _ROUNDS), 3)})
    filed = _filed(ground, echo_per_second=streamed.figures["echo_per_second"])
    return {"stream": counts + streamed + filed, "cpu": cost.section()}


def _stream(client: Client, filings: Sequence[trade_pb2.Filing]) -> float:
    undecided = 0
    started = time.perf_counter()
    for answer in client.stream(filings):
        undecided += answer.response is None or is_undecided(answer.response)
    seconds = time.perf_counter() - started
    if undecided:
        raise Stop(f"{undecided} of {len(filings)} streamed filings were not decided in full: no figures.")
    return seconds


def _filed(ground: Ground, *, echo_per_second: float) -> Measured:
    manifest = ground.folder / "parcels.jsonl"
    with manifest.open("wb") as file:
        file.writelines(manifest_lines(ground.count(_LINES), seed=ground.fresh_seed()))
    command = [sys.executable, "-m", "tidewaiter_cli", "file", str(manifest), "--json"]
    done = subprocess.run(
        [*command, "--intake", ground.addresses["intake"]], stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode != DONE:
        raise Stop(f"`tidewaiter file` ended with status {done.returncode}: no figures.")
    ground.settled_size()
    summary: dict[str, Any] = json.loads(done.stdout)
    per_second = float(summary["filings_per_second"])
    ratio = per_second / echo_per_second
    return Measured(
        {
            "file_filings": summary["filings"],
            "file_filings_per_second": per_second,
            "file_ratio_to_echo": shortened(ratio),
        },
        (
            Line(
                what=f"`tidewaiter file`, {summary['filings']:,} lines",
                figure=f"{per_second:,.0f} /s",
                baseline=f"echo {echo_per_second:,.0f} /s",
                ratio=ratio,
            ),
        ),
    )


class Cost:
    """The processor time that the rounds of a stream take, in each process of the suite and in this one."""

    def __init__(self, ground: Ground) -> None:
        self._pids = dict(ground.pids)
        self._filings = 0
        self._seconds = dict.fromkeys((*self._pids, _CLIENT), 0.0)
        self._tells = all(processor_seconds(pid) is not None for pid in self._pids.values())

    def begin(self) -> None:
        """The clocks of a round start."""
        self._add(-1)
        self._seconds[_CLIENT] -= time.process_time()

    def pause_client(self) -> None:
        """The client has its answers; what it does until `end` is looking on."""
        self._seconds[_CLIENT] += time.process_time()

    def end(self, filings: int) -> None:
        """The clocks of a round of so many filings stop."""
        self._add(1)
        self._filings += filings

    def section(self) -> Measured:
        """Microseconds a filing for each process."""
        if not self._tells:
            return Measured({"note": "only measured where /proc tells the processor time of a process"})
        each = {name: seconds / self._filings * 1e6 for name, seconds in self._seconds.items()}
        total = sum(each.values())
        lines = tuple(
            Line(what=name, figure=f"{used:,.0f} µs", baseline=f"all {total:,.0f} µs", ratio=used / total)
            for name, used in each.items()
        )
        rounded = {name: round(used, 1) for name, used in each.items()}
        return Measured({"microseconds_per_filing": rounded | {"total": round(total, 1)}}, lines)

    def _add(self, sign: int) -> None:
        if self._tells:
            for service, pid in self._pids.items():
                self._seconds[service] += sign * (processor_seconds(pid) or 0.0)
