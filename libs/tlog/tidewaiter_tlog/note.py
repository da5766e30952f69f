"""Signed notes: a text, a blank line, and a line for each signature (c2sp.org/signed-note)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from tidewaiter_tlog.encodings import brief, decode_base64, encode_base64, has_control, is_unicode
from tidewaiter_tlog.errors import KeyMalformed, KeyUnknown, NoteMalformed, shown
from tidewaiter_tlog.keys import SignatureType, VerifierKey, is_key_name, parse_verifier_key
from tidewaiter_tlog.signers import Ed25519Cosigner, Ed25519Signer, MlDsa44Cosigner, Signer

NOTE_BYTES_MAX: Final = 1_000_000
SIGNATURES_MAX: Final = 100
"""As in the first implementation of signed notes; the specification asks for at least 16."""

_LINE_START: Final = "\u2014 "
_KEY_ID_BYTES: Final = 4
_NAMES_SHOWN_MAX: Final = 3


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One signature as a note carries it: who claims to have signed, and the bytes; else NoteMalformed."""

    name: str
    key_id: int
    signature: bytes

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not is_key_name(self.name):
            raise NoteMalformed("the key name in a signature line must be without space, plus or control character")
        if not isinstance(self.key_id, int) or not 0 <= self.key_id < 1 << 8 * _KEY_ID_BYTES:
            raise NoteMalformed(f"the key id in a signature line must be 32 bits, and is {shown(self.key_id)}")
        if not isinstance(self.signature, bytes) or not self.signature:
            raise NoteMalformed(f"the signature in a signature line must be bytes, and is {shown(self.signature)}")

    def to_text(self) -> str:
        """The line without its newline."""
        signed = self.key_id.to_bytes(_KEY_ID_BYTES, "big") + self.signature
        return f"{_LINE_START}{self.name} {encode_base64(signed)}"


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends in a newline, and 1 to 100 signature lines, not verified yet; else NoteMalformed."""

    text: str
    signatures: tuple[SignatureLine, ...]

    def __post_init__(self) -> None:
        if not isinstance(self.text, str) or not self.text.endswith("\n"):
            raise NoteMalformed("the text of a note must end with a newline, and does not")
        if has_control(self.text, but_newline=True) or not is_unicode(self.text):
            raise NoteMalformed("the text of a note must be Unicode without control characters but newline, and is not")
        if not 1 <= len(self.signatures) <= SIGNATURES_MAX:
            raise NoteMalformed(f"a note must have 1 to {SIGNATURES_MAX} signatures, and has {len(self.signatures)}")

    def to_bytes(self) -> bytes:
        """The note as published; raises NoteMalformed above 1,000,000 bytes."""
        lines = "".join(f"{line.to_text()}\n" for line in self.signatures)
        data = f"{self.text}\n{lines}".encode()
        if len(data) > NOTE_BYTES_MAX:
            raise NoteMalformed(f"a note must be at most {NOTE_BYTES_MAX} bytes, and is {len(data)}")
        return data


@dataclass(frozen=True, slots=True)
class Verified:
    """That a key signed the text, and when, in POSIX seconds, if it is a cosignature."""

    key: VerifierKey
    seconds: int | None


def parse_note(data: bytes) -> Note:
    """The note that to_bytes wrote, its signatures not verified; raises NoteMalformed for anything else."""
    if not isinstance(data, bytes) or len(data) > NOTE_BYTES_MAX:
        raise NoteMalformed(f"a note must be at most {NOTE_BYTES_MAX} bytes, and is {shown(data)}")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError as cause:
        raise NoteMalformed("a note must be valid UTF-8, and is not") from cause
    # The last blank line parts text and signatures, because a text may have blank lines of its own.
    text, blank, lines = whole.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise NoteMalformed("a note must be a text, a blank line and whole signature lines, and is not")
    if lines.count("\n") > SIGNATURES_MAX:
        raise NoteMalformed(f"a note must have at most {SIGNATURES_MAX} signatures, and has more")
    return Note(f"{text}\n", tuple(_parse_line(line) for line in lines[:-1].split("\n")))


def sign_note(text: str, signers: Sequence[Signer]) -> bytes:
    """The note of this text, signed by each signer in order; raises NoteMalformed for a text no note can have."""
    return Note(text, tuple(_sign(text, signer) for signer in signers)).to_bytes()


def cosign_note(data: bytes, signers: Sequence[Signer]) -> bytes:
    """The same note with further signatures after those it has; these are not verified here."""
    note = parse_note(data)
    return Note(note.text, (*note.signatures, *(_sign(note.text, signer) for signer in signers))).to_bytes()


def verify_note(note: Note, keys: Iterable[VerifierKey]) -> tuple[Verified, ...]:
    """Who of these keys signed the note, in the order of its lines; at least one, else KeyUnknown.

    Lines of other keys are ignored. One line of a given key that does not verify spoils the note:
    SignatureInvalid.
    """
    known = _by_name_and_id(keys)
    verified = []
    for line in note.signatures:
        key = known.get((line.name, line.key_id))
        if key is not None:
            verified.append(Verified(key, key.verify(note.text, line.signature)))
    if not verified:
        signed_by = ", ".join(brief(f"{line.name}+{line.key_id:08x}") for line in note.signatures[:_NAMES_SHOWN_MAX])
        expected = " or ".join(map(str, known.values())) or "a known key (none is given)"
        raise KeyUnknown(
            f"the note must be signed by {expected}, and its {len(note.signatures)} signatures are by {signed_by}"
        )
    return tuple(verified)


def _by_name_and_id(keys: Iterable[VerifierKey]) -> dict[tuple[str, int], VerifierKey]:
    known: dict[tuple[str, int], VerifierKey] = {}
    for key in keys:
        if known.setdefault((key.name, key.key_id), key) != key:
            raise KeyMalformed(f"two different keys are both called {key}, so that no signature could tell them apart")
    return known


def _sign(text: str, signer: Signer) -> SignatureLine:
    return SignatureLine(signer.key.name, signer.key.key_id, signer.sign(text))


def _parse_line(line: str) -> SignatureLine:
    name, space, encoded = line.removeprefix(_LINE_START).partition(" ")
    if not line.startswith(_LINE_START) or not space:
        raise NoteMalformed("a signature line must be an em dash, a key name and base 64, parted by spaces, and is not")
    signed = decode_base64(encoded, what="the signature in a signature line", error=NoteMalformed)
    if len(signed) <= _KEY_ID_BYTES:
        raise NoteMalformed(f"a signature must be a key id of 4 bytes and more, and is {len(signed)} bytes")
    return SignatureLine(name, int.from_bytes(signed[:_KEY_ID_BYTES], "big"), signed[_KEY_ID_BYTES:])


__all__ = [
    "NOTE_BYTES_MAX",
    "SIGNATURES_MAX",
    "Ed25519Cosigner",
    "Ed25519Signer",
    "MlDsa44Cosigner",
    "Note",
    "SignatureLine",
    "SignatureType",
    "Signer",
    "Verified",
    "VerifierKey",
    "cosign_note",
    "parse_note",
    "parse_verifier_key",
    "sign_note",
    "verify_note",
]
