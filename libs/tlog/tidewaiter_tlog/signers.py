"""The private half of the keys of signed notes: Ed25519 signatures, and cosignatures of both kinds.

The private key is 32 bytes that the caller made at random and keeps in a file; no object here shows it when printed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from tidewaiter_tlog.cosignature import ed25519_message, join_timestamp, ml_dsa_44_message
from tidewaiter_tlog.encodings import decode_base64, encode_base64
from tidewaiter_tlog.errors import KeyMalformed, shown
from tidewaiter_tlog.keys import KEY_TEXT_CHARACTERS_MAX, SignatureType, VerifierKey, signature_type_of

SEED_BYTES: Final = 32
_PRIVATE_PREFIX: Final = "PRIVATE+KEY+"

ClockSeconds = Callable[[], int]
"""The POSIX time in whole seconds."""


class Signer(Protocol):
    """Whoever can put a signature line under a note."""

    @property
    def key(self) -> VerifierKey:
        """The public half."""

    def sign(self, text: str) -> bytes:
        """The signature over a note text, without the key id before it."""


class Ed25519Signer:
    """Signs notes with Ed25519, signature type 0x01: what every C2SP tool can verify.

    Raises KeyMalformed for a seed that is not 32 bytes or a name that no signature line can carry.
    """

    __slots__ = ("_private", "_seed", "key")

    def __init__(self, *, name: str, seed: bytes) -> None:
        self._seed = _checked_seed(seed)
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.key = VerifierKey(name, SignatureType.ED25519, self._private.public_key().public_bytes_raw())

    def sign(self, text: str) -> bytes:
        """The signature over a note text, 64 bytes (RFC 8032)."""
        return self._private.sign(text.encode())

    def to_private_text(self) -> str:
        """The private key as text, PRIVATE+KEY+ and then as a verifier key, in the form other note tools read."""
        return _private_text(self.key, self._seed)

    @classmethod
    def from_private_text(cls, text: str) -> Self:
        """The signer whose key to_private_text wrote; raises KeyMalformed for anything else, showing none of it."""
        name, key_id, seed = _read_private(text, SignatureType.ED25519)
        signer = cls(name=name, seed=seed)
        _refuse_other_id(signer.key, key_id)
        return signer


class Ed25519Cosigner:
    """Cosigns checkpoints with Ed25519, signature type 0x04, at the time of its clock."""

    __slots__ = ("_clock_seconds", "_private", "_seed", "key")

    def __init__(self, *, name: str, seed: bytes, clock_seconds: ClockSeconds) -> None:
        self._seed = seed
        self._private = Ed25519PrivateKey.from_private_bytes(_checked_seed(seed))
        self._clock_seconds = clock_seconds
        self.key = VerifierKey(name, SignatureType.ED25519_COSIGNATURE, self._private.public_key().public_bytes_raw())

    def sign(self, text: str) -> bytes:
        """The timestamped signature over a checkpoint text, 72 bytes."""
        seconds = self._clock_seconds()
        return join_timestamp(seconds, self._private.sign(ed25519_message(text, seconds)))

    def to_private_text(self) -> str:
        """The private key as text, as that of a signer, with its own signature type."""
        return _private_text(self.key, self._seed)

    @classmethod
    def from_private_text(cls, text: str, *, clock_seconds: ClockSeconds) -> Self:
        """The cosigner whose key to_private_text wrote; raises KeyMalformed for anything else, showing none of it."""
        name, key_id, seed = _read_private(text, SignatureType.ED25519_COSIGNATURE)
        cosigner = cls(name=name, seed=seed, clock_seconds=clock_seconds)
        _refuse_other_id(cosigner.key, key_id)
        return cosigner


class MlDsa44Cosigner:
    """Cosigns checkpoints with ML-DSA-44, signature type 0x06, at the time of its clock; raises CheckpointMalformed.

    It is safe against quantum computers, and what C2SP recommends beside the Ed25519 signature of a public log.
    """

    __slots__ = ("_clock_seconds", "_private", "key")

    def __init__(self, *, name: str, seed: bytes, clock_seconds: ClockSeconds) -> None:
        self._private = MLDSA44PrivateKey.from_seed_bytes(_checked_seed(seed))
        self._clock_seconds = clock_seconds
        self.key = VerifierKey(name, SignatureType.ML_DSA_44_COSIGNATURE, self._private.public_key().public_bytes_raw())

    def sign(self, text: str) -> bytes:
        """The timestamped signature over a checkpoint text, 2,428 bytes."""
        seconds = self._clock_seconds()
        return join_timestamp(seconds, self._private.sign(ml_dsa_44_message(text, seconds, cosigner=self.key.name)))


def _private_text(key: VerifierKey, seed: bytes) -> str:
    return f"{_PRIVATE_PREFIX}{key}+{encode_base64(bytes([key.signature_type]) + seed)}"


def _read_private(text: str, signature_type: SignatureType) -> tuple[str, str, bytes]:
    """Name, key id in hex and seed of a private key of this type."""
    if not isinstance(text, str) or len(text) > KEY_TEXT_CHARACTERS_MAX or not text.startswith(_PRIVATE_PREFIX):
        raise KeyMalformed(
            f"a private note key must be at most {KEY_TEXT_CHARACTERS_MAX} characters "
            f"and begin with {_PRIVATE_PREFIX}, and is not or does not"
        )
    parts = text.removeprefix(_PRIVATE_PREFIX).split("+", 2)
    if len(parts) != 3:
        raise KeyMalformed("a private note key must be PRIVATE+KEY+name+key id+base 64, and is not")
    material = decode_base64(parts[2], what="the last part of a private note key", error=KeyMalformed)
    if signature_type_of(material) is not signature_type:
        raise KeyMalformed(f"a private note key must be of signature type 0x{signature_type:02x}, and is not")
    return parts[0], parts[1], material[1:]


def _refuse_other_id(key: VerifierKey, key_id: str) -> None:
    if key_id != f"{key.key_id:08x}":
        raise KeyMalformed(f"the key id in the private note key must be {key.key_id:08x}, and is another")


def _checked_seed(seed: bytes) -> bytes:
    if not isinstance(seed, bytes) or len(seed) != SEED_BYTES:
        raise KeyMalformed(f"the seed of a private key must be {SEED_BYTES} bytes, and is {shown(seed)}")
    return seed
