"""Notes are signed, read and verified; whatever else is given is refused."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tidewaiter_tlog.errors import (
    CheckpointMalformed,
    KeyMalformed,
    KeyUnknown,
    NoteMalformed,
    SignatureInvalid,
    TlogError,
)
from tidewaiter_tlog.note import (
    NOTE_BYTES_MAX,
    SIGNATURES_MAX,
    Ed25519Cosigner,
    Ed25519Signer,
    MlDsa44Cosigner,
    Note,
    SignatureLine,
    SignatureType,
    Signer,
    Verified,
    VerifierKey,
    cosign_note,
    parse_note,
    sign_note,
    verify_note,
)

# A busy machine is no failure of the code under test.
FUZZ = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

SECONDS = 1_756_425_600
TEXT = "log.example/parcels\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"

PLAIN = Ed25519Signer(name="log.example/parcels", seed=b"a" * 32)
OTHER = Ed25519Signer(name="log.example/parcels", seed=b"b" * 32)
WITNESS = Ed25519Cosigner(name="witness.example/w1", seed=b"c" * 32, clock_seconds=lambda: SECONDS)
LATTICE = MlDsa44Cosigner(name="witness.example/w2", seed=b"d" * 32, clock_seconds=lambda: SECONDS)
SIGNERS: list[Signer] = [PLAIN, WITNESS, LATTICE]


def test_a_note_is_its_text_a_blank_line_and_a_line_for_each_signature() -> None:
    data = sign_note("one\n\ntwo\n", [PLAIN])
    signature = b64encode(PLAIN.key.key_id.to_bytes(4, "big") + PLAIN.sign("one\n\ntwo\n")).decode()
    assert f"one\n\ntwo\n\n\u2014 log.example/parcels {signature}\n".encode() == data


def test_a_signed_note_is_verified_by_each_of_its_keys_alone_and_by_all() -> None:
    note = parse_note(sign_note(TEXT, SIGNERS))
    expected = tuple(
        Verified(signer.key, seconds) for signer, seconds in zip(SIGNERS, (None, SECONDS, SECONDS), strict=True)
    )
    assert expected == verify_note(note, [signer.key for signer in SIGNERS])
    for one in expected:
        assert (one,) == verify_note(note, [one.key])


def test_what_is_signed_is_what_the_specifications_say() -> None:
    Ed25519PublicKey.from_public_bytes(PLAIN.key.public_key).verify(PLAIN.sign(TEXT), TEXT.encode())
    signed = WITNESS.sign(TEXT)
    assert SECONDS.to_bytes(8, "big") == signed[:8]
    message = f"cosignature/v1\ntime {SECONDS}\n{TEXT}".encode()
    Ed25519PublicKey.from_public_bytes(WITNESS.key.public_key).verify(signed[8:], message)
    signed = LATTICE.sign(TEXT)
    assert SECONDS.to_bytes(8, "big") == signed[:8]
    message = b"subtree/v1\n\x00\x12witness.example/w2" + SECONDS.to_bytes(8, "big") + b"\x13log.example/parcels"
    message += bytes(16) + sha256(b"").digest()
    MLDSA44PublicKey.from_public_bytes(LATTICE.key.public_key).verify(signed[8:], message)


def test_further_signatures_go_behind_those_that_a_note_has() -> None:
    assert sign_note(TEXT, [PLAIN, WITNESS]) == cosign_note(sign_note(TEXT, [PLAIN]), [WITNESS])


def test_signatures_of_unknown_keys_are_ignored() -> None:
    note = parse_note(sign_note(TEXT, [OTHER, PLAIN, WITNESS]))
    assert (Verified(PLAIN.key, None),) == verify_note(note, [PLAIN.key])
    # Neither the name alone nor the id alone makes a key known.
    lines = [SignatureLine("else.example", PLAIN.key.key_id, b"x"), SignatureLine(PLAIN.key.name, 7, b"x")]
    note = Note(note.text, (*lines, *note.signatures))
    assert (Verified(PLAIN.key, None),) == verify_note(note, [PLAIN.key])


def test_a_note_that_no_given_key_signed_is_refused_naming_who_did() -> None:
    note = parse_note(sign_note(TEXT, [OTHER]))
    with pytest.raises(
        KeyUnknown, match=rf"by {PLAIN.key}, and its 1 signatures are by {OTHER.key}".replace("+", r"\+")
    ):
        verify_note(note, [PLAIN.key])
    with pytest.raises(KeyUnknown, match="none is given"):
        verify_note(note, [])


@pytest.mark.parametrize("signer", SIGNERS, ids=lambda signer: type(signer).__name__)
def test_one_wrong_signature_of_a_known_key_spoils_the_note(signer: Signer) -> None:
    right = parse_note(sign_note(TEXT, [signer]))
    for text in (TEXT.replace("0", "1"), "not a checkpoint\n", TEXT[:-2] + "\n"):
        with pytest.raises(SignatureInvalid, match=signer.key.name):
            verify_note(Note(text, right.signatures), [signer.key])
    for signature in (b"x", b"x" * 8, b"x" * 9, bytes(64), bytes(72), bytes(2428), b"\xff" * 72):
        wrong = SignatureLine(signer.key.name, signer.key.key_id, signature)
        with pytest.raises(SignatureInvalid):
            verify_note(Note(TEXT, (*right.signatures, wrong)), [signer.key])


def test_a_cosignature_of_another_time_is_refused() -> None:
    for signer in (WITNESS, LATTICE):
        later = (SECONDS + 1).to_bytes(8, "big") + signer.sign(TEXT)[8:]
        with pytest.raises(SignatureInvalid):
            signer.key.verify(TEXT, later)


def test_a_cosignature_of_a_time_past_the_largest_is_refused() -> None:
    last, late = (
        Ed25519Cosigner(name="late.example", seed=b"c" * 32, clock_seconds=clock_seconds)
        for clock_seconds in (lambda: 2**63 - 1, lambda: 2**63)
    )
    assert 2**63 - 1 == last.key.verify(TEXT, last.sign(TEXT))
    with pytest.raises(SignatureInvalid, match="must begin with a time"):
        late.key.verify(TEXT, late.sign(TEXT))


@pytest.mark.parametrize(("name", "origin"), [(255, 19), (19, 255), (256, 19), (19, 256)])
def test_names_of_255_bytes_can_be_cosigned_with_ml_dsa_44_and_no_longer_ones(name: int, origin: int) -> None:
    cosigner = MlDsa44Cosigner(name="x" * name, seed=b"d" * 32, clock_seconds=lambda: SECONDS)
    text = TEXT.replace("log.example/parcels", "y" * origin)
    if max(name, origin) == 255:
        assert SECONDS == cosigner.key.verify(text, cosigner.sign(text))
    else:
        with pytest.raises(CheckpointMalformed, match="at most 255 bytes"):
            cosigner.sign(text)
        with pytest.raises(SignatureInvalid):
            cosigner.key.verify(text, LATTICE.sign(TEXT))


def test_every_single_bit_of_a_signed_note_matters() -> None:
    data = sign_note(TEXT, [PLAIN])
    number = int.from_bytes(data, "big")
    for bit in range(8 * len(data)):
        changed = (number ^ 1 << bit).to_bytes(len(data), "big")
        with pytest.raises(TlogError):
            verify_note(parse_note(changed), [PLAIN.key])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"\n\n",
        b"text\n",
        b"text\n\n",
        b"text\n\n\n",
        "text\n\n\u2014 name".encode(),
        "text\n\u2014 name AAAAAAA=\n".encode(),
        "text\n\n\u2014 name AAAAAAA=".encode(),
        "text\n\n\u2014 name AAAAAAA=\n\n".encode(),
        "text\n\n\u2014 name  AAAAAAA=\n".encode(),
        "text\n\n\u2014  AAAAAAA=\n".encode(),
        "text\n\n\u2014 name AAAAAAA\n".encode(),
        "text\n\n\u2014 name AAAAAAB=\n".encode(),
        "text\n\n\u2014 name AAAAAA==\n".encode(),
        "text\n\n\u2014 name AAAAAAA= \n".encode(),
        "text\n\n\u2014 na+me AAAAAAA=\n".encode(),
        "text\n\n\u2014 na\u00a0me AAAAAAA=\n".encode(),
        "text\n\n\u2014 na\u2003me AAAAAAA=\n".encode(),
        "text\n\n\u2013 name AAAAAAA=\n".encode(),
        b"text\n\n- name AAAAAAA=\n",
        "te\txt\n\n\u2014 name AAAAAAA=\n".encode(),
        "te\r\nxt\n\n\u2014 name AAAAAAA=\n".encode(),
        "te\0xt\n\n\u2014 name AAAAAAA=\n".encode(),
        "text\n\n\u2014 na\x01me AAAAAAA=\n".encode(),
        b"te\xffxt\n\n\xe2\x80\x94 name AAAAAAA=\n",
        "text\n\n\u2014 name AAAAAAA=\nmore\n".encode(),
        b"x" * NOTE_BYTES_MAX + "\n\n\u2014 name AAAAAAA=\n".encode(),
        None,
        "text\n\n\u2014 name AAAAAAA=\n",
    ],
)
def test_bytes_of_any_other_form_are_refused(data: Any) -> None:
    with pytest.raises(NoteMalformed):
        parse_note(data)


def test_the_shortest_note_and_one_with_lines_like_signatures_are_read() -> None:
    for text in ("\n", "\n\n", "\u2014 name AAAAAAA=\n", "a\n\n\u2014 name AAAAAAA=\n", "\u00e8 subito sera\n\x7f\n"):
        data = f"{text}\n\u2014 name AAAAAAA=\n".encode()
        assert Note(text, (SignatureLine("name", 0, b"\0"),)) == parse_note(data)
        assert data == parse_note(data).to_bytes()


def test_a_note_has_at_most_100_signatures_and_1_000_000_bytes() -> None:
    assert (100, 1_000_000) == (SIGNATURES_MAX, NOTE_BYTES_MAX)
    line = SignatureLine("name", 0, b"\0")
    parse_note(Note("\n", (line,) * SIGNATURES_MAX).to_bytes())
    with pytest.raises(NoteMalformed):
        Note("\n", (line,) * (SIGNATURES_MAX + 1))
    with pytest.raises(NoteMalformed):
        parse_note(("\n\n" + f"{line.to_text()}\n" * (SIGNATURES_MAX + 1)).encode())
    longest = "x" * (NOTE_BYTES_MAX - len(Note("\n", (line,)).to_bytes())) + "\n"
    assert NOTE_BYTES_MAX == len(parse_note(Note(longest, (line,)).to_bytes()).to_bytes())
    with pytest.raises(NoteMalformed):
        Note("x" + longest, (line,)).to_bytes()


@pytest.mark.parametrize("text", ["", "no newline", "tab\t\n", "\x1f\n", "lone \ud800\n", "\r\n", None])
def test_a_text_that_no_note_can_have_is_not_signed(text: Any) -> None:
    with pytest.raises(NoteMalformed):
        Note(text, (SignatureLine("name", 0, b"\0"),))
    with pytest.raises(NoteMalformed):
        sign_note(TEXT, [])


@pytest.mark.parametrize(
    "arguments", [("", 0, b"x"), ("a b", 0, b"x"), ("a", 2**32, b"x"), ("a", -1, b"x"), ("a", 0, b"")]
)
def test_a_line_that_no_note_can_have_is_refused(arguments: tuple[str, int, bytes]) -> None:
    with pytest.raises(NoteMalformed):
        SignatureLine(*arguments)


signature_lines = st.builds(
    SignatureLine,
    st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters="+"), min_size=1, max_size=30),
    st.integers(0, 2**32 - 1),
    st.binary(min_size=1, max_size=100),
)
texts = st.text(st.characters(exclude_categories=("Cc", "Cs")) | st.just("\n"), max_size=60).map(
    lambda text: f"{text}\n"
)


@FUZZ
@given(texts, st.lists(signature_lines, min_size=1, max_size=5))
def test_any_note_is_read_as_it_is_written(text: str, lines: list[SignatureLine]) -> None:
    note = Note(text, tuple(lines))
    assert note == parse_note(note.to_bytes())


@FUZZ
@given(st.data(), st.binary(max_size=8), st.integers(0, 300), st.integers(0, 8))
def test_reading_a_note_is_total_and_what_is_read_is_written_alike(
    data: st.DataObject, piece: bytes, place: int, removed: int
) -> None:
    whole = data.draw(st.sampled_from([sign_note(TEXT, [PLAIN, WITNESS]), b"\n\n\xe2\x80\x94 a AAAAAAA=\n"]))
    changed = whole[:place] + piece + whole[place + removed :]
    try:
        note = parse_note(changed)
    except NoteMalformed:
        return
    assert changed == note.to_bytes()


def test_two_keys_that_no_signature_could_tell_apart_are_refused() -> None:
    twin = VerifierKey(PLAIN.key.name, SignatureType.ED25519, OTHER.key.public_key)
    object.__setattr__(twin, "key_id", PLAIN.key.key_id)
    note = parse_note(sign_note(TEXT, [PLAIN]))
    with pytest.raises(KeyMalformed, match="two different keys"):
        verify_note(note, [PLAIN.key, twin])
    assert (Verified(PLAIN.key, None),) == verify_note(note, [PLAIN.key, PLAIN.key])
