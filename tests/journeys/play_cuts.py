"""Cut streams of filings anywhere, many times: python -m tests.journeys.play_cuts --help.

The four services run in this process. A voyage is one call of the SDK's `stream`, by turns that of `Client` and of
`AsyncClient`, through a proxy that cuts its connections: the first at the end of a message, each of both directions in
its turn, the next ones at random bytes of a random direction. It gets no help: what it is answered, and what is known
and recorded of its shipments in the end, must equal those of the same filings in a voyage that was not cut.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import secrets
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import structlog
from tidewaiter.intake.v1 import intake_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_client import Answer, AsyncClient, Client, StreamLimits, TidewaiterError

from tests.cutting_proxy import Cut, CuttingProxy, cutting
from tests.filings import goods, message, party
from tests.suite import Suite, suite, until

SHIPMENTS, AMENDED, REFUSED = 30, 6, 4
FILINGS = SHIPMENTS + AMENDED + REFUSED
CUTS_A_VOYAGE_MAX = 4
_LIMITS = StreamLimits(in_flight_max=16, chunk_filings_max=4)
_BAD_DIGIT = "1Z5R89390357567128"


class Outcome(NamedTuple):
    """What is left of a voyage, without its name and without what differs each time (ids, times, proofs)."""

    answers: list[tuple[int, str]]
    shipments: list[str]
    recorded: int


def filings_of(voyage: str) -> list[trade_pb2.Filing]:
    """Shipments, then amendments of the first of them; some filings between are refused."""
    made = []
    for number in range(SHIPMENTS + AMENDED):
        shipment = number % SHIPMENTS
        filed = message(
            f"{voyage}-{number}",
            tracking_number=f"TW{voyage}-{shipment}",
            shipper=party(f"Shop {voyage}", country_code="DE", city="Ulm", region="", postal_code="89073"),
            consignee=party(f"Person {voyage} {10 + shipment}"),  # one character more would be an initial
            items=[goods(2_500 if number < SHIPMENTS else 90_000)],
        )
        made.append(filed)
    for number in range(REFUSED):
        made.insert(number * 9 + 5, message(f"{voyage}-bad{number}", tracking_number=_BAD_DIGIT))
    return made


class Voyages:
    """Voyages on one suite, one after the other; `seed` says where they are cut."""

    def __init__(self, house: Suite, proxy: CuttingProxy, seed: int) -> None:
        self._house = house
        self._proxy = proxy
        self._chance = random.Random(seed)
        self._count = 0
        self.cuts = 0
        self.boundaries: list[Cut] = []
        self.boundaries_cut: set[Cut] = set()
        self._bytes: dict[bool, int] = {}

    async def uncut(self) -> Outcome:
        """The voyage that all others must equal; it tells how many messages and bytes there are to cut."""
        self._proxy.plan([])
        outcome = await self._one()
        sides = {True: self._proxy.upward, False: self._proxy.downward}
        self._bytes = {is_upward: passed.bytes for is_upward, passed in sides.items()}
        self.boundaries = [
            Cut(is_upward, message=number)
            for is_upward, passed in sides.items()
            for number in range(1, passed.messages + 1)
        ]
        return outcome

    async def cut(self) -> Outcome:
        """The next voyage, cut at the next boundary and then at some random bytes."""
        first = self.boundaries[(self._count - 1) % len(self.boundaries)]
        self._proxy.plan([first, *(self._anywhere() for _ in range(self._chance.randrange(CUTS_A_VOYAGE_MAX)))])
        try:
            return await self._one()
        finally:
            self.cuts += len(self._proxy.done)
            self.boundaries_cut.update(cut for cut in self._proxy.done if cut.message)

    def _anywhere(self) -> Cut:
        """A random byte; what is left of a stream becomes less, so early ones are likelier."""
        is_upward = self._chance.random() < 0.5
        return Cut(is_upward, bytes=int(self._bytes[is_upward] * self._chance.random() ** 2))

    async def _one(self) -> Outcome:
        voyage = f"V{self._count:04}"
        self._count += 1
        filings, before = filings_of(voyage), await self._house.tree_size()
        answers = await (_asynchronously if self._count % 2 else _synchronously)(self._proxy.address, filings)
        await until(self._house.at_rest, seconds=30)
        shipments = []
        for number in range(SHIPMENTS):
            request = intake_pb2.GetShipmentRequest(tracking_number=f"TW{voyage}-{number}")
            shipments.append(_told(await self._house.intake.GetShipment(request, timeout=10)).replace(voyage, ""))
        told = sorted((answer.position, _kind(answer)) for answer in answers)
        return Outcome(told, shipments, await self._house.tree_size() - before)


async def _asynchronously(address: str, filings: list[trade_pb2.Filing]) -> list[Answer]:
    async with AsyncClient(address, stream_limits=_LIMITS) as client:
        return [answer async for answer in client.stream(filings)]


async def _synchronously(address: str, filings: list[trade_pb2.Filing]) -> list[Answer]:
    def file() -> list[Answer]:
        with Client(address, stream_limits=_LIMITS) as client:
            return list(client.stream(filings))

    return await asyncio.to_thread(file)


def _kind(answer: Answer) -> str:
    if answer.response is None:
        return "none" if answer.error is None else answer.error.reason
    return trade_pb2.Outcome.Name(answer.response.decision.outcome)


def _told(known: intake_pb2.GetShipmentResponse) -> str:
    """The merged shipment, its filings and its decision, as far as another voyage has the same."""
    known.shipment.ClearField("shipment_id")
    decision: Any = known.decision
    reasons = [(reason.rule_id, reason.code) for reason in decision.reasons]
    filed = [filing.request_id for filing in known.filings]
    decided = decision.outcome, decision.entry_path, decision.revision, decision.degraded, list(decision.filings)
    return f"{known.shipment}{filed}{decided}{reasons}"


def differs(expected: Outcome, found: Outcome) -> str:
    """What of an outcome is not as it must be, "" when all is."""
    said = []
    if expected.answers != found.answers:
        said.append(f"{len(found.answers)} answers: {sorted(set(found.answers) ^ set(expected.answers))[:3]}")
    if expected.recorded != found.recorded:
        said.append(f"{found.recorded} decisions on the log and not {expected.recorded}")
    wrong = [n for n, pair in enumerate(zip(expected.shipments, found.shipments, strict=True)) if pair[0] != pair[1]]
    if wrong:
        said.append(f"shipments {wrong} are known otherwise: {found.shipments[wrong[0]]}")
    return "; ".join(said)


async def play(folder: Path, *, cuts: int, seed: int) -> tuple[Voyages, list[str]]:
    """At least so many cuts; what was found wrong, by voyage."""
    found: list[str] = []
    # Nothing but decisions is on the log then, and its size counts them.
    quiet = {"TIDEWAITER_AUDIT_HEADS_SECONDS": "0"}
    async with suite(folder, **quiet) as house, cutting(house.addresses["intake"]) as proxy:
        voyages = Voyages(house, proxy, seed)
        expected = await voyages.uncut()
        assert (FILINGS, SHIPMENTS + AMENDED) == (len(expected.answers), expected.recorded)
        while voyages.cuts < cuts:
            try:
                wrong = differs(expected, await voyages.cut())
            except TidewaiterError as error:
                wrong = f"the client gave up: {error}"
            if wrong:
                found.append(f"seed {seed}, after {voyages.cuts} cuts, the last {proxy.done}: {wrong}")
    return voyages, found


def main(arguments: Sequence[str] | None = None) -> int:
    """Play, and say what was found: 0 when every voyage ended like the uncut one, 1 when one did not."""
    parser = argparse.ArgumentParser(description="Cut streams of filings at messages and bytes, and compare the ends.")
    parser.add_argument("--cuts", type=int, default=1_000, help="how many at least (default: %(default)s)")
    parser.add_argument("--seed", type=int, help="repeats where a run has cut (default: a new one)")
    given = parser.parse_args(arguments)
    seed = secrets.randbelow(1_000_000) if given.seed is None else given.seed
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        voyages, found = asyncio.run(play(Path(folder), cuts=given.cuts, seed=seed))
    for said in found:
        sys.stdout.write(f"{said}\n")
    ends = f"{len(voyages.boundaries_cut)} of {len(voyages.boundaries)} ends of messages"
    sys.stdout.write(
        f"seed {seed}: {voyages.cuts} cuts, at {ends} and at bytes, in {time.monotonic() - begun:.0f} s: "
        f"{len(found) or 'no'} voyage{'' if len(found) == 1 else 's'} ended otherwise than uncut\n"
    )
    return 1 if found else 0


if __name__ == "__main__":
    # Four services that tell of every call would bury what is found.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    sys.exit(main())
