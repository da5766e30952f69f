"""The port of the person-day ledger: what the verbs need from whatever keeps it.

Every store runs the same suite, tests/contracts/eligibility_ledger.py. Amounts are cents.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeVar

from msgspec import Struct

from tidewaiter_eligibility.model import DayKey, Judgement, Turned, Verdict
from tidewaiter_eligibility.persons import PersonChange, PersonView

R = TypeVar("R")


class Claim(Struct, frozen=True, kw_only=True, gc=False):
    """What stands for one shipment: the judgement on its latest revision, and what its filer was last told.

    `key` is the person-day that `amount_minor` counts against; None when it counts against none. The judgement
    kept here has no `person`. `wanted_minor` is what it would count for if there were room, where only the claims
    beyond the limit are denied and it is one; it counts for nothing then.
    """

    shipment_id: str
    revision: int
    key: DayKey | None
    amount_minor: int
    told: Verdict
    judgement: Judgement
    wanted_minor: int = 0


_LOT = " lot"


def lot_id(shipment_id: str) -> str:
    """The id under which the ledger keeps what a shipment claims, holds and was told as a lot of an order.

    A blank is in no shipment's own id. All that a person-day promises holds for an order too, which is one by another
    key: `model.NO_DAY`.
    """
    return f"{shipment_id}{_LOT}"


def shipment_of(claim_id: str) -> str:
    """The shipment that claims under an id of its own, or under that of its lot."""
    return claim_id.removesuffix(_LOT)


class Hold(Struct, frozen=True, kw_only=True, gc=False):
    """What a shipment still counts for by a claim that was replaced.

    It is freed when a decision on `until_revision`, which replaced the claim, or on a later one is on record.
    """

    key: DayKey
    amount_minor: int
    until_revision: int


class Total(Struct, frozen=True, kw_only=True, gc=False):
    """What counts on one person-day: the sum, the limit it is held against, and how many shipments.

    `holding` of the shipments hold something there from a claim that was replaced. `is_marginal`: only the claims
    beyond the limit are denied there.
    """

    total_minor: int
    limit_minor: int
    shipments: int
    holding: int = 0
    is_marginal: bool = False


class Count(NamedTuple):
    """What a shipment counts for on one person-day; `is_held` when it holds anything there."""

    amount_minor: int
    is_held: bool


class CountedShipment(NamedTuple):
    """A shipment that counts on a person-day, with what it counts for.

    `revision` is the one that claims there, 0 when an earlier one is held and none claims.
    """

    shipment_id: str
    revision: int
    amount_minor: int


NOTHING = Total(total_minor=0, limit_minor=0, shipments=0)
"""The total of a person-day on which nothing counts."""


class LedgerState(PersonView, Protocol):
    """What counts at one moment, now or in the past."""

    def totals(self, keys: Collection[DayKey]) -> dict[DayKey, Total]:
        """The totals of those person-days on which anything counts."""
        ...

    def counted(self, shipment_ids: Sequence[str]) -> dict[str, dict[DayKey, Count]]:
        """What each of those shipments counts for, on each person-day; without those that count nowhere."""
        ...

    def first_ids(self, key: DayKey, *, at_most: int) -> tuple[str, ...]:
        """The shipments that count on a person-day, the first by id. The work does not grow with the day."""
        ...

    def breakdown(self, key: DayKey, *, after: str, at_most: int) -> list[CountedShipment]:
        """The same with what each counts for, the first by id after `after`."""
        ...

    def days(self, *, after: DayKey, through: str, at_most: int) -> list[DayKey]:
        """The first person-days after one, in order, up to a local day; on some of them nothing may count."""
        ...


class LedgerView(LedgerState, Protocol):
    """The ledger at one moment: all of its answers belong to the same state.

    Each change has a version, counted from 1; 0 is the empty ledger.
    """

    def version(self) -> int:
        """The version of the last change."""
        ...

    def horizon(self) -> int:
        """The first version whose state is still known."""
        ...

    def version_at(self, ns: int) -> int:
        """The last version made at a time or before it, in nanoseconds since 1970; 0 when none is known."""
        ...

    def at(self, version: int) -> LedgerState:
        """The state at a version, from the horizon to the last."""
        ...

    def claims(self, shipment_ids: Sequence[str]) -> dict[str, Claim]:
        """The claims of those shipments that have one."""
        ...

    def holds(self, shipment_ids: Sequence[str]) -> dict[str, tuple[Hold, ...]]:
        """What those shipments hold, of those that hold anything."""
        ...

    def told_otherwise(
        self, key: DayKey, verdict: Verdict, *, at_most: int, beyond_minor: int | None = None
    ) -> list[Turned]:
        """Shipments of a person-day, the first by id, whose filers were last told something else than `verdict`.

        With `beyond_minor` those are left out that hold so much there, or more, beyond what they claim.
        """
        ...

    def waiting(self, key: DayKey, *, minor_max: int, at_most: int) -> list[Turned]:
        """Denied shipments of a person-day that would count for at most so much, those that want least first."""
        ...

    def left_days(self, shipment_ids: Sequence[str]) -> dict[str, list[DayKey]]:
        """The person-days that those shipments left while others there had not been told of it yet."""
        ...


class LedgerChange(LedgerView, PersonChange, Protocol):
    """The ledger inside one change: it sees its own writes, and no other change is under way beside it.

    A store that several processes write to locks what `claims` and `totals` return until the change ends.
    """

    def put_claims(self, claims: Iterable[Claim]) -> None:
        """Keep these claims, each in place of the shipment's former one.

        The total of each one's person-day is put before, in this change or an earlier one: ValueError otherwise.
        """
        ...

    def drop_claims(self, shipment_ids: Sequence[str]) -> None:
        """Forget the claims of these shipments; those who ask for the past still see them."""
        ...

    def put_holds(self, holds: Mapping[str, Sequence[Hold]]) -> None:
        """Keep these holds, each shipment's in place of all it held. The totals of their days are put before."""
        ...

    def mark_told(self, told: Iterable[tuple[str, Verdict]]) -> None:
        """Keep what the filers of these shipments are told now; their claims stay."""
        ...

    def put_totals(self, totals: Mapping[DayKey, Total]) -> None:
        """Keep these totals. Never negative, and nothing without shipments: the store refuses that."""
        ...

    def expire_claims(self, *, before_day: str, through_version: int, at_most: int) -> int:
        """Delete so much of what counts on local days before one, and of what stands since a version.

        The second is of claims that count nowhere, and of orders of which nothing has changed since. Person-days and
        orders go whole, with all that counts there, so that the last one may take it over `at_most`.

        How many rows were deleted, 0 when none is left. What was known before can then no longer be read.
        """
        ...

    def forget_past(self, *, before_version: int, at_most: int) -> int:
        """Delete so much of what was replaced before a version, from which on the past can still be read.

        How many rows were deleted, 0 when none is left.
        """
        ...

    def put_left(self, shipment_id: str, key: DayKey) -> None:
        """Remember that a shipment left a person-day whose others are still to be told."""
        ...

    def forget_left(self, shipment_id: str, key: DayKey) -> None:
        """Forget it: all others there were told."""
        ...


class Ledger(Protocol):
    """Where claims are kept. `secret` is its own 32 random bytes, made with it and kept in it."""

    @property
    def secret(self) -> bytes:
        """Keys the ids of person-days."""
        ...

    async def change(self, work: Callable[[LedgerChange], R]) -> R:
        """What `work` returned, once its changes are durable, all of them or none; or what it raised.

        Changes happen one after the other. Failure BUSY when it is not known whether they were kept, FULL when
        too many wait.
        """
        ...

    def view(self, work: Callable[[LedgerView], R]) -> R:
        """What `work` reads, from what is durable, all of one moment."""
        ...
