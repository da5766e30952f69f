"""Lists are read whole, and what is wrong with them is told line by line."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tidewaiter_chassis.failures import Failure
from tidewaiter_risk.lists.directory import LISTS_MAX, ignored_in, read_list, read_lists
from tidewaiter_risk.lists.ofac import FILES, read_triple
from tidewaiter_risk.lists.records import Damage, DamageCode
from tidewaiter_risk.model import MatchKind

from tests.risk_examples import SAMPLE, index_of, sdn_line, write_list

END = b"\x1a"


def lines(*texts: str, encoding: str = "utf-8") -> bytes:
    return b"".join(text.encode(encoding) + b"\r\n" for text in texts) + END


def test_an_entry_is_read_with_its_aliases_and_addresses(tmp_path: Path) -> None:
    write_list(
        tmp_path / "made",
        sdn=lines(sdn_line("7", "DOE, Jan", kind='"individual"', program="ONE] [TWO")),
        alt=lines('7,1,"aka","DOE, Janek",-0- ', '7,2,"fka","ROE, Jan",-0- '),
        add=lines('7,1,"1 Quay, Rear",-0- ,"Nowhere",-0- '),
    )

    made = read_list(tmp_path / "made")
    (entry,) = made.entries

    assert ("7", "DOE, Jan", "individual", "ONE; TWO") == (entry.entry_id, entry.name, entry.kind, entry.program)
    assert ("DOE, Janek", "ROE, Jan") == entry.aliases
    assert ("1 Quay, Rear", "", "Nowhere") == (
        entry.addresses[0].street,
        entry.addresses[0].city,
        entry.addresses[0].country,
    )
    assert () == made.damages
    assert () == made.gaps


@pytest.mark.parametrize(
    ("sdn", "damage", "left"),
    [
        (lines('1,"ONE"'), Damage("sdn.csv", 1, DamageCode.COLUMNS), 0),
        (lines(sdn_line("x1", "ONE")), Damage("sdn.csv", 1, DamageCode.ENTRY_ID), 0),
        (lines(sdn_line("1" * 19, "ONE")), Damage("sdn.csv", 1, DamageCode.ENTRY_ID), 0),
        (lines(sdn_line("1", "ONE"), '2,"TWO' + ",-0- " * 10), Damage("sdn.csv", 2, DamageCode.QUOTING), 1),
        (lines(sdn_line("1", 'ONE" X')), Damage("sdn.csv", 1, DamageCode.QUOTING), 0),
        (lines(sdn_line("1", "O" * 131_073)), Damage("sdn.csv", 1, DamageCode.QUOTING), 0),
        (lines(sdn_line("1", "-0-")), Damage("sdn.csv", 1, DamageCode.NAME_EMPTY, "1"), 0),
        (lines(sdn_line("1", "...")), Damage("sdn.csv", 1, DamageCode.NAME_EMPTY, "1"), 0),
        (lines(sdn_line("1", "A"), sdn_line("1", "B")), Damage("sdn.csv", 2, DamageCode.ENTRY_REPEATED, "1"), 1),
        (lines(sdn_line("1", "MU\ufffdOZ")), Damage("sdn.csv", 1, DamageCode.ENCODING), 1),
        (lines(sdn_line("1", "MUÑOZ"), encoding="cp1252"), Damage("sdn.csv", 1, DamageCode.ENCODING), 1),
        (lines(sdn_line("1", "ONE")).rstrip(END), Damage("sdn.csv", 0, DamageCode.END_BYTE_ABSENT), 1),
        (END + lines(sdn_line("1", "ONE")), Damage("sdn.csv", 1, DamageCode.DATA_AFTER_END), 1),
    ],
)
def test_each_damage_is_told_with_its_line_and_the_rest_is_read(sdn: bytes, damage: Damage, left: int) -> None:
    triple = read_triple({"sdn.csv": sdn, "alt.csv": END, "add.csv": END})

    assert (damage,) == triple.damages
    assert left == len(triple.entries)


def test_a_line_in_the_windows_encoding_keeps_its_letters() -> None:
    triple = read_triple({"sdn.csv": lines(sdn_line("1", "MUÑOZ"), encoding="cp1252"), "alt.csv": END, "add.csv": END})

    assert "MUÑOZ" == triple.entries[0].name


def test_an_alias_or_address_without_its_entry_is_an_orphan() -> None:
    triple = read_triple(
        {
            "sdn.csv": lines(sdn_line("1", "ONE")),
            "alt.csv": lines('2,9,"aka","TWO",-0- '),
            "add.csv": lines('3,9,"1 Quay","Town","Land",-0- '),
        }
    )

    assert (
        Damage("alt.csv", 1, DamageCode.ORPHAN, "2"),
        Damage("add.csv", 1, DamageCode.ORPHAN, "3"),
    ) == triple.damages


@given(st.binary(max_size=400), st.binary(max_size=400), st.binary(max_size=400))
def test_no_content_breaks_the_reader(sdn: bytes, alt: bytes, add: bytes) -> None:
    triple = read_triple({"sdn.csv": sdn, "alt.csv": alt, "add.csv": add})

    assert all(damage.file in FILES for damage in triple.damages)


@pytest.mark.parametrize(
    ("sdn", "alt", "gap"),
    [
        (END, END, "no entry of the list made could be read"),
        (lines(sdn_line("1", "ONE")), None, "the aliases of the list made could not be read"),
    ],
)
def test_what_cannot_be_searched_is_a_gap(tmp_path: Path, sdn: bytes, alt: bytes | None, gap: str) -> None:
    write_list(tmp_path / "made", sdn=sdn, alt=alt)

    assert (gap,) == index_of(read_list(tmp_path / "made")).gaps


def test_no_list_at_all_is_a_gap() -> None:
    assert ("no list is loaded",) == index_of().gaps


def test_a_folder_holds_one_list_for_each_folder_with_entries(tmp_path: Path) -> None:
    write_list(tmp_path / "b", sdn=lines(sdn_line("1", "ONE")))
    write_list(tmp_path / "a", sdn=lines(sdn_line("1", "ONE")))
    write_list(tmp_path / "notes", sdn=None, alt=None, add=None)
    (tmp_path / "a" / "VERSION").write_text("2026-11-24\nsecond line\n")

    a, b = read_lists(tmp_path)

    assert ("a", "2026-11-24", 1) == (a.version.list, a.version.version, a.version.entries)
    assert ("b", b.version.sha256[:12]) == (b.version.list, b.version.version)
    assert a.version.sha256 == b.version.sha256
    assert ("notes",) == ignored_in(tmp_path)


def test_a_list_whose_entries_are_gone_is_a_gap_and_not_a_list_less(tmp_path: Path) -> None:
    write_list(tmp_path / "made", sdn=None)

    (made,) = read_lists(tmp_path)

    assert ("no entry of the list made could be read",) == made.gaps
    assert {"FILE_MISSING": 1} == made.damage_counts()


def test_another_byte_is_another_version(tmp_path: Path) -> None:
    first = read_list(write_list(tmp_path / "a", sdn=lines(sdn_line("1", "ONE"))))
    second = read_list(write_list(tmp_path / "a", sdn=lines(sdn_line("1", "ONF"))))

    assert first.version.sha256 != second.version.sha256


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="LISTS_FOLDER_MISSING"):
        read_lists(tmp_path / "mistyped")


def test_more_lists_than_the_bound_are_refused(tmp_path: Path) -> None:
    for number in range(LISTS_MAX + 1):
        write_list(tmp_path / f"list{number}", sdn=END)

    with pytest.raises(Failure, match="LISTS_TOO_MANY"):
        read_lists(tmp_path)


def test_the_packaged_list_is_whole_and_marked_as_invented() -> None:
    assert (20, 23) == (len(SAMPLE.entries), sum(len(entry.aliases) for entry in SAMPLE.entries))
    assert () == SAMPLE.damages
    assert SAMPLE.invented
    assert SAMPLE.version.version.startswith("invented")


def test_a_name_is_found_before_an_alias_and_each_entry_once(tmp_path: Path) -> None:
    made = read_list(
        write_list(
            tmp_path / "made",
            sdn=lines(sdn_line("10", "ALPHA ONE"), sdn_line("9", "BETA TWO")),
            alt=lines('10,1,"aka","ONE, ALPHA",-0- ', '9,2,"aka","ALPHA ONE",-0- '),
        )
    )

    hits = index_of(made).listed("Alpha One")

    assert hits is not None
    assert [("9", MatchKind.ALIAS), ("10", MatchKind.NAME)] == [(hit.entry_id, hit.kind) for hit in hits]


def test_a_name_that_cannot_be_looked_up_is_no_clearance() -> None:
    assert () == index_of(SAMPLE).listed("Dana Whitcombe")
    assert index_of(SAMPLE).listed("…") is None


def test_the_official_list_is_read_whole_and_fast(shared_data: Path) -> None:
    started = time.process_time()
    official = read_list(shared_data / "lists" / "ofac_sdn_2021-07")
    index = index_of(official)
    seconds = time.process_time() - started

    assert 8_976 == official.version.entries
    assert 11_910 == sum(len(entry.aliases) for entry in official.entries)
    assert 13_837 == sum(len(entry.addresses) for entry in official.entries)
    assert () == official.damages
    assert 8_976 + 11_910 == len(index.names)
    assert seconds < 2


def test_every_orphan_of_the_mixed_list_is_told(shared_data: Path) -> None:
    mixed = read_list(shared_data / "lists" / "ofac_sdn_2019_mixed")

    assert {"END_BYTE_ABSENT": 1, "ORPHAN": 16_819} == mixed.damage_counts()
    assert 7_379 == mixed.version.entries


def test_every_official_name_and_alias_is_found_as_it_is_written(shared_data: Path) -> None:
    official = read_list(shared_data / "lists" / "ofac_sdn_2021-07")
    index = index_of(official)

    for name in index.names:
        hits = index.listed(name.matched_name)
        assert hits is not None
        assert name.entry_id in {hit.entry_id for hit in hits}
