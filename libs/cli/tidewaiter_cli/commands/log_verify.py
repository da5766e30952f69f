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
    receipt: Annotated[Path, Parameter(help="A c2sp.org/tlog-proof file, as `tidewaiter log proof` writes it.")],
    /,
    *,
    key: Annotated[str, Parameter(help="The log's public key, name+id+base64, or a file that holds it.")],
    leaf: Annotated[Path | None, Parameter(help="The entry, if the receipt does not carry it.")] = None,
    json: Json = False,
) -> int:
    """Verifies a receipt offline, with nothing but the log's public key.

    Shows that the log signed a tree that has exactly this entry. Asks no service and trusts none.
    Ends with 0 when it verifies, 1 when it does not, 2 when it cannot tell.

    For example:

        tidewaiter log verify decision.tlog-proof --key .tidewaiter/audit.pub
    """
    from tidewaiter_tlog.errors import TlogError
    from tidewaiter_tlog.receipt import Receipt, verify_receipt

    verifier_key = _key(key)
    try:
        data, entry = _read(receipt, leaf)
        checkpoint = verify_receipt(data, entry, [verifier_key])
        index = Receipt.from_bytes(data).leaf_index
    except TlogError as error:
        return _answer(json, verified=False, problem=str(error), status=COULD_NOT)
    facts = {"log_origin": checkpoint.origin, "leaf_index": index, "tree_size": checkpoint.tree_size}
    return _answer(json, verified=True, status=DONE, **facts, **_decision_in(entry))


def _key(given: str) -> VerifierKey:
    from tidewaiter_tlog.errors import TlogError
    from tidewaiter_tlog.keys import parse_verifier_key

    try:
        text = Path(given).read_text(encoding="utf-8") if "+" not in given or Path(given).is_file() else given
        return parse_verifier_key(text.strip())
    except OSError as error:
        problem = f"--key {given}: {error.strerror or error}."
    except (TlogError, ValueError) as error:
        problem = f"--key is no verifier key: {error}."
    raise Stop(
        problem, advice="It looks like name+id+base64; `tidewaiter up` shows it, DATA/audit.pub keeps it.",
        status=CANNOT_TELL,
    )  # fmt: skip


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


def _answer(json: bool, *, verified: bool, status: int, **facts: Any) -> int:
    if json:
        print(json_format.dumps({"verified": verified, **facts}))
    elif verified:
        about = f" decision {facts['decision_id']}, {facts['outcome']}," if "decision_id" in facts else ""
        print(
            f"verified:{about} is entry {facts['leaf_index']} of {facts['log_origin']}, "
            f"in the tree of {facts['tree_size']} that the key signed"
        )
    else:
        print(f"does NOT verify: {facts['problem']}", file=sys.stderr)
    return status
