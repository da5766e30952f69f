"""The text of a checkpoint: what a log signs to commit to a tree (c2sp.org/tlog-checkpoint, note text)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from tidewaiter_tlog.encodings import decode_base64, decode_decimal, encode_base64, is_line
from tidewaiter_tlog.errors import CheckpointMalformed, shown
from tidewaiter_tlog.hashing import EMPTY_ROOT, HASH_SIZE
from tidewaiter_tlog.tree import TREE_SIZE_MAX, TreeSize

_LINES_MIN: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The log's name, the number of its leaves and its root; else CheckpointMalformed.

    Extension lines are opaque, not empty, and not recommended: monitors cannot audit them.
    """

    origin: str
    tree_size: TreeSize
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for what, line in (("the origin", self.origin), *(("an extension line", line) for line in self.extensions)):
            if not isinstance(line, str) or not is_line(line):
                raise CheckpointMalformed(f"{what} of a checkpoint must be one line without control characters")
        size = self.tree_size
        if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size <= TREE_SIZE_MAX:
            raise CheckpointMalformed(f"the tree size must be an integer from 0 to 2^63 - 1, and is {shown(size)}")
        if not isinstance(self.root, bytes) or len(self.root) != HASH_SIZE:
            raise CheckpointMalformed(f"the root must be {HASH_SIZE} bytes, and is {shown(self.root)}")
        if size == 0 and self.root != EMPTY_ROOT:
            raise CheckpointMalformed(
                f"the root of the empty tree must be {EMPTY_ROOT.hex()} (RFC 6962 section 2.1), "
                f"and is {self.root.hex()}"
            )

    def to_text(self) -> str:
        """The checkpoint as the text of a note, its final newline included."""
        lines = (self.origin, str(self.tree_size), encode_base64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """The checkpoint that to_text wrote; raises CheckpointMalformed for anything else."""
        if not text.endswith("\n"):
            raise CheckpointMalformed("a checkpoint must end with a newline, and does not")
        origin, *rest = text[:-1].split("\n")
        if len(rest) + 1 < _LINES_MIN:
            raise CheckpointMalformed(f"a checkpoint must have at least {_LINES_MIN} lines, and has {len(rest) + 1}")
        size_line, root_line, *extensions = rest
        size = decode_decimal(size_line, what="the second line of a checkpoint", error=CheckpointMalformed)
        root = decode_base64(root_line, what="the third line of a checkpoint", error=CheckpointMalformed)
        return cls(origin=origin, tree_size=TreeSize(size), root=root, extensions=tuple(extensions))
