"""A witness cosigns what goes on from what it saw, and answers everything else as c2sp.org/tlog-witness says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from tidewaiter_tlog.checkpoint import Checkpoint, sign_checkpoint
from tidewaiter_tlog.errors import WitnessRequestMalformed
from tidewaiter_tlog.hashing import EMPTY_ROOT, leaf_hash
from tidewaiter_tlog.signers import Ed25519Cosigner, Ed25519Signer
from tidewaiter_tlog.tiles import Tiles, extend
from tidewaiter_tlog.tree import TreeSize
from tidewaiter_tlog.witness import AddCheckpoint, Refused, judge

ORIGIN = "example.org/log"
SIGNER = Ed25519Signer(name=ORIGIN, seed=bytes(32))
OTHER = Ed25519Signer(name=ORIGIN, seed=bytes([1]) * 32)
LEAVES = 40
HASHES = [leaf_hash(b"%d" % number) for number in range(LEAVES)]
LOGS = {ORIGIN: (SIGNER.key,)}


def tiles(hashes: list[bytes] = HASHES) -> Tiles:
    made = {(tile.level, tile.index): data for tile, data in extend(0, hashes, lambda *_: b"").tiles.items()}
    return Tiles(lambda level, index, width: made[level, index][: width * 32])


def checkpoint(size: int, *, hashes: list[bytes] = HASHES) -> Checkpoint:
    root = tiles(hashes).root(size) if size else EMPTY_ROOT
    return Checkpoint(origin=ORIGIN, tree_size=TreeSize(size), root=root)


def request(old: int, new: int, *, signer: Ed25519Signer = SIGNER) -> AddCheckpoint:
    proof = tiles().consistency_proof(old, new) if 0 < old <= new else ()
    return AddCheckpoint(old_size=old, proof=proof, checkpoint=sign_checkpoint(checkpoint(new), [signer]))


def judged(asked: AddCheckpoint, *, seen: int | None = None) -> Checkpoint:
    return judge(asked.to_bytes(), logs=LOGS, seen={} if seen is None else {ORIGIN: checkpoint(seen)})


def status_of(asked: AddCheckpoint | bytes, *, seen: int | None = None) -> int:
    body = asked if isinstance(asked, bytes) else asked.to_bytes()
    with pytest.raises(Refused) as refused:
        judge(body, logs=LOGS, seen={} if seen is None else {ORIGIN: checkpoint(seen)})
    return refused.value.status


@pytest.mark.parametrize(("seen", "new"), [(None, 1), (None, 0), (0, 7), (1, 2), (7, 7), (8, 40), (13, 29)])
def test_a_tree_that_goes_on_from_what_was_seen_may_be_cosigned(seen: int | None, new: int) -> None:
    assert checkpoint(new) == judged(request(seen or 0, new), seen=seen)


def test_a_request_comes_back_as_it_was_written() -> None:
    asked = request(5, 30)

    assert asked == AddCheckpoint.from_bytes(asked.to_bytes())
    assert asked.to_bytes().startswith(b"old 5\n")


@pytest.mark.parametrize(
    ("asked", "seen", "status"),
    [
        (request(0, 5), 3, 409),
        (request(3, 5), None, 409),
        (request(3, 5), 4, 409),
        (request(9, 5), 9, 400),
        (request(3, 5, signer=OTHER), 3, 403),
        (replace(request(3, 5), proof=()), 3, 422),
        (replace(request(3, 5), proof=request(4, 9).proof), 3, 422),
        (replace(request(0, 5), proof=request(3, 5).proof), None, 422),
        (b"", None, 400),
        (b"old 1\n\n", None, 400),
        (b"old 01\n\nx\n\n\xe2\x80\x94 a b\n", None, 400),
        (b"old 0\n!\n\nx", None, 400),
    ],
)
def test_everything_else_is_refused_with_the_status_of_the_specification(
    asked: AddCheckpoint | bytes, seen: int | None, status: int
) -> None:
    assert status == status_of(asked, seen=seen)


def test_a_log_that_nobody_told_the_witness_of_is_not_found() -> None:
    with pytest.raises(Refused) as refused:
        judge(request(0, 5).to_bytes(), logs={}, seen={})

    assert 404 == refused.value.status


def test_a_conflict_says_what_was_seen_last() -> None:
    with pytest.raises(Refused) as refused:
        judged(request(0, 5), seen=3)

    assert 3 == refused.value.known_size


def test_another_tree_of_the_same_size_is_refused() -> None:
    forked = [*HASHES[:4], leaf_hash(b"another")]
    note = sign_checkpoint(checkpoint(5, hashes=forked), [SIGNER])

    assert 422 == status_of(AddCheckpoint(old_size=5, proof=(), checkpoint=note), seen=5)


def test_an_empty_tree_with_another_root_is_refused() -> None:
    note = sign_checkpoint(checkpoint(0), [SIGNER])
    root = note.split(b"\n")[2]

    assert 422 == status_of(AddCheckpoint(old_size=0, proof=(), checkpoint=note.replace(root, b"A" * 43 + b"=")))


@given(steps=some.lists(some.integers(0, LEAVES), max_size=8), lies=some.lists(some.booleans(), min_size=8, max_size=8))
@settings(max_examples=60, deadline=None)
def test_whatever_is_asked_the_cosigned_trees_are_prefixes_of_each_other(steps: list[int], lies: list[bool]) -> None:
    forked = [*HASHES[:10], *(leaf_hash(b"lie %d" % number) for number in range(10, LEAVES))]
    seen: dict[str, Checkpoint] = {}
    cosigned = []
    for new, lie in zip(steps, lies, strict=False):
        hashes = forked if lie else HASHES
        old = seen[ORIGIN].tree_size if seen else 0
        proof = tiles(hashes).consistency_proof(old, new) if 0 < old <= new else ()
        note = sign_checkpoint(checkpoint(new, hashes=hashes), [SIGNER])
        try:
            seen[ORIGIN] = judge(
                AddCheckpoint(old_size=old, proof=proof, checkpoint=note).to_bytes(), logs=LOGS, seen=seen
            )
        except Refused:
            continue
        cosigned.append(seen[ORIGIN])

    for histories in (HASHES, forked):
        if all(one == checkpoint(one.tree_size, hashes=histories) for one in cosigned):
            return
    pytest.fail("two histories were cosigned")


def test_the_key_of_a_witness_is_kept_as_text_and_is_no_log_s_key() -> None:
    witness = Ed25519Cosigner(name="witness.example/w1", seed=bytes(32), clock_seconds=lambda: 7)

    again = Ed25519Cosigner.from_private_text(witness.to_private_text(), clock_seconds=lambda: 7)

    assert witness.key == again.key
    assert witness.sign("a\n") == again.sign("a\n")
    with pytest.raises(Exception, match="signature type 0x01"):
        Ed25519Signer.from_private_text(witness.to_private_text())


def test_a_request_with_more_hashes_than_any_proof_has_is_refused() -> None:
    body = b"old 1\n" + b"A" * 43 + b"=\n"
    with pytest.raises(WitnessRequestMalformed):
        AddCheckpoint.from_bytes(b"old 1\n" + (b"A" * 43 + b"=\n") * 64 + b"\nx\n\n" + body)
