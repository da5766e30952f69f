"""Retention: the policy is data, a dry run says what it would do, and what it does is on the log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tidewaiter_audit import leaf, retention
from tidewaiter_audit.retention import Policy, Retained, Retainer, read_policy
from tidewaiter_chassis.clock import FixedClock
from tidewaiter_chassis.failures import Failure
from tidewaiter_tlog.tree import LeafIndex

from tests.audit_logs import NOON, OpenLog, assert_sound, open_log
from tests.audit_records import CANARY, submission

FIVE = Policy(years=5, grace_days=0, citation="19 CFR 163.4(a)", confidence="UNVERIFIED")


def retainer_of(log: OpenLog, *, now: datetime, policy: Policy = FIVE) -> Retainer:
    return Retainer(store=log.store, recorder=log.decisions, policy=policy, clock=FixedClock(now))


async def applied(log: OpenLog, now: datetime, *, dry: bool = False, before: datetime | None = None) -> Retained:
    return await retainer_of(log, now=now).apply(author="ops", recorded_before=before, validate_only=dry)


def in_years(years: int, **more: int) -> datetime:
    return NOON.replace(year=NOON.year + years) + timedelta(**more)


def test_the_packaged_policy_is_five_years_and_says_how_well_the_rule_is_known() -> None:
    policy = read_policy()

    assert (5, 90, "19 CFR 163.4(a)", "UNVERIFIED") == (
        policy.years, policy.grace_days, policy.citation, policy.confidence,
    )  # fmt: skip


@pytest.mark.parametrize("change", ["years = 0", "years = 100", "grace_days = -1", 'citation = ""'])
def test_a_policy_that_makes_no_sense_is_refused(change: str) -> None:
    name = change.partition(" ")[0]
    values = {"years": "5", "grace_days": "0", "citation": '"x"', "confidence": '"OFFICIAL"'}
    values[name] = change.partition("= ")[2]

    with pytest.raises(ValueError, match="retention policy"):
        read_policy("[policy]\n" + "\n".join(f"{key} = {value}" for key, value in values.items()))


@pytest.mark.parametrize(
    ("now", "before"),
    [
        (datetime(2031, 3, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)),
        (datetime(2032, 2, 29, 8, tzinfo=UTC), datetime(2027, 2, 28, 8, tzinfo=UTC)),
    ],
)
def test_years_are_counted_on_the_calendar(now: datetime, before: datetime) -> None:
    assert before == FIVE.recorded_before(int(now.timestamp()) * 1_000_000_000)


async def test_what_is_older_than_the_policy_is_erased_and_the_log_says_so(tmp_path: Path) -> None:
    async with open_log(tmp_path) as log:
        await log.decisions.append([submission(1), submission(2)])

        done = await applied(log, in_years(5, seconds=1))
        entry = log.store.entry_at(LeafIndex(2))

        assert [] == list(log.store.kept_personal())
    assert entry is not None
    assert (2, 1) == (done.decisions, len(done.receipts))
    assert (
        leaf.Retention(
            author="ops",
            before_index=2,
            citation="19 CFR 163.4(a)",
            grace_days=0,
            recorded_before=(NOON + timedelta(seconds=1)).isoformat().replace("+00:00", "Z"),
            years=5,
        )
        == leaf.outline_of(entry.leaf).retention
    )
    assert CANARY.encode() not in (tmp_path / "audit.db").read_bytes()
    assert_sound(tmp_path, tree_size=3)


@pytest.mark.parametrize(("seconds", "decisions"), [(-1, 0), (0, 0), (1, 1)])
async def test_the_bound_itself_is_kept(tmp_path: Path, seconds: int, decisions: int) -> None:
    async with open_log(tmp_path) as log:
        await log.decisions.append([submission(1)])

        assert decisions == (await applied(log, in_years(5, seconds=seconds), dry=True)).decisions


async def test_a_dry_run_leaves_no_trace(tmp_path: Path) -> None:
    async with open_log(tmp_path) as log:
        await log.decisions.append([submission(1)])

        would = await applied(log, in_years(6), dry=True)

        assert (1, ()) == (would.decisions, would.receipts)
        assert 1 == len(list(log.store.kept_personal()))
    assert_sound(tmp_path, tree_size=1)


async def test_a_second_run_finds_nothing_to_do(tmp_path: Path) -> None:
    async with open_log(tmp_path) as log:
        await log.decisions.append([submission(1)])
        await applied(log, in_years(6))

        assert (0, ()) == (await applied(log, in_years(6)))[1:]
    assert_sound(tmp_path, tree_size=2)


async def test_it_may_keep_longer_than_the_policy_and_not_shorter(tmp_path: Path) -> None:
    async with open_log(tmp_path) as log:
        await log.decisions.append([submission(1)])

        longer = await applied(log, in_years(6), before=NOON - timedelta(days=1))
        assert 0 == longer.decisions
        with pytest.raises(Failure, match="RETENTION_TOO_SHORT"):
            await applied(log, in_years(6), before=in_years(2))


async def test_many_are_erased_in_steps_each_with_its_own_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "ENTRIES_AT_ONCE", 4)
    async with open_log(tmp_path) as log:
        await log.decisions.append([submission(number) for number in range(10)])

        done = await applied(log, in_years(6))

    assert (10, 3) == (done.decisions, len(done.receipts))
    assert_sound(tmp_path, tree_size=13)
