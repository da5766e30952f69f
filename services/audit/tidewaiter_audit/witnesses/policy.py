"""Which witnesses are asked, where, and how many must have cosigned."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from tidewaiter_tlog.errors import TlogError
from tidewaiter_tlog.keys import SignatureType, VerifierKey, parse_verifier_key

from tidewaiter_audit import errors

WITNESSES_MAX = 32


class WitnessAddress(NamedTuple):
    """One witness: the key of its cosignatures, and the prefix of its submission URL."""

    key: VerifierKey
    url: str


class WitnessPolicy(NamedTuple):
    """These witnesses, and how many of them must have cosigned a checkpoint for it to count as cosigned."""

    witnesses: tuple[WitnessAddress, ...]
    least: int


def read_policy(path: Path, *, least: int) -> WitnessPolicy:
    """The policy of a file with a witness on each line, its verifier key and its URL, parted by a space.

    Blank lines and those that begin with # do not count. Failure NOT_READY, WITNESSES_UNUSABLE, naming the line.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise errors.witnesses_unusable(path, type(error).__name__) from error
    found = tuple(
        _witness(path, number, line)
        for number, line in enumerate(lines, start=1)
        if line.strip() and not line.startswith("#")
    )
    if len({one.key.name for one in found}) != len(found):
        raise errors.witnesses_unusable(path, "a witness stands in it twice: one name counts once")
    if not 1 <= least <= len(found) <= WITNESSES_MAX:
        problem = f"of its {len(found)} witnesses (at most {WITNESSES_MAX}) {least} are asked for"
        raise errors.witnesses_unusable(path, problem)
    return WitnessPolicy(found, least)


def _witness(path: Path, number: int, line: str) -> WitnessAddress:
    text, _, url = line.strip().partition(" ")
    try:
        key = parse_verifier_key(text)
    except TlogError as error:
        raise errors.witnesses_unusable(path, f"line {number}: {error}") from error
    parts = urlsplit(url.strip())
    if key.signature_type is SignatureType.ED25519:
        raise errors.witnesses_unusable(path, f"line {number}: the key is that of a log and not of a witness")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise errors.witnesses_unusable(path, f"line {number}: after the key stands the URL, http or https")
    return WitnessAddress(key, url.strip().rstrip("/"))
