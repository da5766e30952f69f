"""A list with a header is known by its columns, and a damaged row is read as far as it goes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tidewaiter_screening.lists.entry import Address, Alias, Damage, DamageCode, Entry, Reading
from tidewaiter_screening.lists.headed import FORMATS, day_of, headed_format, read_headed

CSL = "_id,source,entity_number,type,programs,name,addresses,start_date,end_date,alt_names,citizenships,nationalities"
CSL_OLD = CSL.removeprefix("_id,")
DPL = "\t".join(
    f'"{column}"'
    for column in (
        *("Name", "Street_Address", "City", "State", "Country", "Postal_Code", "Effective_Date", "Expiration_Date"),
        *("Standard_Order", "Last_Update", "Action", "FR_Citation"),
    )
)
UFLPA = "name,aliases,effective_date,fact_source"
WRO = "entity,country,effective_date,type"


def read(header: str, *rows: str, end: str = "\r\n") -> Reading:
    content = end.join((header, *rows, "")).encode()
    layout = headed_format(content)
    assert layout is not None
    return read_headed(content, layout, file="made")


def dpl_row(name: str, *, effective: str = "06/19/2003", ends: str = "06/29/2056", updated: str = "2007-01-31") -> str:
    fields = (name, "1 Quay", "Town", "TX", "", "75159", effective, ends, "Y", updated, "ADDED", "68 F.R. 1")
    return "\t".join(f'"{field}"' for field in fields)


def test_a_consolidated_entry_is_read_with_its_source_aliases_and_places() -> None:
    reading = read(
        CSL,
        '"7","Entity List (EL) - Bureau of Industry and Security","","Entity","P1","Doe Works","1 Quay, Town, 123, CN; '
        '2 Pier, Port, HK","2020-01-01","","DOE CO.; Roe Works","","CN"',
    )

    assert (
        Entry(
            "EL/7",
            "Doe Works",
            kind="entity",
            program="Entity List (EL) - Bureau of Industry and Security; P1",
            aliases=(Alias("DOE CO."), Alias("Roe Works")),
            addresses=(Address("1 Quay, Town, 123", "Town", "CN"), Address("2 Pier, Port", "Port", "HK")),
            countries=("CN",),
        ),
    ) == reading.entries
    assert () == reading.damages


def test_the_older_columns_and_a_row_without_a_number_are_read_too() -> None:
    row = "Denied Persons List (DPL) - Bureau,{number},,,Jan Doe,,,,,,"
    numbered = read(CSL_OLD, row.format(number="12"))
    once, again = (read(CSL_OLD, row.format(number="")).entries[0].entry_id for _ in range(2))

    assert "DPL/12" == numbered.entries[0].entry_id
    assert once == again
    assert once.startswith("DPL/")


def test_one_number_on_two_of_the_joined_lists_is_two_entries() -> None:
    rows = [f'"7","List ({code}) - X","7","","","Doe","","","","","",""' for code in ("SDN", "SSI")]

    assert ("SDN/7", "SSI/7") == tuple(entry.entry_id for entry in read(CSL, *rows).entries)


def test_a_denied_person_is_in_the_united_states_where_a_state_is_given() -> None:
    (entry,) = read(DPL, dpl_row("JAN DOE")).entries

    assert (Address("1 Quay", "Town", "US"),) == entry.addresses
    assert "Denied Persons, order ends 06/29/2056" == entry.program


@pytest.mark.parametrize(
    "row",
    [
        dpl_row("JAN DOE", effective="02/30/2003"),
        dpl_row("JAN DOE", ends="13/01/2056"),
        dpl_row("JAN DOE", updated="0222-01-31"),
        dpl_row("JAN DOE", updated="2922-01-31"),
        dpl_row("JAN DOE", effective="06/19/2003", ends="06/18/2003"),
        dpl_row("JAN DOE", updated="soon"),
    ],
)
def test_an_impossible_date_is_told_and_the_person_stays_listed(row: str) -> None:
    reading = read(DPL, row)

    assert ["JAN DOE"] == [entry.name for entry in reading.entries]
    assert [(2, DamageCode.DATE)] == [(damage.line, damage.code) for damage in reading.damages]


def test_an_order_without_an_end_has_no_damage() -> None:
    assert () == read(DPL, dpl_row("JAN DOE", ends="")).damages


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-02-29", (2024, 2, 29)),
        ("2/29/2024", (2024, 2, 29)),
        ("2023-02-29", None),
        ("02/30/2024", None),
        ("1899-12-31", None),
        ("2200-01-01", None),
        ("", None),
        ("soon", None),
    ],
)
def test_a_day_is_read_only_when_there_is_such_a_day(text: str, day: tuple[int, int, int] | None) -> None:
    found = day_of(text)

    assert day == (found and (found.year, found.month, found.day))


def test_a_repeated_row_is_told_and_the_first_stands() -> None:
    reading = read(DPL, dpl_row("JAN DOE"), dpl_row("JAN DOE"))

    assert 1 == len(reading.entries)
    assert [(3, DamageCode.ENTRY_REPEATED)] == [(damage.line, damage.code) for damage in reading.damages]


def test_the_forced_labour_lists_are_read() -> None:
    (banned,) = read(UFLPA, '"Doe Cotton Co., Ltd.",Doe Cotton|Roe Cotton,2022-06-21,x').entries
    (held,) = read(WRO, '"Doe Cotton Co., Ltd.",CN,2016-05-20,WRO').entries

    assert (Alias("Doe Cotton"), Alias("Roe Cotton")) == banned.aliases
    assert ("WRO", ("CN",)) == (held.program, held.countries)


@pytest.mark.parametrize(
    ("row", "code", "name"),
    [
        ('"Doe Cotton","Roe', DamageCode.QUOTING, "Doe Cotton"),
        ('"Doe Cotton"', DamageCode.COLUMNS, "Doe Cotton"),
        ('"Doe Cotton","","2022-06-21","x","more"', DamageCode.COLUMNS, "Doe Cotton"),
    ],
)
def test_a_damaged_row_is_told_and_still_screened(row: str, code: DamageCode, name: str) -> None:
    reading = read(UFLPA, row)

    assert [name] == [entry.name for entry in reading.entries]
    assert (Damage("made", 2, code),) == reading.damages


def test_a_row_without_a_name_is_told() -> None:
    assert [DamageCode.NAME_EMPTY] == [damage.code for damage in read(UFLPA, '"...","",,').damages]


def test_a_field_may_run_over_lines() -> None:
    reading = read(UFLPA, '"Doe\nCotton","",2022-06-21,x', '"Roe","",2022-06-21,x', end="\n")

    assert ["Doe\nCotton", "Roe"] == [entry.name for entry in reading.entries]
    assert () == reading.damages


def test_a_file_of_other_columns_is_no_list() -> None:
    assert headed_format(b"name,street\nJan,Quay\n") is None
    assert headed_format(b"") is None


def test_each_format_is_told_from_the_others_by_its_columns() -> None:
    for header in (CSL, CSL_OLD, DPL, UFLPA, WRO):
        fitting = [one for one in FORMATS if one.columns <= set(header.lower().replace('"', "").split(one.delimiter))]
        assert 1 == len(fitting)


@given(st.sampled_from([CSL, DPL, UFLPA, WRO]), st.binary(max_size=400))
def test_no_content_breaks_the_reader(header: str, content: bytes) -> None:
    whole = header.encode() + b"\n" + content
    layout = headed_format(whole)

    assert layout is not None
    assert all(entry.name for entry in read_headed(whole, layout, file="made").entries)
