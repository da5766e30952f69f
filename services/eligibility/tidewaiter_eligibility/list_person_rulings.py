"""ListPersonRulings: what operators ruled on persons, in the order in which they did."""

from __future__ import annotations

from tidewaiter_eligibility.ledger import Ledger
from tidewaiter_eligibility.persons import Ruling

PAGE_SIZE_DEFAULT = 100


class PersonRulings:
    """Lists the rulings of one ledger."""

    def __init__(self, *, ledger: Ledger) -> None:
        self._ledger = ledger

    def after(self, number: int, *, page_size: int) -> tuple[list[Ruling], int | None]:
        """The rulings after that number, at most `page_size` (0: PAGE_SIZE_DEFAULT), and the number to go on after.

        None on the last page. A ruling never changes, and a new one comes last: the pages together are the whole.
        """
        size = page_size or PAGE_SIZE_DEFAULT
        found = self._ledger.view(lambda view: view.rulings(after=number, at_most=size + 1))
        page = found[:size]
        return page, page[-1].number if len(found) > size else None
