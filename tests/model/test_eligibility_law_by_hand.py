"""One shipment alone before the law, against the law written out by hand: any day, mode, origin, value and goods."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st
from tidewaiter_eligibility.judge import judge
from tidewaiter_eligibility.model import GoodsFlag, Mode

from tests.eligibility_shipments import goods, law, shipment
from tests.model.eligibility_law_by_hand import REGIMES, Parcel, found

EDGES = sorted({date.fromisoformat(row[3]) for row in REGIMES})[1:]
DAYS = st.dates(date(2012, 1, 1), date(2028, 1, 1)) | st.sampled_from(
    [edge + timedelta(days=days) for edge in EDGES for days in (-1, 0)]
)
AMOUNTS = st.sampled_from([0, 500, 10_000, 20_000, 80_000, 250_000])
CENTS = st.builds(lambda amount, more: amount + more, AMOUNTS, st.integers(0, 1)) | st.integers(0, 300_000)
NUMBERS = ["62052020", "6205202066", "22042150", "2402208000", "33030030", "3303003000", "49019900"]
PARCELS = st.builds(
    Parcel,
    day=DAYS.map(date.isoformat),
    mode=st.sampled_from([mode.name for mode in Mode]),
    origin=st.sampled_from(["CN", "HK", "CA", "MX", "DE"]),
    sent_from=st.sampled_from(["CN", "DE", "GU", "VI", "AS"]),
    cents=CENTS,
    hts=st.sampled_from(NUMBERS),
    flags=st.frozensets(st.sampled_from([flag.name for flag in GoodsFlag]), max_size=2),
    gift=st.booleans(),
)


@given(PARCELS)
@example(Parcel("2025-08-29", "AIR", "DE", "DE", 80_000, "62052020", frozenset(), gift=False))
@example(Parcel("2026-10-22", "MAIL", "CN", "CN", 250_001, "62052020", frozenset({"FREE_TRADE_CLAIM"}), gift=False))
@settings(max_examples=400)
def test_the_judgement_is_the_one_written_out_by_hand(parcel: Parcel) -> None:
    line = goods(
        parcel.cents,
        hts_code=parcel.hts,
        origin_country=parcel.origin,
        flags=frozenset(GoodsFlag[name] for name in parcel.flags),
    )
    given_shipment = shipment(
        day=date.fromisoformat(parcel.day),
        mode=Mode[parcel.mode],
        country_of_shipment=parcel.sent_from,
        items=(line,),
        gift=parcel.gift,
    )

    judged = judge(given_shipment, law=law())

    assert found(parcel) == (judged.verdict.name, judged.regime_id, judged.path.name)
