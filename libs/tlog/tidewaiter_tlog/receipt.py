"""Receipts: the offline proof that an entry is in a log (c2sp.org/tlog-proof@v1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from tidewaiter_tlog.checkpoint import verify_checkpoint
from tidewaiter_tlog.checkpoint_text import Checkpoint
from tidewaiter_tlog.encodings import decode_base64, decode_decimal, encode_base64
from tidewaiter_tlog.errors import ReceiptMalformed, shown
from tidewaiter_tlog.hashing import are_hashes, leaf_hash
from tidewaiter_tlog.keys import VerifierKey
from tidewaiter_tlog.proof import verify_inclusion
from tidewaiter_tlog.tree import TREE_SIZE_MAX, LeafIndex

RECEIPT_HEADER: Final = "c2sp.org/tlog-proof@v1"
RECEIPT_BYTES_MAX: Final = 2_000_000
RECEIPT_SUFFIX: Final = ".tlog-proof"
PROOF_HASHES_MAX: Final = 63

_EXTRA: Final = "extra "
_INDEX: Final = "index "


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """An entry's index, its inclusion proof and the signed checkpoint it leads to; else ReceiptMalformed.

    `extra` is whatever the application wants carried along, None for nothing; NO signature covers it.
    """

    leaf_index: LeafIndex
    proof: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    def __post_init__(self) -> None:
        index = self.leaf_index
        if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < TREE_SIZE_MAX:
            raise ReceiptMalformed(f"the leaf index must be an integer from 0 to 2^63 - 2, and is {shown(index)}")
        if not isinstance(self.proof, tuple) or len(self.proof) > PROOF_HASHES_MAX or not are_hashes(self.proof):
            raise ReceiptMalformed(
                f"the proof must be at most {PROOF_HASHES_MAX} hashes of 32 bytes, and is {shown(self.proof)}"
            )
        for what, value in (("the checkpoint", self.checkpoint), ("the extra data", self.extra or b"")):
            if not isinstance(value, bytes):
                raise ReceiptMalformed(f"{what} in a receipt must be bytes, and is {shown(value)}")
        if not self.checkpoint:
            raise ReceiptMalformed("a receipt must end with the signed checkpoint, and has none")

    def to_bytes(self) -> bytes:
        """The receipt as handed out; raises ReceiptMalformed above 2,000,000 bytes."""
        lines = [RECEIPT_HEADER]
        if self.extra is not None:
            lines.append(_EXTRA + encode_base64(self.extra))
        lines.append(f"{_INDEX}{self.leaf_index}")
        lines += map(encode_base64, self.proof)
        data = "\n".join(lines).encode() + b"\n\n" + self.checkpoint
        _check_length(data)
        return data

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The receipt that to_bytes wrote, nothing in it verified; raises ReceiptMalformed for anything else.

        The checkpoint is taken as it stands, and looked into when it is verified.
        """
        _check_length(data)
        head, blank, checkpoint = data.partition(b"\n\n")
        if not blank:
            raise ReceiptMalformed("a receipt must have an empty line before its checkpoint, and has none")
        try:
            header, *lines = head.decode("ascii").split("\n")
        except UnicodeDecodeError as cause:
            raise ReceiptMalformed("a receipt must be ASCII before its checkpoint, and is not") from cause
        if header != RECEIPT_HEADER:
            raise ReceiptMalformed(f"a receipt must begin with the line {RECEIPT_HEADER}, and does not")
        extra = _parse_extra(lines.pop(0)) if lines and lines[0].startswith(_EXTRA) else None
        if not lines or not lines[0].startswith(_INDEX):
            raise ReceiptMalformed("a receipt must name the index of its entry after the header, and does not")
        index = decode_decimal(lines[0].removeprefix(_INDEX), what="the index in a receipt", error=ReceiptMalformed)
        return cls(leaf_index=LeafIndex(index), proof=_parse_proof(lines[1:]), checkpoint=checkpoint, extra=extra)


def verify_receipt(
    receipt_bytes: bytes,
    leaf_data: bytes,
    verifier_keys: Sequence[VerifierKey],
    *,
    origin: str | None = None,
    witness_keys: Sequence[VerifierKey] = (),
    witnesses_min: int = 0,
) -> Checkpoint:
    """The checkpoint of the tree that has exactly these bytes as an entry, by the word of the log that signed it.

    `verifier_keys` are those of the log; `origin`, witness keys and their least number are as in
    verify_checkpoint. Everything wrong is a TlogError: ReceiptMalformed, NoteMalformed, CheckpointMalformed,
    KeyUnknown, SignatureInvalid, or ProofInvalid when all is signed and the entry is not there.
    """
    return verify_receipt_of_hash(
        receipt_bytes,
        leaf_hash(leaf_data),
        verifier_keys,
        origin=origin,
        witness_keys=witness_keys,
        witnesses_min=witnesses_min,
    )


def verify_receipt_of_hash(
    receipt_bytes: bytes,
    hash_of_leaf: bytes,
    verifier_keys: Sequence[VerifierKey],
    *,
    origin: str | None = None,
    witness_keys: Sequence[VerifierKey] = (),
    witnesses_min: int = 0,
) -> Checkpoint:
    """As verify_receipt, for one who has the leaf hash of the entry, 32 bytes, and not the entry."""
    # The steps of c2sp.org/tlog-proof, verifying: 1, the leaf hash, is the caller's.
    receipt = Receipt.from_bytes(receipt_bytes)
    # 2 and 3: the log and the witnesses signed this tree.
    checkpoint = verify_checkpoint(
        receipt.checkpoint,
        verifier_keys,
        origin=origin,
        witness_keys=witness_keys,
        witnesses_min=witnesses_min,
    )
    # 4: the tree has this entry at this index.
    verify_inclusion(receipt.leaf_index, checkpoint.tree_size, hash_of_leaf, receipt.proof, checkpoint.root)
    return checkpoint


def _parse_extra(line: str) -> bytes:
    return decode_base64(line.removeprefix(_EXTRA), what="the extra line of a receipt", error=ReceiptMalformed)


def _parse_proof(lines: Sequence[str]) -> tuple[bytes, ...]:
    if len(lines) > PROOF_HASHES_MAX:
        raise ReceiptMalformed(f"a receipt must have at most {PROOF_HASHES_MAX} proof lines, and has {len(lines)}")
    return tuple(decode_base64(line, what="a proof line of a receipt", error=ReceiptMalformed) for line in lines)


def _check_length(data: bytes) -> None:
    if not isinstance(data, bytes) or len(data) > RECEIPT_BYTES_MAX:
        raise ReceiptMalformed(f"a receipt must be at most {RECEIPT_BYTES_MAX} bytes, and is {shown(data)}")
