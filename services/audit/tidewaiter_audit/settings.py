"""What an operator may change about audit."""

from __future__ import annotations

from pathlib import Path

import environ
from tidewaiter_chassis import variables
from tidewaiter_chassis.credentials import is_local
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
    tiles_listen: str = variables.address(
        "127.0.0.1:7314",
        optional=True,
        help="Where to serve checkpoint, tiles and entries over HTTP (c2sp.org/tlog-tiles), as host:port; port 0 "
        "takes a free one, empty serves none.",
    )
    high_water_file: str = variables.text(
        "",
        help="A file outside the data directory for the largest checkpoint ever published: below it the service does "
        "not start. Empty for none.",
    )
    watch_idle_seconds: float = variables.number(
        5, low=0.05, high=600, help="After how many seconds without a decision a watcher gets a sign of life."
    )
    witnesses_file: str = variables.text(
        "",
        help="A file with a witness on each line: its verifier key and its URL, parted by a space. Empty for none.",
    )
    witnesses_min: int = variables.whole_number(
        1, low=1, high=32, help="How many witnesses must have cosigned a checkpoint for it to count as cosigned."
    )
    witness_seconds: float = variables.number(
        10, low=0.1, high=3_600, help="How often the witnesses are asked to cosign the newest checkpoint, in seconds."
    )
    heads_seconds: float = variables.number(
        60,
        low=0,
        high=86_400,
        help="How often the log states where the trail of every shipment ends, when it has grown, in seconds; "
        "0 only when a history is asked for. Histories are complete up to the newest statement.",
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
        if not self.tls_certificate_file and self.tiles_listen and not is_local(self.tiles_listen):
            found.append(
                f"TIDEWAITER_AUDIT_TILES_LISTEN={self.tiles_listen}: without TLS only a loopback address is served; "
                "give TIDEWAITER_AUDIT_TLS_CERTIFICATE_FILE and TIDEWAITER_AUDIT_TLS_KEY_FILE, or listen on 127.0.0.1"
            )
        if self.high_water_file and self._is_in_data(Path(self.high_water_file)):
            found.append(
                f"TIDEWAITER_AUDIT_HIGH_WATER_FILE={self.high_water_file}: is in the data directory, which it is to "
                "outlive; name a file elsewhere"
            )
        return found

    def _is_in_data(self, path: Path) -> bool:
        return self.data_dir.resolve() in path.resolve().parents
