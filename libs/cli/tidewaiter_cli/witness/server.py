"""A witness over HTTP: `POST /add-checkpoint` and `GET /<origin hash>/checkpoint`, and nothing else."""

from __future__ import annotations

import re
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from tidewaiter_tlog.witness import ADD_CHECKPOINT_PATH, REQUEST_BYTES_MAX, SIZE_TYPE, Refused

from tidewaiter_cli.witness.kept import Witness

SECONDS_MAX: Final = 10.0
"""How long a caller may be silent."""
_MONITORED: Final = re.compile(r"/([0-9a-f]{64})/checkpoint")
_TEXT: Final = "text/plain; charset=utf-8"


class WitnessServer(ThreadingHTTPServer):
    """Serves one witness at host and port until `shutdown`."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], witness: Witness) -> None:
        super().__init__(address, _Request)
        self.witness = witness

    @property
    def address(self) -> str:
        """Where it serves, as host:port."""
        host, port = self.server_address[:2]
        return f"{host!s}:{port}"


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = SECONDS_MAX
    server: WitnessServer

    def do_POST(self) -> None:
        """add-checkpoint."""
        length = self.headers.get("Content-Length", "")
        if self.path != ADD_CHECKPOINT_PATH:
            self._answer(HTTPStatus.NOT_FOUND, b"")
        elif not length.isdecimal() or int(length) > REQUEST_BYTES_MAX:
            self.close_connection = True
            self._answer(HTTPStatus.BAD_REQUEST, b"the body must have a length, and not be too long\n")
        else:
            self._add(self.rfile.read(int(length)))

    def do_GET(self) -> None:
        """The newest checkpoint cosigned of a log."""
        asked = _MONITORED.fullmatch(self.path)
        note = self.server.witness.newest(asked[1]) if asked else None
        self._answer(HTTPStatus.OK if note is not None else HTTPStatus.NOT_FOUND, note or b"")

    def _add(self, body: bytes) -> None:
        try:
            line = self.server.witness.add_checkpoint(body)
        except Refused as refused:
            if refused.known_size is not None:
                self._answer(refused.status, f"{refused.known_size}\n".encode(), SIZE_TYPE)
            else:
                self._answer(refused.status, f"{refused.problem}\n".encode())
        else:
            self._answer(HTTPStatus.OK, line)

    def _answer(self, status: HTTPStatus, body: bytes, content_type: str = _TEXT) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # the name that the base class gives
        """Nothing: what was cosigned is kept, and the rest is no concern of a witness."""
