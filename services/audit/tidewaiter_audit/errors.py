"""How the log can fail. Each failure is a state of the world; its reason never changes."""

from __future__ import annotations

from pathlib import Path

from tidewaiter_chassis.failures import Failure, Kind, Violation, invalid


def leaf_too_large(leaf_bytes: int, leaf_bytes_max: int) -> Failure:
    """A decision that no entry bundle can carry, even with its goods beside the log."""
    return invalid(
        Violation(
            field="decision",
            code="LEAF_TOO_LARGE",
            message=f"its leaf is {leaf_bytes} bytes and may be {leaf_bytes_max}: give fewer or shorter reasons",
        )
    )


def contract_newer() -> Failure:
    """The caller is of a newer release than we are, and says more than we can write down."""
    return Failure(
        kind=Kind.NOT_READY,
        reason="CONTRACT_NEWER",
        detail="The request has a field that this release of audit does not know and would lose: "
        "run a newer audit first, then repeat with the same decision ids.",
    )


def decision_not_found(name: str) -> Failure:
    """No leaf under this id or index, or none yet."""
    return Failure(
        kind=Kind.NOT_FOUND,
        reason="DECISION_NOT_FOUND",
        detail="The log has no such decision; it appears once AppendDecisions has answered.",
        facts={"name": name},
    )


def log_moved() -> Failure:
    """Another process wrote to this log since we read it. Nothing of ours was written."""
    return Failure(
        kind=Kind.BUSY,
        reason="LOG_MOVED",
        detail="The log grew under another writer and was read again; repeat with the same decision ids.",
    )


def log_halted() -> Failure:
    """The log contradicted itself and takes nothing more until a person has looked and it was started again."""
    return Failure(
        kind=Kind.CORRUPT,
        reason="LOG_HALTED",
        detail="The log contradicted itself and stopped: run the whole-log check on its data, restore, start again.",
    )


def root_mismatch(detail: str) -> Failure:
    """What is stored does not lead to the root that was signed."""
    return Failure(kind=Kind.CORRUPT, reason="ROOT_MISMATCH", detail=f"The log does not match its checkpoint: {detail}")


def checkpoint_invalid(detail: str) -> Failure:
    """The newest checkpoint is not one that this log's key signed."""
    return Failure(kind=Kind.CORRUPT, reason="CHECKPOINT_INVALID", detail=f"The newest checkpoint is false: {detail}")


def proof_invalid(detail: str) -> Failure:
    """A proof that we made does not verify, so that it was given to nobody."""
    return Failure(kind=Kind.CORRUPT, reason="PROOF_INVALID", detail=f"The log could not prove its answer: {detail}")


def leaf_unreadable(leaf_index: int) -> Failure:
    """A leaf that hashes rightly and says nothing this release can read."""
    return Failure(
        kind=Kind.CORRUPT,
        reason="LEAF_UNREADABLE",
        detail="The leaf is not of a kind that this release reads: run the release that wrote it, or a newer one.",
        facts={"leaf_index": str(leaf_index)},
    )


def whole_log_false(problems: int, first: str) -> Failure:
    """The check of the whole log at start found it wrong."""
    return Failure(
        kind=Kind.CORRUPT,
        reason="LOG_FALSE",
        detail=f"The whole-log check found {problems} problems, the first: {first}",
        facts={"problems": str(problems)},
    )


def log_absent(where: Path | str) -> Failure:
    """There is no log here, and one is never made by accident."""
    return Failure(
        kind=Kind.NOT_READY,
        reason="LOG_ABSENT",
        detail=f"{where}: there is no log here; make one, once, with --create-log, or name the folder that has it.",
    )


def log_exists(folder: Path) -> Failure:
    """A log is made once."""
    return Failure(
        kind=Kind.NOT_READY,
        reason="LOG_EXISTS",
        detail=f"{folder}: there is a log here already; start without --create-log.",
    )


def key_absent(path: Path) -> Failure:
    """The log is here and its key is not."""
    return Failure(
        kind=Kind.NOT_READY,
        reason="KEY_ABSENT",
        detail=f"{path}: the key of the log is not here; put it back, for no other key can go on with this log.",
    )


def key_exposed(path: Path, mode: int) -> Failure:
    """Others on this machine may read or change the key."""
    return Failure(
        kind=Kind.NOT_READY,
        reason="KEY_EXPOSED",
        detail=f"{path}: the key may be used by its owner only and has mode {mode:04o}; make it 0600.",
    )


def key_unusable(path: Path, detail: str) -> Failure:
    """The file is not a key of this log."""
    return Failure(
        kind=Kind.NOT_READY, reason="KEY_UNUSABLE", detail=f"{path}: this is not the key of the log: {detail}."
    )
