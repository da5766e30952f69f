"""Recorded decisions as audit recalls them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from tidewaiter_cli.rerunning.child import Child

if TYPE_CHECKING:
    from tidewaiter.trade.v1 import trade_pb2

_MESSAGES_PER_RECORD: Final = 3


class Record(NamedTuple):
    """One recorded decision; `state` is WHOLE, ERASED or UNREADABLE, `shipment` a trade.v1.Shipment as bytes."""

    leaf_index: int
    decision_id: str
    state: str
    is_newest: bool
    decision: trade_pb2.Decision
    shipment: bytes

    @property
    def is_withdrawal(self) -> bool:
        """Whether it was taken by somebody's word, so that no finding is behind it and nothing was asked."""
        from tidewaiter.trade.v1 import trade_pb2

        return self.decision.outcome == trade_pb2.OUTCOME_WITHDRAWN


class Recall(NamedTuple):
    """What is recalled: of a log of how many entries, how many will be looked at from which on, and the records."""

    tree_size: int
    from_index: int
    entries: int
    batches: Iterator[list[Record]]


@contextmanager
def recalled(
    data: Path,
    *,
    decisions: Sequence[str] = (),
    since: str = "",
    from_index: int = 0,
    tree_size: int = 0,
) -> Iterator[Recall]:
    """The recorded decisions of a data directory, a batch at a time, while the block lasts."""
    flags = [f"--data={data}", f"--from-index={from_index}", f"--tree-size={tree_size}"]
    flags += [f"--decision={name}" for name in decisions]
    if since:
        flags.append(f"--since={since}")
    with Child("tidewaiter_audit.recall", *flags) as child:
        batches = child.batches()
        head = json.loads(next(batches)[0])
        yield Recall(head["tree_size"], head["from_index"], head["entries"], map(_records, batches))


def _records(batch: list[bytes]) -> list[Record]:
    from tidewaiter.trade.v1 import trade_pb2

    records = []
    for at in range(0, len(batch), _MESSAGES_PER_RECORD):
        head, decision, shipment = batch[at : at + _MESSAGES_PER_RECORD]
        said = json.loads(head)
        records.append(
            Record(
                leaf_index=said["leaf_index"],
                decision_id=said["decision_id"],
                state=said["state"],
                is_newest=said["is_newest"],
                decision=trade_pb2.Decision.FromString(decision),
                shipment=shipment,
            )
        )
    return records
