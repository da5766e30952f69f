"""A ruling that dies before its commit never was; one that dies after it stands, and a repeat names the turned."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import apsw
import pytest
from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_eligibility.store.sqlite import SqliteLedger

from tests.contracts.eligibility_persons import (
    ANN,
    ANN_IN_TROY,
    ANN_WITH_INITIAL,
    BEN,
    determine,
    merge,
    names,
    of,
    split,
    told,
)
from tests.faults.test_eligibility_ledger_faults import Trap, totals_are_what_the_claims_add_up_to


@pytest.mark.parametrize("kept", [False, True])
@pytest.mark.parametrize("is_split", [False, True])
async def test_a_ruling_around_whose_commit_the_store_fails_is_repeated_to_the_same_end(
    tmp_path: Path, kept: bool, is_split: bool
) -> None:
    trap = Trap()
    hooks: dict[str, Callable[[], None]] = {"after_commit" if kept else "before_commit": trap}
    path = tmp_path / "eligibility.db"
    ledger = await SqliteLedger.open(path, **hooks)  # type: ignore[arg-type]
    await determine(ledger, of("S1", ANN), of("S2", ANN_WITH_INITIAL if is_split else BEN))
    trap.armed = True

    with pytest.raises(Failure) as failure:
        await (split(ledger, ANN) if is_split else merge(ledger, ANN, BEN))
    assert (Kind.BUSY, "STORE_LOST") == (failure.value.kind, failure.value.reason)
    await ledger.close()

    opened = await SqliteLedger.open(path)
    assert totals_are_what_the_claims_add_up_to(opened)
    again = await (split(opened, ANN) if is_split else merge(opened, ANN, BEN))
    assert (kept, ["S1", "S2"]) == (again.is_replayed, names(again))
    assert totals_are_what_the_claims_add_up_to(opened)
    await opened.close()


async def test_persons_are_known_again_after_a_start_and_no_name_is_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "eligibility.db"
    ledger = await SqliteLedger.open(path)
    await determine(ledger, of("S1", ANN, 1), of("S2", ANN_IN_TROY, 1))
    await merge(ledger, ANN, BEN)
    await ledger.close()

    content = path.read_bytes().lower()
    opened = await SqliteLedger.open(path)
    answers = await determine(opened, of("S3", ANN_IN_TROY, 1), of("S4", BEN, 1))
    await opened.close()

    assert [4, 4] == [counted for _, counted in told(*answers)]
    for personal in (b"ann lee", b"lee ann", b"ben ode", b"12 main", b"12180", b"troy"):
        assert personal not in content


@pytest.mark.parametrize("table", ["person_link", "person_alias", "claim_counted", "person_ruling"])
async def test_a_join_that_breaks_midway_leaves_nothing(tmp_path: Path, table: str) -> None:
    path = tmp_path / "eligibility.db"
    ledger = await SqliteLedger.open(path)
    await determine(ledger, of("S1", ANN, 1), of("S2", BEN, 1))
    await ledger.close()
    broken = apsw.Connection(str(path))
    broken.execute(f"CREATE TRIGGER refuse BEFORE INSERT ON {table} BEGIN SELECT raise(ABORT, 'on purpose'); END")
    broken.close()

    opened = await SqliteLedger.open(path)
    with pytest.raises(Exception, match="on purpose"):
        await merge(opened, ANN, BEN)
    await opened.close()
    mended = apsw.Connection(str(path))
    mended.execute("DROP TRIGGER refuse")
    mended.close()

    opened = await SqliteLedger.open(path)
    assert [1, 1] == [counted for _, counted in told(*await determine(opened, of("S1", ANN, 1), of("S2", BEN, 1)))]
    assert totals_are_what_the_claims_add_up_to(opened)
    await opened.close()
