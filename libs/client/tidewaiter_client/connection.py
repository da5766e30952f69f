"""How a service is reached: the channel's options, its credentials, and one way to make a call."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import grpc
import grpc.aio
from google.protobuf.message import Message

from tidewaiter_client.errors import error_from_rpc

Response = TypeVar("Response", bound=Message)
Metadata = tuple[tuple[str, str], ...]

MESSAGE_BYTES_MAX: Final = 8 * 1024 * 1024
"""As the services take them by default: a larger message ends the whole call, so it is never sent."""

_ANSWER_BYTES_MAX: Final = 32 * 1024 * 1024
"""A full batch of 1,000 decisions with all their reasons and proofs takes a few megabytes."""

_KEEPALIVE_MILLISECONDS: Final = 360_000
"""Just rarer than the five minutes below which a server takes pings for abuse; finds a connection that died mute."""

_RETRY: Final = {
    "maxAttempts": 3,
    "initialBackoff": "0.1s",
    "maxBackoff": "2s",
    "backoffMultiplier": 2,
    # Only this one says that the same call may succeed soon and was not carried out (AIP-194).
    "retryableStatusCodes": ["UNAVAILABLE"],
}


class InsecureRefused(ValueError):
    """An `address` off this machine without TLS: names and addresses of people do not travel in the clear."""

    def __init__(self, address: str) -> None:
        super().__init__(f"{address} is not on this machine's loopback: give tls=Tls(...) to call it")
        self.address = address


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """PEM files: who must have signed the service's certificate, and the caller's own certificate with its key."""

    authorities_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None

    def credentials(self) -> grpc.ChannelCredentials:
        """What gRPC wants of it; OSError when a file cannot be read."""
        return grpc.ssl_channel_credentials(
            root_certificates=_bytes_of(self.authorities_file),
            private_key=_bytes_of(self.key_file),
            certificate_chain=_bytes_of(self.certificate_file),
        )


def channel(address: str, *, tls: Tls | None, service: str, retried: Sequence[str]) -> grpc.Channel:
    """A channel to one service; it makes calls of the `retried` methods up to three times while UNAVAILABLE."""
    options = _options(service, retried)
    if tls is not None:
        return grpc.secure_channel(address, tls.credentials(), options=options)
    _refuse_off_this_machine(address)
    return grpc.insecure_channel(address, options=options)


def aio_channel(address: str, *, tls: Tls | None, service: str, retried: Sequence[str]) -> grpc.aio.Channel:
    """The same for asyncio; to be made where a loop runs."""
    options = _options(service, retried)
    if tls is not None:
        return grpc.aio.secure_channel(address, tls.credentials(), options=options)
    _refuse_off_this_machine(address)
    return grpc.aio.insecure_channel(address, options=options)


class Connection:
    """One channel to one service, for synchronous calls; closes with `close` or as a context manager."""

    def __init__(
        self, address: str, *, tls: Tls | None, service: str, retried: Sequence[str], deadline_seconds: float
    ) -> None:
        self.address = address
        self.deadline_seconds = deadline_seconds
        self.channel = channel(address, tls=tls, service=service, retried=retried)

    def call(self, method: Any, request: Message, *, of_filing: bool = False, metadata: Metadata = ()) -> Any:
        """The response; what gRPC raises becomes a TidewaiterError."""
        try:
            return method(request, timeout=self.deadline_seconds, metadata=metadata)
        except grpc.RpcError as error:
            raise error_from_rpc(error, address=self.address, of_filing=of_filing) from error

    def pages(self, method: Any, request: Any) -> Iterator[Any]:
        """Every page of a list, each asked for when the one before was taken; the request stays as it was."""
        asked = type(request)()
        asked.CopyFrom(request)
        while True:
            page = self.call(method, asked)
            yield page
            if not page.next_page_token:
                return
            asked.page_token = page.next_page_token

    def stream(self, method: Any, request: Message) -> Generator[Any, None, None]:
        """The messages of a stream that may never end, so without a deadline; errors as with `call`."""
        messages = method(request)
        try:
            yield from messages
        except grpc.RpcError as error:
            raise error_from_rpc(error, address=self.address) from error
        finally:
            messages.cancel()

    def close(self) -> None:
        """Ends running calls and closes the channel."""
        self.channel.close()


def _options(service: str, retried: Sequence[str]) -> Sequence[tuple[str, Any]]:
    names = [{"service": service, "method": method} for method in retried]
    config = {"methodConfig": [{"name": names, "retryPolicy": _RETRY}]}
    return (
        ("grpc.service_config", json.dumps(config)),
        ("grpc.enable_retries", 1),
        ("grpc.max_send_message_length", MESSAGE_BYTES_MAX),
        ("grpc.max_receive_message_length", _ANSWER_BYTES_MAX),
        ("grpc.keepalive_time_ms", _KEEPALIVE_MILLISECONDS),
        # A restarted service is back within a second or two; waiting longer to look would be felt.
        ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.min_reconnect_backoff_ms", 100),
        ("grpc.max_reconnect_backoff_ms", 1_000),
    )


def _refuse_off_this_machine(address: str) -> None:
    if not _stays_on_this_machine(address):
        raise InsecureRefused(address)


def _stays_on_this_machine(address: str) -> bool:
    if address.startswith(("unix:", "unix-abstract:")):
        return True
    host = address.rpartition(":")[0].strip("[]")
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _bytes_of(file: Path | None) -> bytes | None:
    return None if file is None else file.read_bytes()
