"""A receipt convinces a stranger with the log's public key, and no changed one does."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tidewaiter_tlog.checkpoint import Checkpoint, sign_checkpoint
from tidewaiter_tlog.errors import (
    CheckpointMalformed,
    KeyUnknown,
    NoteMalformed,
    ProofInvalid,
    ReceiptMalformed,
    SignatureInvalid,
    TlogError,
)
from tidewaiter_tlog.hashing import leaf_hash, leaf_hashes
from tidewaiter_tlog.note import Ed25519Cosigner, Ed25519Signer, cosign_note
from tidewaiter_tlog.path import inclusion_path
from tidewaiter_tlog.receipt import (
    PROOF_HASHES_MAX,
    RECEIPT_BYTES_MAX,
    Receipt,
    verify_receipt,
    verify_receipt_of_hash,
)
from tidewaiter_tlog.tiles import Tiles, extend
from tidewaiter_tlog.tree import LeafIndex

# A busy machine is no failure of the code under test.
FUZZ = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

SIZE = 11
ORIGIN = "log.example/parcels"
LOG = Ed25519Signer(name=ORIGIN, seed=b"a" * 32)
WITNESS = Ed25519Cosigner(name="witness.example/w1", seed=b"b" * 32, clock_seconds=lambda: 5)
ENTRIES = [b"decision %d" % index for index in range(SIZE)]


def written_log() -> tuple[Tiles, Checkpoint]:
    extension = extend(0, leaf_hashes(ENTRIES), lambda level, index, width: b"")
    tiles = Tiles(lambda level, index, width: next(iter(extension.tiles.values())))
    return tiles, Checkpoint(origin=ORIGIN, tree_size=extension.size, root=extension.root)


TILES, CHECKPOINT = written_log()
SIGNED = sign_checkpoint(CHECKPOINT, [LOG])


def receipt_of(index: int, *, checkpoint: bytes = SIGNED, extra: bytes | None = None) -> bytes:
    proof = TILES.inclusion_proof(index, SIZE)
    return Receipt(leaf_index=LeafIndex(index), proof=proof, checkpoint=checkpoint, extra=extra).to_bytes()


def test_a_receipt_is_header_index_proof_and_checkpoint_as_the_specification_has_them() -> None:
    proof = [b64encode(sibling).decode() for sibling in TILES.inclusion_proof(9, SIZE)]
    head = "\n".join(["c2sp.org/tlog-proof@v1", "index 9", *proof]) + "\n\n"
    assert head.encode() + SIGNED == receipt_of(9)
    assert head.replace("\n", "\nextra c2FsdA==\n", 1).encode() + SIGNED == receipt_of(9, extra=b"salt")


def test_every_entry_has_a_receipt_that_verifies() -> None:
    for index, entry in enumerate(ENTRIES):
        for extra in (None, b"", b"salt"):
            data = receipt_of(index, extra=extra)
            assert CHECKPOINT == verify_receipt(data, entry, [LOG.key])
            assert CHECKPOINT == verify_receipt_of_hash(data, leaf_hash(entry), [LOG.key])
            assert extra == Receipt.from_bytes(data).extra
            assert data == Receipt.from_bytes(data).to_bytes()


def test_the_only_entry_of_a_log_has_a_receipt_without_a_proof_line() -> None:
    alone = Checkpoint(origin=ORIGIN, tree_size=extend(0, [leaf_hash(b"x")], no_tile).size, root=leaf_hash(b"x"))
    data = Receipt(leaf_index=LeafIndex(0), proof=(), checkpoint=sign_checkpoint(alone, [LOG])).to_bytes()
    assert data.startswith(b"c2sp.org/tlog-proof@v1\nindex 0\n\nlog.example/parcels\n1\n")
    assert alone == verify_receipt(data, b"x", [LOG.key])


def test_every_single_bit_of_a_receipt_matters() -> None:
    for index in (0, SIZE - 1):
        data = receipt_of(index)
        number = int.from_bytes(data, "big")
        for bit in range(8 * len(data)):
            changed = (number ^ 1 << bit).to_bytes(len(data), "big")
            with pytest.raises(TlogError):
                verify_receipt(changed, ENTRIES[index], [LOG.key])


def test_every_single_bit_of_an_entry_matters() -> None:
    number = int.from_bytes(ENTRIES[3], "big")
    for bit in range(8 * len(ENTRIES[3])):
        with pytest.raises(ProofInvalid):
            verify_receipt(receipt_of(3), (number ^ 1 << bit).to_bytes(len(ENTRIES[3]), "big"), [LOG.key])


def test_a_receipt_serves_for_no_other_entry() -> None:
    for index in range(SIZE):
        for other in range(SIZE):
            if other != index:
                with pytest.raises(ProofInvalid, match="must lead to the root"):
                    verify_receipt(receipt_of(index), ENTRIES[other], [LOG.key])


def test_each_way_of_being_wrong_has_its_own_error() -> None:
    stranger = Ed25519Signer(name=ORIGIN, seed=b"z" * 32)
    with pytest.raises(KeyUnknown):
        verify_receipt(receipt_of(0), ENTRIES[0], [stranger.key])
    with pytest.raises(KeyUnknown, match="must be elsewhere"):
        verify_receipt(receipt_of(0), ENTRIES[0], [LOG.key], origin="elsewhere")
    with pytest.raises(SignatureInvalid):
        verify_receipt(receipt_of(0, checkpoint=SIGNED.replace(b"\n11\n", b"\n12\n")), ENTRIES[0], [LOG.key])
    with pytest.raises(NoteMalformed):
        verify_receipt(receipt_of(0, checkpoint=b"x"), ENTRIES[0], [LOG.key])
    with pytest.raises(CheckpointMalformed):
        verify_receipt(receipt_of(0, checkpoint=SIGNED.replace(b"\n11\n", b"\n011\n")), ENTRIES[0], [LOG.key])
    with pytest.raises(ReceiptMalformed):
        verify_receipt(SIGNED, ENTRIES[0], [LOG.key])


def test_witnesses_are_asked_for_as_in_a_checkpoint() -> None:
    data = receipt_of(4, checkpoint=cosign_note(SIGNED, [WITNESS]))
    asked: dict[str, Any] = {"witness_keys": [WITNESS.key], "witnesses_min": 1}
    assert CHECKPOINT == verify_receipt(data, ENTRIES[4], [LOG.key], **asked)
    with pytest.raises(KeyUnknown, match="cosigned by 1"):
        verify_receipt(receipt_of(4), ENTRIES[4], [LOG.key], **asked)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"\n\n" + SIGNED, b"\n"),
        (b"@v1", b"@v2"),
        (b"@v1\n", b"@v1\r\n"),
        (b"c2sp", b"\xff2sp"),
        (b"index 4", b"index 04"),
        (b"index 4", b"index"),
        (b"index 4", b"index  4"),
        (b"index 4", b"index -4"),
        (b"index 4", b"index 9223372036854775807"),
        (b"index 4\n", b""),
        (b"index 4\n", b"index 4\nindex 4\n"),
        (b"index 4\n", b"index 4\n\n"),
        (b"index 4\n", b"index 4\nextra c2FsdA==\n"),
        (b"index 4", b"extra\nindex 4"),
        (b"index 4", b"extra c2FsdA=\nindex 4"),
        (b"index 4", b"extra c2FsdB==\nindex 4"),
        (b"index 4", b"extra c2FsdA==\nextra c2FsdA==\nindex 4"),
        (b"index 4\n", b"index 4\nAAAA\n"),
        (b"=\n", b"\n"),
        (b"\n\n", b"\n"),
    ],
)
def test_bytes_of_any_other_form_are_refused(old: bytes, new: bytes) -> None:
    data = receipt_of(4)
    assert old in data
    with pytest.raises((ReceiptMalformed, NoteMalformed, CheckpointMalformed)):
        verify_receipt(data.replace(old, new), ENTRIES[4], [LOG.key])


@pytest.mark.parametrize("data", [b"", b"\n\n", b"x" * (RECEIPT_BYTES_MAX + 1), None, "text"])
def test_what_is_no_receipt_at_all_is_refused(data: Any) -> None:
    with pytest.raises(ReceiptMalformed):
        Receipt.from_bytes(data)


def test_a_receipt_has_at_most_63_hashes_and_2_000_000_bytes() -> None:
    assert (63, 2_000_000) == (PROOF_HASHES_MAX, RECEIPT_BYTES_MAX)
    longest = Receipt(leaf_index=LeafIndex(0), proof=(bytes(32),) * PROOF_HASHES_MAX, checkpoint=b"x")
    assert longest == Receipt.from_bytes(longest.to_bytes())
    line = b"\n" + b64encode(bytes(32))
    with pytest.raises(ReceiptMalformed, match="at most 63 proof lines"):
        Receipt.from_bytes(longest.to_bytes().replace(line, line * 2, 1))
    with pytest.raises(ReceiptMalformed):
        Receipt(leaf_index=LeafIndex(0), proof=(), checkpoint=b"x" * RECEIPT_BYTES_MAX).to_bytes()


@pytest.mark.parametrize(
    "change",
    [
        {"leaf_index": -1},
        {"leaf_index": True},
        {"leaf_index": 2**63 - 1},
        {"proof": [bytes(32)]},
        {"proof": (b"short",)},
        {"proof": (bytes(32),) * 64},
        {"checkpoint": b""},
        {"checkpoint": "x"},
        {"extra": "salt"},
    ],
)
def test_a_receipt_that_cannot_be_is_refused(change: dict[str, Any]) -> None:
    right: dict[str, Any] = {"leaf_index": LeafIndex(0), "proof": (), "checkpoint": b"x"}
    with pytest.raises(ReceiptMalformed):
        Receipt(**(right | change))


@FUZZ
@given(
    st.integers(0, 2**63 - 2),
    st.lists(st.binary(min_size=32, max_size=32), max_size=63),
    st.binary(min_size=1, max_size=50),
    st.none() | st.binary(max_size=50),
)
def test_any_receipt_is_read_as_it_is_written(
    index: int, proof: list[bytes], checkpoint: bytes, extra: bytes | None
) -> None:
    receipt = Receipt(leaf_index=LeafIndex(index), proof=tuple(proof), checkpoint=checkpoint, extra=extra)
    assert receipt == Receipt.from_bytes(receipt.to_bytes())


@FUZZ
@given(st.binary(max_size=60), st.integers(0, 500), st.integers(0, 60))
def test_reading_and_verifying_are_total_and_what_is_read_is_written_alike(piece: bytes, place: int, cut: int) -> None:
    data = receipt_of(4, extra=b"salt")
    changed = data[:place] + piece + data[place + cut :]
    try:
        receipt = Receipt.from_bytes(changed)
    except ReceiptMalformed:
        return
    assert changed == receipt.to_bytes()
    try:
        verify_receipt(changed, ENTRIES[4], [LOG.key])
    except TlogError:
        return
    # What can change without being found: the extra data, and lines of keys that nobody asked about.
    assert Receipt.from_bytes(data).proof == receipt.proof


def test_a_receipt_can_be_made_from_any_reader_of_nodes() -> None:
    proof = tuple(inclusion_path(4, SIZE, lambda height, index: TILES.node(height, index, SIZE)))
    receipt = Receipt(leaf_index=LeafIndex(4), proof=proof, checkpoint=SIGNED)
    assert receipt_of(4) == receipt.to_bytes()


def no_tile(level: int, index: int, width: int) -> bytes:
    raise AssertionError(f"an empty log has no tile to read: {level}, {index}, {width}")
