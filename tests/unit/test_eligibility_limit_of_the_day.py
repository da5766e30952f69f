"""One limit for one person-day: that of its local day, also where a regime switches within it."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from tidewaiter_eligibility.determine import Determiner
from tidewaiter_eligibility.judge import judge
from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.model import ReasonCode, Shipment, Verdict
from tidewaiter_eligibility.store.memory import MemoryLedger

from tests.eligibility_laws import own_law, shipped_row
from tests.eligibility_shipments import law, shipment

SWITCH = date(2020, 6, 1)
ZONES = {"2704": "America/Los_Angeles", "3201": "Pacific/Honolulu", "3126": "America/Anchorage"}


def at(local: str, port: str, shipment_id: str, cents: int) -> Shipment:
    """An arrival at a port at its own time."""
    seconds = int(datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(ZONES[port])).timestamp())
    return shipment(shipment_id, cents=cents, arrival_seconds=seconds, port_of_entry=port)


def told_in_the_end(given: list[Shipment], of: Law) -> dict[str, Verdict]:
    """What each is told after all have claimed, in that order."""
    determiner = Determiner(law=of, ledger=MemoryLedger())

    async def run() -> dict[str, Verdict]:
        for each in given:
            await determiner.determine([each])
        return {each.shipment_id: (await determiner.determine([each]))[0].finding.verdict for each in given}

    return asyncio.run(run())


@pytest.mark.parametrize("port", ["2704", "3201"])
def test_the_limit_is_that_of_the_local_day_in_any_order_of_claims(port: str) -> None:
    given = [at("2016-03-09T10:00", port, "A", 15_000), at("2016-03-09T22:00", port, "B", 15_000)]

    assert ("R00", "R01-16") == tuple(judge(each, law=law()).regime_id for each in given)
    assert [20_000, 20_000] == [judge(each, law=law()).limit_minor for each in given]
    for order in permutations(given):
        assert {"A": Verdict.NOT_ELIGIBLE, "B": Verdict.NOT_ELIGIBLE} == told_in_the_end(list(order), law())


def switched() -> Law:
    """A made-up law: on one day the limit falls to 300 dollars, a broken day costs less, and a regime follows."""
    limit, broken = shipped_row("limits", "limit", "V-C-800"), shipped_row("limits", "broken_day", "B-ALL")
    regime = shipped_row("regimes", "regime", "R01")
    return own_law(
        limits={
            "limit": [
                {**limit, "to": SWITCH},
                {**limit, "id": "V-NEW", "from": SWITCH, "limit_usd": "300.00"},
            ],
            "broken_day": [
                {**broken, "to": SWITCH},
                {**broken, "id": "B-NEW", "from": SWITCH, "effect": "DENY_MARGINAL"},
            ],
        },
        regimes={
            "regime": [
                {**regime, "to": SWITCH},
                {**regime, "id": "R-NEW", "from": SWITCH, "limit": "V-NEW"},
                {**shipped_row("regimes", "regime", "R02"), "limit": "V-NEW"},
            ],
            "kept_open": [
                {**shipped_row("regimes", "kept_open", each), "limit": "V-NEW"}
                for each in ("K-1702B-CN", "K-1702B", "K-1702B-REG")
            ],
        },
    )


def test_any_other_switch_of_limit_and_broken_day_goes_by_the_local_day_too() -> None:
    made_up = switched()
    given = [at("2020-05-31T10:00", "2704", "A", 35_000), at("2020-05-31T22:00", "2704", "B", 50_000)]
    next_day = at("2020-06-01T01:00", "2704", "C", 30_001)

    rules = [judge(each, law=made_up).rule for each in given]

    assert [(80_000, False)] * 2 == [(rule.limit_minor, rule.is_marginal) for rule in rules if rule]
    assert ("R01", "R-NEW") == tuple(judge(each, law=made_up).regime_id for each in given)
    assert "V-NEW" == judge(next_day, law=made_up).reasons[0].rule_id
    for order in permutations(given):
        assert {"A": Verdict.NOT_ELIGIBLE, "B": Verdict.NOT_ELIGIBLE} == told_in_the_end(list(order), made_up)


def test_a_local_day_for_which_no_limit_is_on_record_is_unknown() -> None:
    before_the_record = at("1993-12-07T22:00", "2704", "A", 100)

    found = judge(before_the_record, law=law())

    assert ("R00-12", Verdict.UNKNOWN, None) == (found.regime_id, found.verdict, found.limit_minor)
    assert [ReasonCode.LAW_UNKNOWN] == [reason.code for reason in found.reasons]
    assert "the limit of one person on 1993-12-07" in found.reasons[0].detail
