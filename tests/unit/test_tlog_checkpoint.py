"""Checkpoints are read as they are written, and verified only when the right log and witnesses signed them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tidewaiter_tlog.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint, verify_checkpoint
from tidewaiter_tlog.errors import CheckpointMalformed, KeyUnknown, SignatureInvalid, TlogError
from tidewaiter_tlog.hashing import EMPTY_ROOT, leaf_hash
from tidewaiter_tlog.note import Ed25519Cosigner, Ed25519Signer, MlDsa44Cosigner, Signer, cosign_note
from tidewaiter_tlog.tree import TREE_SIZE_MAX, TreeSize

# A busy machine is no failure of the code under test.
FUZZ = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

ORIGIN = "log.example/parcels"
LOG = Ed25519Signer(name=ORIGIN, seed=b"a" * 32)
NEXT = Ed25519Signer(name=ORIGIN, seed=b"b" * 32)
ELSE = Ed25519Signer(name="else.example", seed=b"c" * 32)
LATTICE = MlDsa44Cosigner(name=ORIGIN, seed=b"a" * 32, clock_seconds=lambda: 5)
WITNESSES = [
    Ed25519Cosigner(name=f"witness.example/{number}", seed=bytes([number]) * 32, clock_seconds=lambda: 5)
    for number in range(3)
]
WITNESS_KEYS = [witness.key for witness in WITNESSES]

CHECKPOINT = Checkpoint(origin=ORIGIN, tree_size=TreeSize(11), root=leaf_hash(b"root"))
TEXT = CHECKPOINT.to_text()


def test_a_checkpoint_is_its_origin_its_size_and_its_root_on_three_lines() -> None:
    empty = Checkpoint(origin=ORIGIN, tree_size=TreeSize(0), root=EMPTY_ROOT, extensions=("one", "two"))
    assert f"{ORIGIN}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\none\ntwo\n" == empty.to_text()
    assert empty == Checkpoint.from_text(empty.to_text())


lines = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=20)


@FUZZ
@given(lines, st.integers(1, TREE_SIZE_MAX), st.binary(min_size=32, max_size=32), st.lists(lines, max_size=3))
def test_any_checkpoint_is_read_as_it_is_written(origin: str, size: int, root: bytes, extensions: list[str]) -> None:
    checkpoint = Checkpoint(origin=origin, tree_size=TreeSize(size), root=root, extensions=tuple(extensions))
    assert checkpoint == Checkpoint.from_text(checkpoint.to_text())


@FUZZ
@given(st.text(max_size=8), st.integers(0, len(TEXT)), st.integers(0, 8))
def test_reading_a_checkpoint_is_total_and_what_is_read_is_written_alike(piece: str, place: int, removed: int) -> None:
    changed = TEXT[:place] + piece + TEXT[place + removed :]
    try:
        checkpoint = Checkpoint.from_text(changed)
    except CheckpointMalformed:
        return
    assert changed == checkpoint.to_text()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        TEXT[:-1],
        f"{TEXT}\n",
        f"{TEXT}one\n\ntwo\n",
        f"\n{TEXT}",
        "\n".join(TEXT.split("\n")[:2]) + "\n",
        TEXT.replace("11", "011"),
        TEXT.replace("11", "+11"),
        TEXT.replace("11", "11 "),
        TEXT.replace("11", "1_1"),
        TEXT.replace("11", ""),
        TEXT.replace("11", "-1"),
        TEXT.replace("11", "\u0661"),
        TEXT.replace("11", "\u00b2"),
        TEXT.replace("11", str(TREE_SIZE_MAX + 1)),
        TEXT.replace("11", "1" * 5000),
        TEXT.replace("11", "0"),
        TEXT.replace("11", "00"),
        TEXT.replace("=", ""),
        TEXT.replace("=", "=="),
        TEXT.replace("=", "=\r"),
        f"{ORIGIN}\n11\nAAAA\n",
        f"{ORIGIN}\n11\n\u00e9\n",
        f"{ORIGIN}\t\n11\n{TEXT.splitlines()[2]}\n",
        f"\ud800\n11\n{TEXT.splitlines()[2]}\n",
    ],
)
def test_a_text_of_any_other_form_is_refused(text: str) -> None:
    with pytest.raises(CheckpointMalformed):
        Checkpoint.from_text(text)


@pytest.mark.parametrize(
    "change",
    [
        {"origin": ""},
        {"origin": "a\nb"},
        {"origin": None},
        {"tree_size": -1},
        {"tree_size": True},
        {"tree_size": 0},
        {"tree_size": 2**63},
        {"tree_size": 10**5000},
        {"root": b"short"},
        {"root": "x" * 32},
        {"extensions": ("",)},
        {"extensions": ("a\n",)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_checkpoint_that_cannot_be_is_refused(change: dict[str, Any]) -> None:
    right: dict[str, Any] = {"origin": ORIGIN, "tree_size": TreeSize(11), "root": leaf_hash(b"root")}
    with pytest.raises(CheckpointMalformed):
        Checkpoint(**(right | change))


def test_a_signed_checkpoint_verifies_with_the_key_of_its_log() -> None:
    data = sign_checkpoint(CHECKPOINT, [LOG])
    assert CHECKPOINT == verify_checkpoint(data, [LOG.key]) == parse_checkpoint(data)
    assert CHECKPOINT == verify_checkpoint(data, [ELSE.key, LOG.key, NEXT.key], origin=ORIGIN)


def test_a_log_may_change_its_key_and_sign_with_both() -> None:
    kinds_of_signing: list[list[Signer]] = [[LOG], [NEXT], [LOG, NEXT, LATTICE], [LATTICE]]
    for signers in kinds_of_signing:
        assert CHECKPOINT == verify_checkpoint(sign_checkpoint(CHECKPOINT, signers), [LOG.key, NEXT.key, LATTICE.key])


def test_the_checkpoint_of_another_log_is_refused() -> None:
    other = Checkpoint(origin="else.example", tree_size=TreeSize(11), root=leaf_hash(b"root"))
    with pytest.raises(KeyUnknown, match=r"must be log\.example/parcels, and is else\.example"):
        verify_checkpoint(sign_checkpoint(other, [ELSE]), [LOG.key])
    # Our log's key under another log's name is no statement of that log.
    with pytest.raises(KeyUnknown):
        verify_checkpoint(sign_checkpoint(other, [LOG]), [LOG.key])
    with pytest.raises(KeyUnknown):
        verify_checkpoint(sign_checkpoint(CHECKPOINT, [LOG]), [LOG.key], origin="else.example")
    with pytest.raises(KeyUnknown):
        verify_checkpoint(sign_checkpoint(CHECKPOINT, [LOG]), [])


def test_a_log_whose_keys_have_another_name_is_verified_by_its_origin() -> None:
    data = sign_checkpoint(CHECKPOINT, [ELSE])
    with pytest.raises(KeyUnknown):
        verify_checkpoint(data, [ELSE.key])
    assert CHECKPOINT == verify_checkpoint(data, [ELSE.key], origin=ORIGIN)


def test_witnesses_alone_are_not_enough() -> None:
    data = sign_checkpoint(CHECKPOINT, WITNESSES)
    with pytest.raises(KeyUnknown):
        verify_checkpoint(data, [LOG.key], witness_keys=WITNESS_KEYS, witnesses_min=1)
    with pytest.raises(KeyUnknown):
        verify_checkpoint(data, [LOG.key, *WITNESS_KEYS])


@pytest.mark.parametrize("cosigned", range(4))
def test_as_many_witnesses_as_asked_for_must_have_cosigned(cosigned: int) -> None:
    data = cosign_note(sign_checkpoint(CHECKPOINT, [LOG]), WITNESSES[:cosigned])
    for least in range(5):
        if least <= cosigned:
            assert CHECKPOINT == verify_checkpoint(data, [LOG.key], witness_keys=WITNESS_KEYS, witnesses_min=least)
        else:
            with pytest.raises(KeyUnknown, match=f"by {least} of the given witnesses, and is by {cosigned}"):
                verify_checkpoint(data, [LOG.key], witness_keys=WITNESS_KEYS, witnesses_min=least)


def test_one_witness_with_two_keys_counts_once() -> None:
    name, seed = WITNESSES[0].key.name, bytes(32)
    second = MlDsa44Cosigner(name=name, seed=seed, clock_seconds=lambda: 5)
    data = sign_checkpoint(CHECKPOINT, [LOG, WITNESSES[0], second])
    with pytest.raises(KeyUnknown, match="and is by 1"):
        verify_checkpoint(data, [LOG.key], witness_keys=[WITNESSES[0].key, second.key], witnesses_min=2)


def test_a_wrong_line_of_a_given_witness_spoils_the_checkpoint() -> None:
    other = Checkpoint(origin=ORIGIN, tree_size=TreeSize(12), root=leaf_hash(b"root"))
    wrong = sign_checkpoint(other, WITNESSES[:1]).split(b"\n\n")[1]
    with pytest.raises(SignatureInvalid):
        verify_checkpoint(sign_checkpoint(CHECKPOINT, [LOG]) + wrong, [LOG.key], witness_keys=WITNESS_KEYS)


def test_extension_lines_must_be_covered_by_a_signature_of_the_log() -> None:
    extended = Checkpoint(origin=ORIGIN, tree_size=TreeSize(11), root=CHECKPOINT.root, extensions=("more",))
    keys = [LOG.key, LATTICE.key]
    assert extended == verify_checkpoint(sign_checkpoint(extended, [LATTICE, LOG]), keys)
    with pytest.raises(SignatureInvalid, match="extension lines"):
        verify_checkpoint(sign_checkpoint(extended, [LATTICE]), keys)


def test_every_single_bit_of_a_signed_checkpoint_matters() -> None:
    data = sign_checkpoint(CHECKPOINT, [LOG])
    number = int.from_bytes(data, "big")
    for bit in range(8 * len(data)):
        changed = (number ^ 1 << bit).to_bytes(len(data), "big")
        with pytest.raises(TlogError):
            verify_checkpoint(changed, [LOG.key])


@FUZZ
@given(st.binary(max_size=60), st.integers(0, 200), st.integers(0, 60))
def test_verifying_is_total(piece: bytes, place: int, removed: int) -> None:
    data = sign_checkpoint(CHECKPOINT, [LOG])
    changed = data[:place] + piece + data[place + removed :]
    try:
        verify_checkpoint(changed, [LOG.key])
    except TlogError:
        return
    assert parse_checkpoint(data) == parse_checkpoint(changed)
