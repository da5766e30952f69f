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
        help="The folder of lists, which your own job fills: every official list in it, or in folders in it, is used. "
        "Empty uses the packaged sample, whose names are invented.",
    )
    lists_look_seconds: float = variables.number(
        60,
        low=0.05,
        high=86_400,
        help="How often the folder of lists is looked into; what changed is taken when it is the same at two looks.",
    )
    scorecard_dir: str = variables.text(
        "",
        help="The folder with scorecard.toml and, where they shall differ from the packaged ones, vague_terms.toml, "
        "controlled_goods.toml and suppressions.toml; empty uses the packaged ones.",
    )
    shadow_scorecard_dirs: str = variables.text(
        "",
        help="Folders of scorecards, comma between them, by which every shipment is scored too: only counted, beside "
        "what the live one advised.",
    )
    values_file: str = variables.text(
        "",
        help="The file of unit values that `tidewaiter values` built from your own filings; without it no value is "
        "called low.",
    )
    history_seconds_max: float = variables.number(
        1,
        low=0.01,
        high=30,
        help="How long a batch may wait for the history of shipments; then the signals over it are missing.",
    )
    history_days_kept: int = variables.whole_number(
        120, low=1, high=3_660, help="For how many days without a sighting something stays in the history."
    )
    history_trails_max: int = variables.whole_number(
        4_000_000,
        low=1_000,
        high=1_000_000_000,
        help="How many trails the history holds; each takes up to 5 KB of disk, most far less.",
    )
    history_shipments_max: int = variables.whole_number(
        2_000_000, low=1_000, high=1_000_000_000, help="How many shipments the history remembers the answer for."
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

    @property
    def shadow_folders(self) -> list[str]:
        """The folders of the shadow scorecards, in their order."""
        return [folder.strip() for folder in self.shadow_scorecard_dirs.split(",") if folder.strip()]
