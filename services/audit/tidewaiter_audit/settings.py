"""What an operator may change about audit."""

from __future__ import annotations

from pathlib import Path

import environ
from tidewaiter_chassis import variables
from tidewaiter_chassis.settings import ServiceSettings
from tidewaiter_tlog.keys import is_key_name

_MEBIBYTE = 1024 * 1024


@environ.config(prefix="TIDEWAITER_AUDIT", frozen=True)
class Settings(ServiceSettings):
    """The settings of audit, read from TIDEWAITER_AUDIT_*."""

    listen: str = variables.address(
        "127.0.0.1:7304", help="Where to serve gRPC, as host:port; port 0 takes a free one."
    )
    metrics_listen: str = variables.address(
        "127.0.0.1:7324", optional=True, help="Where to serve /metrics over HTTP, as host:port; empty serves none."
    )
    request_bytes_max: int = variables.whole_number(
        # A thousand decisions on parcels of many lines are far above what other services are sent.
        64 * _MEBIBYTE,
        low=1024,
        high=256 * _MEBIBYTE,
        help="The largest message taken or sent, in bytes.",
    )
    log_origin: str = variables.text(
        "tidewaiter.local/decisions",
        help="The name of the log, in every checkpoint and receipt: like a URL without its scheme, without spaces "
        "or plus signs. Choose one of your own before the log is made; it cannot change after.",
    )
    key_file: str = variables.text(
        "", help="The file with the private key of the log, mode 0600; empty for <data_dir>/audit.key."
    )
    fsck_at_start: bool = variables.boolean(
        False, help="Whether to check the whole log before serving, some 15 seconds a million decisions."
    )
    group_decisions_max: int = variables.whole_number(
        2_000, low=1, high=10_000, help="How many decisions are made durable and signed for together."
    )
    decisions_waiting_max: int = variables.whole_number(
        20_000,
        low=1,
        high=1_000_000,
        help="How many decisions may wait for a group; more are refused with RESOURCE_EXHAUSTED.",
    )

    @property
    def key_path(self) -> Path:
        """The file with the private key, the default already resolved."""
        return Path(self.key_file) if self.key_file else self.data_dir / "audit.key"

    def contradictions(self) -> list[str]:
        """What cannot hold together, besides what no service can have."""
        found = super().contradictions()
        if not is_key_name(self.log_origin):
            found.append(
                f"TIDEWAITER_AUDIT_LOG_ORIGIN={self.log_origin}: is no name for a log; give one like "
                "example.org/decisions, without spaces, plus signs and control characters"
            )
        return found
