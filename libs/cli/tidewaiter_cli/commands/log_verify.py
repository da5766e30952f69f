"""tidewaiter log verify"""

from __future__ import annotations

import json as json_format
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from cyclopts import Parameter

from tidewaiter_cli.flags import Json
from tidewaiter_cli.stopping import CANNOT_TELL, COULD_NOT, DONE, Stop

if TYPE_CHECKING:
    from tidewaiter_tlog.keys import VerifierKey

_LEAF_BYTES_MAX: Final = 64 * 1024 * 1024


def verify(
    file: Annotated[Path, Parameter(help="What `tidewaiter log proof`, `log history` or `log export` wrote.")],
    /,
    *,
    key: Annotated[str, Parameter(help="The log's public key, name+id+base64, or a file that holds it.")],
    leaf: Annotated[Path | None, Parameter(help="The entry, if the receipt does not carry it.")] = None,
    witness: Annotated[
        tuple[str, ...], Parameter(help="The public key of a witness, or a file that holds it; may be repeated.")
    ] = (),
    witnesses_min: Annotated[
        int | None, Parameter(help="How many of these witnesses must have cosigned; without it, all of them.")
    ] = None,
    json: Json = False,
) -> int:
    """Verifies a receipt, a history or an export offline, with nothing but the log's public key.

    Of a receipt: that the log signed a tree that has exactly this entry. Of a history: that these are all entries of
    a shipment up to the size it names. Of the manifest of an export: that the table beside it has
    all entries as they are. Asks no service and trusts none.
    Ends with 0 when it verifies, 1 when it does not, 2 when it cannot tell.

    For example:

        tidewaiter log verify decision.tlog-proof --key .tidewaiter/audit.pub
        tidewaiter log verify parcel.history.json --key audit.pub \\
            --witness w1.pub --witness w2.pub
    """
    from tidewaiter_tlog.errors import HistoryUntold, TlogError
    from tidewaiter_tlog.history import HISTORY_BYTES_MAX

    from tidewaiter_cli.public_key import verifier_key

    known = verifier_key(key, "--key")
    witness_keys = [verifier_key(one, "--witness") for one in witness]
    least = len(witness_keys) if witnesses_min is None else witnesses_min
    if least > len(witness_keys):
        problem = f"--witnesses-min {least} asks for more witnesses than the {len(witness_keys)} that are named."
        raise Stop(problem, advice="Name each with --witness.", status=CANNOT_TELL)
    try:
        if _is_export(file):
            facts = _of_export(file, known, witness_keys, least)
        elif _is_history(file):
            facts = _of_history(_bytes_of(file, HISTORY_BYTES_MAX), known, witness_keys, least)
        else:
            facts = _of_receipt(*_read(file, leaf), known, witness_keys, least)
    except HistoryUntold as error:
        return _answer(json, verified=None, problem=str(error), status=CANNOT_TELL)
    except TlogError as error:
        return _answer(json, verified=False, problem=str(error), status=COULD_NOT)
    except OSError as error:
        problem = f"{error.filename} cannot be read: {error.strerror}."
        raise Stop(problem, advice="Check the path.", status=CANNOT_TELL) from error
    return _answer(json, verified=True, status=DONE, **facts)


def _is_history(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(1) == b"{"


def _is_export(file: Path) -> bool:
    from tidewaiter_cli.exporting.manifest import KIND

    with file.open("rb") as opened:
        return KIND.encode() in opened.read(100)


def _of_export(file: Path, key: VerifierKey, witness_keys: list[VerifierKey], least: int) -> dict[str, Any]:
    from tidewaiter_cli.exporting.manifest import Manifest, verify_export

    try:
        checkpoint = verify_export(file, key, witness_keys, least)
        rows = Manifest.load(file).rows
    except ValueError as error:
        raise Stop(f"{file}: {error}.", advice="Give the manifest of an export.", status=CANNOT_TELL) from error
    return {"log_origin": checkpoint.origin, "tree_size": checkpoint.tree_size, "rows": rows}


def _of_receipt(
    data: bytes, entry: bytes, key: VerifierKey, witness_keys: list[VerifierKey], least: int
) -> dict[str, Any]:
    from tidewaiter_tlog.receipt import Receipt, verify_receipt

    checkpoint = verify_receipt(data, entry, [key], witness_keys=witness_keys, witnesses_min=least)
    index = Receipt.from_bytes(data).leaf_index
    facts = {"log_origin": checkpoint.origin, "leaf_index": index, "tree_size": checkpoint.tree_size}
    return {**facts, **_decision_in(entry)}


def _of_history(data: bytes, key: VerifierKey, witness_keys: list[VerifierKey], least: int) -> dict[str, Any]:
    from tidewaiter_tlog.history import verify_history

    shown = verify_history(data, [key], witness_keys=witness_keys, witnesses_min=least)
    return {
        "log_origin": shown.checkpoint.origin,
        "tree_size": shown.checkpoint.tree_size,
        "shipment_id": shown.shipment_id,
        "complete_to": shown.complete_to,
        "entries": len(shown.leaves),
        "entries_after": shown.entries_after,
        "decisions": [_decision_in(leaf) for leaf in shown.leaves],
    }


def _read(receipt: Path, leaf: Path | None) -> tuple[bytes, bytes]:
    """The receipt, and the entry that it is about."""
    from tidewaiter_tlog.receipt import RECEIPT_BYTES_MAX, Receipt

    try:
        data = _bytes_of(receipt, RECEIPT_BYTES_MAX)
        entry = _bytes_of(leaf, _LEAF_BYTES_MAX) if leaf else Receipt.from_bytes(data).extra or b""
    except OSError as error:
        problem = f"{error.filename} cannot be read: {error.strerror}."
        raise Stop(problem, advice="Check the path.", status=CANNOT_TELL) from error
    if not entry:
        raise Stop(
            f"{receipt} does not carry the entry that it is about.", advice="Give it with --leaf.", status=CANNOT_TELL
        )
    return data, entry


def _bytes_of(path: Path, bytes_max: int) -> bytes:
    with path.open("rb") as file:
        data = file.read(bytes_max + 1)
    if len(data) > bytes_max:
        raise Stop(f"{path} is larger than {bytes_max} bytes.", advice="That is no receipt.", status=CANNOT_TELL)
    return data


def _decision_in(entry: bytes) -> dict[str, Any]:
    """What the proven entry says of itself, when it is one of ours; another log's entries are none of our business."""
    try:
        found = json_format.loads(entry)
        decision = found.get("decision", found)
        return {
            "decision_id": str(decision["decision_id"]),
            "outcome": str(decision["outcome"]).removeprefix("OUTCOME_"),
        }
    except (ValueError, AttributeError, KeyError, TypeError):
        return {}


def _answer(json: bool, *, verified: bool | None, status: int, **facts: Any) -> int:
    if json:
        print(json_format.dumps({"verified": verified, **facts}))
    elif verified is None:
        print(f"cannot tell: {facts['problem']}", file=sys.stderr)
    elif not verified:
        print(f"does NOT verify: {facts['problem']}", file=sys.stderr)
    elif "rows" in facts:
        print(
            f"verified: the {facts['rows']} rows are all entries of {facts['log_origin']} from the first of them on, "
            f"in the tree of {facts['tree_size']} that the key signed"
        )
    elif "shipment_id" in facts:
        _tell_history(facts)
    else:
        about = f" decision {facts['decision_id']}, {facts['outcome']}," if "decision_id" in facts else ""
        print(
            f"verified:{about} is entry {facts['leaf_index']} of {facts['log_origin']}, "
            f"in the tree of {facts['tree_size']} that the key signed"
        )
    return status


def _tell_history(facts: dict[str, Any]) -> None:
    known = facts["entries"] - facts["entries_after"]
    print(
        f"verified: {facts['shipment_id']} has {known} and no other entries among the first {facts['complete_to']} "
        f"of {facts['log_origin']}, in the tree of {facts['tree_size']} that the key signed"
    )
    for decision in facts["decisions"]:
        print(f"  {decision.get('decision_id', 'another entry')} {decision.get('outcome', '')}".rstrip())
    if facts["entries_after"]:
        print(f"  the last {facts['entries_after']} came later, and others may stand behind them")
