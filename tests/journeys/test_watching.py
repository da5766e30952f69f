"""WatchDecisions: a filer hears of every decision on its filings, over cuts and restarts, and of nobody else's."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import grpc
import pytest
from tidewaiter.intake.v1 import intake_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis import answers
from tidewaiter_chassis.failures import Failure
from tidewaiter_cli.__main__ import main
from tidewaiter_client import AsyncClient, Client
from tidewaiter_tlog.checkpoint import verify_checkpoint
from tidewaiter_tlog.keys import parse_verifier_key

from tests.filings import goods, message, party
from tests.suite import Suite, suite

RELEASE, ENTRY = trade_pb2.OUTCOME_RELEASE, trade_pb2.OUTCOME_ENTRY_REQUIRED
Told = intake_pb2.WatchDecisionsResponse


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Suite]:
    async with suite(tmp_path, TIDEWAITER_AUDIT_WATCH_IDLE_SECONDS="0.05") as built:
        yield built


def parcels(count: int, *, filer: str, first: int = 0) -> list[trade_pb2.Filing]:
    """Filings of one filer, each of another person."""
    return [
        message(f"{filer}-{n}", originator_code=filer, consignee=party(f"Person {filer} {n}"))
        for n in range(first, first + count)
    ]


def watch(house: Suite, token: str = "earliest", *, filer: str = "CARR01") -> Any:
    """A bare call, as any client of the contract makes it."""
    return house.intake.WatchDecisions(
        intake_pb2.WatchDecisionsRequest(originator_code=filer, resume_token=token), timeout=30
    )


async def decisions(call: Any, count: int) -> list[Told]:
    """The next so many decisions, signs of life left out."""
    told: list[Told] = []
    while len(told) < count:
        each = await call.read()
        assert isinstance(each, Told)
        if each.HasField("decision"):
            told.append(each)
    return told


async def refusal(call: Any) -> Failure:
    """What a watch ends with."""

    async def read_all() -> None:
        while await call.read() is not grpc.aio.EOF:
            pass

    with pytest.raises(grpc.aio.AioRpcError) as ended:
        await read_all()
    return answers.from_rpc_error(ended.value)


async def test_a_filer_hears_of_its_own_decisions_in_the_order_of_the_log_and_of_no_others(house: Suite) -> None:
    filed = [filing for pair in zip(parcels(6, filer="ONE"), parcels(6, filer="TWO"), strict=True) for filing in pair]
    for filing in filed:
        await house.submit(filing)

    call = watch(house, filer="TWO")
    told = await decisions(call, 6)
    call.cancel()

    assert [f"TWO/TWO-{n}" for n in range(6)] == [each.decision.filings[0] for each in told]
    assert [each.decision.decision_id for each in told] == [each.dedupe_key for each in told]
    assert all(each.recorded_at.seconds for each in told)


async def test_what_was_decided_again_is_told_as_well_and_names_what_it_supersedes(house: Suite) -> None:
    first = await house.submit(message("a", items=[goods(70_000)]))
    call = watch(house)
    (before,) = await decisions(call, 1)

    await house.submit(message("b", originator_code="OTHER1", items=[goods(70_000)]))
    (after,) = await decisions(call, 1)
    call.cancel()

    assert (RELEASE, ENTRY) == (before.decision.outcome, after.decision.outcome)
    assert first.decision.decision_id == after.decision.supersedes
    assert not after.decision.eligibility.counted_shipment_ids, "the other parcel is another filer's matter"


async def test_nothing_of_targeting_is_told(house: Suite) -> None:
    await house.submit(message("a", items=[goods(description="stuff")]))

    call = watch(house)
    (told,) = await decisions(call, 1)
    call.cancel()

    assert not told.decision.HasField("risk")
    assert trade_pb2.REASON_SOURCE_RISK not in {reason.source for reason in told.decision.reasons}


@pytest.mark.parametrize("seed", range(3))
async def test_cut_anywhere_and_resumed_a_watch_leaves_nothing_out_and_repeats_only_by_its_key(
    house: Suite, seed: int
) -> None:
    chance = random.Random(seed)
    for filing in parcels(12, filer="ONE") + parcels(4, filer="TWO"):
        await house.submit(filing)

    keys: list[str] = []
    token = "earliest"
    while len(set(keys)) < 12:
        call = watch(house, token, filer="ONE")
        for told in await decisions(call, chance.randint(1, min(5, 12 - len(set(keys))))):
            keys.append(told.dedupe_key)
            # Now and then the watcher dies before its token is kept, and is told again.
            token = told.resume_token if chance.random() < 0.7 else token
        call.cancel()

    in_order = list(dict.fromkeys(keys))
    assert in_order == [(await house.current(f"TWONE-{n}")).decision_id for n in range(12)]


async def test_signs_of_life_carry_the_signed_checkpoint_and_a_token(house: Suite) -> None:
    await house.submit(message("a", originator_code="OTHER1"))
    call = watch(house, filer="NOBODY")

    signs = [await call.read() for _ in range(3)]
    call.cancel()

    key = parse_verifier_key((house.folder / "audit.pub").read_text("utf-8").strip())
    assert [1, 1, 1] == [verify_checkpoint(sign.checkpoint, [key]).tree_size for sign in signs]
    assert {"next.1"} == {sign.resume_token for sign in signs}
    assert not any(sign.HasField("decision") or sign.dedupe_key for sign in signs)


async def test_a_watch_without_a_token_begins_now(house: Suite) -> None:
    await house.submit(message("before"))
    call = watch(house, "")
    assert not (await call.read()).HasField("decision")

    await house.submit(message("after", consignee=party("Zoe Poe")))
    (told,) = await decisions(call, 1)
    call.cancel()

    assert ["CARR01/after"] == list(told.decision.filings)


@pytest.mark.parametrize("token", ["next.7", "next.-1", "stream", "next.99999999999999999999"])
async def test_a_token_that_the_log_did_not_give_is_refused_in_our_own_words(house: Suite, token: str) -> None:
    failure = await refusal(watch(house, token))

    assert ("INVALID", "RESUME_TOKEN_UNKNOWN") == (failure.kind.name, failure.reason)


async def test_a_watch_names_its_filer(house: Suite) -> None:
    failure = await refusal(watch(house, filer=""))

    assert ["originator_code"] == [violation.field for violation in failure.violations]


async def test_when_audit_is_not_there_the_watch_ends_unavailable_with_a_time_to_come_back(house: Suite) -> None:
    call = watch(house)
    await call.read()
    await house.stop("audit")

    failure = await refusal(call)

    assert "AUDIT_DID_NOT_ANSWER" == failure.reason
    assert failure.retry_after_seconds


async def test_when_intake_stops_the_watch_ends_as_draining(house: Suite) -> None:
    call = watch(house)
    await call.read()
    await house.stop("intake")

    assert "DRAINING" == (await refusal(call)).reason


@pytest.mark.parametrize("restarted", ["audit", "intake"])
async def test_the_client_goes_on_by_itself_when_either_service_restarts(house: Suite, restarted: str) -> None:
    lost: list[str] = []
    async with (
        AsyncClient(house.addresses["intake"]) as client,
        aclosing(
            client.watch_decisions(
                "CARR01", resume_token="earliest", on_lost=lambda error, _seconds: lost.append(error.code)
            )
        ) as told,
    ):
        await house.submit(message("a", consignee=party("A")))
        keys = [await next_key(told)]
        await house.stop(restarted)
        await house.start(restarted)
        await house.submit(message("b", consignee=party("B")))
        keys.append(await next_key(told))

    assert [(await house.current(f"TW{n}")).decision_id for n in ("a", "b")] == keys
    assert {"UNAVAILABLE"} == set(lost)


async def next_key(told: AsyncIterator[Told]) -> str:
    """The key of the next decision."""
    async for each in told:
        if each.HasField("decision"):
            return each.dedupe_key
    raise AssertionError("the watch ended")


async def test_the_synchronous_client_watches_too(house: Suite) -> None:
    for filing in parcels(3, filer="ONE"):
        await house.submit(filing)

    def watched() -> list[str]:
        with Client(house.addresses["intake"]) as client:
            told = client.watch_decisions("ONE", resume_token="earliest")
            found = [each.decision.filings[0] for each, _ in zip(told, range(3), strict=False)]
            told.close()
            return found

    assert [f"ONE/ONE-{n}" for n in range(3)] == await asyncio.to_thread(watched)


async def test_the_command_writes_lines_of_json_when_piped_and_goes_on_where_it_ended(
    house: Suite, capfd: pytest.CaptureFixture[str]
) -> None:
    for filing in parcels(5, filer="ONE"):
        await house.submit(filing)
    file = house.folder / "watch.token"
    words = ["watch", "--filer", "ONE", "--after", "earliest", "--token-file", str(file)]
    words += ["--intake", house.addresses["intake"]]
    capfd.readouterr()

    statuses = [await asyncio.to_thread(main, [*words, "--count", count]) for count in ("2", "3")]

    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines() if line.startswith('{"dedupe_key')]
    assert [0, 0] == statuses
    assert [[f"ONE/ONE-{n}"] for n in range(5)] == [line["decision"]["filings"] for line in lines]
    assert f"{lines[-1]['resume_token']}\n" == file.read_text("utf-8")
