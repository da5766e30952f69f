"""A folder of lists is read whole: each list by what is in it, with version, hash, counts, damages and gaps."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tidewaiter_screening.lists.difference import difference, prints_of
from tidewaiter_screening.lists.folder import (
    FILE_BYTES_MAX,
    LISTS_MAX,
    ListsRefused,
    PartyList,
    look_into,
    read_files,
    read_folder,
)

from tests.listed_parties import END, entries_of, lines, sdn_line, write_list
from tests.unit.test_screening_headed import UFLPA, WRO
from tests.unit.test_screening_un import COMPANY, listed

ONE = lines(sdn_line("1", "ONE"))


def read_one(folder: Path) -> PartyList:
    (made,) = read_folder(folder)
    return made


def test_every_format_is_known_by_its_content_wherever_it_lies(tmp_path: Path) -> None:
    write_list(tmp_path / "sdn", sdn=ONE)
    (tmp_path / "un").mkdir()
    (tmp_path / "un" / "list.xml").write_bytes(listed(COMPANY))
    (tmp_path / "banned.csv").write_text(f'{UFLPA}\n"Doe Cotton","",,\n')
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "held.csv").write_text(f'{WRO}\n"Doe Cotton",CN,2016-05-20,WRO\n')
    (tmp_path / "LICENSE").write_text("free")
    (tmp_path / "notes.txt").write_text("not a list")
    (tmp_path / ".half-written.csv").write_text(f"{WRO}\n")

    folder = look_into(tmp_path)

    assert ["banned", "held", "list", "sdn"] == [files.list for files in folder.lists]
    assert [1, 1, 1, 1] == [len(read_files(files).entries) for files in folder.lists]
    assert ("LICENSE", "notes.txt") == folder.ignored


def test_the_folder_itself_may_be_a_list_and_hold_both_lists_of_one_publisher(tmp_path: Path) -> None:
    folder = write_list(tmp_path / "ofac", sdn=ONE)
    for name in ("CONS_PRIM.CSV", "CONS_ALT.CSV", "CONS_ADD.CSV"):
        (folder / name).write_bytes(ONE if "PRIM" in name else END)

    assert ["ofac", "ofac-consolidated"] == [one.list for one in read_folder(folder)]


def test_lists_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    for folder in ("a", "b", "c/a"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "held.csv").write_text(f'{WRO}\n"Doe Cotton",CN,2016-05-20,WRO\n')

    assert ["a-held", "a-held-2", "b-held"] == [one.list for one in read_folder(tmp_path)]


def test_a_version_is_named_by_a_file_by_the_list_itself_or_by_its_hash(tmp_path: Path) -> None:
    write_list(tmp_path / "named", sdn=ONE)
    (tmp_path / "named" / "VERSION").write_text("2026-11-24\nsecond line\n")
    write_list(tmp_path / "nameless", sdn=ONE)
    (tmp_path / "un.xml").write_bytes(listed(COMPANY))

    named, nameless, dated = read_folder(tmp_path)

    assert "2026-11-24" == named.version
    assert nameless.sha256[:12] == nameless.version
    assert "2026-02-27" == dated.version
    assert named.sha256 == nameless.sha256


def test_another_byte_is_another_hash_and_another_stamp(tmp_path: Path) -> None:
    write_list(tmp_path / "made", sdn=ONE)
    first, stamp = read_one(tmp_path), look_into(tmp_path).stamp
    write_list(tmp_path / "made", sdn=lines(sdn_line("1", "ONLY")))

    assert first.sha256 != read_one(tmp_path).sha256
    assert stamp != look_into(tmp_path).stamp
    assert look_into(tmp_path).stamp == look_into(tmp_path).stamp


def test_a_list_is_as_old_as_the_file_that_was_written_last(tmp_path: Path) -> None:
    folder = write_list(tmp_path / "made", sdn=ONE)
    for name, seconds in (("sdn.csv", 1_000), ("alt.csv", 3_000), ("add.csv", 2_000)):
        os.utime(folder / name, (seconds, seconds))

    assert 3_000 == read_one(tmp_path).written


@pytest.mark.parametrize(
    ("sdn", "alt", "gap"),
    [
        (END, END, "no entry of the list made could be read"),
        (None, END, "no entry of the list made could be read"),
        (ONE, None, "the aliases of the list made could not be read"),
    ],
)
def test_what_cannot_be_searched_is_a_gap(tmp_path: Path, sdn: bytes | None, alt: bytes | None, gap: str) -> None:
    write_list(tmp_path / "made", sdn=sdn, alt=alt)

    assert (gap,) == read_one(tmp_path).gaps


def test_an_empty_file_is_a_gap_and_not_a_list_less(tmp_path: Path) -> None:
    (tmp_path / "held.csv").write_bytes(b" \n")

    made = read_one(tmp_path)

    assert ("no entry of the list held could be read",) == made.gaps
    assert {"FILE_EMPTY": 1} == made.damage_counts()


def test_a_file_over_the_bound_is_told_and_not_read(tmp_path: Path) -> None:
    with (tmp_path / "held.csv").open("wb") as file:
        file.write(f"{WRO}\n".encode())
        file.truncate(FILE_BYTES_MAX + 1)

    assert {"FILE_TOO_LARGE": 1} == read_one(tmp_path).damage_counts()


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ListsRefused, match="is no folder"):
        look_into(tmp_path / "mistyped")


def test_more_lists_than_the_bound_are_refused(tmp_path: Path) -> None:
    for number in range(LISTS_MAX + 1):
        (tmp_path / f"held{number}.csv").write_text(f"{WRO}\n")

    with pytest.raises(ListsRefused, match=f"at most {LISTS_MAX}"):
        read_folder(tmp_path)


def test_a_difference_tells_what_came_went_and_changed() -> None:
    older = prints_of(entries_of("ONE", "TWO", "THREE"))
    newer = prints_of(entries_of("ONE", "TWO|DEUX", "THREE", "FOUR")[1:])

    assert (("4",), ("1",), ("2",)) == tuple(difference(older, newer))
    assert ((), (), ()) == tuple(difference(older, older))


def test_the_official_lists_are_read_whole(shared_data: Path) -> None:
    lists = {one.list: one for one in read_folder(shared_data / "lists")}

    assert {
        "UN_consolidated": (1_003, 3_130),
        "cbp_wro_since_1999": (27, 0),
        "csl_2023-11": (4_227, 6_134),
        "csl_old_columns": (115, 161),
        "dpl": (579, 0),
        "ofac_sdn_2019_mixed": (7_379, 11_405),
        "ofac_sdn_2021-07": (8_976, 14_309),
        "uflpa_entity_list_partial": (35, 19),
    } == {name: (len(one.entries), one.aliases()) for name, one in lists.items()}
    assert 13_837 == sum(len(entry.addresses) for entry in lists["ofac_sdn_2021-07"].entries)
    assert {"END_BYTE_ABSENT": 1, "ORPHAN": 16_819} == lists["ofac_sdn_2019_mixed"].damage_counts()
    assert {"DATE": 3, "ENTRY_REPEATED": 2} == lists["dpl"].damage_counts()
    assert {"ENCODING": 1} == lists["UN_consolidated"].damage_counts()
    assert {"QUOTING": 1} == lists["csl_2023-11"].damage_counts()


def test_a_real_update_adds_1858_and_removes_261(shared_data: Path) -> None:
    older, newer = (
        prints_of(read_one(shared_data / "lists" / name).entries)
        for name in ("ofac_sdn_2019_mixed", "ofac_sdn_2021-07")
    )

    found = difference(older, newer)

    assert (1_858, 261) == (len(found.added), len(found.removed))
