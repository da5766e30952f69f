"""What an operator may change about risk."""

from __future__ import annotations

import environ
from tidewaiter_chassis import variables
from tidewaiter_chassis.settings import ServiceSettings


@environ.config(prefix="TIDEWAITER_RISK", frozen=True)
class Settings(ServiceSettings):
    """The settings of risk, read from TIDEWAITER_RISK_*."""

    listen: str = variables.address(
        "127.0.0.1:7303", help="Where to serve gRPC, as host:port; port 0 takes a free one."
    )
    metrics_listen: str = variables.address(
        "127.0.0.1:7323",
        optional=True,
        help="Where to serve /metrics over HTTP, as host:port; empty serves none.",
    )
    lists_dir: str = variables.text(
        "",
        help="The folder of lists: each folder in it with an sdn.csv, alt.csv and add.csv is one list. Empty uses the "
        "packaged sample, whose names are invented.",
    )
    scorecard_dir: str = variables.text(
        "",
        help="The folder with scorecard.toml and vague_terms.toml; empty uses the packaged ones.",
    )
    names_cached_max: int = variables.whole_number(
        65_536,
        low=1,
        high=10_000_000,
        help="How many party names looked up last are remembered; each takes up to 1 KB.",
    )
    descriptions_cached_max: int = variables.whole_number(
        16_384,
        low=1,
        high=10_000_000,
        help="How many descriptions judged last are remembered; each takes up to 4 KB.",
    )
