"""Checkpoints: a tree signed by its log, and by the witnesses that saw it grow (c2sp.org/tlog-checkpoint)."""

from __future__ import annotations

from collections.abc import Sequence

from tidewaiter_tlog.checkpoint_text import Checkpoint
from tidewaiter_tlog.encodings import brief
from tidewaiter_tlog.errors import CheckpointMalformed, KeyUnknown, SignatureInvalid
from tidewaiter_tlog.keys import SignatureType, VerifierKey
from tidewaiter_tlog.note import Note, parse_note, sign_note, verify_note
from tidewaiter_tlog.signers import Signer


def sign_checkpoint(checkpoint: Checkpoint, signers: Sequence[Signer]) -> bytes:
    """The checkpoint as a signed note.

    A log must never sign two trees of which the smaller is not a prefix of the larger: that is for the caller
    to see to before calling this.
    """
    return sign_note(checkpoint.to_text(), signers)


def parse_checkpoint(data: bytes) -> Checkpoint:
    """What a signed checkpoint says, its signatures NOT verified; raises NoteMalformed or CheckpointMalformed."""
    return Checkpoint.from_text(parse_note(data).text)


def verify_checkpoint(
    data: bytes,
    verifier_keys: Sequence[VerifierKey],
    *,
    origin: str | None = None,
    witness_keys: Sequence[VerifierKey] = (),
    witnesses_min: int = 0,
) -> Checkpoint:
    """The checkpoint, once it is shown to be of the right log and signed by it.

    1. The note and the checkpoint in it are well formed: else NoteMalformed or CheckpointMalformed.
    2. Its origin is `origin`, or else the name of one of the log's verifier keys: else KeyUnknown.
    3. One of these keys signed it, and no line of theirs is wrong: else KeyUnknown or SignatureInvalid.
    4. At least `witnesses_min` of the witness keys cosigned it, and no line of theirs is wrong: else the same.
    """
    # 1
    note = parse_note(data)
    checkpoint = Checkpoint.from_text(note.text)
    # 2
    log_keys = [key for key in verifier_keys if origin is not None or key.name == checkpoint.origin]
    if not log_keys or (origin is not None and origin != checkpoint.origin):
        names = " or ".join(sorted({key.name for key in verifier_keys}))
        expected = origin or names or "the name of a key (none is given)"
        raise KeyUnknown(f"the origin of the checkpoint must be {expected}, and is {brief(checkpoint.origin)}")
    # 3
    _check_log_signature(note, checkpoint, log_keys)
    # 4
    _check_witnesses(note, witness_keys, witnesses_min)
    return checkpoint


def _check_log_signature(note: Note, checkpoint: Checkpoint, log_keys: Sequence[VerifierKey]) -> None:
    verified = verify_note(note, log_keys)
    # An ML-DSA-44 cosignature leaves extension lines out of what it signs, so alone it would let anyone add some.
    covered = any(signed.key.signature_type is not SignatureType.ML_DSA_44_COSIGNATURE for signed in verified)
    if checkpoint.extensions and not covered:
        raise SignatureInvalid("the extension lines must be covered by a signature of the log, and are not")


def _check_witnesses(note: Note, witness_keys: Sequence[VerifierKey], witnesses_min: int) -> None:
    if not witness_keys and witnesses_min <= 0:
        return
    try:
        # By name: a witness that signs with an old and a new key is still one witness.
        seen = len({signed.key.name for signed in verify_note(note, witness_keys)})
    except KeyUnknown:
        seen = 0
    if seen < witnesses_min:
        raise KeyUnknown(f"the checkpoint must be cosigned by {witnesses_min} of the given witnesses, and is by {seen}")


__all__ = ["Checkpoint", "CheckpointMalformed", "parse_checkpoint", "sign_checkpoint", "verify_checkpoint"]
