"""A change of the ledger that dies before its commit never was; one that dies after it stands, and a repeat tells."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import apsw
import pytest
from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_eligibility.confirm import Confirmer
from tidewaiter_eligibility.determine import Determiner
from tidewaiter_eligibility.model import Confirmation, Determined, Shipment, Verdict
from tidewaiter_eligibility.store.sqlite import SqliteLedger

from tests.eligibility_shipments import law, shipment

BATCH = [shipment("S1", cents=50_000), shipment("S2", cents=20_000)]
BREAKS = [shipment("S3", cents=20_000), shipment("S1", cents=70_000, revision=2)]


class Trap:
    """Raises once when it is armed: the disk is gone at that moment."""

    def __init__(self) -> None:
        self.armed = False

    def __call__(self) -> None:
        if self.armed:
            self.armed = False
            raise apsw.IOError("the disk is gone")


async def determined(ledger: SqliteLedger, shipments: list[Shipment]) -> list[Determined]:
    return await Determiner(law=law(), ledger=ledger).determine(shipments)


def totals_are_what_the_claims_add_up_to(ledger: SqliteLedger) -> bool:
    """The oracle: every total, recomputed from the claims of its day."""

    def compare(view: object) -> bool:
        rows = view._connection  # type: ignore[attr-defined]  # the oracle looks beneath the port on purpose
        counted: dict[int, dict[str, int]] = {}
        for table in ("claim WHERE person_day_number IS NOT NULL", "hold"):
            for number, name, amount in rows.execute(
                f"SELECT person_day_number, shipment_id, amount_minor FROM {table}"
            ):
                of_day = counted.setdefault(number, {})
                of_day[name] = max(of_day.get(name, 0), amount)
        sums = [(number, sum(of_day.values()), len(of_day)) for number, of_day in sorted(counted.items())]
        query = "SELECT number, total_minor, shipments FROM person_day WHERE shipments > 0 ORDER BY 1"
        return sums == list(rows.execute(query))

    return ledger.view(compare)


@pytest.mark.parametrize("kept", [False, True])
async def test_a_confirmation_that_fails_around_the_commit_is_repeated_to_the_same_end(
    tmp_path: Path, kept: bool
) -> None:
    trap = Trap()
    hooks: dict[str, Callable[[], None]] = {"after_commit" if kept else "before_commit": trap}
    path = tmp_path / "eligibility.db"
    ledger = await SqliteLedger.open(path, **hooks)  # type: ignore[arg-type]
    await determined(ledger, BATCH)
    await determined(ledger, [shipment("S1", cents=10_000, revision=2), shipment("S3", cents=40_000)])
    trap.armed = True

    with pytest.raises(Failure):
        await Confirmer(ledger=ledger).confirm([Confirmation("S1", 2)])
    await ledger.close()

    opened = await SqliteLedger.open(path)
    assert (0 if kept else 1) == len(opened.view(lambda view: view.holds(["S1"])))
    assert totals_are_what_the_claims_add_up_to(opened)
    (turned,) = await Confirmer(ledger=opened).confirm([Confirmation("S1", 2)])
    assert ["S3"] == [each.shipment_id for each in turned]
    assert totals_are_what_the_claims_add_up_to(opened)
    await opened.close()


@pytest.mark.parametrize("kept", [False, True])
async def test_a_store_that_fails_around_the_commit_is_repeated_to_the_same_end(tmp_path: Path, kept: bool) -> None:
    trap = Trap()
    hooks: dict[str, Callable[[], None]] = {"after_commit" if kept else "before_commit": trap}
    path = tmp_path / "eligibility.db"
    ledger = await SqliteLedger.open(path, **hooks)  # type: ignore[arg-type]
    await determined(ledger, BATCH)
    trap.armed = True

    with pytest.raises(Failure) as failure:
        await determined(ledger, BREAKS)
    assert (Kind.BUSY, "STORE_LOST") == (failure.value.kind, failure.value.reason)
    assert ledger.is_lost
    await ledger.close()

    opened = await SqliteLedger.open(path)
    assert (2 if kept else 1) == opened.view(lambda view: view.claims(["S1"]))["S1"].revision
    assert totals_are_what_the_claims_add_up_to(opened)
    answers = await determined(opened, BREAKS)
    assert [Verdict.NOT_ELIGIBLE] * 2 == [answer.finding.verdict for answer in answers]
    assert {"S2"} == {each.shipment_id for answer in answers for each in answer.turned}
    assert totals_are_what_the_claims_add_up_to(opened)
    await opened.close()


async def test_a_ledger_opened_again_has_the_same_secret_and_the_same_days(tmp_path: Path) -> None:
    path = tmp_path / "eligibility.db"
    ledger = await SqliteLedger.open(path)
    first = await determined(ledger, BATCH)
    secret = ledger.secret
    await ledger.close()

    opened = await SqliteLedger.open(path)

    assert secret == opened.secret
    assert first == await determined(opened, BATCH)
    await opened.close()


async def test_a_claim_that_was_damaged_is_said_to_be(tmp_path: Path) -> None:
    path = tmp_path / "eligibility.db"
    ledger = await SqliteLedger.open(path)
    await determined(ledger, BATCH)
    await ledger.close()
    damaged = apsw.Connection(str(path))
    damaged.execute("UPDATE claim SET judgement = x'01' WHERE shipment_id = 'S1'")
    damaged.close()

    opened = await SqliteLedger.open(path)
    with pytest.raises(Failure) as failure:
        await determined(opened, BATCH)
    assert (Kind.CORRUPT, "CLAIM_UNREADABLE") == (failure.value.kind, failure.value.reason)
    await opened.close()


async def test_no_name_and_no_address_is_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "eligibility.db"
    ledger = await SqliteLedger.open(path)
    await determined(ledger, [*BATCH, shipment("S4", gift=True)])
    await ledger.close()

    content = path.read_bytes().lower()

    assert b"s1" in content
    for personal in (b"ann lee", b"lee ann", b"12 main", b"12180"):
        assert personal not in content
