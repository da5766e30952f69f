"""A log's files over HTTP or HTTPS (c2sp.org/tlog-tiles), as anyone may read them."""

from __future__ import annotations

import http.client
import ssl
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

from tidewaiter_tlog.tiles import BundleId, TileId

_SECONDS_MAX: Final = 10.0
_BYTES_MAX: Final = 256 * (2**16 + 1)
"""Of the largest file: a bundle of 256 entries, each after its length in two bytes."""


class LogFiles:
    """The files below one URL, over one connection. OSError and http.client.HTTPException when they cannot be had."""

    def __init__(self, url: str, *, authorities_file: str | None = None) -> None:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        self._prefix = parts.path.rstrip("/")
        if parts.scheme == "https":
            context = ssl.create_default_context(cafile=authorities_file)
            self._connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                parts.netloc, timeout=_SECONDS_MAX, context=context
            )
        else:
            self._connection = http.client.HTTPConnection(parts.netloc, timeout=_SECONDS_MAX)

    def get(self, path: str) -> tuple[int, bytes]:
        """The status and the bytes of a file."""
        self._connection.request("GET", f"{self._prefix}/{path}")
        answer = self._connection.getresponse()
        body = answer.read(_BYTES_MAX + 1)
        if len(body) > _BYTES_MAX:
            raise OSError(f"/{path} is larger than {_BYTES_MAX} bytes")
        if answer.length:
            # Read up to a bound, an answer that was cut off says nothing of it: half a file is no file of the log.
            raise http.client.IncompleteRead(body, answer.length)
        return answer.status, body

    def checkpoint(self) -> bytes:
        """The newest checkpoint, nothing of it verified."""
        return self._whole("checkpoint")

    def tile(self, level: int, index: int, width: int) -> bytes:
        """The hashes of a tile."""
        return self._whole(TileId(level, index, width).path)

    def bundle(self, index: int, width: int) -> bytes:
        """The entries below a tile of level 0."""
        return self._whole(BundleId(index, width).path)

    def _whole(self, path: str) -> bytes:
        status, body = self.get(path)
        if status != http.client.OK:
            raise OSError(f"/{path} answers {status}")
        return body

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
