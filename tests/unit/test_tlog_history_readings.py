"""What an entry of a history says is the same to every reader, whatever the log signed."""

from __future__ import annotations

import pytest
from tidewaiter_tlog.errors import HistoryInvalid

from tests.unit.test_tlog_history import MadeLog, verified


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ('"shipment_id": "X"', '"shipment_id": "A", "shipment_id": "X"'),
        ('{"decision"', '{"decision": {"shipment_id": "A"}, "decision"'),
        ('{"decision"', '{"erasure": {"shipment_id": "A"}, "decision"'),
        ("tidewaiter.decision/v2", "tidewaiter.erasure/v1"),
        ("tidewaiter.decision/v2", "another.decision/v2"),
        ('"number": 1', '"number": true'),
        ('"number": 1', '"number": 1.0'),
        ('"number": 1', '"number": 2, "number": 1'),
    ],
)
def test_an_entry_that_two_readers_may_read_in_two_ways_is_refused_though_it_is_signed(said: str, instead: str) -> None:
    """As by a log that shows it to one as an entry of X, and to another as one of A or with another number."""
    log = MadeLog()
    log.add("X")
    (plain,) = log.leaves
    assert said in plain.decode()
    log.leaves = [plain.decode().replace(said, instead, 1).encode()]

    with pytest.raises(HistoryInvalid):
        verified(log.history("X", log.state()))
