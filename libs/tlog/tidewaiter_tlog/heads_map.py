"""A verifiable map: one root commits to which keys there are and to the value of each.

The map is a binary tree over keys of 256 bits, which are hashes, from the first bit down. A subtree without a key
hashes to 32 zero bytes; one with a single key is that key's leaf, however high it stands; any other is the hash of
its two halves. So the root depends on the content alone and not on its history, and a proof is as long as the
logarithm of the number of keys.

A leaf hashes 0x02, the key and the value; a node 0x03 and its two halves: neither can be taken for the other, nor for
a leaf or a node of RFC 6962. The leaf holds the whole key, so that it proves absent every other key on its way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

from tidewaiter_tlog.errors import ProofInvalid, shown
from tidewaiter_tlog.hashing import HASH_SIZE, are_hashes

KEY_BITS: Final = 256
EMPTY: Final = bytes(HASH_SIZE)
NODE_BYTES: Final = HASH_SIZE + 1
"""Of a subtree in packed levels."""

_LEAF: Final = b"\x02"
_NODE: Final = b"\x03"


class Subtree(NamedTuple):
    """A part of the map by its hash; `is_single` when it has one key, so that its hash is that key's leaf."""

    hash: bytes
    is_single: bool


NOTHING: Final = Subtree(EMPTY, False)

Item = tuple[bytes, bytes]
"""A key of 32 bytes and its value."""


class MapProof(NamedTuple):
    """The way to a key: the hashes beside it from the root down, and the item found at its end, if any."""

    siblings: tuple[bytes, ...]
    found: Item | None


def key_of(name: str) -> bytes:
    """The key under which a name stands in the map."""
    return sha256(name.encode()).digest()


def single(item: Item) -> Subtree:
    """The subtree that has this item alone."""
    key, value = item
    return Subtree(sha256(_LEAF + key + value).digest(), True)


def join(left: Subtree, right: Subtree) -> Subtree:
    """The subtree of which these are the halves."""
    if right.is_single and left == NOTHING:
        return right
    if right == NOTHING and (left.is_single or left == NOTHING):
        return left
    return Subtree(sha256(_NODE + left.hash + right.hash).digest(), False)


def subtree(items: Sequence[Item], depth: int = 0) -> Subtree:
    """The subtree of these items, in the order of their keys, which agree in their first `depth` bits."""
    if len(items) < 2:
        return single(items[0]) if items else NOTHING
    middle = _middle(items, depth)
    return join(subtree(items[:middle], depth + 1), subtree(items[middle:], depth + 1))


class Levels:
    """A row of 2^height neighbouring subtrees and all the levels above it, up to the one that they make together.

    Packed into bytes, so that what the row's height makes large is still kept, read and written as one value: nodes
    by level from the root down, each as its hash and one byte that is 1 when it is single.
    """

    __slots__ = ("_nodes", "width")

    def __init__(self, packed: bytes) -> None:
        """From what `packed` gave; ValueError when these are no levels."""
        nodes, rest = divmod(len(packed), NODE_BYTES)
        self.width: int = (nodes + 1) // 2
        """How many subtrees the row has."""
        if rest or nodes != 2 * self.width - 1 or self.width.bit_count() != 1:
            raise ValueError(f"{len(packed)} bytes are no levels of a map")
        self._nodes = bytearray(packed)

    @classmethod
    def of_nothing(cls, height: int) -> Levels:
        """A row of 2^height subtrees without a key."""
        return cls(bytes(((2 << height) - 1) * NODE_BYTES))

    @property
    def packed(self) -> bytes:
        """All of it."""
        return bytes(self._nodes)

    @property
    def height(self) -> int:
        """How many levels there are above the row."""
        return self.width.bit_length() - 1

    @property
    def whole(self) -> Subtree:
        """The subtree that all make together."""
        return self.at(0, 0)

    def at(self, depth: int, place: int) -> Subtree:
        """The subtree at this place of the level that is so far below the root."""
        return self._read((1 << depth) + place)

    def put(self, changed: Mapping[int, Subtree]) -> None:
        """Sets subtrees of the row by their places; of the levels above, what these change is made again."""
        for place, one in changed.items():
            self._write(self.width + place, one)
        nodes = {(self.width + place) >> 1 for place in changed}
        while nodes and 0 not in nodes:
            for node in nodes:
                self._write(node, join(self._read(2 * node), self._read(2 * node + 1)))
            nodes = {node >> 1 for node in nodes}

    # A node is named by the bits of its way from the root behind a 1: its halves are named by one bit more.

    def _read(self, node: int) -> Subtree:
        end = node * NODE_BYTES - 1
        return Subtree(bytes(self._nodes[end - HASH_SIZE : end]), self._nodes[end] == 1)

    def _write(self, node: int, one: Subtree) -> None:
        end = node * NODE_BYTES - 1
        self._nodes[end - HASH_SIZE : end] = one.hash
        self._nodes[end] = one.is_single


def prove(key: bytes, halves: Callable[[int], tuple[Subtree, Subtree]], last: Callable[[int], Item | None]) -> MapProof:
    """The proof of what the map has for a key.

    `halves` are the two halves of the subtree on the way to the key at a depth, and `last` the only item of such a
    subtree, None when it is empty.
    """
    siblings: list[bytes] = []
    for depth in range(KEY_BITS):
        left, right = halves(depth)
        whole = join(left, right)
        if whole.is_single or whole == NOTHING:
            break
        siblings.append((left if bit(key, depth) else right).hash)
    return MapProof(tuple(siblings), last(len(siblings)))


def prove_in(items: Sequence[Item], key: bytes) -> MapProof:
    """The proof from all items of a map, in the order of their keys: the definition of what a prover makes."""
    return prove(
        key,
        lambda depth: halves_of(items, key, depth),
        lambda depth: next((item for item in items if _shared_bits(item[0], key) >= depth), None),
    )


def halves_of(items: Sequence[Item], key: bytes, depth: int) -> tuple[Subtree, Subtree]:
    """The two halves of the subtree at this depth on the way to the key, of items in the order of their keys."""
    here = [item for item in items if _shared_bits(item[0], key) >= depth]
    middle = _middle(here, depth)
    return subtree(here[:middle], depth + 1), subtree(here[middle:], depth + 1)


def value_in(key: bytes, proof: MapProof, root: bytes) -> bytes | None:
    """The value that the map of this root has for the key, None when it has none; ProofInvalid when it is not shown."""
    if len(key) != HASH_SIZE or len(root) != HASH_SIZE:
        raise ProofInvalid(f"key and root of a map must be {HASH_SIZE} bytes, and are {shown(key)} and {shown(root)}")
    siblings, found = proof
    if len(siblings) > KEY_BITS or not are_hashes(siblings):
        raise ProofInvalid(f"a proof in a map must be at most {KEY_BITS} hashes of {HASH_SIZE} bytes, and is not")
    if found is not None and (len(found[0]) != HASH_SIZE or _shared_bits(found[0], key) < len(siblings)):
        raise ProofInvalid("the item at the end of a proof in a map must lie on the way to the key, and does not")
    folded = single(found).hash if found is not None else EMPTY
    for depth in range(len(siblings) - 1, -1, -1):
        left, right = (siblings[depth], folded) if bit(key, depth) else (folded, siblings[depth])
        folded = sha256(_NODE + left + right).digest()
    if folded != root:
        raise ProofInvalid(f"the proof in the map must lead to the root {root.hex()}, and leads to {folded.hex()}")
    return found[1] if found is not None and found[0] == key else None


def bit(key: bytes, depth: int) -> int:
    """The bit of the key at this depth, the most significant of its first byte at 0."""
    return key[depth >> 3] >> (7 - (depth & 7)) & 1


def _middle(items: Sequence[Item], depth: int) -> int:
    """Where the right half begins among items in the order of their keys, which agree above this depth."""
    byte, shift = depth >> 3, 7 - (depth & 7)
    return len(items) - sum([item[0][byte] >> shift & 1 for item in items])


def _shared_bits(one: bytes, other: bytes) -> int:
    differing = int.from_bytes(one, "big") ^ int.from_bytes(other, "big")
    return KEY_BITS - differing.bit_length()
