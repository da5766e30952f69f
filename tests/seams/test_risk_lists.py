"""The lists behind risk's real server: screened by the batch, listed, compared, and swapped under load."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest
from tidewaiter.risk.v1 import risk_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis.failures import Kind

from tests.listed_parties import lines, sdn_line, write_list
from tests.risk_service import assessment, batch, refusal, serving


def asks(name: str, **party: Any) -> risk_pb2.ScreenPartyRequest:
    return risk_pb2.ScreenPartyRequest(party=trade_pb2.Party(name=name, **party))


async def test_a_name_is_screened_with_the_lists_named(tmp_path: Path) -> None:
    async with serving(tmp_path) as stub:
        hit = await stub.ScreenParty(asks("Yoskel Taveron"))
        clear = await stub.ScreenParty(asks("Dana Whitcombe"))

    assert [("90003", risk_pb2.MATCH_KIND_ALIAS, 998)] == [(one.entry_id, one.kind, one.score) for one in hit.hits]
    assert trade_pb2.RISK_ACTION_HOLD == hit.action
    assert [] == list(clear.hits)
    assert (trade_pb2.RISK_ACTION_NONE, False) == (clear.action, clear.stale)
    assert ["sample"] == [one.list for one in clear.lists]


async def test_the_place_of_a_party_weakens_and_corroborates(tmp_path: Path) -> None:
    async with serving(tmp_path) as stub:
        here = await stub.ScreenParty(asks("Vastimir Oduya Brelocht", city="Ostmarle"))
        there = await stub.ScreenParty(asks("Vastimir Oduya Brelocht"))

    assert there.hits[0].score < here.hits[0].score
    assert "the city is the same" in here.hits[0].why


@pytest.mark.parametrize(
    ("request_message", "reason"),
    [
        (risk_pb2.ScreenPartyRequest(), "REQUIRED"),
        (asks("", city="Fargo"), "PARTY_NAME_MISSING"),
        (risk_pb2.ScreenPartyRequest(party=trade_pb2.Party(name="Dana"), hits_max=101), "INT32_GTE_LTE"),
        (risk_pb2.ScreenPartyRequest(party=trade_pb2.Party(name="Dana"), hits_max=-1), "INT32_GTE_LTE"),
    ],
)
async def test_a_party_that_cannot_be_screened_is_refused_alone_and_in_its_place_in_a_batch(
    tmp_path: Path, request_message: risk_pb2.ScreenPartyRequest, reason: str
) -> None:
    async with serving(tmp_path) as stub:
        failure = await refusal(stub.ScreenParty(request_message))
        response = await stub.BatchScreenParties(
            risk_pb2.BatchScreenPartiesRequest(requests=[asks("Dana"), request_message, asks("Yoskel Taveron")])
        )

    assert (Kind.INVALID, reason) == (failure.kind, failure.reason)
    clear, refused, hit = response.results
    assert 0 == len(clear.response.hits)
    assert refused.HasField("error")
    assert "90003" == hit.response.hits[0].entry_id


@pytest.mark.parametrize("count", [0, 1_001])
async def test_a_batch_of_none_or_too_many_is_refused(tmp_path: Path, count: int) -> None:
    async with serving(tmp_path) as stub:
        failure = await refusal(
            stub.BatchScreenParties(risk_pb2.BatchScreenPartiesRequest(requests=[asks("Dana")] * count))
        )

    assert Kind.INVALID is failure.kind


async def test_the_union_of_all_pages_is_every_list_with_all_that_is_known_of_it(tmp_path: Path) -> None:
    for name in ("c", "a", "b"):
        sdn = lines(sdn_line("1", "ALPHA ONE"), '2,"BROKEN"')
        write_list(tmp_path / "lists" / name, sdn=sdn, alt=lines('1,1,"aka","ALPHA TOO",-0- '))
    async with serving(tmp_path, lists_dir=str(tmp_path / "lists")) as stub:
        pages: list[risk_pb2.ListSourcesResponse] = []
        token = ""
        while not pages or token:
            page = await stub.ListSources(risk_pb2.ListSourcesRequest(page_size=2, page_token=token))
            pages.append(page)
            token = page.next_page_token
        failure = await refusal(stub.ListSources(risk_pb2.ListSourcesRequest(page_token="nowhere")))

    assert [["a", "b"], ["c"]] == [[one.list for one in page.sources] for page in pages]
    detail = pages[0].details[0]
    assert (1, 1, {"COLUMNS": 1}) == (detail.version.entries, detail.aliases, dict(detail.damages))
    assert detail.written_at.seconds > 0
    assert "PAGE_TOKEN_UNKNOWN" == failure.reason


async def test_an_update_is_taken_by_itself_and_compared(tmp_path: Path) -> None:
    folder = tmp_path / "lists" / "own"
    write_list(folder, sdn=lines(sdn_line("1", "ALPHA ONE"), sdn_line("2", "BETA TWO")))
    async with serving(tmp_path, lists_dir=str(tmp_path / "lists"), lists_look_seconds="0.05") as stub:
        before = await stub.ScreenParty(asks("Gamma Three"))
        write_list(folder, sdn=lines(sdn_line("1", "ALPHA ONE"), sdn_line("3", "GAMMA THREE")))
        async with asyncio.timeout(20):
            while not (after := await stub.ScreenParty(asks("Gamma Three"))).hits:  # noqa: ASYNC110 - asked over the wire
                await asyncio.sleep(0.02)
        difference = await stub.DiffSource(risk_pb2.DiffSourceRequest(list="own"))
        unknown = await refusal(stub.DiffSource(risk_pb2.DiffSourceRequest(list="other")))

    assert before.lists[0].sha256 == difference.older_sha256
    assert after.lists[0].sha256 == difference.newer_sha256
    assert (["3"], ["2"]) == (list(difference.added_entry_ids), list(difference.removed_entry_ids))
    assert Kind.NOT_FOUND is unknown.kind


async def test_a_refresh_answers_when_the_update_is_in_use(tmp_path: Path) -> None:
    folder = tmp_path / "lists" / "own"
    write_list(folder, sdn=lines(sdn_line("1", "ALPHA ONE")))
    async with serving(tmp_path, lists_dir=str(tmp_path / "lists")) as stub:
        unchanged = await stub.RefreshSources(risk_pb2.RefreshSourcesRequest())
        write_list(folder, sdn=lines(sdn_line("1", "ALPHA ONE"), sdn_line("2", "BETA TWO")))
        changed = await stub.RefreshSources(risk_pb2.RefreshSourcesRequest())
        hit = await stub.ScreenParty(asks("Beta Two"))

    assert (False, True) == (unchanged.changed, changed.changed)
    assert [2] == [source.version.entries for source in changed.sources]
    assert 1 == len(hit.hits)


async def test_no_call_fails_and_no_answer_is_of_two_lists_while_the_official_list_is_swapped(
    tmp_path: Path, shared_data: Path
) -> None:
    folder = tmp_path / "lists" / "ofac"
    shutil.copytree(shared_data / "lists" / "ofac_sdn_2019_mixed", folder)
    gone, added, always = "AERO CONTINENTE", "ZHENG, Yanxiong", "AEROCARIBBEAN AIRLINES"
    findings: list[tuple[str, tuple[bool, bool, bool]]] = []
    swapped = asyncio.Event()

    async def load(stub: Any) -> None:
        while not swapped.is_set():
            response = await stub.AssessRisk(
                batch(*(assessment(name, consignee=trade_pb2.Party(name=name)) for name in (gone, added, always)))
            )
            assert all(result.HasField("finding") for result in response.results)
            versions = {result.finding.lists[0].sha256 for result in response.results}
            assert 1 == len(versions)
            listed = [
                any(one.signal.startswith("party.listed") for one in result.finding.contributions)
                for result in response.results
            ]
            findings.append((versions.pop(), (listed[0], listed[1], listed[2])))
            await asyncio.sleep(0)

    async with serving(tmp_path, lists_dir=str(tmp_path / "lists")) as stub:
        details = (await stub.ListSources(risk_pb2.ListSourcesRequest())).details
        loads = [asyncio.create_task(load(stub)) for _ in range(4)]
        await asyncio.sleep(0.1)
        for file in ("sdn.csv", "alt.csv", "add.csv"):
            shutil.copy(shared_data / "lists" / "ofac_sdn_2021-07" / file, folder / file)
        changed = await stub.RefreshSources(risk_pb2.RefreshSourcesRequest())
        await asyncio.sleep(0.1)
        swapped.set()
        await asyncio.gather(*loads)

    assert 16_819 == details[0].damages["ORPHAN"]
    assert changed.changed
    by_version = {version: {seen for of, seen in findings if of == version} for version, _ in findings}
    assert 2 == len(by_version)
    assert all(1 == len(seen) for seen in by_version.values())
