"""ListOpenShipments: which shipments have not arrived yet, for whoever has them decided again when a list changed."""

from __future__ import annotations

from typing import NamedTuple, Protocol

PAGE_SIZE_MAX = 500
"""As many as intake decides again in one call."""
LOOKED_AT_MAX = 5_000
"""So many are looked at for one page, in some two milliseconds, however few of them are still open."""


class Page(NamedTuple):
    """Some of them, in the order in which their answers were recorded; `after` is None behind the last."""

    shipment_ids: tuple[str, ...]
    after: int | None


class History(Protocol):
    """What this verb needs of the history."""

    def open_shipments(self, from_day: int, *, after: int, page_size: int, looked_at_max: int) -> Page:
        """The next shipments whose arrival is not before that day, or not known."""
        ...


def list_open_shipments(history: History, from_day: int | None, *, today: int, after: int, page_size: int) -> Page:
    """At most `page_size` (0 for all that a page can hold) of the shipments that arrive on `from_day` or later.

    Days are UTC days, counted from 1970-01-01; None for yesterday, when it is still today somewhere.
    A page may be empty and not the last. A shipment that is assessed anew while pages are asked for comes again, and
    none is left out that was there throughout.
    """
    first = today - 1 if from_day is None else from_day
    return history.open_shipments(first, after=after, page_size=page_size or PAGE_SIZE_MAX, looked_at_max=LOOKED_AT_MAX)
