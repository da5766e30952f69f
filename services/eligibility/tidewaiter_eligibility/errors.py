"""How eligibility can fail; a verdict is never a failure."""

from __future__ import annotations

from tidewaiter_chassis.failures import Failure, Kind


class LawRefused(Failure):
    """The law data contradicts itself or is incomplete: the service does not start with it.

    `row` is the id of the row to mend, or the file when the row has none.
    """

    def __init__(self, *, row: str, problem: str) -> None:
        super().__init__(
            kind=Kind.NOT_READY,
            reason="LAW_REFUSED",
            detail=f"the law data is refused at {row}: {problem}",
            facts={"row": row},
        )
        self.row = row
