"""What a history of shipments promises, on every store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from secrets import token_bytes
from typing import Any

import apsw
import pytest
from tidewaiter_chassis import migrations
from tidewaiter_risk.history.trails import SHOWN_MAX, TRAIL_MAX
from tidewaiter_risk.model import Past, Traces
from tidewaiter_risk.store.rows import Bounds
from tidewaiter_risk.store.sqlite import MIGRATIONS

from tests.risk_history import DANA, TODAY, WINDOWS, AnyHistory, opened, pasts, sighting

STORES = ("memory", "sqlite")


@pytest.fixture(params=STORES)
async def history(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AnyHistory]:
    async with opened(request.param, tmp_path) as one:
        yield one


async def test_the_first_shipment_shows_nothing(history: AnyHistory) -> None:
    assert [Past(order_by="seller and consignee")] == await pasts(history, sighting("a"))


async def test_other_consignees_at_one_address_are_each_told_once_with_their_latest_shipment(
    history: AnyHistory,
) -> None:
    others = [DANA._replace(consignee=name, phone="") for name in ("Bo Lee", "Cy Orr", "Bo Lee", "WHITCOMBE Dana")]
    await pasts(history, *(sighting(f"{place}", parties=one) for place, one in enumerate(others)))
    (past,) = await pasts(history, sighting("z"))

    assert Traces(count=2, shipment_ids=("2", "1")) == past.consignees_at_address
    assert Traces(count=1, shipment_ids=("3",)) == past.received


async def test_names_under_one_telephone_number_are_told_wherever_they_live(history: AnyHistory) -> None:
    elsewhere = DANA._replace(consignee="Bo Lee", address=("1 Elm", "Reno", "89501"), phone="(701) 555-0100")
    await pasts(history, sighting("a", parties=elsewhere))
    (past,) = await pasts(history, sighting("b"))

    assert Traces(count=1, shipment_ids=("a",)) == past.names_of_contact
    assert Traces(count=0) == past.consignees_at_address


async def test_an_order_is_known_by_its_id_and_seller_whoever_receives_it(history: AnyHistory) -> None:
    ordered = DANA._replace(order_id="O-1")
    friend = ordered._replace(consignee="Bo Lee", address=("1 Elm", "Reno", "89501"))
    await pasts(history, sighting("a", parties=ordered, cents=50_000), sighting("b", parties=friend, cents=None))
    (past,) = await pasts(history, sighting("c", parties=ordered))
    (other,) = await pasts(history, sighting("d", parties=ordered._replace(seller="SHOP-8")))

    assert (Traces(count=2, shipment_ids=("b", "a")), "order") == (past.order_lots, past.order_by)
    assert 50_000 * 10_000_000 == past.order_nanos
    assert 0 == other.order_lots.count


async def test_without_an_order_the_seller_and_the_consignee_make_one(history: AnyHistory) -> None:
    await pasts(history, sighting("a", cents=50_000), sighting("b", cents=70_000, currency="EUR"))
    (past,) = await pasts(history, sighting("c"))

    assert (2, "seller and consignee") == (past.order_lots.count, past.order_by)
    assert 50_000 * 10_000_000 == past.order_nanos


async def test_crowded_values_of_a_shipper_are_told_of_those_with_a_value(history: AnyHistory) -> None:
    anyone = [DANA._replace(consignee=f"N {number}", address=()) for number in range(4)]
    await pasts(
        history,
        sighting("a", parties=anyone[0], crowded=True),
        sighting("b", parties=anyone[1], crowded=True),
        sighting("c", parties=anyone[2]),
        sighting("d", parties=anyone[3], cents=None),
    )
    (past,) = await pasts(history, sighting("e", crowded=True))
    (calm,) = await pasts(history, sighting("f"))

    assert (0, 0) == (calm.shipper_sent, calm.shipper_crowded.count)
    assert (3, Traces(count=2, shipment_ids=("b", "a"))) == (past.shipper_sent, past.shipper_crowded)


@pytest.mark.parametrize(("days", "seen"), [(WINDOWS.split - 1, 1), (WINDOWS.split, 0), (-WINDOWS.split + 1, 1)])
async def test_only_arrivals_within_the_window_are_told(history: AnyHistory, days: int, seen: int) -> None:
    await pasts(history, sighting("a", day=TODAY + days))
    (past,) = await pasts(history, sighting("b"))

    assert seen == past.order_lots.count


async def test_a_repeat_of_a_revision_gets_the_first_answer_and_counts_once(history: AnyHistory) -> None:
    await pasts(history, sighting("a"))
    first = await pasts(history, sighting("b"))
    await pasts(history, sighting("c"))

    assert first == await pasts(history, sighting("b"))
    assert first == await pasts(history, sighting("b", what_if=True))
    (past,) = await pasts(history, sighting("d"))
    assert 3 == past.received.count


async def test_a_newer_revision_stands_in_place_of_the_older_everywhere(history: AnyHistory) -> None:
    await pasts(history, sighting("a"))
    moved = DANA._replace(address=("9 Other Road", "Fargo", "58102"))
    await pasts(history, sighting("a", revision=2, parties=moved))
    (here,) = await pasts(history, sighting("b", parties=DANA._replace(seller="")))
    (there,) = await pasts(history, sighting("c", parties=moved))

    assert (0, 1) == (here.received.count, there.received.count)


@pytest.mark.parametrize("late", [sighting("a", revision=1), sighting("a", revision=3, what_if=True)])
async def test_what_is_older_or_only_a_what_if_is_answered_and_leaves_no_trace(
    history: AnyHistory, late: object
) -> None:
    await pasts(history, sighting("z"))
    second = await pasts(history, sighting("a", revision=2))
    (answer,) = await pasts(history, late)  # type: ignore[arg-type]  # a sighting

    assert 1 == answer.received.count
    assert second == await pasts(history, sighting("a", revision=2))


async def test_one_shipment_of_a_batch_sees_those_before_it(history: AnyHistory) -> None:
    seen = await pasts(history, *(sighting(f"{number}") for number in range(4)))

    assert [0, 1, 2, 3] == [past.received.count for past in seen]


async def test_a_trail_is_bounded_and_names_a_few_shipments(history: AnyHistory) -> None:
    await pasts(history, *(sighting(f"{number}") for number in range(TRAIL_MAX + 30)))
    (past,) = await pasts(history, sighting("z"))

    assert TRAIL_MAX == past.order_lots.count
    assert [f"{TRAIL_MAX + 29 - number}" for number in range(SHOWN_MAX)] == list(past.order_lots.shipment_ids)


async def test_a_shipper_is_new_only_once_the_history_is_old_enough_to_say_so(history: AnyHistory) -> None:
    young = 2 * WINDOWS.new_shipper
    another = DANA._replace(shipper="Another Sender")
    (first,) = await pasts(history, sighting("a"), today=TODAY)
    (still,) = await pasts(history, sighting("b", parties=another), today=TODAY + young)
    (old,) = await pasts(history, sighting("c"), today=TODAY + young + 1)
    (new,) = await pasts(history, sighting("d", parties=DANA._replace(shipper="Third")), today=TODAY + young + 1)
    (known,) = await pasts(history, sighting("e", parties=another), today=TODAY + young + 3)

    assert [None, None, young + 1, 0, 3] == [one.shipper_days for one in (first, still, old, new, known)]


@pytest.mark.parametrize("store", STORES)
async def test_what_is_not_touched_for_long_goes_and_what_is_touched_stays(store: str, tmp_path: Path) -> None:
    async with opened(store, tmp_path, bounds=Bounds(10, 1_000_000, 1_000_000)) as history:
        await pasts(history, sighting("old"), today=TODAY)
        live = DANA._replace(consignee="Bo", address=("1 Elm", "Reno", "89501"), phone="", shipper="S", seller="")
        for later in range(14):
            await pasts(history, sighting(f"live{later}", parties=live), today=TODAY + later)
        forgotten = (await pasts(history, sighting("b"), today=TODAY + 14))[0]
        kept = (await pasts(history, sighting("c", parties=live), today=TODAY + 14))[0]

    assert 0 == forgotten.received.count
    assert 14 == kept.received.count


@pytest.mark.parametrize("store", STORES)
async def test_over_its_bounds_it_forgets_answers_and_takes_no_new_trails(store: str, tmp_path: Path) -> None:
    def stranger(number: int) -> object:
        return sighting(
            f"{number:04d}",
            parties=DANA._replace(
                consignee=f"N {number}", address=(f"{number} Elm", "Reno"), phone="", shipper=f"S {number}", seller=""
            ),
        )

    first = DANA._replace(consignee="N 0", address=("0 Elm", "Reno"))
    async with opened(store, tmp_path, bounds=Bounds(120, 30, 20)) as history:
        for number in range(100):
            await pasts(history, stranger(number))  # type: ignore[arg-type]  # a sighting
        told, counted = await history.change(counts_of)
        (known,) = await pasts(history, sighting("zz", parties=first))

    trails, shipments = counted
    assert told == counted
    assert trails <= 32
    assert shipments <= 21
    assert 1 == known.received.count


async def test_no_name_address_or_order_is_kept(tmp_path: Path) -> None:
    async with opened("sqlite", tmp_path) as history:
        await pasts(history, sighting("a", parties=DANA._replace(email="dana@shop.example", order_id="ORDER-77")))
    kept = _all_bytes(tmp_path)

    for secret in (
        b"Dana",
        b"dana",
        b"Whitcombe",
        b"Quay",
        b"quay",
        b"58102",
        b"7015550100",
        b"ORDER",
        b"Hanoi",
        b"SHOP",
    ):
        assert secret not in kept


def _all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def test_two_histories_hash_the_same_person_otherwise(tmp_path: Path) -> None:
    async with opened("sqlite", tmp_path / "one", random_bytes=token_bytes) as one:
        first = one.secret
    async with opened("sqlite", tmp_path / "two", random_bytes=token_bytes) as two:
        assert first != two.secret
    async with opened("sqlite", tmp_path / "one", random_bytes=token_bytes) as again:
        assert first == again.secret


async def test_open_shipments_are_those_that_arrive_from_a_day_on_or_nobody_knows_when(history: AnyHistory) -> None:
    days = {"late": TODAY - 2, "eve": TODAY - 1, "unknown": None, "today": TODAY, "soon": TODAY + 9}
    await pasts(history, *(sighting(name, arrives=arrives) for name, arrives in days.items()))
    await pasts(history, sighting("never", arrives=TODAY, what_if=True))

    assert (["eve", "unknown", "today", "soon"], 1) == paged(history, TODAY - 1)
    assert (["unknown", "soon"], 1) == paged(history, TODAY + 1)


@pytest.mark.parametrize(("bounds", "pages"), [((4, 100), 3), ((5, 100), 2), ((100, 3), 4), ((100, 10), 1)])
async def test_pages_hold_every_open_shipment_once(history: AnyHistory, bounds: tuple[int, int], pages: int) -> None:
    names = [f"{number}" for number in range(10)]
    await pasts(history, *(sighting(name, arrives=TODAY) for name in names))

    assert (names, pages) == paged(history, TODAY, *bounds)


async def test_a_newer_revision_comes_last_with_its_own_day_and_a_repeat_stays(history: AnyHistory) -> None:
    await pasts(history, *(sighting(name, arrives=TODAY) for name in "abc"))
    await pasts(history, sighting("a", revision=2, arrives=TODAY), sighting("b", revision=2, arrives=TODAY - 9))
    await pasts(history, sighting("c", arrives=TODAY))

    assert (["c", "a"], 1) == paged(history, TODAY)


async def test_an_empty_history_has_no_open_shipments(history: AnyHistory) -> None:
    assert ([], 1) == paged(history, TODAY)


def paged(history: AnyHistory, day: int, page_size: int = 500, looked_at_max: int = 5_000) -> tuple[list[str], int]:
    """All open shipments, and on how many pages they were."""
    found: list[str] = []
    after: int | None = 0
    pages = 0
    while after is not None:
        page = history.open_shipments(day, after=after, page_size=page_size, looked_at_max=looked_at_max)
        assert len(page.shipment_ids) <= page_size
        found, after, pages = [*found, *page.shipment_ids], page.after, pages + 1
    return found, pages


async def test_a_history_of_the_first_release_is_counted_on(tmp_path: Path) -> None:
    first = apsw.Connection(str(tmp_path / "risk.db"))
    migrations.apply(first, MIGRATIONS[:1])
    first.execute("INSERT INTO history (only, secret, began) VALUES (1, ?, ?)", (b"k" * 32, TODAY - 1))
    first.execute("INSERT INTO trail (key, first_day, touched, entries) VALUES (7, ?1, ?1, x'90')", (TODAY - 1,))
    first.close()
    async with opened("sqlite", tmp_path) as history:
        await pasts(history, sighting("a"), sighting("b", revision=2))
        await pasts(history, sighting("b", revision=3, parties=DANA._replace(phone="", seller="")))
        told, counted = await history.change(counts_of)

        assert (["a", "b"], 1) == paged(history, TODAY)

    assert told == counted
    assert (5, 2) == counted


def counts_of(rows: Any) -> tuple[tuple[int, int], tuple[int, int]]:
    """What the history says of the number of its trails and answers, and what there are."""
    execute = rows._connection.execute
    told = "SELECT trails, shipments FROM history"
    counted = "SELECT (SELECT count(*) FROM trail), (SELECT count(*) FROM seen)"
    return next(execute(told)), next(execute(counted))
