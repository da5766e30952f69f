"""What `tidewaiter up` notes in its data directory, by name: for those who write it and those who look for it."""

from __future__ import annotations

from typing import Final

READY_FILE: Final = "up.json"
"""Where its services are; there while they serve."""
