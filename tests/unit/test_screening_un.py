"""The list of the United Nations is read element by element, and a broken one costs no other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tidewaiter_screening.lists.entry import Address, Alias, Damage, DamageCode
from tidewaiter_screening.lists.un import read_un

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<CONSOLIDATED_LIST dateGenerated="2026-02-27T00:00:09.554Z">\n'
TAIL = "\n</CONSOLIDATED_LIST>\n"
PERSON = """<INDIVIDUAL>
  <FIRST_NAME>JAN</FIRST_NAME><SECOND_NAME>DOE</SECOND_NAME><THIRD_NAME/>
  <UN_LIST_TYPE>DRC</UN_LIST_TYPE><REFERENCE_NUMBER>CDi.001</REFERENCE_NUMBER>
  <NAME_ORIGINAL_SCRIPT>Ян Доу</NAME_ORIGINAL_SCRIPT>
  <NATIONALITY><VALUE>Nowhere</VALUE></NATIONALITY>
  <INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>Pat</ALIAS_NAME></INDIVIDUAL_ALIAS>
  <INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Jan  Roe</ALIAS_NAME></INDIVIDUAL_ALIAS>
  <INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME/></INDIVIDUAL_ALIAS>
  <INDIVIDUAL_ADDRESS><CITY>Town</CITY><COUNTRY>Rwanda</COUNTRY></INDIVIDUAL_ADDRESS>
  <INDIVIDUAL_ADDRESS><COUNTRY/></INDIVIDUAL_ADDRESS>
</INDIVIDUAL>"""
COMPANY = (
    "<ENTITY><FIRST_NAME>DOE WORKS</FIRST_NAME><REFERENCE_NUMBER>CDe.002</REFERENCE_NUMBER>"
    "<ENTITY_ALIAS><ALIAS_NAME>Roe Works</ALIAS_NAME></ENTITY_ALIAS></ENTITY>"
)


def listed(*elements: str, tail: str = TAIL) -> bytes:
    return (HEAD + "\n".join(elements) + tail).encode()


def test_a_person_is_read_with_names_in_every_script_and_places() -> None:
    reading = read_un(listed(PERSON), file="un.xml")

    (entry,) = reading.entries
    assert ("CDi.001", "JAN DOE", "individual", "DRC") == entry[:4]
    assert (Alias("Ян Доу"), Alias("Pat", weak=True), Alias("Jan Roe")) == entry.aliases
    assert (Address("", "Town", "Rwanda"),) == entry.addresses
    assert ("Nowhere",) == entry.countries
    assert () == reading.damages
    assert "2026-02-27T00:00:09.554Z" == reading.published


def test_an_entity_is_read_like_a_person() -> None:
    (entry,) = read_un(listed(COMPANY), file="un.xml").entries

    assert ("CDe.002", "DOE WORKS", "entity", (Alias("Roe Works"),)) == (
        entry.entry_id,
        entry.name,
        entry.kind,
        entry.aliases,
    )


def test_a_broken_element_is_told_with_its_line_and_the_next_is_read() -> None:
    broken = PERSON.replace("</SECOND_NAME>", "")
    unclosed = PERSON.removesuffix("</INDIVIDUAL>")

    reading = read_un(listed(broken, unclosed, COMPANY), file="un.xml")

    assert ("CDe.002",) == tuple(entry.entry_id for entry in reading.entries)
    assert (
        Damage("un.xml", 3, DamageCode.MARKUP),
        Damage("un.xml", 14, DamageCode.MARKUP),
    ) == reading.damages


def test_a_list_that_was_cut_off_says_so() -> None:
    reading = read_un(listed(COMPANY, tail="\n<ENTITY><FIRST_NA"), file="un.xml")

    assert 1 == len(reading.entries)
    assert {DamageCode.END_BYTE_ABSENT, DamageCode.MARKUP} == {damage.code for damage in reading.damages}


def test_who_has_no_number_no_name_or_a_number_again_is_told() -> None:
    reading = read_un(
        listed(
            COMPANY.replace("CDe.002", ""),
            COMPANY.replace("DOE WORKS", "..."),
            COMPANY,
            COMPANY.replace("DOE", "ROE"),
        ),
        file="un.xml",
    )

    assert [DamageCode.ENTRY_ID, DamageCode.NAME_EMPTY, DamageCode.ENTRY_REPEATED] == [
        damage.code for damage in reading.damages
    ]
    assert ["DOE WORKS"] == [entry.name for entry in reading.entries]


def test_an_entity_that_the_file_declares_expands_to_nothing() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    content = bomb.encode() + listed(COMPANY.replace("DOE WORKS", "&b;"))

    assert [DamageCode.MARKUP] == [damage.code for damage in read_un(content, file="un.xml").damages]


@given(st.binary(max_size=300))
def test_no_content_breaks_the_reader(content: bytes) -> None:
    whole = listed(COMPANY) + content + b"<ENTITY>" + content

    assert "CDe.002" == read_un(whole, file="un.xml").entries[0].entry_id
