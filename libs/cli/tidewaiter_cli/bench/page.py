"""The figures as a person reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from tidewaiter_cli.bench.figures import Measured, shortened

NOISE = "These machines are noisy: of two runs only the ratios, each within one run, can be compared."


class Page:
    """Prints each section as soon as it is there."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def head(self, machine: Mapping[str, Any]) -> None:
        """On what it is measured."""
        load = ", ".join(f"{each:.2f}" for each in machine["load_average"])
        commit = f", commit {machine['commit']}" if machine["commit"] else ""
        self._say(
            f"{machine['cpu']}, {machine['cores']} cores, load {load}; Python {machine['python']}, "
            f"{machine['platform']}{commit}; {machine['date']}"
        )
        if machine["filesystem"] in ("tmpfs", "ramfs"):
            self._say("The stores are in memory here: what is called durable is not. Name a disk with TMPDIR.")
        for name, value in machine["settings"].items():
            self._say(f"with {name}={value}")

    def section(self, name: str, measured: Measured) -> None:
        """One section as a table."""
        table = Table(name, "measured", "beside", "ratio", show_edge=False, pad_edge=False)
        for column in table.columns[1:]:
            column.justify = "right"
        for line in measured.lines:
            ratio = "" if line.ratio is None else f"{shortened(line.ratio):g}"
            table.add_row(line.what, line.figure, line.baseline, ratio)
        if measured.lines:
            self._console.print()
            self._console.print(table)
        elif "note" in measured.figures:
            self._say(f"\n{name}: {measured.figures['note']}")

    def foot(self, seconds: float) -> None:
        """What to make of it."""
        self._say(f"\n{NOISE} It took {seconds:.0f} s.")

    def _say(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)
