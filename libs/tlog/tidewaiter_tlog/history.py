"""The history of a shipment: all of its entries, with the proof that there are no others up to a size of the log.

What is verified, with nothing but the log's public key:

1. The checkpoint is signed by the log, and by as many witnesses as are asked for.
2. An entry of kind tidewaiter.heads/v1 is in its tree. It states the root of a map of all shipments at a size.
3. The map of that root has the number and the index of the shipment's newest entry at that size, or has it not.
4. Every entry shown is in the tree, speaks of the shipment, and is the one whose hash and index the next names, from
   number 1 without a gap.
5. The entry of the number that the map has is at the index that the map has; those after it are beyond that size.

What is believed: that the log stated the map of its entries and no other. It is bound to the statement for ever, and
whoever reads the whole log can check it; whoever holds an entry that the statement leaves out can prove it false.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from tidewaiter_tlog.checkpoint import verify_checkpoint
from tidewaiter_tlog.checkpoint_text import Checkpoint
from tidewaiter_tlog.encodings import decode_base64, encode_base64
from tidewaiter_tlog.errors import HistoryInvalid, HistoryMalformed, HistoryUntold
from tidewaiter_tlog.hashing import leaf_hash
from tidewaiter_tlog.heads_map import MapProof, key_of, value_in
from tidewaiter_tlog.keys import VerifierKey
from tidewaiter_tlog.proof import verify_inclusion

HISTORY_KIND: Final = "tidewaiter.history/v1"
HISTORY_SUFFIX: Final = ".history.json"
HISTORY_BYTES_MAX: Final = 256 * 1024 * 1024
HEADS_KIND: Final = "tidewaiter.heads/v1"

_NUMBER_BYTES: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenLeaf:
    """An entry with its inclusion proof in the history's checkpoint."""

    leaf_index: int
    leaf: bytes
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A shipment's entries, oldest first, and what shows that they are all; nothing of it verified."""

    shipment_id: str
    checkpoint: bytes
    heads: ProvenLeaf
    map_proof: MapProof
    entries: tuple[ProvenLeaf, ...]

    def to_bytes(self) -> bytes:
        """The history as a file: one JSON object, its bytes in base 64."""
        found = self.map_proof.found
        content = {
            "kind": HISTORY_KIND,
            "shipment_id": self.shipment_id,
            "checkpoint": self.checkpoint.decode(),
            "heads": _leaf_to(self.heads),
            "map": {
                "siblings": [encode_base64(one) for one in self.map_proof.siblings],
                "found": None if found is None else [encode_base64(part) for part in found],
            },
            "entries": [_leaf_to(entry) for entry in self.entries],
        }
        return json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The history that to_bytes wrote; raises HistoryMalformed for anything else."""
        if len(data) > HISTORY_BYTES_MAX:
            raise HistoryMalformed(f"a history must be at most {HISTORY_BYTES_MAX} bytes, and is {len(data)}")
        try:
            content = json.loads(data)
            if content["kind"] != HISTORY_KIND:
                raise HistoryMalformed(f"a history must be of kind {HISTORY_KIND}, and is not")
            found = content["map"]["found"]
            return cls(
                shipment_id=str(content["shipment_id"]),
                checkpoint=str(content["checkpoint"]).encode(),
                heads=_leaf_from(content["heads"]),
                map_proof=MapProof(
                    tuple(_bytes(one) for one in content["map"]["siblings"]),
                    None if found is None else (_bytes(found[0]), _bytes(found[1])),
                ),
                entries=tuple(_leaf_from(one) for one in content["entries"]),
            )
        except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as cause:
            raise HistoryMalformed("the bytes must be a history as `tidewaiter log history` writes it") from cause


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedHistory:
    """What was shown: these are all entries of the shipment among the first `complete_to` of the log, and
    `entries_after` more that came later, behind which others may stand. `leaves` are oldest first.
    """

    checkpoint: Checkpoint
    shipment_id: str
    complete_to: int
    leaves: tuple[bytes, ...]
    entries_after: int


def head_value(number: int, leaf_index: int) -> bytes:
    """What the map holds of a shipment: the number and the index of its newest entry, 8 bytes each, big-endian."""
    return number.to_bytes(_NUMBER_BYTES, "big") + leaf_index.to_bytes(_NUMBER_BYTES, "big")


def verify_history(
    data: bytes,
    verifier_keys: Sequence[VerifierKey],
    *,
    origin: str | None = None,
    witness_keys: Sequence[VerifierKey] = (),
    witnesses_min: int = 0,
) -> VerifiedHistory:
    """What the file shows, by the word of the log that signed it.

    Everything wrong is a TlogError: HistoryInvalid when all is signed and in the tree and yet entries are left out,
    out of order, doubled or of another shipment; HistoryUntold when an entry is older than trails, so that it cannot
    be told what came before it; and whatever verify_checkpoint and verify_inclusion raise.
    """
    history = History.from_bytes(data)
    # 1
    checkpoint = verify_checkpoint(
        history.checkpoint, verifier_keys, origin=origin, witness_keys=witness_keys, witnesses_min=witnesses_min
    )
    # 2
    _verify_in_tree(history.heads, checkpoint)
    complete_to, root = _statement(history.heads)
    # 3
    value = value_in(key_of(history.shipment_id), history.map_proof, root)
    # 4
    _verify_trail(history, checkpoint)
    # 5
    known = _verify_head(history, value, complete_to)
    return VerifiedHistory(
        checkpoint=checkpoint,
        shipment_id=history.shipment_id,
        complete_to=complete_to,
        leaves=tuple(entry.leaf for entry in history.entries),
        entries_after=len(history.entries) - known,
    )


def _verify_in_tree(entry: ProvenLeaf, checkpoint: Checkpoint) -> None:
    verify_inclusion(entry.leaf_index, checkpoint.tree_size, leaf_hash(entry.leaf), entry.proof, checkpoint.root)


def _statement(heads: ProvenLeaf) -> tuple[int, bytes]:
    """The size and the root that the entry states."""
    content = _json_of(heads.leaf)
    if content.get("kind") != HEADS_KIND:
        raise HistoryInvalid(f"the statement of heads must be an entry of kind {HEADS_KIND}, and is not")
    try:
        size, root = content["heads"]["tree_size"], bytes.fromhex(content["heads"]["root"])
    except (KeyError, TypeError, ValueError) as cause:
        raise HistoryInvalid("the statement of heads must name a size and a root, and does not") from cause
    if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size <= heads.leaf_index:
        raise HistoryInvalid("a statement of heads must be of entries before itself, and is not")
    return size, root


def _verify_trail(history: History, checkpoint: Checkpoint) -> None:
    before: ProvenLeaf | None = None
    for number, entry in enumerate(history.entries, start=1):
        _verify_in_tree(entry, checkpoint)
        content = _json_of(entry.leaf)
        if _shipment_named(content) != history.shipment_id:
            raise HistoryInvalid(f"entry {entry.leaf_index} must be of shipment {history.shipment_id}, and is not")
        trail = content.get("trail")
        if not isinstance(trail, dict):
            raise HistoryUntold(
                f"entry {entry.leaf_index} was written before entries had trails: what came before it cannot be told"
            )
        expected: dict[str, int | str] = {"number": number}
        if before is not None:
            expected |= {"previous_hash": leaf_hash(before.leaf).hex(), "previous_index": before.leaf_index}
        # For Python, true and 1.0 are 1 as well; for another reader of the same entry they are not.
        if trail != expected or any(type(trail[name]) is not type(value) for name, value in expected.items()):
            raise HistoryInvalid(
                f"entry {entry.leaf_index} must be number {number} of its shipment and name the one before it here, "
                "and does not: an entry is left out, doubled, out of order or exchanged"
            )
        before = entry


def _verify_head(history: History, value: bytes | None, complete_to: int) -> int:
    """How many of the entries the map speaks of."""
    indices = [entry.leaf_index for entry in history.entries]
    known = sum(index < complete_to for index in indices)
    if value is None:
        if known:
            raise HistoryInvalid("the map must have the shipment, which has entries, and does not")
        return 0
    if len(value) != 2 * _NUMBER_BYTES:
        raise HistoryInvalid("the map must have a number and an index for a shipment, and has something else")
    number, head = int.from_bytes(value[:_NUMBER_BYTES], "big"), int.from_bytes(value[_NUMBER_BYTES:], "big")
    if number != known or indices[known - 1 : known] != [head]:
        raise HistoryInvalid(
            f"the shipment must have {number} entries before {complete_to}, the last at {head}, and {known} are shown"
        )
    return known


def _shipment_named(content: dict[str, Any]) -> object:
    """The shipment that an entry is of; None when it is of none, or of two to two readers."""
    subjects = [name for name in ("decision", "erasure") if name in content]
    if len(subjects) != 1 or not str(content.get("kind")).startswith(f"tidewaiter.{subjects[0]}/"):
        return None
    named = content[subjects[0]]
    return named.get("shipment_id") if isinstance(named, dict) else None


def _json_of(leaf: bytes) -> dict[str, Any]:
    try:
        content = json.loads(leaf, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise HistoryInvalid("an entry of a history must be a JSON object with each key once, and is not")
    return content


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a key that stands twice one reader takes the first value and another the last: what is said is not one."""
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError
    return content


def _leaf_to(entry: ProvenLeaf) -> dict[str, Any]:
    return {
        "leaf_index": entry.leaf_index,
        "leaf": encode_base64(entry.leaf),
        "proof": [encode_base64(one) for one in entry.proof],
    }


def _leaf_from(content: Any) -> ProvenLeaf:
    index = content["leaf_index"]
    if isinstance(index, bool) or not isinstance(index, int):
        raise HistoryMalformed("the index of an entry in a history must be a whole number, and is not")
    proof = tuple(_bytes(one) for one in content["proof"])
    return ProvenLeaf(leaf_index=index, leaf=_bytes(content["leaf"]), proof=proof)


def _bytes(text: str) -> bytes:
    return decode_base64(text, what="a value in a history", error=HistoryMalformed)
