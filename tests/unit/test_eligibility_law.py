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
from tidewaiter_eligibility.law import LawRefused, law_version, load_law, read_sources
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


DAMAGES = [
    ("R07", cut("R07", "citation"), "citation is missing"),
    ("R07", put("R07", citation="  "), "citation is missing"),
    ("R07", cut("R07", "confidence"), "confidence is missing"),
    ("R07", put("R07", confidence="certain"), "confidence certain is unknown"),
    ("R07", cut("R07", "note"), "note is missing"),
    ("regime 5", cut("R07", "id"), "id is missing"),
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
    ("R01", cut("R01", "limit"), "limit is missing"),
    ("R01", put("R01", limit="V-C-900"), "limit V-C-900 is unknown"),
    ("R01", put("R01", limit="V-C-200"), "its limit V-C-200 is not in force on all its days"),
    ("R01", put("R01", broken_day="B-SOME"), "broken_day B-SOME is unknown"),
    ("R01", put("R01", paths=["TYPE_11"]), "no privilege is open to AIR"),
    ("R07", put("R07", from_=date(2025, 8, 28)), "it overlaps R01"),
    ("R01", put("R07", from_=date(2025, 8, 30)), "no regime covers AIR from 2025-08-29 to 2025-08-30"),
    ("R10b", drop("regimes.toml", "regime", "R10c"), "no regime covers MAIL from 2026-10-22 to 2027-07-01"),
    ("R11", put("R11", to=date(2030, 1, 1)), "no regime covers AIR from 2030-01-01 to the end"),
    ("R00", put("R00", from_=date(1994, 1, 1)), "does not begin on 1993-12-08"),
    ("R05x", double("regimes.toml", "regime", "R05", id="R05x", origins=["HK"]), "it overlaps R05"),
    ("X-TOB", double("gifts.toml", "gift", "GIFT", id="X-TOB"), "another row has the same id"),
    ("V-C-800", put("V-C-800", limit_usd="800"), "limit_usd is not dollars and cents"),
    ("V-C-800", put("V-C-800", limit_usd=800), "limit_usd is missing"),
    ("V-C-800", put("V-C-800", claimant=["seller"]), "claimant seller is unknown"),
    ("V-C-900", double("limits.toml", "limit", "V-C-800", id="V-C-900"), "two limits for (a)(2)(C) on one day"),
    ("B-ALL", put("B-ALL", effect="DENY_MARGINAL"), "effect DENY_MARGINAL is unknown"),
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
    ("CLOCK", put("CLOCK", reading="UTC"), "reading UTC is unknown"),
    ("regimes.toml", lambda found: found["regimes.toml"].pop("regime"), "regime has no rows"),
    ("regimes.toml", lambda found: found["regimes.toml"].update(regimes=[]), "regimes: no such field"),
    ("ports.toml", lambda found: found.pop("ports.toml"), "it is not a table"),
    ("duties.toml", lambda found: found.update({"duties.toml": {}}), "no such file of law"),
    ("mode_classes", lambda found: found["regimes.toml"]["mode_classes"].update(POSTAL=[]), "every mode exactly once"),
]  # fmt: skip


@pytest.mark.parametrize(("named", "damage", "problem"), DAMAGES, ids=[f"{row} {what}" for row, _, what in DAMAGES])
def test_damaged_law_is_refused_naming_the_row(named: str, damage: Callable[[Sources], Any], problem: str) -> None:
    found = sources()
    damage(found)

    with pytest.raises(LawRefused) as refused:
        load_law(found)

    assert refused.value.row.endswith(named)
    assert problem in refused.value.detail
    assert named in refused.value.detail
    # The service ends with this one line and status 1, as with every Failure at start.
    assert isinstance(refused.value, Failure)
    assert "\n" not in refused.value.detail


def test_every_row_of_the_law_says_where_it_is_from_and_how_well_it_is_known() -> None:
    rows = law().rows

    for kind in (rows.regimes, rows.limits, rows.broken_days, rows.gifts, rows.exclusions, rows.paths, rows.zones):
        assert all(each.citation and each.note and each.confidence for each in kind)


def test_the_version_is_that_of_the_content_and_not_of_its_order() -> None:
    found = sources()
    found["regimes.toml"]["regime"].reverse()

    assert law().version == law_version(dict(reversed(found.items())))
    assert 64 == len(law().version)


def test_the_version_changes_with_any_word_of_the_data() -> None:
    changed = sources()
    row(changed, "R10c")["paths"].reverse()
    renamed = sources()
    row(renamed, "R10c")["note"] += "!"

    assert 3 == len({law().version, law_version(changed), law_version(renamed)})


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
