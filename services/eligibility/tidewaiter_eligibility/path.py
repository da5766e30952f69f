"""Which entry a shipment needs, or which privilege it passes under, and why that one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from msgspec import Struct

from tidewaiter_eligibility import reasons
from tidewaiter_eligibility.goods import Goods
from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.law.rows import Exclusion, Path
from tidewaiter_eligibility.model import EntryPath, Item, Mode, Reason
from tidewaiter_eligibility.worth import Worth


class Way(Struct, frozen=True, kw_only=True, gc=False):
    """The entry, UNSPECIFIED when an input is missing that decides it.

    `reasons` say why it is no lighter one, or ask for the input; `why` names the rules behind it, as `entry_reason`
    reads them.
    """

    path: EntryPath
    reasons: tuple[Reason, ...]
    why: tuple[str, ...] = ()


def privilege(
    wanted: tuple[EntryPath, ...], *, mode: Mode, day: date, items: Sequence[Item], goods: Goods, law: Law
) -> Way:
    """The privilege under which an eligible shipment passes: the first that is open and takes its goods.

    NONE, with the reasons, when none is open to such goods; UNSPECIFIED when an HTS number is too short for it.
    """
    rows = law.privileges(wanted, mode, day)
    way = _first_taking(rows, items, goods, goods.removes)
    if not goods.may_remove or _first_taking(rows, items, goods, goods.removes | goods.may_remove).path is way.path:
        return way
    return Way(path=EntryPath.UNSPECIFIED, reasons=goods.perhaps_closing)


def _first_taking(rows: tuple[Path, ...], items: Sequence[Item], goods: Goods, removes: frozenset[EntryPath]) -> Way:
    for row in rows:
        if row.path not in removes:
            if short := _too_short(row, items):
                return Way(path=EntryPath.UNSPECIFIED, reasons=short)
            return Way(path=row.path, reasons=(), why=(row.id,))
    return Way(path=EntryPath.NONE, reasons=goods.closing)


def _too_short(row: Path, items: Sequence[Item]) -> tuple[Reason, ...]:
    if not row.hts_digits:
        return ()
    why = f"{row.name} needs a number of {row.hts_digits} digits for each line"
    return tuple(
        reasons.input_missing(f"items[{number}].hts_code", why, row)
        for number, item in enumerate(items)
        if len(item.hts_code) < row.hts_digits
    )


def entry(wanted: tuple[EntryPath, ...], *, mode: Mode, day: date, worth: Worth, goods: Goods, law: Law) -> Way:
    """The entry of a shipment that is not eligible: the first that is open, fits its value and takes its goods.

    When none does, the one that is open to everything. UNSPECIFIED when a missing value or HTS number could
    change it, and the reasons then ask for them; or when no entry of that day is on record.
    """
    rows = law.entries(wanted, mode, day)
    last = law.last_path if rows else None
    if goods.instead:
        rows = law.entries((*goods.instead, *wanted), mode, day)
    way = _first_fitting(rows, worth, goods, goods.removes, last, day)
    if not goods.may_remove:
        return way
    other = _first_fitting(rows, worth, goods, goods.removes | goods.may_remove, last, day)
    if other.path is way.path:
        return way
    return Way(path=EntryPath.UNSPECIFIED, reasons=(*goods.unclear, *goods.perhaps_closing))


def _first_fitting(
    rows: tuple[Path, ...], worth: Worth, goods: Goods, removes: frozenset[EntryPath], last: Path | None, day: date
) -> Way:
    too_low = None
    closed = []
    for row in rows:
        if row.path in removes:
            closed.append(row)
            continue
        if row.value_minor_max is not None:
            if worth.minor is None:
                return Way(path=EntryPath.UNSPECIFIED, reasons=worth.unclear)
            if worth.minor > row.value_minor_max:
                too_low = too_low or row
                continue
        return _named(row, too_low, closed, worth, goods)
    if last is None:
        return Way(path=EntryPath.UNSPECIFIED, reasons=(reasons.law_unknown(f"the entry of such a shipment on {day}"),))
    return _named(last, too_low, closed, worth, goods)


def _named(row: Path, too_low: Path | None, closed: Sequence[Path], worth: Worth, goods: Goods) -> Way:
    over = () if too_low is None or worth.minor is None else (reasons.over_informal_limit(worth.minor, too_low),)
    closers = [name for each in closed for by in goods.by if each.path in by.removes for name in (each.id, by.id)]
    return Way(path=row.path, reasons=over, why=(row.id, *closers))


@lru_cache(1024)
def entry_reason(why: tuple[str, ...], law: Law) -> Reason | None:
    """Why an entry is named, in words; None when none is, or when it was named by a law that had other rows."""
    rows = [law.row(name) for name in why]
    if not rows or not isinstance(rows[0], Path):
        return None
    pairs = zip(rows[1::2], rows[2::2], strict=True)
    closed = [(path, by) for path, by in pairs if isinstance(path, Path) and isinstance(by, Exclusion)]
    return reasons.entry_named(rows[0], tuple(closed))
