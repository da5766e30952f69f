"""The HTTP server: the standard library's, on threads of its own, with a bound on everything that a caller can grow.

The threads read the store through connections of their own and touch nothing of the event loop.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, Final

import structlog
from tidewaiter_chassis import logs
from tidewaiter_chassis.started import AddressUnavailable

from tidewaiter_audit.site.resources import Answer, SiteStore, answer

VARIABLE: Final = "TIDEWAITER_AUDIT_TILES_LISTEN"
THREADS: Final = 8
CONNECTIONS_MAX: Final = 64
"""Served and waiting; one more is turned away."""
IDLE_SECONDS: Final = 5.0
"""How long a connection may say nothing, and a reader may not read."""
REQUESTS_PER_CONNECTION_MAX: Final = 1_000

_TURNED_AWAY: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
)


class TilesSite:
    """The site of one log at `listen` (host:port; port 0 takes a free one)."""

    def __init__(
        self,
        listen: str,
        *,
        open_store: Callable[[], SiteStore],
        is_fresh: Callable[[], bool],
        tls_files: tuple[str, str] | None = None,
    ) -> None:
        self._listen = listen
        self._open_store = open_store
        self._is_fresh = is_fresh
        self._tls_files = tls_files
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self.address = ""

    def start(self) -> str:
        """Serves, and says where; AddressUnavailable when the address cannot be had."""
        host, _, port = self._listen.rpartition(":")
        tls = None
        if self._tls_files is not None:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(*self._tls_files)
        try:
            self._server = _Server((host.strip("[]"), int(port)), self._answered, tls)
        except OSError as error:
            raise AddressUnavailable(
                f"cannot serve tiles on {self._listen}, which {VARIABLE} names: {error.strerror or error}"
            ) from error
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="tiles", daemon=True)
        self._thread.start()
        self.address = f"{host}:{self._server.server_port}"
        return self.address

    async def stop(self) -> None:
        """Takes no more connections and lets go of the port; those open are cut."""
        if self._server is not None and self._thread is not None:
            await asyncio.to_thread(self._server.shutdown)
            await asyncio.to_thread(self._server.let_go)
            self._thread.join()
            self._server = None

    def _answered(self, path: str, accepts_gzip: bool) -> Answer:
        return answer(path, self._store(), is_fresh=self._is_fresh, accepts_gzip=accepts_gzip)

    def _store(self) -> SiteStore:
        # A connection of the store belongs to one thread, and ends with it.
        found: SiteStore | None = getattr(_of_thread, "store", None)
        if found is None or _of_thread.site is not self:
            found = _of_thread.store = self._open_store()
            _of_thread.site = self
        return found


_of_thread: Final = threading.local()


class _Server(HTTPServer):
    request_queue_size = CONNECTIONS_MAX

    def __init__(
        self, address: tuple[str, int], answered: Callable[[str, bool], Answer], tls: ssl.SSLContext | None
    ) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, _Request)
        self.answered = answered
        self._tls = tls
        self._room = threading.BoundedSemaphore(CONNECTIONS_MAX)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="tiles")
        self._open: set[socket.socket] = set()

    def server_bind(self) -> None:
        # The one of the standard library looks up the host's name, which may take seconds where there is no resolver.
        super(HTTPServer, self).server_bind()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        """Hands the connection to a thread, or turns it away when as many are served as there may be."""
        if not self._room.acquire(blocking=False):
            request.setblocking(False)
            with suppress(OSError):
                request.send(_TURNED_AWAY)
            self.shutdown_request(request)
            return
        self._open.add(request)
        self._threads.submit(self._serve, request, client_address)

    def let_go(self) -> None:
        """Cuts what is open and gives back port and threads."""
        self.server_close()
        for request in list(self._open):
            with suppress(OSError):
                request.shutdown(socket.SHUT_RDWR)
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _serve(self, request: socket.socket, client_address: Any) -> None:
        connection = request
        try:
            request.settimeout(IDLE_SECONDS)
            if self._tls is not None:
                connection = self._tls.wrap_socket(request, server_side=True)
            self.finish_request(connection, client_address)
        except OSError:
            # The caller went away, took too long, or spoke something else.
            pass
        except Exception as error:  # noqa: BLE001 - logged
            structlog.get_logger().error("tiles request failed", **logs.traceback_fields(error))
        finally:
            self._open.discard(request)
            self.shutdown_request(connection)
            self._room.release()


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "tidewaiter"
    sys_version = ""
    timeout = IDLE_SECONDS
    # Head and body leave together, and at once: in two packets the second would wait for the reader's word.
    wbufsize = 65_536
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        self._left = REQUESTS_PER_CONNECTION_MAX

    def do_GET(self) -> None:
        """Answers what is at the path."""
        self._send(with_body=True)

    def do_HEAD(self) -> None:
        """The same without the body."""
        self._send(with_body=False)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: requests are counted by whoever stands in front, and paths are the caller's text."""

    def _send(self, *, with_body: bool) -> None:
        self._left -= 1
        if "Content-Length" in self.headers or "Transfer-Encoding" in self.headers or self._left <= 0:
            # A body would be read as the next request.
            self.close_connection = True
        found = self.server.answered(self.path, "gzip" in self.headers.get("Accept-Encoding", ""))
        known = self.headers.get("If-None-Match", "")
        is_known = found.status == 200 and found.etag in [each.strip().removeprefix("W/") for each in known.split(",")]
        self.send_response(304 if is_known else found.status)
        if found.status == 200:
            self.send_header("ETag", found.etag)
            self.send_header("Vary", "Accept-Encoding")
        self.send_header("Cache-Control", found.cache)
        if not is_known:
            self.send_header("Content-Type", found.content_type)
            self.send_header("Content-Length", str(len(found.body)))
            self.send_header("X-Content-Type-Options", "nosniff")
            if found.encoding:
                self.send_header("Content-Encoding", found.encoding)
        if found.status == 503:
            self.send_header("Retry-After", "1")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if with_body and not is_known:
            self.wfile.write(found.body)
