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


def lists_refused(problem: str) -> Failure:
    """The folder of lists cannot be used: a typing error must not turn screening off, and none is left out silently."""
    return Failure(
        kind=Kind.NOT_READY,
        reason="LISTS_REFUSED",
        detail=f"The folder of lists is refused: {problem}; correct TIDEWAITER_RISK_LISTS_DIR or leave it empty.",
    )


def list_unknown(name: str) -> Failure:
    """No list of that name has been in use since the start."""
    return Failure(
        kind=Kind.NOT_FOUND,
        reason="LIST_UNKNOWN",
        detail=f"No list is called {name}; ListSources names those in use.",
        facts={"list": name},
    )


def list_version_unknown(name: str, version: str) -> Failure:
    """A version of a list that was never in use here since the start, or so long ago that it is forgotten."""
    return Failure(
        kind=Kind.NOT_FOUND,
        reason="LIST_VERSION_UNKNOWN",
        detail=f"Of the list {name} no one version {version} is known: only the last ones used since the start are, by "
        "their SHA-256 or its first 8 digits or more.",
        facts={"list": name},
    )


def page_unknown() -> Failure:
    """A page token that no answer gave."""
    return invalid(
        Violation(
            field="page_token",
            code="PAGE_TOKEN_UNKNOWN",
            message="is none that an answer gave; begin with an empty one",
        )
    )


def day_unknown(text: str) -> Failure:
    """A day that the calendar does not have."""
    message = f"{text!r} is no day of the calendar. Give one as YYYY-MM-DD."
    return invalid(Violation(field="arriving_from", code="DAY_UNKNOWN", message=message))


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
