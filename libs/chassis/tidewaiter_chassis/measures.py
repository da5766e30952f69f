"""What the chassis's own parts need from metrics, so that none of them knows who records them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol


class Histogram(Protocol):
    """A measure of which every value counts. Callable from any thread."""

    def record(self, amount: float, attributes: Mapping[str, str] | None = None) -> None:
        """Count one value, in the unit the histogram was made with."""
        ...


class Meter(Protocol):
    """Who makes measures. `metrics.Meters` is one; None in its place means that nothing is recorded."""

    def histogram(self, name: str, *, unit: str, description: str) -> Histogram:
        """The histogram of that name, made at the first call."""
        ...

    def gauge(
        self,
        name: str,
        *,
        read: Callable[[], float],
        unit: str,
        description: str,
        attributes: Mapping[str, str] = ...,
    ) -> object:
        """A measure read when it is collected, possibly from another thread."""
        ...


def histogram(meter: Meter | None, name: str, *, unit: str, description: str) -> Histogram:
    """The meter's histogram, or one that forgets."""
    return _Forgetful() if meter is None else meter.histogram(name, unit=unit, description=description)


class _Forgetful:
    def record(self, amount: float, attributes: Mapping[str, str] | None = None) -> None:
        del amount, attributes
