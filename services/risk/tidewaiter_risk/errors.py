"""How risk can fail. A hit, a hold, a high score are answers; these are the ways of not finding out."""

from __future__ import annotations

from collections.abc import Sequence

from tidewaiter_chassis.failures import Failure, Kind, Violation, invalid


def scorecard_refused(problems: Sequence[str]) -> Failure:
    """The scorecard contradicts itself; every problem names its file and row. Risk does not start with it."""
    return Failure(
        kind=Kind.NOT_READY,
        reason="SCORECARD_REFUSED",
        detail="The scorecard is refused: " + "; ".join(problems),
        facts={"problems": str(len(problems))},
    )


def values_refused(file: str, problem: str) -> Failure:
    """The file of unit values cannot be used; risk does not start, for it would judge no value silently."""
    return Failure(
        kind=Kind.NOT_READY,
        reason="VALUES_REFUSED",
        detail=f"TIDEWAITER_RISK_VALUES_FILE names {file}, which {problem}; build it with `tidewaiter values`.",
    )


def lists_folder_missing(folder: str) -> Failure:
    """The folder that the settings name for lists is not there: a typing error must not turn screening off."""
    return Failure(
        kind=Kind.NOT_READY,
        reason="LISTS_FOLDER_MISSING",
        detail=f"TIDEWAITER_RISK_LISTS_DIR names {folder}, which is no folder; correct it or leave it empty.",
    )


def lists_too_many(count: int, bound: int) -> Failure:
    """More lists than the bound; none is left out silently, so risk does not start."""
    return Failure(
        kind=Kind.NOT_READY,
        reason="LISTS_TOO_MANY",
        detail=f"The lists folder holds {count} lists; at most {bound} are read.",
        facts={"lists": str(count), "lists_max": str(bound)},
    )


def lists_incomplete(gaps: Sequence[str]) -> Failure:
    """No hit was found, but a list or a part of it was not searched: that is no clearance."""
    return Failure(
        kind=Kind.NOT_READY,
        reason="LISTS_INCOMPLETE",
        detail="No hit in the lists that could be searched, but not all could: " + "; ".join(gaps),
    )


def name_missing() -> Failure:
    """A party without a name, or whose name holds neither letter nor digit, cannot be looked up."""
    return invalid(
        Violation(
            field="party.name",
            code="PARTY_NAME_MISSING",
            message="a name with at least one letter or digit is needed; send the party's full name",
        )
    )


def shipment_id_missing() -> Failure:
    """Without its id an answer could not be told from another."""
    return invalid(
        Violation(
            field="shipment.shipment_id",
            code="SHIPMENT_ID_MISSING",
            message="is empty; send the id that intake gave the shipment",
        )
    )


def mode_unknown(number: int) -> Failure:
    """A transport mode that this release does not know."""
    return invalid(
        Violation(
            field="shipment.mode",
            code="MODE_UNKNOWN",
            message=f"{number} is no TransportMode of this release; send one of its values",
        )
    )
