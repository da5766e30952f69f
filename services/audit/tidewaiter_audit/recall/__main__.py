"""Recalls recorded decisions over a pipe: `python -m tidewaiter_audit.recall --data DIR`.

Writes batches: each item is three messages, a JSON object (`leaf_index`, `decision_id`, `state`, `is_newest`), the
trade.v1.Decision and the trade.v1.Shipment with its parties, both empty for one that cannot be read. The first batch
is one JSON object: `tree_size`, `from_index`, and `entries`, how many will be looked at. Only reads; the service may
run meanwhile.

With --leaves each item is two messages instead, a JSON object (`leaf_index`, `recorded_at_ns`) and the leaf, of
entries of every kind, and nobody's parties are in it; the first object has the `checkpoint` too, and `before`, the
hashes (hex) of the subtrees to the left of the first entry, so that the leaves lead to the checkpoint's root.

Without it the parties of people are in what it writes: hand it to nobody, keep it nowhere.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import IO

import apsw
import msgspec
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis.batch_pipe import write_batch
from tidewaiter_tlog.checkpoint import parse_checkpoint
from tidewaiter_tlog.hashing import HASH_SIZE
from tidewaiter_tlog.tiles import Tiles
from tidewaiter_tlog.tree import LeafIndex

from tidewaiter_audit.model import Entry
from tidewaiter_audit.recall import Recalled, recall
from tidewaiter_audit.store.sqlite import FILE_NAME, SqliteReader
from tidewaiter_audit.wire.from_facts import fill

CANNOT = 2
_ITEMS_AT_ONCE = 200


def main(argv: Sequence[str] | None = None, *, sink: IO[bytes] | None = None) -> int:
    """Writes what was asked for, to standard output without another; status 2 without such a log or decision."""
    sink = sink or sys.stdout.buffer
    given = _parser().parse_args(argv)
    try:
        reader = SqliteReader.open_file(given.data / FILE_NAME)
        size = given.tree_size or _size_of(reader)
        start = given.from_index if given.since is None else max(given.from_index, _first_since(reader, given.since))
        entries = _entries(reader, given.decision, start)
    except (apsw.Error, LookupError) as error:
        sys.stderr.write(f"{given.data}: {error}\n")
        return CANNOT
    expected = len(given.decision) or max(0, size - start)
    head: dict[str, object] = {"tree_size": size, "entries": expected, "from_index": start}
    if given.leaves:
        items: Iterator[tuple[bytes, ...]] = (_leaf_messages(entry) for entry in entries if entry.leaf_index < size)
        head |= _tie(reader, start, size)
    else:
        items = map(_messages, recall(reader, entries, tree_size=size))
    write_batch(sink, [msgspec.json.encode(head)])
    while batch := list(islice(items, _ITEMS_AT_ONCE)):
        write_batch(sink, [message for one in batch for message in one])
    reader.close()
    return 0


def _tie(reader: SqliteReader, start: int, size: int) -> dict[str, object]:
    """What ties the leaves from here on to the checkpoint of this size."""
    note = next(note for signed, note in reader.checkpoints() if signed == size)
    tiles = Tiles(lambda level, index, width: (reader.tile(level, index) or b"")[: width * HASH_SIZE])
    before = tiles.edge(start).hashes if start else ()
    return {"checkpoint": note.decode(), "before": [each.hex() for each in before]}


def _leaf_messages(entry: Entry) -> tuple[bytes, ...]:
    head = {"leaf_index": entry.leaf_index, "recorded_at_ns": entry.recorded_at_ns}
    return msgspec.json.encode(head), entry.leaf


def _size_of(reader: SqliteReader) -> int:
    note = reader.newest_checkpoint()
    if note is None:
        raise LookupError("there is no log here")
    return parse_checkpoint(note).tree_size


def _first_since(reader: SqliteReader, day: date) -> int:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return reader.first_recorded_from(int(midnight.timestamp()) * 1_000_000_000)


def _entries(reader: SqliteReader, names: list[str], start: int) -> Iterator[Entry]:
    if not names:
        return reader.entries_from(LeafIndex(start))
    found = reader.entries_named(names)
    missing = sorted(set(names) - found.keys())
    if missing:
        raise LookupError(f"there is no decision {', '.join(missing)} on the log")
    return iter(sorted(found.values(), key=lambda entry: entry.leaf_index))


def _messages(one: Recalled) -> tuple[bytes, ...]:
    decision, shipment = trade_pb2.Decision(), trade_pb2.Shipment()
    if one.decision is not None and one.shipment is not None:
        fill(decision, one.decision)
        fill(shipment, one.shipment)
        shipment.MergeFromString(one.personal)
    head = {
        "leaf_index": one.leaf_index,
        "decision_id": decision.decision_id,
        "state": one.state.value,
        "is_newest": one.is_newest,
    }
    return msgspec.json.encode(head), decision.SerializeToString(), shipment.SerializeToString()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tidewaiter_audit.recall", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(".tidewaiter"), metavar="DIR", help="the data folder")
    parser.add_argument("--decision", action="append", default=[], metavar="ID", help="this decision; may be repeated")
    parser.add_argument("--since", type=date.fromisoformat, metavar="DAY", help="recorded on this day, UTC, or later")
    parser.add_argument("--from-index", type=int, default=0, metavar="N", help="from this entry on")
    parser.add_argument("--leaves", action="store_true", help="the leaves of all entries, without parties")
    parser.add_argument("--tree-size", type=int, default=0, metavar="N", help="of the log as it was at this size")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
