"""The whole suite in one minute: `python -m tidewaiter_cli.demo` starts it, files a manifest, and shows what came out.

Everything is kept in a temporary folder and stopped at the end; the exit status is 0 only when all went as told.
"""

from __future__ import annotations

import argparse
import json
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tidewaiter_cli.__main__ import main as tidewaiter
from tidewaiter_cli.stopping import COULD_NOT, DONE, SOME_BAD

_START_SECONDS_MAX: Final = 90.0
_SETTLE_SECONDS_MAX: Final = 20.0
_LOOK_SECONDS: Final = 0.25
_WRONG_CHECK_DIGITS: Final = "0.002"


class Astray(Exception):
    """The demonstration did not go as told; the message says where."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the demonstration and answers its exit status: 0 when all went as told, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m tidewaiter_cli.demo", description=__doc__)
    parser.add_argument("--filings", type=int, default=5_000, help="lines of the manifest")
    parser.add_argument("--seed", type=int, default=7, help="of the manifest")
    flags = parser.parse_args(argv)
    begun = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="tidewaiter-demo-") as folder:
            _story(Path(folder), filings=flags.filings, seed=flags.seed)
    except Astray as astray:
        print(f"\nThe demonstration went astray: {astray}", file=sys.stderr)
        return COULD_NOT
    print(f"\nDone in {time.monotonic() - begun:.0f} s; everything that was started is stopped.")
    return DONE


def _story(folder: Path, *, filings: int, seed: int) -> None:
    data, manifest, decisions = folder / "data", folder / "parcels.jsonl", folder / "decisions.jsonl"
    _tell(
        f"A manifest of {filings:,} filings: invented parcels, as marketplace, carrier and broker know them, arriving "
        "before and after each change of the law. A few bear a mistyped tracking number."
    )
    _run(DONE, "manifest", "--parcels", f"{filings}", "--seed", f"{seed}", "--out", f"{manifest}",
         "--wrong-check-digits", _WRONG_CHECK_DIGITS)  # fmt: skip
    _tell("Four services, each a process of its own: intake, eligibility, risk, audit.")
    with _suite(data) as ready:
        _tell("The manifest is filed. Every filing is decided, and the decision is on the log before it is answered.")
        where = ("--data", f"{data}")
        status = _run(None, "file", f"{manifest}", "--out", f"{decisions}", *where)
        if status not in (DONE, SOME_BAD):
            raise Astray("the manifest could not be filed")
        answers = [json.loads(line) for line in decisions.read_bytes().splitlines()]
        _check(len(answers) > 0, "no filing was answered")
        _look_at_one(_telling(answers), folder, where, key=ready["verifier_key"])
        _tell("What if: the limit of one person on one day, to the cent, on the last day that it was open to Vietnam.")
        for value in ("800.00", "800.01"):
            _run(DONE, "check", "--value", value, "--origin", "VN", "--on", "2025-08-28", *where)
        _again(manifest, where, ready)
        _tell("The whole log, read from the disk and hashed anew.")
        _run(DONE, "log", "fsck", *where)


def _look_at_one(answer: dict[str, Any], folder: Path, where: tuple[str, str], *, key: str) -> None:
    shipment, receipt = answer["decision"]["shipmentId"], folder / "decision.tlog-proof"
    _tell("One decision, as an operator reads it.")
    _run(DONE, "explain", shipment, *where)
    _tell("The way of the filing behind it through the four services.")
    _run(DONE, "trace", shipment, *where)
    _tell("Its receipt, which anyone can verify offline with nothing but the log's public key.")
    _run(DONE, "log", "proof", shipment, "--out", f"{receipt}", *where)
    _run(DONE, "log", "verify", f"{receipt}", "--key", key)
    _tell("Now one byte of the decision is changed in that file, and the receipt does not verify any more.")
    receipt.write_bytes(_forged(receipt.read_bytes()))
    _run(COULD_NOT, "log", "verify", f"{receipt}", "--key", key)


def _again(manifest: Path, where: tuple[str, str], ready: dict[str, Any]) -> None:
    size = _settled_size(ready["audit"])
    _tell(f"The log holds {size:,} decisions. The same manifest again: the same answers, nothing recorded twice.")
    _run(None, "file", f"{manifest}", "--json", *where)
    _check(size == _settled_size(ready["audit"]), "the log grew when the same manifest was filed again")
    print(f"The log still holds {size:,} decisions.")


def _telling(answers: list[dict[str, Any]]) -> dict[str, Any]:
    """An answer worth a look: a person's day that went over the limit, if there is one."""
    for wanted in ("REASON_CODE_PERSON_DAY_OVER_LIMIT", "REASON_CODE_EXEMPTION_MET"):
        for answer in answers:
            if any(reason["code"] == wanted for reason in answer["decision"].get("reasons", [])):
                return answer
    return answers[0]


def _forged(receipt: bytes) -> bytes:
    """The receipt with another entry in it than the one that is on the log."""
    from dataclasses import replace

    from tidewaiter_tlog.receipt import Receipt

    found = Receipt.from_bytes(receipt)
    return replace(found, extra=(found.extra or b"").replace(b"e", b"3", 1)).to_bytes()


def _settled_size(address: str) -> int:
    """The size of the log once it stopped growing: parcels of a day that went over are still decided again."""
    from tidewaiter_client.operators import AuditOperator

    with AuditOperator(address) as audit:
        deadline = time.monotonic() + _SETTLE_SECONDS_MAX
        size, unchanged = -1, 0
        while unchanged < 4:
            found = audit.get_checkpoint().tree_size
            unchanged = unchanged + 1 if found == size else 0
            size = found
            _check(time.monotonic() < deadline, "the log did not come to rest")
            time.sleep(_LOOK_SECONDS)
    return size


@contextmanager
def _suite(data: Path) -> Iterator[dict[str, Any]]:
    ready_file = data.parent / "ready.json"
    words = ["up", "--data", f"{data}", "--port-base", "0", "--ready-file", f"{ready_file}"]
    _show(words)
    process = subprocess.Popen([sys.executable, "-m", "tidewaiter_cli", *words])
    try:
        deadline = time.monotonic() + _START_SECONDS_MAX
        while not ready_file.exists():
            _check(process.poll() is None, "the services did not start")
            _check(time.monotonic() < deadline, f"the services did not serve within {_START_SECONDS_MAX:g} s")
            time.sleep(_LOOK_SECONDS)
        yield json.loads(ready_file.read_text(encoding="utf-8"))
    finally:
        print(flush=True)
        process.send_signal(signal.SIGTERM)
        ended = process.wait()
    _check(ended == DONE, f"the services ended with status {ended}")


def _run(expected: int | None, *words: str) -> int:
    _show(words)
    status = tidewaiter(words)
    sys.stdout.flush()
    _check(expected in (None, status), f"`tidewaiter {words[0]}` ended with {status}, not with {expected}")
    return status


def _show(words: Sequence[str]) -> None:
    print(f"$ tidewaiter {shlex.join(words)}", flush=True)


def _tell(text: str) -> None:
    print(f"\n# {text}", flush=True)


def _check(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Astray(otherwise)


if __name__ == "__main__":
    sys.exit(main())
