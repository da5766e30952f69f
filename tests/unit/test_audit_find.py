"""Finding decisions: every condition and all of them together, judged by looking at every decision there is."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import apsw
import pytest
from tidewaiter.trade.v1 import trade_pb2 as trade
from tidewaiter_audit import find, leaf
from tidewaiter_audit.facets import Facet
from tidewaiter_audit.facts import Decision
from tidewaiter_audit.find import Conditions, DecisionFinder, Page
from tidewaiter_audit.recover import read_checkpoint
from tidewaiter_audit.store.sqlite import FILE_NAME
from tidewaiter_chassis.clock import FixedClock
from tidewaiter_chassis.failures import Failure
from tidewaiter_tlog.proof import verify_inclusion
from tidewaiter_tlog.tree import LeafIndex

from tests.audit_logs import NOON, SIGNER, OpenLog, assert_sound, judged, open_log
from tests.audit_records import dollars, shipment_id, submission

OUTCOMES = (trade.OUTCOME_RELEASE, trade.OUTCOME_HOLD, trade.OUTCOME_REVIEW)
GROUPS = 6
SHIPMENTS = 20


def finding(person_day: str) -> trade.EligibilityFinding:
    return trade.EligibilityFinding(verdict=trade.VERDICT_ELIGIBLE, person_day=person_day, value=dollars(100))


async def fill(log: OpenLog) -> list[Decision]:
    """Six groups of decisions on the same twenty shipments, each group recorded an hour after the one before."""
    chance = random.Random(7)
    decisions = []
    for count in range(1, GROUPS + 1):
        group = [
            submission(
                number,
                count,
                outcome=chance.choice(OUTCOMES),
                trace_id=chance.choice(["", "a" * 32, "b" * 32]),
                filings=chance.sample(["ONE/r-1", "ONE/r-2", "TWO/r-1"], chance.randint(1, 3)),
                eligibility=finding(chance.choice(["day-1", "day-2"])),
            )
            for number in range(SHIPMENTS)
        ]
        await log.decisions.append(group)
        decisions += [one.decision for one in group]
        log.clock.advance(3_600)
    return decisions


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[OpenLog]:
    async with open_log(tmp_path) as opened:
        yield opened


def pages(log: OpenLog, conditions: Conditions, hits_max: int, rows_max: int = find.ROWS_MAX) -> list[Page]:
    finder = DecisionFinder(log=log.log, store=log.store, rows_max=rows_max)
    found = [finder.page(conditions, hits_max=hits_max)]
    while found[-1].next_token:
        found.append(finder.page(conditions, hits_max=hits_max, token=found[-1].next_token))
    return found


def ids(found: list[Page]) -> list[str]:
    return [hit.entry.decision_id for page in found for hit in page.hits]


def meets(decision: Decision, conditions: Conditions) -> bool:
    """The slow definition, from the decision itself."""
    said = {
        Facet.OUTCOME: {decision.outcome},
        Facet.TRACE_ID: {decision.trace_id},
        Facet.PERSON_DAY: {decision.eligibility.person_day if decision.eligibility else ""},
        Facet.ORIGINATOR: {filing.split("/")[0] for filing in decision.filings},
    }
    return conditions.shipment_id in ("", decision.shipment_id) and all(
        value in said[facet] for facet, value in conditions.facets
    )


CONDITIONS = [
    Conditions(),
    Conditions(shipment_id=shipment_id(3)),
    Conditions(shipment_id="unknown"),
    Conditions(facets=((Facet.OUTCOME, "OUTCOME_HOLD"),)),
    Conditions(facets=((Facet.TRACE_ID, "a" * 32),)),
    Conditions(facets=((Facet.ORIGINATOR, "TWO"),)),
    Conditions(facets=((Facet.PERSON_DAY, "day-2"), (Facet.OUTCOME, "OUTCOME_RELEASE"))),
    Conditions(shipment_id=shipment_id(5), facets=((Facet.ORIGINATOR, "ONE"), (Facet.OUTCOME, "OUTCOME_REVIEW"))),
    Conditions(facets=((Facet.TRACE_ID, "c" * 32),)),
]


@pytest.mark.parametrize("hits_max", [1, 7, 1_000])
@pytest.mark.parametrize("conditions", CONDITIONS, ids=str)
async def test_the_pages_together_are_all_that_meets_the_conditions_in_order(
    log: OpenLog, conditions: Conditions, hits_max: int
) -> None:
    decisions = await fill(log)

    found = pages(log, conditions, hits_max)

    assert [one.decision_id for one in decisions if meets(one, conditions)] == ids(found)
    assert hits_max >= max(len(page.hits) for page in found)
    assert {len(decisions)} == {page.tree_size for page in found}


@pytest.mark.parametrize(("after", "before"), [(0, GROUPS), (2, 4), (3, 3), (5, 99), (-9, 1), (9, 99)])
async def test_times_bound_a_list_the_first_included_and_the_last_not(log: OpenLog, after: int, before: int) -> None:
    start, hour = log.clock.ns(), 3_600_000_000_000
    decisions = await fill(log)

    conditions = Conditions(recorded_from_ns=start + after * hour, recorded_until_ns=start + before * hour)

    kept = decisions[max(after, 0) * SHIPMENTS : before * SHIPMENTS]
    assert [one.decision_id for one in kept] == ids(pages(log, conditions, 30))


async def test_every_hit_is_proven_at_the_checkpoint_that_was_newest(log: OpenLog) -> None:
    await fill(log)

    for page in pages(log, Conditions(facets=((Facet.ORIGINATOR, "ONE"),)), 10):
        for hit in page.hits:
            signed = read_checkpoint(hit.receipt.checkpoint, SIGNER.key)
            verify_inclusion(
                hit.entry.leaf_index, signed.tree_size, hit.receipt.leaf_hash, hit.receipt.proof, signed.root
            )


async def test_what_is_recorded_while_a_list_is_read_is_in_no_page_of_it(log: OpenLog) -> None:
    decisions = await fill(log)
    finder = DecisionFinder(log=log.log, store=log.store)
    first = finder.page(Conditions(), hits_max=10)

    await log.decisions.append([submission(100)])
    rest = finder.page(Conditions(), hits_max=1_000, token=first.next_token)

    assert [one.decision_id for one in decisions] == ids([first, rest])
    assert (len(decisions), "") == (rest.tree_size, rest.next_token)


async def test_a_page_ends_where_its_work_does_and_the_next_goes_on(log: OpenLog) -> None:
    decisions = await fill(log)
    conditions = Conditions(facets=((Facet.PERSON_DAY, "day-1"), (Facet.OUTCOME, "OUTCOME_HOLD")))

    found = pages(log, conditions, 3, rows_max=3)

    assert [one.decision_id for one in decisions if meets(one, conditions)] == ids(found)
    assert any(not page.hits for page in found[:-1])


@pytest.mark.parametrize("token", ["x", "0.0", "1.2.3", "5.120.0000000000000000", "-1.1.0000000000000000"])
async def test_a_token_of_no_list_is_refused(log: OpenLog, token: str) -> None:
    await fill(log)

    with pytest.raises(Failure, match="INVALID") as refused:
        DecisionFinder(log=log.log, store=log.store).page(Conditions(), hits_max=1, token=token)

    assert ["PAGE_TOKEN_UNKNOWN"] == [violation.code for violation in refused.value.violations]


async def test_a_token_is_of_one_list_and_one_log(log: OpenLog) -> None:
    await fill(log)
    finder = DecisionFinder(log=log.log, store=log.store)
    token = finder.page(Conditions(), hits_max=1).next_token
    place, _, digest = token.split(".")

    with pytest.raises(Failure, match="INVALID"):
        finder.page(CONDITIONS[1], hits_max=1, token=token)
    with pytest.raises(Failure, match="INVALID"):
        finder.page(Conditions(), hits_max=1, token=f"{place}.121.{digest}")


async def test_a_clock_that_was_set_back_does_not_disturb_the_order_of_time(tmp_path: Path) -> None:
    late, early = FixedClock(NOON), FixedClock(NOON - timedelta(hours=1))
    async with open_log(tmp_path, clock=late) as log:
        await log.decisions.append([submission(1)])
    async with open_log(tmp_path, clock=early) as log:
        await log.decisions.append([submission(2)])
        entries = list(log.store.entries_from(LeafIndex(0)))

    assert [late.ns(), late.ns()] == [entry.recorded_at_ns for entry in entries]


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM found_by WHERE leaf_index = 3 AND facet = 1",
        "UPDATE found_by SET value = 'OUTCOME_REJECT' WHERE leaf_index = 3 AND facet = 1",
        "UPDATE found_by SET run = 1 WHERE leaf_index = 3 AND facet = 1",
        "INSERT INTO found_by VALUES (0, 4, 'f', 3)",
    ],
)
async def test_the_whole_log_check_finds_what_is_found_by_something_else(
    log: OpenLog, tmp_path: Path, change: str
) -> None:
    await fill(log)
    assert_sound(tmp_path)
    with apsw.Connection(str(tmp_path / FILE_NAME)) as outside:
        outside.execute(change)
    outside.close()

    assert ["FACETS_MISMATCH"] == [problem.code for problem in judged(tmp_path).problems]


async def test_a_log_of_an_earlier_release_is_found_in_as_if_it_had_always_been(log: OpenLog, tmp_path: Path) -> None:
    await fill(log)
    migration = next(each for each in leaf_migrations() if "INSERT INTO found_by" in each)
    with apsw.Connection(str(tmp_path / FILE_NAME)) as outside:
        written = list(outside.execute("SELECT * FROM found_by ORDER BY 1, 2, 3, 4"))
        outside.execute("DELETE FROM found_by")
        outside.execute(migration[migration.index("INSERT INTO found_by") :])
        assert written == list(outside.execute("SELECT * FROM found_by ORDER BY 1, 2, 3, 4"))
    outside.close()
    assert_sound(tmp_path)


def leaf_migrations() -> list[str]:
    """The text of every migration of the store."""
    folder = Path(str(leaf.__file__)).parent.parent / "store" / "migrations"
    return [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.sql"))]
