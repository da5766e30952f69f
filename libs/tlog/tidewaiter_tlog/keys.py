"""The keys of signed notes: their names, their short ids, and how they verify (c2sp.org/signed-note)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import IntEnum
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from tidewaiter_tlog.cosignature import ed25519_message, ml_dsa_44_message, split_timestamp
from tidewaiter_tlog.encodings import decode_base64, encode_base64, is_line
from tidewaiter_tlog.errors import CheckpointMalformed, KeyMalformed, SignatureInvalid, shown

KEY_TEXT_CHARACTERS_MAX: Final = 4096
KEY_NAME_CHARACTERS_MAX: Final = 1024
_KEY_ID_BYTES: Final = 4
_KEY_ID_TEXT = re.compile("[0-9a-f]{8}")


class SignatureType(IntEnum):
    """The signature types that this library can verify, by their identifier bytes."""

    ED25519 = 0x01
    ED25519_COSIGNATURE = 0x04
    ML_DSA_44_COSIGNATURE = 0x06


_PUBLIC_KEY_BYTES: Final = {
    SignatureType.ED25519: 32,
    SignatureType.ED25519_COSIGNATURE: 32,
    SignatureType.ML_DSA_44_COSIGNATURE: 1312,
}


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with the name that its signatures carry; raises KeyMalformed when the two cannot be one.

    The name has no space and no plus; the public key is 32 bytes (Ed25519) or 1,312 bytes (ML-DSA-44).
    """

    name: str
    signature_type: SignatureType
    public_key: bytes = field(repr=False)
    key_id: int = field(init=False)
    """The short id that tells the keys of one name apart: 32 bits, not a fingerprint to trust."""
    _loaded: Ed25519PublicKey | MLDSA44PublicKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_key_name(self.name)
        length = _PUBLIC_KEY_BYTES[self.signature_type]
        if not isinstance(self.public_key, bytes) or len(self.public_key) != length:
            raise KeyMalformed(f"the public key of {self.name} must be {length} bytes, and is {shown(self.public_key)}")
        object.__setattr__(self, "key_id", _key_id(self.name, self.signature_type, self.public_key))
        object.__setattr__(self, "_loaded", _load(self.signature_type, self.public_key))

    def __str__(self) -> str:
        """The name and the short id, as messages show the key."""
        return f"{self.name}+{self.key_id:08x}"

    def to_text(self) -> str:
        """The verifier key as text: name, short id in hex, and base 64 of type and public key, joined by plus."""
        return f"{self}+{encode_base64(bytes([self.signature_type]) + self.public_key)}"

    def verify(self, text: str, signature: bytes) -> int | None:
        """Returns when this key made the signature over the note text; else SignatureInvalid.

        What it returns is the time of a cosignature in POSIX seconds, and None for a plain signature.
        """
        seconds, bare = None, signature
        if self.signature_type is not SignatureType.ED25519:
            seconds, bare = split_timestamp(signature)
        try:
            self._loaded.verify(bare, self._message(text, seconds))
        except InvalidSignature as cause:
            raise SignatureInvalid(
                f"the signature named {self} must be by that key over this text, and is not"
            ) from cause
        except CheckpointMalformed as cause:
            raise SignatureInvalid(f"the cosignature named {self} must be of a checkpoint, and is not") from cause
        return seconds

    def _message(self, text: str, seconds: int | None) -> bytes:
        if seconds is None:
            return text.encode()
        if self.signature_type is SignatureType.ED25519_COSIGNATURE:
            return ed25519_message(text, seconds)
        return ml_dsa_44_message(text, seconds, cosigner=self.name)


def parse_verifier_key(text: str) -> VerifierKey:
    """The key that to_text wrote; raises KeyMalformed for anything else, also for a short id of another key."""
    if not isinstance(text, str) or len(text) > KEY_TEXT_CHARACTERS_MAX:
        raise KeyMalformed(f"a verifier key must be a text of at most {KEY_TEXT_CHARACTERS_MAX} characters")
    parts = text.split("+", 2)
    if len(parts) != 3 or _KEY_ID_TEXT.fullmatch(parts[1]) is None:
        raise KeyMalformed("a verifier key must be name+8 lowercase hex digits+base 64, and is not")
    name, id_text, encoded = parts
    material = decode_base64(encoded, what="the last part of a verifier key", error=KeyMalformed)
    key = VerifierKey(name, signature_type_of(material), material[1:])
    if id_text != f"{key.key_id:08x}":
        raise KeyMalformed(f"the verifier key of {name} must have the key id {key.key_id:08x}, and has {id_text}")
    return key


def check_key_name(name: str) -> None:
    """Raises KeyMalformed unless the name is 1 to 1,024 characters without Unicode spaces, plus or controls."""
    if not isinstance(name, str) or len(name) > KEY_NAME_CHARACTERS_MAX or not is_key_name(name):
        raise KeyMalformed(
            f"a key name must be 1 to {KEY_NAME_CHARACTERS_MAX} characters without space, plus or control character"
        )


def is_key_name(name: str) -> bool:
    """Whether a signature line can carry the name (c2sp.org/signed-note, format)."""
    return is_line(name) and "+" not in name and not any(character.isspace() for character in name)


def signature_type_of(material: bytes) -> SignatureType:
    """The signature type that key material begins with; raises KeyMalformed for one that is not supported."""
    try:
        return SignatureType(material[0])
    except (IndexError, ValueError) as cause:
        supported = ", ".join(f"0x{kind:02x}" for kind in SignatureType)
        raise KeyMalformed(f"the signature type of a key must be one of {supported}, and is not") from cause


def _key_id(name: str, signature_type: SignatureType, public_key: bytes) -> int:
    digest = sha256(name.encode() + b"\n" + bytes([signature_type]) + public_key).digest()
    return int.from_bytes(digest[:_KEY_ID_BYTES], "big")


def _load(signature_type: SignatureType, public_key: bytes) -> Ed25519PublicKey | MLDSA44PublicKey:
    try:
        if signature_type is SignatureType.ML_DSA_44_COSIGNATURE:
            return MLDSA44PublicKey.from_public_bytes(public_key)
        return Ed25519PublicKey.from_public_bytes(public_key)
    except (ValueError, UnsupportedAlgorithm) as cause:
        raise KeyMalformed("the public key must be one that the cryptographic library accepts, and is not") from cause
