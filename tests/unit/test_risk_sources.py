"""Lists are followed: what changed is taken whole, half of it never, and what was not taken is called stale."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tidewaiter_chassis.clock import FixedClock
from tidewaiter_chassis.failures import Failure
from tidewaiter_risk.lists import sources as module
from tidewaiter_risk.lists.lookup import ListSet, list_set
from tidewaiter_risk.lists.sources import SAMPLE_DIR, VERSIONS_KEPT_MAX, Sources
from tidewaiter_screening.lists.folder import PartyList

from tests.listed_parties import lines, sdn_line, write_list

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def index(lists: Sequence[PartyList]) -> ListSet:
    return list_set(lists, score_min=670, names_cached_max=100)


def write(folder: Path, *names: str, at: datetime = NOW, list_name: str = "made") -> None:
    """Writes a list of these names, numbered from 1, as if at that time."""
    sdn = lines(*(sdn_line(str(number), name) for number, name in enumerate(names, start=1)))
    place = write_list(folder / list_name, sdn=sdn)
    for file in place.iterdir():
        os.utime(file, (at.timestamp(), at.timestamp()))


def sources(folder: Path, clock: FixedClock | None = None) -> Sources:
    return Sources(folder, index=index, hours_max=24, clock=clock or FixedClock(NOW))


def names(lists: ListSet) -> list[str]:
    return [listed.text for listed in lists.screener.index.names]


async def test_a_change_is_taken_when_it_was_found_the_same_twice(tmp_path: Path) -> None:
    write(tmp_path, "ALPHA ONE", "BETA TWO")
    followed = sources(tmp_path)
    write(tmp_path, "ALPHA ONE", "GAMMA THREE")

    first, second, third = [await followed.refresh(at_once=False) for _ in range(3)]

    assert first is None
    assert second is not None
    assert ["ALPHA ONE", "GAMMA THREE"] == names(second)
    assert third is None
    assert followed.in_use is second


async def test_a_file_that_is_still_being_written_is_waited_for(tmp_path: Path) -> None:
    write(tmp_path, "ALPHA ONE")
    followed = sources(tmp_path)
    for more in range(2, 6):
        write(tmp_path, *(f"ALPHA{number} ONE" for number in range(more)))
        assert await followed.refresh(at_once=False) is None

    lists = await followed.refresh(at_once=False)

    assert lists is not None
    assert 5 == len(names(lists))


async def test_a_refresh_that_is_asked_for_takes_what_is_there_at_once(tmp_path: Path) -> None:
    write(tmp_path, "ALPHA ONE")
    followed = sources(tmp_path)
    write(tmp_path, "ALPHA ONE", "BETA TWO")

    lists = await followed.refresh(at_once=True)

    assert lists is not None
    assert 2 == len(names(lists))


async def test_what_is_written_to_while_it_is_read_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "ALPHA ONE")
    followed = sources(tmp_path)
    write(tmp_path, "ALPHA ONE", "BETA TWO")
    read = module._read

    def read_and_be_overtaken(*given: object) -> module.Reading:
        reading = read(*given)  # type: ignore[arg-type]
        write(tmp_path, "ALPHA ONE", "BETA TWO", "GAMMA THREE")
        return reading

    monkeypatch.setattr(module, "_read", read_and_be_overtaken)

    assert await followed.refresh(at_once=True) is None
    assert ["ALPHA ONE"] == names(followed.in_use)


@pytest.mark.parametrize(
    ("update", "why"),
    [
        (["ALPHA ONE"], "the update of the list made has 1 entries for 4 and was not taken"),
        ([], "the update of the list made has 0 entries for 4 and was not taken"),
    ],
)
async def test_an_update_that_lost_most_of_its_list_is_not_taken(tmp_path: Path, update: list[str], why: str) -> None:
    write(tmp_path, "ALPHA ONE", "BETA TWO", "GAMMA THREE", "DELTA FOUR")
    followed = sources(tmp_path)
    write(tmp_path, *update)

    lists = await followed.refresh(at_once=True)

    assert lists is not None
    assert 4 == len(names(lists))
    assert {"made": why} == lists.stale
    assert [True] == [one.stale for one in lists.versions]
    assert f"STALE: {why}" == lists.doubts()


async def test_a_list_that_is_gone_goes_on_serving_and_is_called_stale(tmp_path: Path) -> None:
    write(tmp_path, "ALPHA ONE", list_name="first")
    write(tmp_path, "BETA TWO", list_name="second")
    followed = sources(tmp_path)
    for file in (tmp_path / "first").iterdir():
        file.unlink()

    lists = await followed.refresh(at_once=True)

    assert lists is not None
    assert ["ALPHA ONE", "BETA TWO"] == names(lists)
    assert {"first": "the list first is no longer in the folder"} == lists.stale


async def test_a_list_that_is_mended_is_stale_no_more(tmp_path: Path) -> None:
    write(tmp_path, "ALPHA ONE", "BETA TWO", "GAMMA THREE")
    followed = sources(tmp_path)
    write(tmp_path)
    await followed.refresh(at_once=True)
    write(tmp_path, "ALPHA ONE", "BETA TWO")

    lists = await followed.refresh(at_once=True)

    assert lists is not None
    assert ({}, 2, "") == (lists.stale, len(names(lists)), lists.doubts())


async def test_a_list_grows_stale_with_time_alone_and_fresh_when_it_is_written_again(tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    write(tmp_path, "ALPHA ONE")
    followed = sources(tmp_path, clock)

    clock.advance(timedelta(hours=24))
    assert await followed.refresh(at_once=False) is None
    clock.advance(timedelta(hours=1))
    old = await followed.refresh(at_once=False)
    write(tmp_path, "ALPHA ONE", at=clock.now())
    fresh = await followed.refresh(at_once=True)

    assert old is not None
    assert {"made": "the list made was last written 25 hours ago, over 24"} == old.stale
    assert fresh is not None
    assert {} == fresh.stale
    assert old.screener is fresh.screener


async def test_the_sample_never_grows_stale() -> None:
    sample = Sources(SAMPLE_DIR, index=index, hours_max=1, clock=FixedClock(NOW + timedelta(days=9_999)), follows=False)

    assert {} == sample.in_use.stale
    assert await sample.refresh(at_once=True) is None


async def test_a_folder_that_is_gone_leaves_the_lists_in_use(tmp_path: Path) -> None:
    write(tmp_path / "lists", "ALPHA ONE")
    followed = sources(tmp_path / "lists")
    (tmp_path / "lists").rename(tmp_path / "elsewhere")

    with pytest.raises(Failure, match="LISTS_REFUSED"):
        await followed.refresh(at_once=True)
    assert ["ALPHA ONE"] == names(followed.in_use)


async def test_two_versions_are_compared_by_their_hashes_or_their_beginnings(tmp_path: Path) -> None:
    write(tmp_path, "ALPHA ONE", "BETA TWO")
    followed = sources(tmp_path)
    first = followed.in_use.versions[0].sha256
    write(tmp_path, "ALPHA ONE", "BETA TOO", "GAMMA THREE")
    await followed.refresh(at_once=True)
    second = followed.in_use.versions[0].sha256

    for older, newer in (("", ""), (first, second), (first[:8].upper(), "")):
        assert (first, second, (("3",), (), ("2",))) == followed.compare("made", older, newer)
    for name, older, reason in (
        ("other", "", "LIST_UNKNOWN"),
        ("made", "ab" * 32, "LIST_VERSION_UNKNOWN"),
        ("made", first[:7], "LIST_VERSION_UNKNOWN"),
    ):
        with pytest.raises(Failure, match=reason):
            followed.compare(name, older, "")
    with pytest.raises(Failure, match="LIST_VERSION_UNKNOWN"):
        followed.compare("made", "", first)


async def test_only_the_last_versions_of_a_list_are_remembered(tmp_path: Path) -> None:
    write(tmp_path, "ALPHA 0")
    followed = sources(tmp_path)
    first = followed.in_use.versions[0].sha256
    for number in range(1, VERSIONS_KEPT_MAX + 1):
        write(tmp_path, f"ALPHA {number}")
        await followed.refresh(at_once=True)

    with pytest.raises(Failure, match="LIST_VERSION_UNKNOWN"):
        followed.compare("made", first, "")
