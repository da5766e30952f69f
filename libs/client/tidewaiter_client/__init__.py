"""The SDK that a filer installs: file with Tidewaiter's intake, one at a time, in batches or as a stream.

with Client("127.0.0.1:7301") as client:
    for answer in client.stream(filings):
        ...
"""

from tidewaiter_client.aio import AsyncClient
from tidewaiter_client.answer import Answer
from tidewaiter_client.client import Client
from tidewaiter_client.connection import InsecureRefused, Tls
from tidewaiter_client.errors import (
    Denied,
    EtagStale,
    FilingRefused,
    LogCorrupt,
    NotFound,
    NotReady,
    NotServed,
    Overloaded,
    RequestIdReused,
    RequestRefused,
    ServerFailed,
    StreamBroken,
    TidewaiterError,
    TookTooLong,
    Unavailable,
    Violation,
)
from tidewaiter_client.limits import StreamLimits

__all__ = [
    "Answer",
    "AsyncClient",
    "Client",
    "Denied",
    "EtagStale",
    "FilingRefused",
    "InsecureRefused",
    "LogCorrupt",
    "NotFound",
    "NotReady",
    "NotServed",
    "Overloaded",
    "RequestIdReused",
    "RequestRefused",
    "ServerFailed",
    "StreamBroken",
    "StreamLimits",
    "TidewaiterError",
    "Tls",
    "TookTooLong",
    "Unavailable",
    "Violation",
]
