"""How eligibility can fail; a verdict is never a failure."""

from __future__ import annotations

from tidewaiter_chassis.failures import Failure, Kind, Violation, invalid


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


def repeated_in_batch(number: int) -> Failure:
    """One shipment twice in a batch of claims: the whole batch is refused before any work."""
    return invalid(
        Violation(
            field=f"determinations[{number}].shipment.shipment_id",
            code="SHIPMENT_REPEATED",
            message="The shipment is in the batch before. Give each shipment once, at its latest revision.",
        )
    )
