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
            detail=_in_one_line(f"the law data is refused at {row}: {problem}"),
            facts={"row": _in_one_line(row)},
        )
        self.row = row


def _in_one_line(text: str) -> str:
    """The text with what a terminal would act on written out: names of files and values of fields are anybody's."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in text)


def shadow_absent(field: str) -> Failure:
    """The shadow law was asked for, and the operator has none."""
    message = "There is no shadow law here. Leave the field out, or set TIDEWAITER_ELIGIBILITY_SHADOW_LAW_DIR."
    return invalid(Violation(field=field, code="SHADOW_ABSENT", message=message))


def ruling_repeated(request_id: str) -> Failure:
    """One request_id for two rulings: the second is refused, and the first stands."""
    return invalid(
        Violation(
            field="request_id",
            code="REQUEST_REUSED",
            message=f"{request_id} is on record with another content. Give a new request_id, or repeat it as it was.",
        )
    )
