"""Descriptions of goods in a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tidewaiter_cli.reading.texts import texts_in


def descriptions_in(path: Path) -> Iterator[str]:
    """Each description in its order, of the columns or keys `description` or `product_name`; see `texts_in`."""
    return texts_in(path, ("description", "product_name"))
