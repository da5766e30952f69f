"""Pages of one filer's shipments: their union is the whole, whatever is filed between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tidewaiter_chassis.failures import Failure
from tidewaiter_intake.list_shipments import ListShipments, Page, Wanted
from tidewaiter_intake.model import Case, Decision, DecisionId, FiledBefore, Filing, Outcome, Recorded, ShipmentId
from tidewaiter_intake.wire.filings import filing_from_bytes

from tests.filings import filing

HOUR = 3_600_000_000_000
ARRIVAL = filing("a").facts.arrival_ns or 0


def case(number: int, outcome: Outcome, filed: Filing) -> Case:
    shipment_id = ShipmentId(f"S-{number:04}")
    decision = Decision(shipment_id, 1, outcome, 1, (), decision_id=DecisionId(f"{shipment_id}-1"))
    before = FiledBefore(filed.originator_code, filed.request_id, 1, 0, filed.content)
    return Case(shipment_id, 1, 1, 1, 1, False, (before,), Recorded(decision, b"", b""))


class Books:
    """Cases by id, as a journal and a desk tell them; `between` runs whenever a page is begun."""

    def __init__(self, cases: Iterable[Case]) -> None:
        self.by_id = {each.shipment_id: each for each in cases}
        self.between: Callable[[], None] = lambda: None

    def of_filer(self, originator_code: str, *, after: str = "", at_most: int) -> list[ShipmentId]:
        self.between()
        theirs = (one for one in self.by_id.values() if one.filings[0].originator_code == originator_code)
        return sorted(one.shipment_id for one in theirs if one.shipment_id > after)[:at_most]

    def cases(self, shipment_ids: Iterable[ShipmentId]) -> list[Case]:
        return [self.by_id[one] for one in shipment_ids]

    async def settled(self, shipment_ids: Sequence[ShipmentId]) -> None:
        assert len(shipment_ids) <= 20, "others have their turn"


def lister(books: Books, *, looked_at_max: int = 7, page_bytes_max: int = 1 << 20) -> ListShipments:
    return ListShipments(
        journal=books,
        desk=books,
        read_filing=filing_from_bytes,
        looked_at_max=looked_at_max,
        page_bytes_max=page_bytes_max,
    )


async def pages(listing: ListShipments, wanted: Wanted, size: int) -> list[Page]:
    found = [await listing.page(wanted, page_size=size)]
    while token := found[-1].next_token:
        found.append(await listing.page(wanted, page_size=size, token=token))
    return found


def ids(found: Iterable[Page]) -> list[str]:
    return [one.shipment.shipment_id for page in found for one in page.standings]


OUTCOMES = st.sampled_from([Outcome.RELEASE, Outcome.HOLD, Outcome.REVIEW])
ROWS = st.lists(
    st.tuples(OUTCOMES, st.sampled_from([None, 0, 1, 2]), st.sampled_from(["CARR01", "OTHER1"])), max_size=24
)


@given(
    rows=ROWS,
    size=st.integers(1, 5),
    looked_at_max=st.integers(1, 9),
    outcomes=st.frozensets(OUTCOMES),
    first=st.none() | st.integers(0, 2),
    end=st.none() | st.integers(0, 3),
)
async def test_the_union_of_the_pages_is_what_a_loop_over_all_would_find(
    rows: list[tuple[Outcome, int | None, str]],
    size: int,
    looked_at_max: int,
    outcomes: frozenset[Outcome],
    first: int | None,
    end: int | None,
) -> None:
    cases = []
    for number, (outcome, hours, originator) in enumerate(rows):
        arrival = None if hours is None else {"seconds": (ARRIVAL + hours * HOUR) // 1_000_000_000}
        cases.append(case(number, outcome, filing(f"r{number}", originator_code=originator, estimated_arrival=arrival)))
    bounds = [None if hours is None else ARRIVAL + hours * HOUR for hours in (first, end)]

    found = await pages(
        lister(Books(cases), looked_at_max=looked_at_max), Wanted("CARR01", outcomes, bounds[0], bounds[1]), size
    )

    expected = [
        f"S-{number:04}"
        for number, (outcome, hours, originator) in enumerate(rows)
        if originator == "CARR01"
        and (not outcomes or outcome in outcomes)
        and (first is None or (hours is not None and hours >= first))
        and (end is None or (hours is not None and hours < end))
    ]
    assert expected == ids(found)
    assert all(len(page.standings) <= size for page in found)


async def test_what_is_filed_between_two_pages_moves_nothing_that_was_there() -> None:
    books = Books(case(number, Outcome.RELEASE, filing(f"r{number}")) for number in range(0, 20, 2))
    there = sorted(books.by_id)
    new = iter([1, 30, 5, 31, 17, 32])

    def file_one() -> None:
        if (number := next(new, None)) is not None:
            filed = case(number, Outcome.HOLD, filing(f"r{number}"))
            books.by_id[filed.shipment_id] = filed

    books.between = file_one
    found = ids(await pages(lister(books), Wanted("CARR01"), 3))

    assert there == [one for one in found if one in there]
    assert len(found) == len(set(found))


async def test_a_page_ends_when_it_is_large_and_the_last_one_says_so() -> None:
    books = Books(case(number, Outcome.RELEASE, filing(f"r{number}")) for number in range(3))

    found = await pages(lister(books, page_bytes_max=1), Wanted("CARR01"), 100)

    assert [1, 1, 1] == [len(page.standings) for page in found]
    assert "" == found[-1].next_token


async def test_a_page_without_a_size_holds_a_hundred() -> None:
    books = Books(case(number, Outcome.RELEASE, filing(f"r{number}")) for number in range(101))

    first, second = await pages(lister(books, looked_at_max=1_000), Wanted("CARR01"), 0)

    assert (100, 1) == (len(first.standings), len(second.standings))


async def test_a_newest_revision_that_is_not_decided_is_pending() -> None:
    undecided = case(0, Outcome.RELEASE, filing("r0"))._replace(revision=2)
    listing = lister(Books([undecided]))

    (page,) = await pages(listing, Wanted("CARR01", frozenset({Outcome.PENDING})), 5)

    assert [Outcome.PENDING] == [one.decision.outcome for one in page.standings]
    assert [] == ids(await pages(listing, Wanted("CARR01", frozenset({Outcome.RELEASE})), 5))


@pytest.mark.parametrize("change", [{"originator_code": "OTHER1"}, {"outcomes": frozenset({Outcome.HOLD})}])
async def test_a_token_of_another_list_is_refused(change: dict[str, object]) -> None:
    books = Books(case(number, Outcome.RELEASE, filing(f"r{number}")) for number in range(3))
    first = await lister(books).page(Wanted("CARR01"), page_size=1)

    for wanted, token in ((Wanted("CARR01")._replace(**change), first.next_token), (Wanted("CARR01"), "x")):  # type: ignore[arg-type]
        with pytest.raises(Failure) as refused:
            await lister(books).page(wanted, page_size=1, token=token)
        assert "PAGE_TOKEN_UNKNOWN" == refused.value.reason
