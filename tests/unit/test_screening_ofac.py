"""The lists of the Treasury are read whole, and what is wrong with them is told line by line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tidewaiter_screening.lists.entry import Address, Alias, Damage, DamageCode
from tidewaiter_screening.lists.ofac import TRIPLES, read_triple

from tests.listed_parties import END, lines, sdn_line

SDN = TRIPLES[0]


def test_an_entry_is_read_with_its_aliases_and_addresses() -> None:
    reading = read_triple(
        {
            "sdn.csv": lines(sdn_line("7", "DOE, Jan", kind='"individual"', program="ONE] [TWO")),
            "alt.csv": lines('7,1,"aka","DOE, Janek",-0- ', '7,2,"fka","ROE, Jan",-0- '),
            "add.csv": lines('7,1,"1 Quay, Rear",-0- ,"Nowhere",-0- '),
        }
    )

    (entry,) = reading.entries
    assert ("7", "DOE, Jan", "individual", "ONE; TWO") == entry[:4]
    assert (Alias("DOE, Janek"), Alias("ROE, Jan")) == entry.aliases
    assert (Address("1 Quay, Rear", "", "Nowhere"),) == entry.addresses
    assert () == reading.damages


def test_what_is_no_individual_vessel_or_aircraft_is_an_entity() -> None:
    reading = read_triple({"sdn.csv": lines(sdn_line("7", "DOE CO.")), "alt.csv": END, "add.csv": END})

    assert "entity" == reading.entries[0].kind


def test_the_names_in_the_remarks_are_weak_aliases() -> None:
    remarks = "\"DOB 1971; a.k.a. 'PAT'; nationality Nowhere; a.k.a. 'THE BOSS'.\""
    reading = read_triple(
        {
            "sdn.csv": lines(sdn_line("7", "DOE, Jan", remarks=remarks)),
            "alt.csv": lines('7,1,"aka","ROE, Jan",-0- '),
            "add.csv": END,
        }
    )

    assert (Alias("ROE, Jan"), Alias("PAT", weak=True), Alias("THE BOSS", weak=True)) == reading.entries[0].aliases


def test_the_consolidated_list_has_the_same_format_under_other_names() -> None:
    reading = read_triple(
        {
            "cons_prim.csv": lines(sdn_line("7", "DOE, Jan")),
            "cons_alt.csv": lines('8,1,"aka","ROE, Jan",-0- '),
            "cons_add.csv": END,
        },
        TRIPLES[1],
    )

    assert ("7",) == tuple(entry.entry_id for entry in reading.entries)
    assert (Damage("cons_alt.csv", 1, DamageCode.ORPHAN, "8"),) == reading.damages


@pytest.mark.parametrize(
    ("sdn", "damage", "left"),
    [
        (lines('1,"ONE"'), Damage("sdn.csv", 1, DamageCode.COLUMNS), 0),
        (lines(sdn_line("x1", "ONE")), Damage("sdn.csv", 1, DamageCode.ENTRY_ID), 0),
        (lines(sdn_line("1" * 19, "ONE")), Damage("sdn.csv", 1, DamageCode.ENTRY_ID), 0),
        (lines(sdn_line("1", "ONE"), '2,"TWO' + ",-0- " * 10), Damage("sdn.csv", 2, DamageCode.QUOTING), 1),
        (lines(sdn_line("1", 'ONE" "X')), Damage("sdn.csv", 1, DamageCode.QUOTING), 0),
        (lines(sdn_line("1", "O" * 131_073)), Damage("sdn.csv", 1, DamageCode.QUOTING), 0),
        (lines(sdn_line("1", "-0-")), Damage("sdn.csv", 1, DamageCode.NAME_EMPTY, "1"), 0),
        (lines(sdn_line("1", "...")), Damage("sdn.csv", 1, DamageCode.NAME_EMPTY, "1"), 0),
        (lines(sdn_line("1", "A"), sdn_line("1", "B")), Damage("sdn.csv", 2, DamageCode.ENTRY_REPEATED, "1"), 1),
        (lines(sdn_line("1", "MU\ufffdOZ")), Damage("sdn.csv", 1, DamageCode.ENCODING), 1),
        (lines(sdn_line("1", "MUÑOZ"), encoding="cp1252"), Damage("sdn.csv", 1, DamageCode.ENCODING), 1),
        (lines(sdn_line("1", "ONE")).rstrip(END), Damage("sdn.csv", 0, DamageCode.END_BYTE_ABSENT), 1),
        (END + lines(sdn_line("1", "ONE")), Damage("sdn.csv", 1, DamageCode.DATA_AFTER_END), 1),
        (None, Damage("sdn.csv", 0, DamageCode.FILE_MISSING), 0),
    ],
)
def test_each_damage_is_told_with_its_line_and_the_rest_is_read(sdn: bytes | None, damage: Damage, left: int) -> None:
    reading = read_triple({"sdn.csv": sdn, "alt.csv": END, "add.csv": END})

    assert (damage,) == reading.damages
    assert left == len(reading.entries)


def test_a_quote_that_is_never_closed_costs_its_own_line_only() -> None:
    broken = '1,"ONE' + ",-0- " * 10
    reading = read_triple(
        {"sdn.csv": lines(broken, *(sdn_line(str(n), "TWO") for n in range(2, 200))), "alt.csv": END, "add.csv": END}
    )

    assert (Damage("sdn.csv", 1, DamageCode.QUOTING),) == reading.damages
    assert 198 == len(reading.entries)


def test_a_line_in_the_windows_encoding_keeps_its_letters() -> None:
    reading = read_triple({"sdn.csv": lines(sdn_line("1", "MUÑOZ"), encoding="cp1252"), "alt.csv": END, "add.csv": END})

    assert "MUÑOZ" == reading.entries[0].name


def test_an_alias_or_address_without_its_entry_is_an_orphan() -> None:
    reading = read_triple(
        {
            "sdn.csv": lines(sdn_line("1", "ONE")),
            "alt.csv": lines('2,9,"aka","TWO",-0- '),
            "add.csv": lines('3,9,"1 Quay","Town","Land",-0- '),
        }
    )

    assert (
        Damage("alt.csv", 1, DamageCode.ORPHAN, "2"),
        Damage("add.csv", 1, DamageCode.ORPHAN, "3"),
    ) == reading.damages


@given(st.binary(max_size=400), st.binary(max_size=400), st.binary(max_size=400))
def test_no_content_breaks_the_reader(sdn: bytes, alt: bytes, add: bytes) -> None:
    reading = read_triple({"sdn.csv": sdn, "alt.csv": alt, "add.csv": add})

    assert all(damage.file in SDN for damage in reading.damages)
