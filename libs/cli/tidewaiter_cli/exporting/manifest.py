"""The manifest of a table: the checkpoint that its leaves lead to, and the hash of the file.

The hashes of the leaves in the table, with those of the subtrees to their left, make the root that the log signed: so
no row is left out, added, changed or moved, and whoever has the public key can see that offline.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, Self

from tidewaiter_tlog.checkpoint import Checkpoint, verify_checkpoint
from tidewaiter_tlog.errors import ProofInvalid
from tidewaiter_tlog.hashing import leaf_hash
from tidewaiter_tlog.keys import VerifierKey
from tidewaiter_tlog.tree import Edge, TreeSize

from tidewaiter_cli.exporting.rows import COLUMNS, row_of
from tidewaiter_cli.exporting.tables import rows_in

KIND: Final = "tidewaiter.export/v1"
SUFFIX: Final = ".manifest.json"
_LEAVES_AT_ONCE: Final = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What is written beside a table: `before` are the hashes (hex) of the subtrees before its first entry."""

    kind: str
    file: str
    format: str
    sha256: str
    rows: int
    from_index: int
    tree_size: int
    before: list[str]
    checkpoint: str

    def save(self, path: Path) -> None:
        """Writes it."""
        path.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Self:
        """The manifest in this file; ValueError when it is none."""
        try:
            found = cls(**json.loads(path.read_text(encoding="utf-8")))
        except (TypeError, UnicodeDecodeError) as error:
            raise ValueError("it is no manifest of an export") from error
        if found.kind != KIND or Path(found.file).name != found.file:
            raise ValueError(f"it is no manifest of kind {KIND}")
        return found


def digest_of(path: Path) -> str:
    """SHA-256 of a file, hex."""
    digest = sha256()
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()


def verify_export(path: Path, key: VerifierKey, witness_keys: list[VerifierKey], least: int) -> Checkpoint:
    """The checkpoint that the table beside this manifest is tied to; raises TlogError or ValueError otherwise.

    1. The log signed the checkpoint, of the size that the manifest says.
    2. The file has the hash that the manifest says.
    3. Each row is of the next index, and its columns are what its leaf says.
    4. The leaves, after the subtrees before them, make the root of the checkpoint.
    """
    manifest = Manifest.load(path)
    # 1
    checkpoint = verify_checkpoint(manifest.checkpoint.encode(), [key], witness_keys=witness_keys, witnesses_min=least)
    if checkpoint.tree_size != manifest.tree_size:
        raise ProofInvalid(f"the checkpoint must be of {manifest.tree_size} entries, and is of {checkpoint.tree_size}")
    # 2
    table = path.parent / manifest.file
    if digest_of(table) != manifest.sha256:
        raise ProofInvalid(f"{manifest.file} must have the SHA-256 {manifest.sha256}, and has another")
    edge = Edge(TreeSize(manifest.from_index), tuple(map(bytes.fromhex, manifest.before)))
    # 3
    waiting: list[bytes] = []
    expected = manifest.from_index
    for row in rows_in(table, parquet=manifest.format == "parquet", columns=tuple(COLUMNS)):
        leaf = str(row["leaf"]).encode()
        if row["leaf_index"] != expected or row != {**row_of(expected, 0, leaf), "recorded_at": row["recorded_at"]}:
            raise ProofInvalid(
                f"row {expected - manifest.from_index} must say what entry {expected} does, and does not"
            )
        expected += 1
        waiting.append(leaf_hash(leaf))
        if len(waiting) == _LEAVES_AT_ONCE:
            edge, waiting = edge.append(waiting), []
    # 4
    edge = edge.append(waiting)
    if (edge.size, edge.root()) != (checkpoint.tree_size, checkpoint.root):
        raise ProofInvalid("the rows must make the root that was signed, and do not: some are left out or added")
    return checkpoint
