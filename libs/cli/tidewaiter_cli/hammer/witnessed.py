"""What was seen of a log, and what of it cannot be: shared by all who load it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_tlog.checkpoint import Checkpoint, verify_checkpoint
from tidewaiter_tlog.errors import TlogError
from tidewaiter_tlog.keys import VerifierKey
from tidewaiter_tlog.proof import verify_inclusion

VIOLATIONS_MAX: Final = 20
"""How many are told; all are counted."""


CHECKS = ("appended", "consistency_proofs", "files", "lists", "proofs", "replayed", "watched")
"""What is told also when it was never done: that nothing was wrong says little then."""


@dataclass
class Witnessed:
    """What everybody saw so far. `acknowledged` is by decision id: index and leaf hash of its receipt."""

    key: VerifierKey
    acknowledged: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    by_index: dict[int, str] = field(default_factory=dict)
    roots: dict[int, bytes] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CHECKS, 0))
    publication_seconds: list[float] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    violations_total: int = 0

    @property
    def never_done(self) -> list[str]:
        """The kinds of check that were not done yet."""
        return [what for what in CHECKS if not self.counts[what]]

    def count(self, what: str, more: int = 1) -> None:
        """So many more of what was done."""
        self.counts[what] = self.counts.get(what, 0) + more

    def violate(self, what: str) -> None:
        """Something that must never be."""
        self.violations_total += 1
        if len(self.violations) < VIOLATIONS_MAX:
            self.violations.append(what)

    def checkpoint(self, note: bytes) -> Checkpoint | None:
        """The checkpoint, once it is shown to be the log's and of the one history; None when it is not."""
        try:
            signed = verify_checkpoint(note, [self.key])
        except TlogError as error:
            self.violate(f"a checkpoint does not verify: {error}")
            return None
        if self.roots.setdefault(signed.tree_size, signed.root) != signed.root:
            self.violate(f"two trees of {signed.tree_size} entries were signed")
        return signed

    def receipt(self, decision_id: str, receipt: trade_pb2.Receipt) -> None:
        """A receipt of this decision: it must verify, and say what every other of this decision says."""
        signed = self.checkpoint(receipt.checkpoint)
        if signed is None:
            return
        try:
            verify_inclusion(
                receipt.leaf_index, signed.tree_size, receipt.leaf_hash, tuple(receipt.inclusion_proof), signed.root
            )
        except TlogError as error:
            self.violate(f"a receipt of entry {receipt.leaf_index} does not verify: {error}")
        place = receipt.leaf_index, receipt.leaf_hash
        if self.acknowledged.setdefault(decision_id, place) != place:
            self.violate(f"{decision_id} is at {receipt.leaf_index} and was at {self.acknowledged[decision_id][0]}")
        self.placed(decision_id, receipt.leaf_index)

    def placed(self, decision_id: str, leaf_index: int) -> None:
        """That a decision is at an index: no other was ever there."""
        if self.by_index.setdefault(leaf_index, decision_id) != decision_id:
            self.violate(f"entry {leaf_index} is {decision_id} and was {self.by_index[leaf_index]}")
