"""Histories: nothing can be left out, put in, doubled, moved or exchanged, by whoever holds the file or serves it."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tidewaiter_tlog.checkpoint import Checkpoint, sign_checkpoint
from tidewaiter_tlog.errors import (
    HistoryInvalid,
    HistoryMalformed,
    HistoryUntold,
    KeyUnknown,
    ProofInvalid,
    SignatureInvalid,
    TlogError,
)
from tidewaiter_tlog.hashing import leaf_hash
from tidewaiter_tlog.heads_map import MapProof, key_of, prove_in, subtree
from tidewaiter_tlog.history import History, ProvenLeaf, VerifiedHistory, head_value, verify_history
from tidewaiter_tlog.signers import Ed25519Signer
from tidewaiter_tlog.tiles import Tiles, extend
from tidewaiter_tlog.tree import TreeSize

SIGNER = Ed25519Signer(name="example.org/log", seed=bytes(32))
STRANGER = Ed25519Signer(name="example.org/log", seed=bytes([1]) * 32)


class MadeLog:
    """A log in memory, honest unless told otherwise."""

    def __init__(self) -> None:
        self.leaves: list[bytes] = []
        self.of: dict[str, list[int]] = {}

    def add(self, shipment: str, *, number: int = 0, trail: bool = True, previous: int | None = None) -> None:
        """An entry of the shipment; its number and the entry it names can be lied about."""
        so_far = self.of.setdefault(shipment, [])
        content: dict[str, Any] = {
            "decision": {"shipment_id": shipment, "at": len(self.leaves)},
            "kind": "tidewaiter.decision/v2",
        }
        if trail:
            content["trail"] = {"number": number or len(so_far) + 1}
            before = previous if previous is not None else so_far[-1] if so_far else None
            if before is not None:
                content["trail"] |= {"previous_hash": leaf_hash(self.leaves[before]).hex(), "previous_index": before}
        so_far.append(len(self.leaves))
        self.leaves.append(json.dumps(content).encode())

    def items(self, *, without: int | None = None) -> list[tuple[bytes, bytes]]:
        """The map of heads of all entries; `without` leaves one entry of its shipment out."""
        heads = {name: [at for at in indices if at != without] for name, indices in self.of.items()}
        return sorted((key_of(name), head_value(len(at), at[-1])) for name, at in heads.items() if at)

    def state(self, *, without: int | None = None, size: int | None = None, kind: str = "tidewaiter.heads/v1") -> int:
        """A statement of heads as an entry; its index."""
        root = subtree(self.items(without=without)).hash.hex()
        heads = {"root": root, "shipments": len(self.of), "tree_size": len(self.leaves) if size is None else size}
        self.leaves.append(json.dumps({"heads": heads, "kind": kind}).encode())
        return len(self.leaves) - 1

    def tiles(self) -> tuple[Tiles, bytes]:
        """All tiles, and the root."""
        extension = extend(0, [leaf_hash(one) for one in self.leaves], lambda *_: b"")
        by_place = {(tile.level, tile.index): hashes for tile, hashes in extension.tiles.items()}
        return Tiles(lambda level, index, width: by_place[level, index][: width * 32]), extension.root

    def history(self, shipment: str, stated_at: int, *, signer: Ed25519Signer = SIGNER, **lie: Any) -> History:
        """The history of a shipment by the statement at this index."""
        tiles, root = self.tiles()
        size = len(self.leaves)

        def proven(index: int) -> ProvenLeaf:
            proof = tiles.inclusion_proof(index, size)
            return ProvenLeaf(leaf_index=index, leaf=self.leaves[index], proof=proof)

        checkpoint = Checkpoint(origin="example.org/log", tree_size=TreeSize(size), root=root)
        items = self.items(**lie)
        return History(
            shipment_id=shipment,
            checkpoint=sign_checkpoint(checkpoint, [signer]),
            heads=proven(stated_at),
            map_proof=prove_in(items, key_of(shipment)),
            entries=tuple(proven(index) for index in self.of.get(shipment, [])),
        )


def verified(history: History) -> VerifiedHistory:
    return verify_history(history.to_bytes(), [SIGNER.key])


@pytest.fixture
def made() -> tuple[MadeLog, History]:
    """Three entries of X among those of others, and a statement of all."""
    log = MadeLog()
    for name in "XAXBX":
        log.add(name)
    return log, log.history("X", log.state())


def test_a_whole_history_verifies(made: tuple[MadeLog, History]) -> None:
    log, history = made

    shown = verified(history)

    assert ("X", 5, 0) == (shown.shipment_id, shown.complete_to, shown.entries_after)
    assert (log.leaves[0], log.leaves[2], log.leaves[4]) == shown.leaves
    assert 6 == shown.checkpoint.tree_size
    assert history == History.from_bytes(history.to_bytes())


def test_a_shipment_without_entries_is_shown_to_have_none(made: tuple[MadeLog, History]) -> None:
    log, _ = made

    assert () == verified(log.history("Z", 5)).leaves


def test_entries_after_the_statement_are_shown_and_not_promised_to_be_all() -> None:
    log = MadeLog()
    log.add("X")
    stated, proof = log.state(), prove_in(log.items(), key_of("X"))
    absent = prove_in(log.items(), key_of("Y"))
    log.add("X")
    log.add("Y")

    shown = verified(replace(log.history("X", stated), map_proof=proof))
    new = verified(replace(log.history("Y", stated), map_proof=absent))

    assert (1, 1, 2) == (shown.complete_to, shown.entries_after, len(shown.leaves))
    assert (1, 1, 1) == (new.complete_to, new.entries_after, len(new.leaves))


def leave_out(at: int) -> Callable[[History], History]:
    return lambda history: replace(history, entries=history.entries[:at] + history.entries[at + 1 :])


def without_its_last(history: History) -> History:
    return leave_out(len(history.entries) - 1)(history)


TAMPERED: list[tuple[str, Callable[[History], History]]] = [
    ("the first left out", leave_out(0)),
    ("the middle left out", leave_out(1)),
    ("the last left out", leave_out(2)),
    ("all left out", lambda history: replace(history, entries=())),
    ("reordered", lambda history: replace(history, entries=history.entries[::-1])),
    ("doubled", lambda history: replace(history, entries=(*history.entries[:2], *history.entries[1:]))),
    ("the last doubled", lambda history: replace(history, entries=(*history.entries, history.entries[-1]))),
    ("said of another shipment", lambda history: replace(history, shipment_id="A")),
    ("said of nobody", lambda history: replace(history, shipment_id="Z", entries=())),
]


@pytest.mark.parametrize(("what", "tamper"), TAMPERED, ids=[what for what, _ in TAMPERED])
def test_a_history_that_was_tampered_with_does_not_verify(
    made: tuple[MadeLog, History], what: str, tamper: Callable[[History], History]
) -> None:
    with pytest.raises((HistoryInvalid, ProofInvalid)):
        verified(tamper(made[1]))


def test_an_entry_of_another_shipment_cannot_stand_in(made: tuple[MadeLog, History]) -> None:
    log, history = made
    other = log.history("A", 5).entries[0]

    with pytest.raises(HistoryInvalid):
        verified(replace(history, entries=(history.entries[0], other, history.entries[2])))


def test_an_entry_that_is_not_on_the_log_cannot_stand_in(made: tuple[MadeLog, History]) -> None:
    history = made[1]
    forged = replace(history.entries[1], leaf=history.entries[1].leaf.replace(b"2", b"3"))

    with pytest.raises(ProofInvalid):
        verified(replace(history, entries=(history.entries[0], forged, history.entries[2])))


def test_the_map_proof_of_another_shipment_or_another_map_does_not_do(made: tuple[MadeLog, History]) -> None:
    log, history = made

    for proof in (prove_in(log.items(), key_of("A")), prove_in(log.items(without=4), key_of("X")), MapProof((), None)):
        with pytest.raises(ProofInvalid):
            verified(without_its_last(replace(history, map_proof=proof)))


def test_a_log_that_states_fewer_heads_than_it_has_is_caught_by_the_entry_it_left_out() -> None:
    """The one lie that a file cannot show by itself: whoever holds the receipt of the entry shows it."""
    log = MadeLog()
    for name in "XAX":
        log.add(name)
    stated = log.state(without=2)

    lie = without_its_last(log.history("X", stated, without=2))
    truth = log.history("X", stated, without=2)

    assert 1 == len(verified(lie).leaves)
    with pytest.raises(HistoryInvalid, match="must have 1 entries before 3"):
        verified(truth)


def test_two_entries_of_one_number_cannot_both_be_in_a_history() -> None:
    log = MadeLog()
    log.add("X")
    log.add("X")
    log.add("X", number=2, previous=0)

    with pytest.raises(HistoryInvalid, match="number 3"):
        verified(log.history("X", log.state()))


@pytest.mark.parametrize(
    ("size", "kind"), [(4, "tidewaiter.heads/v1"), (-1, "tidewaiter.heads/v1"), (True, "tidewaiter.heads/v1"), (1, "x")]
)
def test_only_a_statement_of_entries_before_itself_counts(size: int, kind: str) -> None:
    log = MadeLog()
    log.add("X")

    with pytest.raises(HistoryInvalid):
        verified(log.history("X", log.state(size=size, kind=kind)))


def test_of_an_entry_without_a_trail_it_cannot_be_told_what_came_before() -> None:
    log = MadeLog()
    log.add("X", trail=False)

    with pytest.raises(HistoryUntold):
        verified(log.history("X", log.state()))


def test_another_key_does_not_verify(made: tuple[MadeLog, History]) -> None:
    with pytest.raises((KeyUnknown, SignatureInvalid)):
        verify_history(made[1].to_bytes(), [STRANGER.key])


def test_witnesses_are_asked_for_as_in_a_receipt(made: tuple[MadeLog, History]) -> None:
    with pytest.raises(KeyUnknown, match="must be cosigned by 1"):
        verify_history(made[1].to_bytes(), [SIGNER.key], witness_keys=[STRANGER.key], witnesses_min=1)


def test_no_byte_that_says_something_can_be_changed(made: tuple[MadeLog, History]) -> None:
    data = made[1].to_bytes()
    accepted = []
    for at in range(len(data)):
        changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        try:
            shown = verify_history(changed, [SIGNER.key])
        except TlogError:
            continue
        accepted.append(shown)

    # What is left are the spaces between the values.
    assert {verified(made[1])} == set(accepted) | {verified(made[1])}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b'{"kind":"tidewaiter.history/v1"}',
        b'{"kind":"other"}',
        b"\xff",
        b"[" * 100_000,
        json.dumps({"kind": "tidewaiter.history/v1", "entries": [{"leaf_index": "0"}]}).encode(),
    ],
)
def test_what_is_no_history_is_refused(data: bytes) -> None:
    with pytest.raises(HistoryMalformed):
        History.from_bytes(data)


def test_base_64_has_one_spelling(made: tuple[MadeLog, History]) -> None:
    data = made[1].to_bytes()
    spelled = b64encode(made[1].heads.leaf)

    with pytest.raises(HistoryMalformed):
        History.from_bytes(data.replace(spelled, spelled.rstrip(b"=") + b"\\n"))
