"""The check as a command: exit status 0 for a sound log, 1 for a false one, 2 when it cannot tell."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

import apsw
import msgspec
from tidewaiter_chassis.failures import Failure

from tidewaiter_audit import keys
from tidewaiter_audit.fsck.check import check_log
from tidewaiter_audit.fsck.report import FsckReport
from tidewaiter_audit.store.sqlite import FILE_NAME, SqliteReader

SOUND: Final = 0
UNSOUND: Final = 1
CANNOT_TELL: Final = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Checks the log of a data folder, also while it is served, and says what it found on standard output."""
    given = _parser().parse_args(argv)
    key_path = given.key or given.data / keys.PUBLIC_FILE_NAME
    try:
        report = _check(given.data / FILE_NAME, key_path)
    except (Failure, apsw.Error) as error:
        _write_line(msgspec.json.encode({"sound": None, "why": str(error)}), str(error), as_json=given.json)
        return CANNOT_TELL
    _write_line(_encoded(report), str(report), as_json=given.json)
    return SOUND if report.is_sound else UNSOUND


def _check(log_path: Path, key_path: Path) -> FsckReport:
    key = keys.read_verifier_key(key_path)
    reader = SqliteReader.open_file(log_path)
    try:
        return check_log(reader, key, *keys.read_retired(key_path.parent))
    finally:
        reader.close()


def _encoded(report: FsckReport) -> bytes:
    return msgspec.json.encode({"sound": report.is_sound, **asdict(report)})


def _write_line(encoded: bytes, text: str, *, as_json: bool) -> None:
    sys.stdout.write(f"{encoded.decode() if as_json else text}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tidewaiter_audit.fsck",
        description="Builds the whole log again from its leaves and compares everything that is stored with it. "
        "Exit status 0: sound. 1: false. 2: cannot tell.",
    )
    parser.add_argument("--data", type=Path, default=Path(".tidewaiter"), metavar="DIR", help="the data folder")
    parser.add_argument(
        "--key",
        type=Path,
        metavar="FILE",
        help="the log's public key as you know it; without it the one in the data folder, which whoever changed the "
        "log could have changed as well",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
