"""What an operator may change about eligibility."""

from __future__ import annotations

import environ
from tidewaiter_chassis import variables
from tidewaiter_chassis.settings import ServiceSettings


@environ.config(prefix="TIDEWAITER_ELIGIBILITY", frozen=True)
class Settings(ServiceSettings):
    """The settings of eligibility, read from TIDEWAITER_ELIGIBILITY_*."""

    listen: str = variables.address(
        "127.0.0.1:7302", help="Where to serve gRPC, as host:port; port 0 takes a free one."
    )
    metrics_listen: str = variables.address(
        "127.0.0.1:7322", optional=True, help="Where to serve /metrics over HTTP, as host:port; empty serves none."
    )
    law_dir: str = variables.directory(
        help="A folder with rows of your own, laid over the law; one with the id of another stands in its place."
    )
    shadow_law_dir: str = variables.directory(
        help="A folder with rows of a law that is judged by beside the one in force, laid over it, and only counted."
    )
    exchange_rates_file: str = variables.file(
        help="CSV file with dated rates of exchange to U.S. dollars; without it only dollars can be weighed."
    )
    claims_kept_days: int = variables.whole_number(
        0,
        low=0,
        high=36_500,
        help="How many days claims are kept after their day, 0 for ever; longer than a filing may come late.",
    )
    past_kept_days: int = variables.whole_number(
        90,
        low=0,
        high=36_500,
        help="How many days the ledger can still be read as it was, 0 for ever.",
    )
    batches_waiting_max: int = variables.whole_number(
        256,
        low=1,
        high=10_000,
        help="How many batches may wait for the ledger; more are refused with RESOURCE_EXHAUSTED.",
    )
