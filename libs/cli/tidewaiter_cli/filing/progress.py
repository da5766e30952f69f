"""What a person sees while a manifest is filed: a bar on a terminal, and every bad line as it is found."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from tidewaiter_cli.filing.tally import Tally
from tidewaiter_cli.pages.showing import counted
from tidewaiter_cli.reading.manifest_file import ManifestFile

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_ANSWERS_PER_LOOK: Final = 200


class Display:
    """Shows the count on a terminal, prints plain lines elsewhere."""

    def __init__(self, progress: Progress | None, task: TaskID | None, manifest: ManifestFile) -> None:
        self._progress = progress
        self._task = task
        self._manifest = manifest

    def complain(self, line: str) -> None:
        """Prints a line on standard error, above the bar when there is one."""
        if self._progress is None:
            print(line, file=sys.stderr)
        else:
            self._progress.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def look(self, tally: Tally) -> None:
        """Called for every answer; redraws now and then."""
        if self._progress is None or self._task is None or tally.answered % _ANSWERS_PER_LOOK:
            return
        self._progress.update(self._task, completed=self._manifest.bytes_read, description=_described(tally))


@contextmanager
def displayed(manifest: ManifestFile) -> Iterator[Display]:
    """The display for as long as the manifest is filed."""
    if not sys.stderr.isatty():
        yield Display(None, None, manifest)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("filing", total=manifest.bytes_total)
        yield Display(progress, task, manifest)


def print_summary(summary: dict[str, Any]) -> None:
    """The count as a table, for a person."""
    from rich.console import Console
    from rich.table import Table

    table = Table("outcome", "filings", title=None, show_edge=False, pad_edge=False)
    table.columns[1].justify = "right"
    for outcome, count in sorted(summary["outcomes"].items(), key=lambda pair: -pair[1]):
        table.add_row(outcome, f"{count:,}")
    for name in ("refused", "failed"):
        if summary[name]:
            table.add_row(f"({name})", f"{summary[name]:,}")
    unreadable = summary["bad"] - summary["refused"]
    if unreadable:
        table.add_row("(unreadable)", f"{unreadable:,}")
    console = Console()
    console.print(table)
    console.print(
        f"{counted(summary['filings'], 'filing')} in {summary['seconds']:.1f} s, "
        f"{summary['filings_per_second']:,.0f} a second; "
        f"{summary['decided']:,} decided, {summary['replayed']:,} of them replayed",
        highlight=False,
    )


def _described(tally: Tally) -> str:
    return f"{tally.answered:,} answered, {tally.bad:,} bad"
