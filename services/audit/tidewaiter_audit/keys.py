"""The log's key pair as files: the private half for its owner only, the public half to hand to anyone."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

from tidewaiter_tlog.errors import TlogError
from tidewaiter_tlog.keys import VerifierKey, parse_verifier_key
from tidewaiter_tlog.signers import Ed25519Signer

from tidewaiter_audit import errors

PRIVATE_FILE_NAME: Final = "audit.key"
PUBLIC_FILE_NAME: Final = "audit.pub"
RETIRED_FILE_NAME: Final = "audit.retired.pub"
"""The keys that signed before, one a line, oldest first: what they signed verifies for ever."""

_PRIVATE_MODE: Final = 0o600
_PUBLIC_MODE: Final = 0o644
_OTHERS: Final = 0o077


class NamedEntries(Protocol):
    """What finding a rotation needs of the store."""

    def entries_named(self, decision_ids: Sequence[str]) -> Mapping[str, object]:
        """The entries under these ids, by id."""
        ...


def read_signer(path: Path, *, origin: str) -> Ed25519Signer:
    """The private key of the log named `origin`.

    Failure NOT_READY: KEY_ABSENT, KEY_EXPOSED when anyone but the owner may touch the file, KEY_UNUSABLE when it
    holds no key or that of another log. No message shows any of the key.
    """
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_text(encoding="ascii")
    except FileNotFoundError as error:
        raise errors.key_absent(path) from error
    except (OSError, UnicodeDecodeError) as error:
        raise errors.key_unusable(path, type(error).__name__) from None
    if mode & _OTHERS:
        raise errors.key_exposed(path, mode)
    try:
        signer = Ed25519Signer.from_private_text(text.removesuffix("\n"))
    except TlogError as error:
        raise errors.key_unusable(path, str(error)) from error
    if signer.key.name != origin:
        raise errors.key_unusable(path, f"it signs as {signer.key.name} and the setting log_origin says {origin}")
    return signer


def read_verifier_key(path: Path) -> VerifierKey:
    """The public key in this file; Failure NOT_READY: KEY_ABSENT, KEY_UNUSABLE."""
    try:
        return parse_verifier_key(path.read_text(encoding="utf-8").removesuffix("\n"))
    except FileNotFoundError as error:
        raise errors.key_absent(path) from error
    except (OSError, UnicodeDecodeError, TlogError) as error:
        raise errors.key_unusable(path, str(error)) from error


def read_or_make_signer(path: Path, *, origin: str, seed: bytes) -> Ed25519Signer:
    """The private key in this file, which is made of these 32 random bytes when absent; durable on return.

    Failure NOT_READY as `read_signer`, when the file is there and is not the key of this log.
    """
    if not path.exists():
        _write_new(path, Ed25519Signer(name=origin, seed=seed).to_private_text() + "\n", mode=_PRIVATE_MODE)
    return read_signer(path, origin=origin)


def publish_verifier_key(path: Path, key: VerifierKey) -> None:
    """Sees to it that the file says the public key. Failure NOT_READY, KEY_UNUSABLE, when it says another."""
    if not path.exists():
        _write_new(path, key.to_text() + "\n", mode=_PUBLIC_MODE)
    found = read_verifier_key(path)
    if found != key:
        raise errors.key_unusable(path, f"it is {found} and the private key is of {key}")


def read_retired(folder: Path) -> tuple[VerifierKey, ...]:
    """The public keys that signed before, oldest first. Failure NOT_READY, KEY_UNUSABLE."""
    path = folder / RETIRED_FILE_NAME
    try:
        return tuple(parse_verifier_key(line) for line in path.read_text(encoding="utf-8").splitlines())
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError, TlogError) as error:
        raise errors.key_unusable(path, str(error)) from error


def retire(folder: Path, key: VerifierKey) -> None:
    """Puts the key among those that signed before, once; durable on return."""
    known = read_retired(folder)
    if key not in known:
        _replace(folder / RETIRED_FILE_NAME, "".join(f"{one.to_text()}\n" for one in (*known, key)))


def next_path(path: Path) -> Path:
    """Where the key that is to follow the one in this file is kept until it does."""
    return path.with_name(f"{path.name}.next")


def take_over(folder: Path, path: Path, key: VerifierKey) -> None:
    """Puts the next private key in the place of the one in this file, which is gone then, and publishes its half."""
    next_path(path).replace(path)
    _sync_folder(path.parent)
    _replace(folder / PUBLIC_FILE_NAME, f"{key.to_text()}\n")


def _replace(path: Path, text: str) -> None:
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PUBLIC_MODE)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_new(path: Path, text: str, *, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        # A link, and not a renaming: that would replace a key which another process made meanwhile.
        os.link(draft, path)
    finally:
        draft.unlink()
    _sync_folder(path.parent)
