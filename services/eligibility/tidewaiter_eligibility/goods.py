"""Goods that never pass under the exemption, or that may not use some entries.

A line is told by its HTS number, by what its filer says of it, and by the cases of an operator. A line without a
number is taken at its word unless its description hints at such goods: release from the manifest never asked for a
number, but a bottle of spirits should not pass for want of one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from tidewaiter_eligibility import reasons
from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.law.goods_book import FREE
from tidewaiter_eligibility.law.rows import Exclusion
from tidewaiter_eligibility.model import EntryPath, Item, Mode, Reason

NO_IDS: frozenset[str] = frozenset()


class Goods(Struct, frozen=True, kw_only=True, gc=False):
    """What the goods bar, for certain and perhaps.

    `barring` says why they never pass, `closing` why some entries are closed to them, and `by` are the exclusions
    behind both. `removes` are the entries that may not be used, and `instead` those that are needed before the
    regime's. `unclear` asks for what would tell whether they pass, `perhaps_closing` for what would tell which
    entries are closed, and `may_remove` is what those could take away.
    """

    barring: tuple[Reason, ...]
    closing: tuple[Reason, ...]
    by: tuple[Exclusion, ...]
    removes: frozenset[EntryPath]
    instead: tuple[EntryPath, ...]
    unclear: tuple[Reason, ...]
    perhaps_closing: tuple[Reason, ...]
    may_remove: frozenset[EntryPath]


NOTHING_BARRED = Goods(
    barring=(),
    closing=(),
    by=(),
    removes=frozenset(),
    instead=(),
    unclear=(),
    perhaps_closing=(),
    may_remove=frozenset(),
)


def judge_goods(
    items: Sequence[Item],
    *,
    value_minor: int | None,
    mode: Mode,
    day: date,
    law: Law,
    named: frozenset[str] = NO_IDS,
) -> Goods:
    """Every line's exclusions on that day of the law; one reason for each rule and the first line it meets.

    `named` are the exclusions that the regime names, without which some do not bar.
    """
    certain: dict[Exclusion, Reason] = {}
    perhaps: dict[Exclusion, Reason] = {}
    for number, item in enumerate(items):
        ruled = law.goods.ruled(item.hts_code, item.origin_country, item.flags, day)
        if ruled is not FREE:
            for found in ruled.certain:
                if _applies(found.exclusion, mode, value_minor, named):
                    certain.setdefault(found.exclusion, reasons.excluded(found, number))
            for found, wants in ruled.perhaps:
                if _applies(found.exclusion, mode, value_minor, named):
                    perhaps.setdefault(found.exclusion, reasons.perhaps_excluded(found, wants, number, item))
        if not item.hts_code:
            hinted = law.goods.hinted(item.description, day)
            if hinted is not None and _applies(hinted, mode, value_minor, named):
                perhaps.setdefault(hinted, reasons.hinted(hinted, number))
    if not certain and not perhaps:
        return NOTHING_BARRED
    return _told(certain, {row: reason for row, reason in perhaps.items() if row not in certain})


def _told(certain: dict[Exclusion, Reason], perhaps: dict[Exclusion, Reason]) -> Goods:
    return Goods(
        barring=tuple(reason for row, reason in certain.items() if row.bars),
        closing=tuple(reason for row, reason in certain.items() if not row.bars),
        by=tuple(certain),
        removes=frozenset().union(*(row.removes for row in certain)),
        instead=tuple(dict.fromkeys(path for row in certain for path in row.instead)),
        unclear=tuple(reason for row, reason in perhaps.items() if row.bars),
        perhaps_closing=tuple(reason for row, reason in perhaps.items() if not row.bars),
        may_remove=frozenset().union(*(row.removes for row in perhaps)),
    )


def _applies(exclusion: Exclusion, mode: Mode, value_minor: int | None, named: frozenset[str]) -> bool:
    if mode not in exclusion.modes or (exclusion.where_named and exclusion.id not in named):
        return False
    # A value that cannot be told is asked for elsewhere, and decides nothing here.
    return exclusion.free_minor is None or (value_minor is not None and value_minor > exclusion.free_minor)
