"""Erasing: authored, on the log, for ever; every proof holds afterwards, and no file has the data any more."""

from __future__ import annotations

from pathlib import Path

import pytest
from tidewaiter.trade.v1 import trade_pb2 as trade
from tidewaiter_audit import erase, leaf
from tidewaiter_audit.erase import Eraser, ErasureAsked
from tidewaiter_audit.model import Submission
from tidewaiter_audit.store.sqlite import FILE_NAME, SqliteReader
from tidewaiter_audit.wire.into_facts import decision_from, personal_from, shipment_from
from tidewaiter_audit.wire.keeping import matcher_of
from tidewaiter_chassis.failures import Failure
from tidewaiter_tlog.hashing import leaf_hash
from tidewaiter_tlog.receipt import Receipt as ReceiptFile
from tidewaiter_tlog.receipt import verify_receipt
from tidewaiter_tlog.tree import LeafIndex

from tests.audit_logs import SIGNER, OpenLog, assert_sound, open_log
from tests.audit_records import CANARY, decision, party, shipment, shipment_id, submission

ASKED = ErasureAsked(author="privacy@example.org", reason="asked for by letter", request_id="r-1")


def eraser_of(log: OpenLog) -> Eraser:
    return Eraser(store=log.store, recorder=log.decisions)


def files_with(folder: Path, mark: bytes) -> list[str]:
    """Every file in which the mark stands, in whatever place."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and mark in path.read_bytes())


def named(number: int, name: str, count: int = 1) -> leaf.Draft:
    """A decision on a shipment to somebody of this name."""
    view = shipment(number, count)
    view.consignee.name = name
    made = decision_from(decision(number, count))
    given_in = Submission(decision=made, shipment=shipment_from(view), personal=personal_from(view))
    return leaf.draft(given_in, salt=b"s" * 32)


async def test_a_shipment_s_data_are_gone_and_every_receipt_given_before_verifies_after(tmp_path: Path) -> None:
    async with open_log(tmp_path) as log:
        before = await log.decisions.append([submission(1), submission(2), submission(1, 2)])
        (erased,) = await eraser_of(log).erase_shipment(shipment_id(1), ASKED, validate_only=False)
        leaves = [entry.leaf for entry in log.store.entries_from(LeafIndex(0))]
        kept = [shipment for shipment, _ in log.store.kept_personal()]

    assert [shipment_id(2)] == kept
    assert erased.receipt is not None
    for result in (*before, erased):
        assert not isinstance(result, Failure)
        receipt = result.receipt
        assert receipt is not None
        file = ReceiptFile(leaf_index=receipt.leaf_index, proof=receipt.proof, checkpoint=receipt.checkpoint)
        verify_receipt(file.to_bytes(), leaves[receipt.leaf_index], [SIGNER.key])
        assert leaf_hash(leaves[receipt.leaf_index]) == receipt.leaf_hash
    assert_sound(tmp_path, tree_size=4)


async def test_the_erasure_is_an_entry_that_says_who_and_why_and_of_which_shipment(tmp_path: Path) -> None:
    async with open_log(tmp_path) as log:
        await log.decisions.append([submission(1)])
        await eraser_of(log).erase_shipment(shipment_id(1), ASKED, validate_only=False)
        entry = log.store.entry_at(LeafIndex(1))

    assert entry is not None
    assert (
        leaf.Erasure(author=ASKED.author, reason=ASKED.reason, request_id="r-1", shipment_id=shipment_id(1))
        == leaf.outline_of(entry.leaf).erasure
    )


async def test_nothing_of_the_erased_is_left_in_any_file_also_while_the_log_is_open(tmp_path: Path) -> None:
    mark = "Unmistakable Ünal".encode()
    async with open_log(tmp_path) as log:
        await log.decisions.append([submission(number) for number in range(50)])
        await log.decisions.record([named(77, mark.decode()), named(78, mark.decode())])
        assert files_with(tmp_path, mark), "it must be there before it is gone"

        await eraser_of(log).erase_shipment(shipment_id(77), ASKED, validate_only=False)
        await eraser_of(log).erase_shipment(shipment_id(78), ASKED, validate_only=False)

        assert [] == files_with(tmp_path, mark)
        assert files_with(tmp_path, CANARY.encode()), "the others are still kept"
    assert [] == files_with(tmp_path, mark)
    assert_sound(tmp_path, tree_size=54)


async def test_the_salt_goes_with_the_data_so_that_nobody_can_guess_who_it_was(tmp_path: Path) -> None:
    salt = b"s" * 32
    async with open_log(tmp_path) as log:
        await log.decisions.record([named(77, "Guess Me")])
        assert files_with(tmp_path, salt)
        await eraser_of(log).erase_shipment(shipment_id(77), ASKED, validate_only=False)
        assert [] == files_with(tmp_path, salt)


async def test_the_same_request_again_is_answered_with_the_same_entry(tmp_path: Path) -> None:
    async with open_log(tmp_path) as log:
        await log.decisions.append([submission(1)])
        (first,) = await eraser_of(log).erase_shipment(shipment_id(1), ASKED, validate_only=False)
        (again,) = await eraser_of(log).erase_shipment(shipment_id(1), ASKED, validate_only=False)

    assert (False, True) == (first.replayed, again.replayed)
    assert first.receipt == again.receipt
    assert_sound(tmp_path, tree_size=2)


async def test_what_comes_after_an_erasure_is_kept_until_it_is_erased_too(tmp_path: Path) -> None:
    async with open_log(tmp_path) as log:
        await log.decisions.append([submission(1)])
        await eraser_of(log).erase_shipment(shipment_id(1), ASKED, validate_only=False)
        await log.decisions.append([submission(1, 2)])
        assert 1 == log.store.personal_before(shipment_id(1), LeafIndex(99))

        other = ErasureAsked(author="a", reason="b", request_id="r-2")
        await eraser_of(log).erase_shipment(shipment_id(1), other, validate_only=False)
        assert 0 == log.store.personal_before(shipment_id(1), LeafIndex(99))
    assert_sound(tmp_path, tree_size=4)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (trade.Party(name="ada LOVELACE"), [1, 2]),
        (trade.Party(name="Ada  Lovelace,", postal_code="1zoë canary"), [1, 2]),
        (trade.Party(name="Ada Lovelace", postal_code="99999"), []),
        (trade.Party(name="Ada"), []),
        (trade.Party(name="Ada Lovelace", email=f"consignee.{CANARY}@example.org"), [1, 2]),
        (trade.Party(name="Charles Babbage"), [3]),
        (party("seller"), [1, 2, 3]),
    ],
)
async def test_a_person_is_found_in_every_role_by_all_that_is_given(
    tmp_path: Path, wanted: trade.Party, found: list[int]
) -> None:
    async with open_log(tmp_path) as log:
        await log.decisions.record([named(1, "Ada Lovelace"), named(2, "Ada Lovelace"), named(3, "Charles Babbage")])

        told, _ = await eraser_of(log).erase_person(matcher_of(wanted), ASKED, validate_only=True)
        erased, is_incomplete = await eraser_of(log).erase_person(matcher_of(wanted), ASKED, validate_only=False)

    assert [shipment_id(number) for number in found] == [one.shipment_id for one in erased]
    assert ([one.shipment_id for one in erased], False) == ([one.shipment_id for one in told], is_incomplete)
    assert all(one.receipt is None for one in told)
    assert_sound(tmp_path, tree_size=3 + len(found))


async def test_asking_what_would_be_erased_erases_nothing(tmp_path: Path) -> None:
    async with open_log(tmp_path) as log:
        await log.decisions.append([submission(1)])

        would = await eraser_of(log).erase_shipment(shipment_id(1), ASKED, validate_only=True)

        assert [(shipment_id(1), None)] == [(one.shipment_id, one.receipt) for one in would]
        assert [] == await eraser_of(log).erase_shipment("nobody", ASKED, validate_only=True)
    assert_sound(tmp_path, tree_size=1)


async def test_an_answer_names_so_many_shipments_and_says_that_more_are_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erase, "ERASURES_MAX", 2)
    async with open_log(tmp_path) as log:
        await log.decisions.record([named(number, "Ada") for number in range(5)])
        is_person = matcher_of(trade.Party(name="Ada"))
        rounds = [await eraser_of(log).erase_person(is_person, ASKED, validate_only=False) for _ in range(4)]

    assert [(2, True), (2, True), (1, False), (0, False)] == [(len(erased), more) for erased, more in rounds]
    assert_sound(tmp_path, tree_size=10)


async def test_a_reader_that_holds_the_past_is_told_and_nothing_is_left_once_it_ends(tmp_path: Path) -> None:
    async with open_log(tmp_path) as log:
        await log.decisions.record([named(77, "Held Back")])
        reader = SqliteReader.open_file(tmp_path / FILE_NAME)
        with reader.snapshot():
            assert reader.newest_checkpoint()
            with pytest.raises(Failure, match="SCRUB_HELD_UP"):
                await eraser_of(log).erase_shipment(shipment_id(77), ASKED, validate_only=False)
        reader.close()

        await eraser_of(log).erase_shipment(shipment_id(77), ASKED, validate_only=False)
        assert [] == files_with(tmp_path, b"Held Back")
