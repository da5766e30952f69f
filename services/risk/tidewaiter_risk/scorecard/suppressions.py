"""Suppressions: what an operator does not want counted for a while, for a stated scope, and says why."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from msgspec.structs import replace
from tidewaiter_goods.rows import Row

from tidewaiter_risk.model import UNSEEN, Contribution, Shipment

_DAYS_MAX = 366
# An author may write anything, so that the last count is the one that was meant.
_APPLIED = re.compile(
    r"Suppressed by .+ for arrivals before [^ ]+: (?P<points>[0-9]{1,4}) points not counted\. (?P<detail>.*)", re.DOTALL
)
_SCOPES = ("rule_id", "citation", "shipment_id", "seller_account_id", "hts_code", "origin_country")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """One suppression. Of the scopes that are not empty all must fit; it holds for arrivals of `from_day` to `to_day`,
    the latter not included."""

    id: str
    signal: str
    author: str
    reason: str
    from_day: int
    to_day: int
    until: str
    rule_id: str
    citation: str
    shipment_id: str
    seller_account_id: str
    hts_code: str
    origin_country: str

    def fits(self, contribution: Contribution, shipment: Shipment) -> bool:
        """Whether this takes the points of that contribution away. Never those of a signal that could not see."""
        reason, day = contribution.reason, shipment.arrival_day
        return (
            contribution.signal == self.signal
            and reason.code not in UNSEEN
            and day is not None
            and self.from_day <= day < self.to_day
            and self.rule_id in ("", reason.rule_id)
            and self.citation in ("", reason.citation)
            and self.shipment_id in ("", shipment.shipment_id)
            and self.seller_account_id in ("", shipment.seller_account_id)
            and (not self.hts_code or _all_start(shipment, self.hts_code))
            and (not self.origin_country or all(item.origin_country == self.origin_country for item in shipment.items))
        )

    def applied(self, contribution: Contribution) -> Contribution:
        """The contribution without its points, saying how many there would have been and who took them away."""
        detail = (
            f"Suppressed by {self.id} of {self.author} for arrivals before {self.until}: "
            f"{contribution.points} points not counted. {contribution.reason.detail}"
        )
        return replace(
            contribution, points=0, reason=replace(contribution.reason, detail=detail), suppression_id=self.id
        )


def suppression_of(row: Row) -> Suppression:
    """One row; scoped, dated and authored, or a problem."""
    from_day, to_day = row.day("from") or 0, row.day("to") or 0
    if not 0 < to_day - from_day <= _DAYS_MAX:
        row.problem(f"to is not 1 to {_DAYS_MAX} days after from")
    scopes = {key: row.text(key, default="") for key in _SCOPES}
    scopes["hts_code"] = scopes["hts_code"].replace(".", "")
    if not any(scopes.values()):
        row.problem(f"needs a scope: one of {', '.join(_SCOPES)}")
    suppression = Suppression(
        id=row.text("id"),
        signal=row.text("signal"),
        author=row.text("author"),
        reason=row.text("reason"),
        from_day=from_day,
        to_day=to_day,
        until=row.shown("to"),
        **scopes,
    )
    row.close()
    return suppression


def suppressed(contribution: Contribution, shipment: Shipment, suppressions: Iterable[Suppression]) -> Contribution:
    """The contribution as the first suppression that fits leaves it."""
    for one in suppressions:
        if one.fits(contribution, shipment):
            return one.applied(contribution)
    return contribution


def restored(contribution: Contribution) -> Contribution:
    """The contribution as it was before `applied` took its points away; unchanged when nothing did.

    What is on record is read back from its own sentence, which says how many points there would have been.
    """
    told = _APPLIED.fullmatch(contribution.reason.detail) if contribution.suppression_id else None
    if told is None:
        return contribution
    reason = replace(contribution.reason, detail=told["detail"])
    return replace(contribution, points=int(told["points"]), reason=reason, suppression_id="")


def _all_start(shipment: Shipment, digits: str) -> bool:
    return bool(shipment.items) and all(item.hts_code.replace(".", "").startswith(digits) for item in shipment.items)
