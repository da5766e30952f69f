"""The log's key pair as files: the private half for its owner only, the public half to hand to anyone."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from tidewaiter_tlog.errors import TlogError
from tidewaiter_tlog.keys import VerifierKey, parse_verifier_key
from tidewaiter_tlog.signers import Ed25519Signer

from tidewaiter_audit import errors

PUBLIC_FILE_NAME: Final = "audit.pub"

_PRIVATE_MODE: Final = 0o600
_PUBLIC_MODE: Final = 0o644
_OTHERS: Final = 0o077


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
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
