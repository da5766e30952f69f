"""The generator's manifests: the same for ever, sound, and with all that decides a parcel's fate in them."""

from __future__ import annotations

import csv
import hashlib
import importlib.resources
from collections import Counter, defaultdict
from datetime import UTC, timedelta

import pytest
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis import validation
from tidewaiter_cli.generator import identifiers
from tidewaiter_cli.generator.days import CHANGES
from tidewaiter_cli.generator.dice import Dice
from tidewaiter_cli.generator.goods import CATALOGUE, EXCLUDED, VAGUE
from tidewaiter_cli.generator.lines import manifest_lines
from tidewaiter_cli.generator.names import SAMPLE_LISTED
from tidewaiter_cli.generator.parcels import LIMIT_CENTS
from tidewaiter_client.protojson import read_filing


@pytest.fixture(scope="module")
def filings() -> list[trade_pb2.Filing]:
    return [read_filing(line) for line in manifest_lines(4_000, seed=3)]


def cents(filing: trade_pb2.Filing) -> int:
    return sum(
        item.quantity * (item.unit_value.units * 100 + item.unit_value.nanos // 10_000_000) for item in filing.items
    )


def day(filing: trade_pb2.Filing) -> str:
    # Every arrival lies on one day in all of America, so that eight hours back is in the middle of it.
    return (filing.estimated_arrival.ToDatetime(UTC) - timedelta(hours=8)).date().isoformat()


def test_the_same_seed_gives_the_same_bytes_for_ever() -> None:
    digest = hashlib.sha256(b"".join(manifest_lines(500, seed=7))).hexdigest()

    assert digest == hashlib.sha256(b"".join(manifest_lines(500, seed=7))).hexdigest()
    assert DIGEST == digest


def test_another_seed_gives_other_filings_that_reuse_no_request_id() -> None:
    one, other = ({read_filing(line).request_id for line in manifest_lines(300, seed=seed)} for seed in (1, 2))

    assert 300 == len(one) == len(other)
    assert not one & other


def test_a_longer_manifest_begins_with_the_shorter() -> None:
    assert list(manifest_lines(50, seed=5)) == list(manifest_lines(200, seed=5))[:50]


def test_every_line_is_a_sound_filing(filings: list[trade_pb2.Filing]) -> None:
    assert [] == [(filing.request_id, wrong) for filing in filings for wrong in validation.check(filing)]
    assert 4_000 == len({filing.request_id for filing in filings})


def test_parcels_are_filed_by_several_filers_that_share_a_strong_key(filings: list[trade_pb2.Filing]) -> None:
    filers = defaultdict(list)
    for filing in filings:
        filers[filing.tracking_number].append(filing)
    counts = Counter(len(group) for group in filers.values())

    assert {1, 2, 3} == set(counts)
    assert counts[2] + counts[3] > counts[1]
    # One who comes later has all the keys of one who came before, so that no bridge between shipments is needed.
    for group in filers.values():
        with_house_bill = [bool(filing.house_bill) for filing in group]
        assert sorted(with_house_bill) == with_house_bill


def test_some_peoples_days_go_over_the_limit_and_some_reach_it_to_the_cent(filings: list[trade_pb2.Filing]) -> None:
    of_parcel = {filing.tracking_number: filing for filing in filings}
    days: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for filing in of_parcel.values():
        days[filing.consignee.name, filing.consignee.address_lines[0], day(filing)].append(cents(filing))
    totals = [sum(values) for values in days.values() if len(values) > 1]

    assert sum(total > LIMIT_CENTS for total in totals) >= 20
    assert LIMIT_CENTS in totals
    assert LIMIT_CENTS + 1 in totals


def test_arrivals_lie_before_on_and_after_each_change_of_the_law(filings: list[trade_pb2.Filing]) -> None:
    days = {day(filing) for filing in filings}

    for change in CHANGES:
        assert {(change + timedelta(days=near)).isoformat() for near in (-1, 0, 1)} <= days


def test_an_arrival_is_on_the_same_day_from_puerto_rico_to_hawaii(filings: list[trade_pb2.Filing]) -> None:
    for filing in filings:
        instant = filing.estimated_arrival.ToDatetime(UTC)
        assert 1 == len({(instant - timedelta(hours=hours)).date() for hours in (4, 10)})


def test_gifts_excluded_goods_and_vague_wordings_are_there(filings: list[trade_pb2.Filing]) -> None:
    descriptions = {item.description for filing in filings for item in filing.items}

    assert any(filing.gift for filing in filings)
    assert {goods.description for goods in EXCLUDED} <= descriptions
    assert len(set(VAGUE) & descriptions) >= 5


def test_names_come_in_several_scripts(filings: list[trade_pb2.Filing]) -> None:
    names = "".join(filing.consignee.name + filing.seller.name for filing in filings)

    for letter in ("雨", "김", "А", "د", "Γ", "स", "ễ"):
        assert letter in names


def test_listed_parties_are_there_and_are_on_the_sample_list(filings: list[trade_pb2.Filing]) -> None:
    found = {filing.consignee.name for filing in filings} | {filing.shipper.name for filing in filings}

    assert len(set(SAMPLE_LISTED) & found) >= 3
    assert set() == {name for name in SAMPLE_LISTED if words(name) not in sample_list()}


def test_other_listed_names_can_be_given() -> None:
    given = [read_filing(line) for line in manifest_lines(1_000, seed=1, listed=("Zed Zedson",))]
    names = {party.name for filing in given for party in (filing.consignee, filing.seller, filing.shipper)}

    assert "Zed Zedson" in names
    assert not names & set(SAMPLE_LISTED)


def test_no_tracking_number_is_wrong_unless_asked() -> None:
    assert not any(is_wrong(read_filing(line).tracking_number) for line in manifest_lines(1_000, seed=4))


def test_the_share_of_wrong_check_digits_is_as_asked() -> None:
    lines = manifest_lines(2_000, seed=4, wrong_check_digits=0.1)
    wrong = {read_filing(line).tracking_number: is_wrong(read_filing(line).tracking_number) for line in lines}

    assert 0.05 < sum(wrong.values()) / len(wrong) < 0.15


def test_identifiers_bear_the_check_digits_of_the_published_examples() -> None:
    assert is_wrong("RB123456786US")
    assert not is_wrong("RB123456785GB")
    assert not is_wrong("1Z5R89390357567127")
    assert identifiers.air_waybill(Dice(1), "123")[-1] in "0123456"


def test_goods_are_described_as_the_rules_ask() -> None:
    assert all(len(goods.description.split()) >= 3 for goods in (*CATALOGUE, *EXCLUDED))
    assert all(low <= high for goods in CATALOGUE for low, high in (goods.cents, goods.grams))


DIGEST = "692231f3effb918fb838ba02cc144dc4b803473397590b84252b66783e36af7d"


def is_wrong(number: str) -> bool:
    """The schemes' own definitions, apart from the generator's."""
    if number.startswith("1Z"):
        values = [int(c) if c.isdigit() else (ord(c) - 3) % 10 for c in number[2:]]
        total = sum(value * (1, 2)[index % 2] for index, value in enumerate(values[:-1]))
        return (total + values[-1]) % 10 != 0
    weights = (8, 6, 4, 2, 3, 5, 9, 7)
    check = 11 - sum(w * int(d) for w, d in zip(weights, number[2:10], strict=True)) % 11
    return {10: 0, 11: 5}.get(check, check) != int(number[10])


def words(name: str) -> frozenset[str]:
    return frozenset(name.upper().replace(",", " ").replace(".", " ").replace("-", " ").split())


def sample_list() -> set[frozenset[str]]:
    folder = importlib.resources.files("tidewaiter_risk") / "lists" / "sample"
    found = set()
    for file, column in (("sdn.csv", 1), ("alt.csv", 3)):
        text = (folder / file).read_text(encoding="utf-8").removesuffix("\x1a")
        found |= {words(row[column]) for row in csv.reader(text.splitlines()) if len(row) > column}
    return found
