"""Both clients' streams go on from the last token: what the service has is not sent again, and is told once."""

from __future__ import annotations

import pytest
from google.rpc import code_pb2

from tests.client_streams import (
    File,
    assert_each_once,
    file_asynchronously,
    file_synchronously,
    filings,
    sent,
)
from tests.fake_intake import FakeIntake, Script, serving, status

AWAY = status(code_pb2.UNAVAILABLE, "DRAINING")
UNKNOWN = status(code_pb2.INVALID_ARGUMENT, "RESUME_TOKEN_UNKNOWN")
both = pytest.mark.parametrize("file", [file_synchronously, file_asynchronously], ids=["sync", "aio"])


def tokens(fake: FakeIntake) -> list[str]:
    """What each connection was opened with."""
    return [opened.resume_token for opened in fake.opened]


@both
@pytest.mark.parametrize("answers", [0, 3, 10, 25, 40, 100])
def test_what_the_service_has_is_not_sent_again(file: File, answers: int) -> None:
    with serving(Script(connections=[(answers, AWAY)], keeps=True)) as (fake, address):
        assert_each_once(100, file(address, filings(100)))

    assert [f"r{n}" for n in range(100)] == [name for connection in sent(fake) for name in connection]
    assert ["", f"{answers // 10 * 10}"][: len(tokens(fake))] == tokens(fake)


@both
def test_a_stream_is_cut_again_and_again_and_each_answer_is_told_once(file: File) -> None:
    cuts = [(answers, AWAY) for answers in (7, 1, 13, 0, 22, 10, 5)]
    with serving(Script(connections=list(cuts), keeps=True)) as (fake, address):
        assert_each_once(120, file(address, filings(120)))

    assert 120 == len(fake.kept)
    assert sorted(map(int, tokens(fake)[1:])) == [int(token) for token in tokens(fake)[1:]]


@both
def test_a_service_that_knows_the_stream_no_longer_is_filed_with_anew(file: File) -> None:
    with serving(Script(connections=[(15, AWAY)], keeps=True, forgets=UNKNOWN)) as (fake, address):
        assert_each_once(60, file(address, filings(60)))

    assert ["", "10", ""] == tokens(fake)


@both
def test_a_service_that_keeps_no_streams_is_filed_with_anew(file: File) -> None:
    with serving(Script(connections=[(15, AWAY)])) as (fake, address):
        assert_each_once(60, file(address, filings(60)))

    assert ["", ""] == tokens(fake)
