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


def lease_lost() -> Failure:
    """Another process has become the writer of this log. Nothing of ours was written, and nothing more will be."""
    return Failure(
        kind=Kind.BUSY,
        reason="LEASE_LOST",
        detail="Another process has become the writer of this log and this one has stopped writing; "
        "repeat with the same decision ids.",
    )


def log_rolled_back(tree_size: int, marked: int) -> Failure:
    """The log is smaller than it once was."""
    return Failure(
        kind=Kind.CORRUPT,
        reason="LOG_ROLLED_BACK",
        detail=f"The log has {tree_size} entries and had {marked} when its high-water mark was made: its files were "
        "put back to an earlier state. Restore the newer ones.",
        facts={"tree_size": str(tree_size), "high_water": str(marked)},
    )


def log_forked(marked: int) -> Failure:
    """The log is another one than it once was."""
    return Failure(
        kind=Kind.CORRUPT,
        reason="LOG_FORKED",
        detail=f"The first {marked} entries are not those of which the high-water mark was made.",
        facts={"high_water": str(marked)},
    )


def high_water_absent(path: Path) -> Failure:
    """The mark is not where the setting says."""
    return Failure(
        kind=Kind.NOT_READY,
        reason="HIGH_WATER_ABSENT",
        detail=f"{path}: the high-water mark is not here. Put it back; or, for a log that never had one, start once "
        "with --begin-high-water.",
    )


def high_water_exists(path: Path) -> Failure:
    """A mark is begun once for a log."""
    return Failure(
        kind=Kind.NOT_READY,
        reason="HIGH_WATER_EXISTS",
        detail=f"{path}: there is a high-water mark here already, and it stays: a log was published up to it. Start "
        "without --begin-high-water, or name another file.",
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


def scrub_held_up() -> Failure:
    """What was erased is erased, and a reader of the file keeps its write-ahead log from being emptied."""
    return Failure(
        kind=Kind.BUSY,
        reason="SCRUB_HELD_UP",
        detail="The erasure is on the log and the data are deleted, but another reader of audit.db keeps the "
        "write-ahead log from being emptied: end backups and checks that run, then repeat with the same request id.",
    )


def retention_too_short(bound: str) -> Failure:
    """Asked to erase what the policy still keeps."""
    return invalid(
        Violation(
            field="recorded_before",
            code="RETENTION_TOO_SHORT",
            message=f"the policy keeps what was recorded from {bound} on: give an earlier time, or none",
        )
    )


def not_cosigned() -> Failure:
    """Too few witnesses have seen the entry so far."""
    return Failure(
        kind=Kind.NOT_READY,
        reason="NOT_COSIGNED",
        detail="No checkpoint that covers the entry is cosigned by enough witnesses yet: ask again in a while, or "
        "without cosignatures.",
    )


def witnesses_unusable(path: Path, problem: str) -> Failure:
    """The file of witnesses does not say what it must."""
    return Failure(
        kind=Kind.NOT_READY, reason="WITNESSES_UNUSABLE", detail=f"{path}: these are no witnesses to ask: {problem}."
    )


def log_frozen() -> Failure:
    """The log has its last entry."""
    return Failure(
        kind=Kind.NOT_READY,
        reason="LOG_FROZEN",
        detail="The log is frozen and takes nothing more; it is read for ever. Let intake record on its successor.",
    )


def heads_foreign() -> Failure:
    """The map of heads is of another log, or of this one as it no longer is."""
    return Failure(
        kind=Kind.NOT_READY,
        reason="HEADS_FOREIGN",
        detail="The map of heads does not belong to this log as it is: stop, delete heads.db in the data folder, "
        "and start again; the map is made anew from the log.",
    )


def history_too_long(shipment_id: str, entries_max: int) -> Failure:
    """A shipment with more entries than one answer holds."""
    return Failure(
        kind=Kind.FULL,
        reason="HISTORY_TOO_LONG",
        detail=f"The shipment has more than {entries_max} entries: read them from the log and follow their trail.",
        facts={"shipment_id": shipment_id},
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
