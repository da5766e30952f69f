"""Goods that never pass under the exemption, found by HTS number.

A line without a number is taken at its word unless its description hints at such goods: release from the
manifest never asked for a number, but a bottle of spirits should not pass for want of one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from tidewaiter_eligibility import reasons
from tidewaiter_eligibility.law import Excluded, Law
from tidewaiter_eligibility.law.rows import Exclusion
from tidewaiter_eligibility.model import EntryPath, Item, Reason


class Goods(Struct, frozen=True, kw_only=True, gc=False):
    """What the goods bar, for certain and perhaps.

    `barring` says why they never pass, and `removes` which entries may not be used for them. `unclear` asks for
    the numbers that would tell more, and `may_remove` is what those could take away.
    """

    barring: tuple[Reason, ...]
    unclear: tuple[Reason, ...]
    removes: frozenset[EntryPath]
    may_remove: frozenset[EntryPath]


NOTHING_BARRED = Goods(barring=(), unclear=(), removes=frozenset(), may_remove=frozenset())


def judge_goods(items: Sequence[Item], *, value_minor: int | None, day: date, law: Law) -> Goods:
    """Every line's exclusion on that day; one reason for each rule and the first line it meets."""
    certain: dict[Exclusion, tuple[Excluded, int]] = {}
    doubtful: dict[Exclusion, Reason] = {}
    for number, item in enumerate(items):
        found = law.excluded(item.hts_code, day) if item.hts_code else None
        if found is not None:
            if not _may_be_free(found.exclusion, value_minor):
                certain.setdefault(found.exclusion, (found, number))
        elif (doubt := _in_doubt(item, day, law)) is not None and not _may_be_free(doubt, value_minor):
            doubtful.setdefault(doubt, reasons.perhaps_excluded(doubt, number, len(item.hts_code)))
    if not certain and not doubtful:
        return NOTHING_BARRED
    return Goods(
        barring=tuple(reasons.excluded(found.exclusion, found.prefix, item) for found, item in certain.values()),
        unclear=tuple(doubtful.values()),
        removes=frozenset().union(*(exclusion.removes for exclusion in certain)),
        may_remove=frozenset().union(*(exclusion.removes for exclusion in doubtful)),
    )


def _in_doubt(item: Item, day: date, law: Law) -> Exclusion | None:
    if not item.hts_code:
        return law.hinted(item.description, day)
    longer = law.maybe_excluded(item.hts_code, day)
    return None if longer is None else longer.exclusion


def _may_be_free(exclusion: Exclusion, value_minor: int | None) -> bool:
    # A value that cannot be told is asked for elsewhere, and decides nothing here.
    return exclusion.free_minor is not None and (value_minor is None or value_minor <= exclusion.free_minor)
