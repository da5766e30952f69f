"""A shadow law is judged by beside the one in force: counted by both verdicts, answered only when asked."""

from __future__ import annotations

from collections import Counter

from tidewaiter_eligibility.check import Checker
from tidewaiter_eligibility.model import GoodsFlag, ReasonCode, Verdict
from tidewaiter_eligibility.shadow import Shadow
from tidewaiter_eligibility.snapshots import WHATEVER_IS_KNOWN
from tidewaiter_eligibility.store.memory import MemoryLedger

from tests.eligibility_laws import own_law, shipped_row
from tests.eligibility_shipments import CLOSED_DAY, goods, law, shipment

ELIGIBLE, NOT_ELIGIBLE, UNKNOWN = Verdict.ELIGIBLE, Verdict.NOT_ELIGIBLE, Verdict.UNKNOWN


def shadow(counted: Counter[tuple[Verdict, Verdict]], ledger: MemoryLedger | None = None) -> Shadow:
    """The proposal of 2025 that goods under Section 301 lose the exemption."""
    regime = {**shipped_row("regimes", "regime", "R01"), "excludes": ["X-301"]}
    proposed = own_law(regimes={"regime": [regime]})

    def count(verdict: Verdict, shadow_verdict: Verdict, number: int) -> None:
        counted[verdict, shadow_verdict] += number

    check = Checker(law=proposed, ledger=ledger or MemoryLedger()).check_exactly
    return Shadow(law=law(), shadow=proposed, check=check, count=count)


def test_shipments_are_counted_by_what_each_law_says() -> None:
    counted: Counter[tuple[Verdict, Verdict]] = Counter()
    listed = shipment(items=(goods(flags=frozenset({GoodsFlag.SECTION_301})),))

    shadow(counted).compare([listed, listed, shipment(), shipment(day=CLOSED_DAY), shipment(mode=None)])

    assert {
        (ELIGIBLE, NOT_ELIGIBLE): 2,
        (ELIGIBLE, ELIGIBLE): 1,
        (NOT_ELIGIBLE, NOT_ELIGIBLE): 1,
        (UNKNOWN, UNKNOWN): 1,
    } == counted


def test_what_the_shadow_finds_is_said_with_its_own_law() -> None:
    listed = shipment(items=(goods(flags=frozenset({GoodsFlag.SECTION_301})),))

    ledger = MemoryLedger()
    _, snapshot = Checker(law=law(), ledger=ledger).check_at([listed], WHATEVER_IS_KNOWN)
    (found,) = shadow(Counter(), ledger).check([listed], snapshot)

    assert (NOT_ELIGIBLE, [ReasonCode.EXCLUDED_TRADE_MEASURE]) == (found.verdict, [r.code for r in found.reasons])
    assert law().version != found.law_version
