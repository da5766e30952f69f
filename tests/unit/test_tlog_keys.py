"""Keys are read as they are written, public and private; whatever else is given is refused without showing it."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tidewaiter_tlog.errors import KeyMalformed
from tidewaiter_tlog.note import (
    Ed25519Cosigner,
    Ed25519Signer,
    MlDsa44Cosigner,
    SignatureType,
    Signer,
    VerifierKey,
    parse_verifier_key,
)

# A busy machine is no failure of the code under test.
FUZZ = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

TEXT = "text\n"
PLAIN = Ed25519Signer(name="log.example/parcels", seed=b"a" * 32)
SIGNERS: list[Signer] = [
    PLAIN,
    Ed25519Cosigner(name="witness.example/w1", seed=b"c" * 32, clock_seconds=lambda: 5),
    MlDsa44Cosigner(name="witness.example/w2", seed=b"d" * 32, clock_seconds=lambda: 5),
]


def test_a_key_id_is_the_start_of_a_hash_over_name_type_and_key() -> None:
    for signer, kind in zip(SIGNERS, (1, 4, 6), strict=True):
        hashed = sha256(signer.key.name.encode() + b"\n" + bytes([kind]) + signer.key.public_key).hexdigest()
        assert hashed[:8] == f"{signer.key.key_id:08x}"
        assert f"{signer.key.name}+{hashed[:8]}" == str(signer.key)


def test_keys_of_every_type_are_read_as_they_are_written() -> None:
    for signer in SIGNERS:
        assert signer.key == parse_verifier_key(signer.key.to_text())


def test_a_private_key_is_read_as_it_is_written_and_never_shown() -> None:
    text = PLAIN.to_private_text()
    again = Ed25519Signer.from_private_text(text)
    assert (PLAIN.key, PLAIN.sign(TEXT), text) == (again.key, again.sign(TEXT), again.to_private_text())
    assert text.startswith(f"PRIVATE+KEY+{PLAIN.key}+")
    assert "YWFh" not in repr(PLAIN) + repr(PLAIN.key)
    assert "aaaa" not in repr(PLAIN) + repr(PLAIN.key)


@pytest.mark.parametrize(
    "change", [("PRIVATE", "PUBLIC"), ("log", "lag"), ("AW", "BW"), ("AWFh", "AWF"), ("+KEY+", "+KEY")]
)
def test_a_private_key_of_any_other_form_is_refused_without_showing_it(change: tuple[str, str]) -> None:
    with pytest.raises(KeyMalformed) as refusal:
        Ed25519Signer.from_private_text(PLAIN.to_private_text().replace(*change))
    assert "YWFh" not in str(refusal.value)


def test_a_seed_of_the_wrong_length_is_refused() -> None:
    for seed in (b"", b"x" * 31, b"x" * 33, None, "x" * 32):
        with pytest.raises(KeyMalformed):
            Ed25519Signer(name="a", seed=seed)  # type: ignore[arg-type]
        with pytest.raises(KeyMalformed):
            Ed25519Cosigner(name="a", seed=seed, clock_seconds=lambda: 0)  # type: ignore[arg-type]
        with pytest.raises(KeyMalformed):
            MlDsa44Cosigner(name="a", seed=seed, clock_seconds=lambda: 0)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\n", "a\u2003b", "\ud800", "x" * 1025, None, 7])
def test_a_name_that_no_signature_line_can_carry_is_refused(name: Any) -> None:
    with pytest.raises(KeyMalformed):
        Ed25519Signer(name=name, seed=b"a" * 32)


@pytest.mark.parametrize(
    "change",
    [
        ("+", "-"),
        ("log", "lag"),
        ("+A", "+B"),
        ("zQd", "zQ"),
        ("zQd", "zQd="),
        ("+Aa8G", "+Ba8G"),
        ("+c0a145fa", "+C0A145FA"),
        ("+", "++"),
        ("parcels+", "parcels+0"),
        ("A", " "),
    ],
)
def test_a_verifier_key_of_any_other_form_is_refused(change: tuple[str, str]) -> None:
    text = PLAIN.key.to_text()
    assert change[0] in text
    with pytest.raises(KeyMalformed):
        parse_verifier_key(text.replace(*change))


@FUZZ
@given(
    st.text(max_size=100)
    | st.builds(
        "{}+{}+{}".format,
        st.just("a"),
        st.from_regex("[0-9a-f]{8}", fullmatch=True),
        st.binary(max_size=40).map(lambda data: b64encode(data).decode()),
    )
)
def test_reading_a_key_is_total_and_what_is_read_is_written_alike(text: str) -> None:
    for read in (parse_verifier_key, Ed25519Signer.from_private_text):
        try:
            read(text)
        except KeyMalformed:
            continue
        assert text == parse_verifier_key(text).to_text()


@pytest.mark.parametrize(
    "material", [b"", b"\x00", b"\x01", b"\x02" + b"x" * 32, b"\x01" + b"x" * 31, b"\x06" + b"x" * 32]
)
def test_a_key_of_another_type_or_length_is_refused(material: bytes) -> None:
    with pytest.raises(KeyMalformed):
        parse_verifier_key(f"name+00000000+{b64encode(material).decode()}")


def test_the_longest_name_has_1024_characters_and_its_key_is_still_read() -> None:
    longest = MlDsa44Cosigner(name="x" * 1024, seed=b"d" * 32, clock_seconds=lambda: 5).key
    assert longest == parse_verifier_key(longest.to_text())
    with pytest.raises(KeyMalformed, match="at most 4096 characters"):
        parse_verifier_key("x" * 4097)
    with pytest.raises(KeyMalformed, match="at most 4096 characters"):
        Ed25519Signer.from_private_text("PRIVATE+KEY+" + "x" * 4085)


def test_a_private_key_with_a_plus_in_its_base_64_is_read_as_it_is_written() -> None:
    signer = Ed25519Signer(name="a", seed=b"xx" + b"\xfb\xef\xbe" * 10)
    assert signer.to_private_text().count("+") > 4
    assert signer.key == Ed25519Signer.from_private_text(signer.to_private_text()).key


@pytest.mark.parametrize("public_key", [bytearray(32), "x" * 32, None, b"x" * 31])
def test_a_public_key_that_is_not_its_bytes_is_refused(public_key: Any) -> None:
    with pytest.raises(KeyMalformed):
        VerifierKey("a", SignatureType.ED25519, public_key)
