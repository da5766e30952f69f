"""What a witness keeps: the newest checkpoint that it cosigned of each log, durable before it answers."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import IO, Final

from tidewaiter_tlog.checkpoint import Checkpoint, parse_checkpoint
from tidewaiter_tlog.keys import VerifierKey
from tidewaiter_tlog.note import cosign_note, parse_note
from tidewaiter_tlog.signers import Signer
from tidewaiter_tlog.witness import AddCheckpoint, judge

from tidewaiter_cli.stopping import Stop

LOCK_FILE: Final = "witness.lock"
_SUFFIX: Final = ".checkpoint"


class Witness:
    """One witness, in one folder that no other process may use meanwhile."""

    def __init__(self, folder: Path, *, signer: Signer, log_keys: Iterable[VerifierKey]) -> None:
        """Stop when another process holds the folder, and what reading the files there raises."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._held = _held(folder / LOCK_FILE)
        self._folder = folder
        self._signer = signer
        self._logs: dict[str, list[VerifierKey]] = {}
        for key in log_keys:
            self._logs.setdefault(key.name, []).append(key)
        self._turn = Lock()
        self._seen: dict[str, Checkpoint] = {}
        for path in folder.glob(f"*{_SUFFIX}"):
            kept = parse_checkpoint(path.read_bytes())
            self._seen[kept.origin] = kept

    @property
    def key(self) -> VerifierKey:
        """By which its cosignatures are verified."""
        return self._signer.key

    def add_checkpoint(self, body: bytes) -> bytes:
        """The cosignature line for the checkpoint in the body; raises Refused.

        One request at a time, and kept before it is answered: else a later answer could roll an earlier one back.
        """
        with self._turn:
            checkpoint = judge(body, logs=self._logs, seen=self._seen)
            note = self._cosigned(AddCheckpoint.from_bytes(body).checkpoint)
            _keep(self._path(checkpoint.origin), note)
            self._seen[checkpoint.origin] = checkpoint
        return f"{parse_note(note).signatures[-1].to_text()}\n".encode()

    def newest(self, origin_hash: str) -> bytes | None:
        """The newest checkpoint cosigned of the log whose origin has this SHA-256, in hex."""
        for origin in list(self._seen):
            if sha256(origin.encode()).hexdigest() == origin_hash:
                return self._path(origin).read_bytes()
        return None

    def close(self) -> None:
        """Lets go of the folder."""
        self._held.close()

    def _cosigned(self, checkpoint: bytes) -> bytes:
        # Lines of others are left behind: what we hand on is what we looked at ourselves.
        note = parse_note(checkpoint)
        known = {(key.name, key.key_id) for keys in self._logs.values() for key in keys}
        kept = tuple(line for line in note.signatures if (line.name, line.key_id) in known)
        return cosign_note(type(note)(note.text, kept).to_bytes(), [self._signer])

    def _path(self, origin: str) -> Path:
        return self._folder / f"{sha256(origin.encode()).hexdigest()}{_SUFFIX}"


def _keep(path: Path, note: bytes) -> None:
    draft = path.with_suffix(".new")
    with draft.open("wb") as file:
        file.write(note)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _held(path: Path) -> IO[bytes]:
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        advice = "A witness keeps its word in one folder; end the other one, or name another folder."
        raise Stop(f"{path.parent}: another witness runs here.", advice=advice) from error
    return file
