"""The law as data: loaded whole, refused by row when damaged, versioned by content."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tidewaiter_chassis.failures import Failure
from tidewaiter_eligibility.law import LawRefused, law_version, read_law, read_sources
from tidewaiter_eligibility.model import Mode

from tests.eligibility_shipments import law

Sources = dict[str, dict[str, Any]]


def sources() -> Sources:
    return copy.deepcopy({name: dict(table) for name, table in read_sources().items()})


def row(found: Sources, row_id: str) -> dict[str, Any]:
    """The row of that id, in whatever file it is."""
    for tables in found.values():
        for rows in tables.values():
            for each in rows if isinstance(rows, list) else [rows]:
                if isinstance(each, dict) and each.get("id") == row_id:
                    return each
    raise KeyError(row_id)


def put(row_id: str, **fields: Any) -> Callable[[Sources], None]:
    """Changes fields of a row; `from_` stands for from."""

    def damage(found: Sources) -> None:
        row(found, row_id).update({name.rstrip("_"): value for name, value in fields.items()})

    return damage


def cut(row_id: str, field: str) -> Callable[[Sources], None]:
    """Takes a field away."""
    return lambda found: row(found, row_id).pop(field)


def drop(file: str, kind: str, row_id: str) -> Callable[[Sources], None]:
    """Takes a row away."""
    return lambda found: found[file][kind].remove(row(found, row_id))


def double(file: str, kind: str, row_id: str, **fields: Any) -> Callable[[Sources], None]:
    """Adds a copy of a row, changed."""
    return lambda found: found[file][kind].append({**row(found, row_id), **fields})


def case(**changes: Any) -> Callable[[Sources], None]:
    """Adds a case to an operator's list, changed from one that is sound."""
    return lambda found: found.update({"cases.toml": {"case": [{**CASE, **changes}]}})


def method(row_id: str, **fields: Any) -> Callable[[Sources], None]:
    """Changes the first method of a rule of duty."""
    return lambda found: row(found, row_id)["method"][0].update(fields)


def band(number: int, **fields: Any) -> Callable[[Sources], None]:
    """Changes a band of the specific duty by country."""
    return lambda found: row(found, "PD5")["method"][1]["band"][number].update(fields)


def country_rate(*, second: bool = False, **changes: Any) -> Callable[[Sources], None]:
    """Adds a country's rate, and perhaps the same again under another id."""
    rates = [{**RATE, **changes}, {**RATE, "id": "RATE2"}]
    return lambda found: found["duties.toml"].update(country_rate=rates[: 1 + second])


ROW = {"from": date(2025, 1, 1), "clock": "EASTERN_0001", "citation": "a list", "confidence": "official", "note": "n"}
CASE = {**ROW, "id": "C1", "flag": "ANTIDUMPING", "goods": "foil", "hts": ["7607"], "origins": ["CN"], "certain": True}
RATE = {**ROW, "id": "RATE1", "origins": ["DE"], "percent": "15.00"}

DAMAGES = [
    ("R07", cut("R07", "citation"), "citation is missing"),
    ("R07", put("R07", citation="  "), "citation is missing"),
    ("R07", cut("R07", "confidence"), "confidence is missing"),
    ("R07", put("R07", confidence="certain"), "confidence certain is unknown"),
    ("R07", cut("R07", "note"), "note is missing"),
    ("regime 8", cut("R07", "id"), "id is missing"),
    ("regime 8", put("R07", id="R07\nR08"), "id is not 1 to 64 letters"),
    ("regime 8", put("R07", id="R 07"), "id is not 1 to 64 letters"),
    ("regime 8", put("R07", id="R" * 65), "id is not 1 to 64 letters"),
    ("R07", put("R07", exemption="shut\nfast"), r"exemption shut\nfast is unknown"),
    ("R07", cut("R07", "from"), "from is not a date"),
    ("R07", put("R07", from_="2025-08-29"), "from is not a date"),
    ("R07", put("R07", to=date(2025, 8, 29)), "to is not after from"),
    ("R07", put("R07", too=date(2026, 6, 24)), "too: no such field"),
    ("R07", put("R07", exemption="shut"), "exemption shut is unknown"),
    ("R07", put("R07", limit="V-C-800"), "limit: no such field"),
    ("R07", put("R07", modes="BY_HAND"), "modes BY_HAND is unknown"),
    ("R07", put("R07", paths=["TYPE_99"]), "paths TYPE_99 is unknown"),
    ("R07", put("R07", paths=["TYPE_13"]), "no row of paths.toml opens TYPE_13"),
    ("R04", put("R04", origins=["china"]), "origins china is not well formed"),
    ("R04", put("R04", origins=["CN", "CN"]), "origins says something twice"),
    ("R04", put("R04", origins=["CN", "ZZ"]), "ZZ is no country of ISO 3166-1"),
    ("R01", put("P-86", value_usd_max="799.99"), "its privilege P-86 takes less than its limit V-C-800"),
    ("R01", cut("R01", "limit"), "limit is missing"),
    ("R01", put("R01", limit="V-C-900"), "limit V-C-900 is unknown"),
    ("R01", put("R01", limit="V-C-200"), "its limit V-C-200 is not in force on all its days"),
    ("R01", put("R01", broken_day="B-ALL"), "broken_day: no such field"),
    ("B-2", double("limits.toml", "broken_day", "B-ALL", id="B-2"), "two costs of a broken day on one day"),
    ("V-C-200", put("B-ALL", from_=date(1994, 1, 1)), "no broken_day says what a day over it costs"),
    ("V-C-800", put("B-ALL", to=date(2020, 1, 1)), "no broken_day says what a day over it costs on 2020-01-01"),
    ("R01", put("R01", paths=["TYPE_11"]), "no privilege is open to AIR"),
    ("R07", put("R07", from_=date(2025, 8, 28)), "it overlaps R01"),
    ("R01", put("R07", from_=date(2025, 8, 30)), "no regime covers AIR from 2025-08-29 to 2025-08-30"),
    ("R10b", drop("regimes.toml", "regime", "R10c"), "no regime covers MAIL from 2026-10-22 to 2027-07-01"),
    ("R11", put("R11", to=date(2030, 1, 1)), "no regime covers AIR from 2030-01-01 to the end"),
    ("R00-12", put("R00-12", from_=date(1994, 1, 1)), "does not begin on 1993-12-08"),
    ("R05x", double("regimes.toml", "regime", "R05", id="R05x", origins=["HK"]), "it overlaps R05"),
    ("X-TOB", double("gifts.toml", "gift", "GIFT", id="X-TOB"), "another row has the same id"),
    ("V-C-800", put("V-C-800", limit_usd="800"), "limit_usd is not dollars and cents"),
    ("V-C-800", put("V-C-800", limit_usd=800), "limit_usd is missing"),
    ("V-C-800", put("V-C-800", claimant=["seller"]), "claimant seller is unknown"),
    ("V-C-800", put("V-C-800", claimant=[]), "claimant is empty; known are buyer, consignee"),
    ("V-C-900", double("limits.toml", "limit", "V-C-800", id="V-C-900"), "two limits for (a)(2)(C) on one day"),
    ("B-ALL", put("B-ALL", effect="DENY_SOME"), "effect DENY_SOME is unknown"),
    ("GIFTJ", double("gifts.toml", "gift", "GIFTI", id="GIFTJ"), "it overlaps GIFTI"),
    ("GIFTI", drop("gifts.toml", "gift", "GIFT"), "no gift row for every other place"),
    ("GIFT", put("GIFT-BF", from_=date(2000, 1, 1)), "no bona_fide row is in force on all its days"),
    ("X-ALC", put("X-ALC", reason="EXEMPTION_MET"), "reason EXEMPTION_MET is unknown"),
    ("X-ALC hts 1", lambda found: row(found, "X-ALC")["hts"][0].update(prefixes=["22.03"]), "is not well formed"),
    ("X-TOB", lambda found: row(found, "X-TOB")["hts"][0].update(prefixes=["220410"]), "overlaps 2204 of X-ALC"),
    ("X-ALC", put("X-ALC", words=["Beer"]), "words Beer is not in lower case"),
    ("P-11", double("paths.toml", "path", "P-11", id="P-11"), "another row has the same id"),
    ("P-11b", double("paths.toml", "path", "P-11", id="P-11b"), "it overlaps P-11"),
    ("P-01", put("P-01", value_usd_max="2500.00"), "when_none_fits must be open"),
    ("paths.toml", cut("P-01", "when_none_fits"), "exactly one row must say when_none_fits"),
    ("Z-DETROIT", put("Z-DETROIT", zone="America/Motown"), "zone America/Motown is unknown"),
    ("Z-CENTRAL", put("Z-DETROIT", districts=["38", "39"]), "39 is already in Z-DETROIT"),
    ("CLOCK-DAY", put("CLOCK-DAY", reading="UTC"), "reading UTC is unknown"),
    ("CLOCK-DAY", put("CLOCK-DAY", zone="Etc/UTC"), "zone is that of the port"),
    ("CLOCK-LAW", cut("CLOCK-LAW", "zone"), "zone is that of the port"),
    ("CLOCK-LAW", put("CLOCK-LAW", zone="America/Motown"), "zone America/Motown is unknown"),
    ("CLOCK-LAW", put("CLOCK-LAW", seconds_after_midnight=86_400), "seconds_after_midnight is not a whole number"),
    ("regimes.toml", put("CLOCK-LAW", to=date(2030, 1, 1)), "no clock says on every day how EASTERN_0001 is read"),
    ("regimes.toml", drop("regimes.toml", "clock", "CLOCK-DAY"), "no clock says on every day how PORT_LOCAL_DAY"),
    ("CLOCK-2", double("regimes.toml", "clock", "CLOCK-LAW", id="CLOCK-2"), "it overlaps CLOCK-LAW"),
    ("R07", cut("R07", "clock"), "clock is missing"),
    ("R07", put("R07", clock="UTC"), "clock UTC is unknown"),
    ("R07", put("R07", clock="PORT_LOCAL_DAY"), "a regime goes by EASTERN_0001"),
    ("GIFT", put("GIFT", clock="EASTERN_0001"), "a gift goes by PORT_LOCAL_DAY"),
    ("R07", put("R07", excludes=["X-ALC"]), "excludes X-ALC, which is no exclusion that says where_named"),
    ("K-1702B", put("K-1702B", flags=["BOOKS"]), "flags BOOKS is unknown"),
    ("K-1702B", put("K-1702B", flags=[]), "flags is empty"),
    ("K-1702B", put("K-1702B", limit="V-C-200"), "its limit V-C-200 is not in force"),
    ("K-2", double("regimes.toml", "kept_open", "K-1702B", id="K-2"), "it overlaps K-1702B"),
    ("K-1702B", put("K-1702B", paths=["TYPE_11"]), "no privilege is open to AIR"),
    ("E5-2", double("limits.toml", "single_order", "E5", id="E5-2"), "two rules on the lots of one order"),
    ("E5", put("E5", paragraph="(a)(2)(D)"), "paragraph (a)(2)(D) has no limit"),
    ("E5", put("E5", clock="EASTERN_0001"), "a single_order goes by PORT_LOCAL_DAY"),
    ("V-PEN2", double("limits.toml", "penalty", "V-PEN", id="V-PEN2"), "two penalties on one day"),
    ("FX2", double("limits.toml", "conversion", "FX", id="FX2"), "two rules of conversion on one day"),
    ("FX", put("FX", reading="EXPORT_DAY"), "reading EXPORT_DAY is unknown"),
    ("X-TRQ", cut("X-TRQ", "flag"), "neither a flag nor hts tells"),
    ("X-TRQ", put("X-TRQ", flag="RARE"), "flag RARE is unknown"),
    ("X-TRQ", put("X-TRQ", instead=["TYPE_11"]), "instead TYPE_11 is not open to it"),
    ("X-TRQ", put("X-TRQ", bars="yes"), "bars is not true or false"),
    ("X-PGA-MAN", put("X-PGA-MAN", removes=[]), "it neither bars goods nor removes an entry"),
    ("C1", case(flag="SECTION_301", origins=["XX"]), "XX is no country of ISO 3166-1"),
    ("C1", case(flag="DONATION"), "flag DONATION is that of no exclusion"),
    ("C1", case(hts=["76.04"]), "hts 76.04 is not well formed"),
    ("C1", case(hts=[]), "hts is empty"),
    ("C1", case(certain="perhaps"), "certain is not true or false"),
    ("C1", case(citation=""), "citation is missing"),
    ("PD6", put("PD6", paths=["BY_HAND"]), "paths BY_HAND is unknown"),
    ("PD6", put("PD6", paths=[]), "paths is empty"),
    ("PD6b", double("duties.toml", "duty", "PD6", id="PD6b"), "two rules of duty for one entry, origin and day"),
    ("PD6 method 1", method("PD6", percent="10"), "percent is not a percentage such as 10.00"),
    ("PD6 method 1", method("PD6", kind="BY_GUESS"), "kind BY_GUESS is unknown"),
    ("PD6 method 1", method("PD6", amount_usd="1.00"), "amount_usd: no such field"),
    ("PD5 method 2 band 1", band(0, rate_over="0.00"), "either rate_least or rate_over"),
    ("PD5", band(0, rate_least="1.00"), "the first band does not begin at a rate of 0.00"),
    ("PD5", band(1, rate_least="30.00"), "the bands are not in the order of their rates"),
    ("RATE1", country_rate(origins=[]), "origins names no country"),
    ("RATE2", country_rate(second=True), "it overlaps RATE1: two rates for one origin and day"),
    ("P-11", put("P-11", may_file=" "), "may_file is missing"),
    ("P-11", put("P-11", hts_digits=11), "hts_digits is not a whole number from 0 to 10"),
    ("regimes.toml", lambda found: found["regimes.toml"].pop("regime"), "regime has no rows"),
    ("regimes.toml", lambda found: found["regimes.toml"].update(regimes=[]), "regimes: no such field"),
    ("ports.toml", lambda found: found.pop("ports.toml"), "it is not a table"),
    ("duty.toml", lambda found: found.update({"duty.toml": {}}), "no such file of law"),
    ("duties.toml", lambda found: found.pop("duties.toml"), "it is not a table"),
    ("mode_classes", lambda found: found["regimes.toml"]["mode_classes"].update(POSTAL=[]), "every mode exactly once"),
]  # fmt: skip


@pytest.mark.parametrize(("named", "damage", "problem"), DAMAGES, ids=[f"{row} {what}" for row, _, what in DAMAGES])
def test_damaged_law_is_refused_naming_the_row(named: str, damage: Callable[[Sources], Any], problem: str) -> None:
    found = sources()
    damage(found)

    with pytest.raises(LawRefused) as refused:
        read_law(found)

    assert refused.value.row.endswith(named)
    assert problem in refused.value.detail
    assert named in refused.value.detail
    # The service ends with this one line and status 1, as with every Failure at start.
    assert isinstance(refused.value, Failure)
    assert "\n" not in refused.value.detail


def test_every_row_of_the_law_says_where_it_is_from_and_how_well_it_is_known() -> None:
    for kind, rows in law().rows.kinds().items():
        assert rows or kind in {"case", "country_rate"}
        assert all(each.citation and each.note and each.confidence and each.clock for each in rows)


def test_the_version_is_that_of_the_content_and_not_of_its_order() -> None:
    found = sources()
    found["regimes.toml"]["regime"].reverse()

    assert law().version == law_version(dict(reversed(found.items())))
    assert 64 == len(law().version)


def test_the_version_changes_with_any_word_that_an_answer_rests_on_or_repeats() -> None:
    changed = sources()
    row(changed, "R10c")["paths"].reverse()
    cited, named = sources(), sources()
    row(cited, "R10c")["citation"] += "!"
    row(named, "P-11")["bond"] += "!"

    assert 4 == len({law().version, law_version(changed), law_version(cited), law_version(named)})


def test_the_version_does_not_change_with_a_note() -> None:
    noted = sources()
    row(noted, "R10c")["note"] += "!"
    row(noted, "X-ALC")["hts"][0]["note"] += "!"
    row(noted, "PD6")["method"][0]["note"] += "!"

    assert law().version == law_version(noted)


def test_the_origin_that_is_named_wins_over_the_row_for_every_origin() -> None:
    found = {origin: law().regime(Mode.AIR, origin, date(2025, 6, 1)) for origin in ("CN", "HK", "DE", "")}

    assert {"CN": "R04", "HK": "R04", "DE": "R01", "": "R01"} == {
        origin: regime.id for origin, regime in found.items() if regime
    }


@pytest.mark.parametrize(
    ("port", "zone"),
    [
        ("4701", "America/New_York"),
        ("1012", "America/New_York"),
        ("2704", "America/Los_Angeles"),
        ("2006", "America/Chicago"),
        ("2016", "America/New_York"),
        ("2605", "America/Phoenix"),
        ("3205", "Pacific/Honolulu"),
        ("4909", "America/Puerto_Rico"),
        ("7000", ""),
        ("", ""),
    ],
)
def test_a_port_lies_in_the_zone_of_its_own_row_else_of_its_district(port: str, zone: str) -> None:
    assert zone == law().zone(port)


def test_every_port_that_is_a_place_has_a_zone(shared_data: Path) -> None:
    ports = json.loads((shared_data / "codes" / "schedule_d_port_codes.json").read_text(encoding="utf-8"))

    places = {code for code, port in ports.items() if code.isdigit() and port["state"]}

    assert 400 < len(places)
    assert set() == {code for code in places if not law().zone(code)}


def test_every_excluded_prefix_is_in_the_tariff(shared_data: Path) -> None:
    chapters = {prefix.digits[:2] for each in law().rows.exclusions for prefix in each.prefixes}
    numbers = [
        line["htsno"].replace(".", "")
        for chapter in chapters
        for line in json.loads(
            (shared_data / "tariff" / "hts_2025" / f"{int(chapter)}.json").read_text(encoding="utf-8")
        )
    ]

    for exclusion in law().rows.exclusions:
        for prefix in exclusion.prefixes:
            assert any(number.startswith(prefix.digits) for number in numbers), prefix.digits
