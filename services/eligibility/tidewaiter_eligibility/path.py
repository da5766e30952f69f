"""Which entry a shipment needs, or which privilege it passes under."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from tidewaiter_eligibility.goods import Goods
from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.law.rows import Path
from tidewaiter_eligibility.model import EntryPath, Mode, Reason
from tidewaiter_eligibility.reasons import over_informal_limit
from tidewaiter_eligibility.worth import Worth


class Way(Struct, frozen=True, kw_only=True, gc=False):
    """The entry, UNSPECIFIED when an input is missing that decides it; `reasons` say why it is no lighter one."""

    path: EntryPath
    reasons: tuple[Reason, ...]


def privilege(wanted: tuple[EntryPath, ...], *, mode: Mode, day: date, law: Law) -> EntryPath:
    """The privilege under which an eligible shipment passes: the first that is open to the mode on the day."""
    return next((row.path for row in law.open_paths(wanted, mode, day) if row.privilege), EntryPath.NONE)


def entry(wanted: tuple[EntryPath, ...], *, mode: Mode, day: date, worth: Worth, goods: Goods, law: Law) -> Way:
    """The entry of a shipment that is not eligible: the first that is open, fits its value and takes its goods.

    When none does, the one that is open to everything. UNSPECIFIED when a missing value or HTS number could
    change it; the reasons then ask for them.
    """
    rows = tuple(row for row in law.open_paths(wanted, mode, day) if not row.privilege)
    way = _first_fitting(rows, worth, goods.removes, law)
    if not goods.may_remove:
        return way
    other = _first_fitting(rows, worth, goods.removes | goods.may_remove, law)
    return way if other.path is way.path else Way(path=EntryPath.UNSPECIFIED, reasons=goods.unclear)


def _first_fitting(rows: tuple[Path, ...], worth: Worth, removes: frozenset[EntryPath], law: Law) -> Way:
    too_low = None
    for row in rows:
        if row.path in removes:
            continue
        if row.value_minor_max is not None:
            if worth.minor is None:
                return Way(path=EntryPath.UNSPECIFIED, reasons=worth.unclear)
            if worth.minor > row.value_minor_max:
                too_low = too_low or row
                continue
        return Way(path=row.path, reasons=_over(too_low, worth))
    return Way(path=law.last_path.path, reasons=_over(too_low, worth))


def _over(too_low: Path | None, worth: Worth) -> tuple[Reason, ...]:
    return () if too_low is None or worth.minor is None else (over_informal_limit(worth.minor, too_low),)
