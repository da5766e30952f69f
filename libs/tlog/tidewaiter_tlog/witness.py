"""The witness protocol: what a log asks, and what a witness must see before it cosigns (c2sp.org/tlog-witness).

A witness that follows `judge`, and keeps what it cosigned before it answers, never cosigns two trees of one log of
which the smaller is not a prefix of the larger.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Self

from tidewaiter_tlog.checkpoint import verify_checkpoint
from tidewaiter_tlog.checkpoint_text import Checkpoint
from tidewaiter_tlog.encodings import decode_base64, decode_decimal, encode_base64
from tidewaiter_tlog.errors import ProofInvalid, TlogError, WitnessRequestMalformed
from tidewaiter_tlog.keys import VerifierKey
from tidewaiter_tlog.note import NOTE_BYTES_MAX, parse_note
from tidewaiter_tlog.proof import verify_consistency

ADD_CHECKPOINT_PATH: Final = "/add-checkpoint"
SIZE_TYPE: Final = "text/x.tlog.size"
REQUEST_BYTES_MAX: Final = NOTE_BYTES_MAX + 8_192
PROOF_LINES_MAX: Final = 63

_OLD: Final = "old "


@dataclass(frozen=True, slots=True, kw_only=True)
class AddCheckpoint:
    """A checkpoint to cosign, with the proof that it goes on from the size that the witness saw last."""

    old_size: int
    proof: tuple[bytes, ...]
    checkpoint: bytes

    def to_bytes(self) -> bytes:
        """The body of the request."""
        head = "".join(f"{line}\n" for line in (f"{_OLD}{self.old_size}", *map(encode_base64, self.proof)))
        return f"{head}\n".encode() + self.checkpoint

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The request of this body, its checkpoint not looked into; raises WitnessRequestMalformed."""
        if len(data) > REQUEST_BYTES_MAX:
            raise WitnessRequestMalformed(f"a request must be at most {REQUEST_BYTES_MAX} bytes, and is {len(data)}")
        head, blank, checkpoint = data.partition(b"\n\n")
        try:
            first, *lines = head.decode("ascii").split("\n")
        except UnicodeDecodeError as cause:
            raise WitnessRequestMalformed("a request must be ASCII before its checkpoint, and is not") from cause
        if not blank or not checkpoint or not first.startswith(_OLD) or len(lines) > PROOF_LINES_MAX:
            raise WitnessRequestMalformed(
                f"a request must be an old size, at most {PROOF_LINES_MAX} hashes, a blank line and a checkpoint"
            )
        error = WitnessRequestMalformed
        return cls(
            old_size=decode_decimal(first.removeprefix(_OLD), what="the old size", error=error),
            proof=tuple(decode_base64(line, what="a hash of the proof", error=error) for line in lines),
            checkpoint=checkpoint,
        )


class Refused(Exception):
    """Why a witness does not cosign, as an HTTP status; `known_size` is what it saw last, for a CONFLICT."""

    def __init__(self, status: HTTPStatus, problem: str, *, known_size: int | None = None) -> None:
        super().__init__(problem)
        self.status = status
        self.problem = problem
        self.known_size = known_size


def judge(body: bytes, *, logs: Mapping[str, Sequence[VerifierKey]], seen: Mapping[str, Checkpoint]) -> Checkpoint:
    """The checkpoint that may be cosigned: raises Refused otherwise.

    `logs` are the keys trusted for each origin, and `seen` the newest checkpoint cosigned of each. Whoever cosigns
    must hold `seen` still until the checkpoint is kept in its place.
    """
    try:
        request = AddCheckpoint.from_bytes(body)
        origin = Checkpoint.from_text(parse_note(request.checkpoint).text).origin
    except TlogError as error:
        # The root of the empty tree is a matter of its own: it is well formed, and cannot be.
        status = HTTPStatus.UNPROCESSABLE_ENTITY if "empty tree" in str(error) else HTTPStatus.BAD_REQUEST
        raise Refused(status, str(error)) from error
    if origin not in logs:
        raise Refused(HTTPStatus.NOT_FOUND, "no log of this origin is known")
    try:
        checkpoint = verify_checkpoint(request.checkpoint, logs[origin], origin=origin)
    except TlogError as error:
        raise Refused(HTTPStatus.FORBIDDEN, str(error)) from error
    if request.old_size > checkpoint.tree_size:
        raise Refused(HTTPStatus.BAD_REQUEST, "the old size is above that of the checkpoint")
    known = seen.get(origin)
    known_size = 0 if known is None else known.tree_size
    if request.old_size != known_size:
        raise Refused(HTTPStatus.CONFLICT, f"the size seen last is {known_size}", known_size=known_size)
    _check_goes_on(request, checkpoint, known)
    return checkpoint


def _check_goes_on(request: AddCheckpoint, checkpoint: Checkpoint, known: Checkpoint | None) -> None:
    try:
        if request.old_size == 0:
            if request.proof:
                raise ProofInvalid("from the empty tree the proof must be empty, and is not")
            return
        assert known is not None
        verify_consistency(known.tree_size, checkpoint.tree_size, request.proof, known.root, checkpoint.root)
    except ProofInvalid as error:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error
