"""The options that several commands share, each said once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

Json = Annotated[bool, Parameter(negative="", help="Print JSON for machines instead of text for people.")]
Data = Annotated[Path, Parameter(help="The data directory of `tidewaiter up`.")]
Running = Annotated[
    Path | None,
    Parameter(help="The data directory of a running `tidewaiter up`: its services are asked. Usually .tidewaiter."),
]
"""Not given is not the same as the default: who names a directory means the services that run on it and no others."""
Intake = Annotated[str, Parameter(help="Address of intake, if not the one found: host:port.")]
Eligibility = Annotated[str, Parameter(help="Address of eligibility, if not the one found: host:port.")]
Risk = Annotated[str, Parameter(help="Address of risk, if not the one found: host:port.")]
Audit = Annotated[str, Parameter(help="Address of audit, if not the one found: host:port.")]
