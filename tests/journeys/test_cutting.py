"""Streams of filings cut by a proxy, at the ends of messages and at random bytes, end as if they were not cut."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tidewaiter_client.errors import TidewaiterError
from tidewaiter_client.patience import Patience

from tests.cutting_proxy import Cut, MessageEnds, Passed
from tests.journeys import play_cuts
from tests.journeys.play_cuts import Outcome, differs, play


def frame(kind: int, payload: bytes) -> bytes:
    """An HTTP/2 frame of stream 1 without flags."""
    return len(payload).to_bytes(3) + bytes([kind, 0]) + (1).to_bytes(4) + payload


def grpc_message(size: int) -> bytes:
    """A message that is not compressed."""
    return b"\0" + size.to_bytes(4) + b"m" * size


# Two messages in one frame, one of nothing, one over two frames with another frame between, after a preface of 24.
SENT = (
    b"P" * 24
    + frame(4, b"settings")
    + frame(0, grpc_message(3) + grpc_message(0))
    + frame(0, grpc_message(10)[:7])
    + frame(1, b"headers")
    + frame(0, grpc_message(10)[7:])
    + frame(0, b"")
)
ENDS = [24 + 17 + 9 + 8, 24 + 17 + 9 + 13, len(SENT) - 9]


def test_the_ends_of_messages_are_found_however_the_bytes_come() -> None:
    assert ENDS == MessageEnds(skip=24).feed(SENT)
    for seed in range(100):
        chance, sides, at, found = random.Random(seed), MessageEnds(skip=24), 0, []
        while at < len(SENT):
            piece = SENT[at : at + chance.randint(1, 30)]
            found += [at + end for end in sides.feed(piece)]
            at += len(piece)
        assert ENDS == found


@pytest.mark.parametrize("size", [1, 7, 1_000])
def test_what_passes_ends_at_the_message_or_the_byte_that_was_told(size: int) -> None:
    places = {Cut(True, message=number): end for number, end in enumerate(ENDS, 1)}
    places |= {Cut(True, bytes=number): number for number in (0, 23, 24, 60, len(SENT) - 1)}
    for cut, place in places.items():
        passed, sent = Passed(24), 0
        for at in range(0, len(SENT), size):
            last = passed.until(SENT[at : at + size], cut)
            if last is not None:
                sent = at + last
                break
        assert place == sent


def test_what_is_beyond_the_end_is_not_cut() -> None:
    assert Passed(24).until(SENT, None) is None
    assert Passed(24).until(SENT, Cut(True, message=4)) is None
    assert Passed(24).until(SENT, Cut(True, bytes=len(SENT))) is None


async def test_streams_that_are_cut_at_messages_and_bytes_end_like_the_uncut_one(tmp_path: Path) -> None:
    voyages, found = await play(tmp_path, cuts=14, seed=7)

    assert [] == found
    assert voyages.cuts >= 14
    assert {True, False} == {cut.is_upward for cut in voyages.boundaries}


def test_the_command_catches_a_client_that_gives_up(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def give_up(_self: Patience, error: TidewaiterError) -> float:
        raise error

    monkeypatch.setattr(Patience, "next_delay_seconds", give_up)

    assert 1 == play_cuts.main(["--cuts", "1", "--seed", "7"])

    said = capsys.readouterr().out
    assert "the client gave up" in said
    assert "seed 7: 1 cuts, at 1 of " in said


def test_each_way_to_end_otherwise_is_told() -> None:
    uncut = Outcome([(0, "RELEASE"), (1, "HOLD")], ["a", "b"], 2)

    assert "" == differs(uncut, uncut)
    assert "1 answers" in differs(uncut, uncut._replace(answers=[(0, "RELEASE")]))
    assert "3 decisions on the log and not 2" in differs(uncut, uncut._replace(recorded=3))
    assert "shipments [1] are known otherwise" in differs(uncut, uncut._replace(shipments=["a", "c"]))
