"""The standard variables of OpenTelemetry that we go by, read as strictly as our own settings.

The SDK warns of a value that it cannot use and goes on without it: a process would then run for weeks unseen.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from tidewaiter_chassis.variables import without_password

ENDPOINT: Final = "OTEL_EXPORTER_OTLP_ENDPOINT"
SAMPLER: Final = "OTEL_TRACES_SAMPLER"
SAMPLER_HONOURED: Final = "parentbased_always_on"
"""What our own sampling does unless it is set otherwise, and the default of the standard."""

_SIGNALS: Final = ("", "TRACES_", "METRICS_")
"""A variable may be given for both, or for one of them, which then counts."""


def otlp_wanted(environ: Mapping[str, str]) -> bool:
    """Whether the standard OTEL_EXPORTER_OTLP_ENDPOINT names a collector."""
    return bool(environ.get(ENDPOINT))


def problems(environ: Mapping[str, str], *, prefix: str) -> Iterator[str]:
    """What is wrong with the standard variables that we go by, each as one sentence naming the variable.

    `prefix` is that of the service's own settings. Those about a collector count only where one is named.
    """
    sampler = environ.get(SAMPLER, "").strip().lower()
    if sampler not in ("", SAMPLER_HONOURED):
        yield (
            f"{SAMPLER}={environ[SAMPLER]}: is not honoured; leave it out, or give {SAMPLER_HONOURED}, and say with "
            f"{prefix}_TRACE_FILINGS_PER_SECOND and {prefix}_TRACE_SHARE_BEYOND how many traces are recorded"
        )
    if not otlp_wanted(environ):
        return
    for signal in _SIGNALS:
        for name, refusal in _REFUSALS.items():
            variable = f"OTEL_EXPORTER_OTLP_{signal}{name}"
            value = environ.get(variable)
            # An empty one counts as absent by the standard; with these two it makes the SDK fail.
            if value is None or (value == "" and name not in ("TIMEOUT", "COMPRESSION")):
                continue
            why = refusal(value)
            if why is not None:
                yield f"{variable}={without_password(value)}: {why}"


def _endpoint(value: str) -> str | None:
    advice = "give a URL with a port, for example http://127.0.0.1:4317, or host:port"
    has_scheme = "://" in value
    try:
        parts = urlsplit(value if has_scheme else f"//{value}")
        host, port = parts.hostname, parts.port
    except ValueError:
        return f"is not an address of a collector; {advice}"
    if not host or any(character.isspace() for character in value) or (not has_scheme and parts.netloc != value):
        return f"is not an address of a collector; {advice}"
    if parts.scheme not in ("", "http", "https"):
        return f"is neither http:// nor https://; {advice}"
    if parts.username is not None:
        return "has a name or a password in it; give credentials with OTEL_EXPORTER_OTLP_HEADERS"
    # For https gRPC takes port 443, as everybody would; for anything else it does as well, as nobody would.
    return None if port or parts.scheme == "https" else f"has no port; {advice}"


def _protocol(value: str) -> str | None:
    return None if value == "grpc" else "is not served; give grpc, and a collector's port for it, usually 4317"


def _timeout(value: str) -> str | None:
    try:
        seconds = float(value)
    except ValueError:
        seconds = math.nan
    # The comparison is false for NaN, so that it is refused too.
    return None if 0 < seconds < math.inf else "is not a number of seconds above 0"


def _compression(value: str) -> str | None:
    return None if value.strip().lower() == "gzip" else "is not known; give gzip, or leave it out"


def _truth(value: str) -> str | None:
    return None if value.lower() in ("true", "false") else "is neither true nor false"


def _file(value: str) -> str | None:
    return None if Path(value).is_file() else "is no file; give the path of one that exists"


_REFUSALS: Mapping[str, Callable[[str], str | None]] = MappingProxyType(
    {
        "ENDPOINT": _endpoint,
        "PROTOCOL": _protocol,
        "TIMEOUT": _timeout,
        "COMPRESSION": _compression,
        "INSECURE": _truth,
        "CERTIFICATE": _file,
        "CLIENT_KEY": _file,
        "CLIENT_CERTIFICATE": _file,
    }
)
