"""A log's files as they come over a connection that may break: a whole file or none."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest
from tidewaiter_cli.files_of_log import LogFiles


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """A site that says exactly this to its first request, and then is gone, as one that was killed."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(answer)

        thread = Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        thread.join(10)


def said(body: bytes, *, length: int) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (length, body)


def test_a_whole_file_is_given_with_its_status() -> None:
    with answering(said(b"whole", length=5)) as address, LogFiles(address) as files:
        assert (200, b"whole") == files.get("checkpoint")


@pytest.mark.parametrize("body", [b"", b"hal"])
def test_a_file_that_was_cut_off_is_no_file_of_the_log(body: bytes) -> None:
    with (
        answering(said(body, length=5)) as address,
        LogFiles(address) as files,
        pytest.raises(http.client.IncompleteRead),
    ):
        files.get("checkpoint")
