"""tidewaiter backtest"""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

from cyclopts import Parameter

from tidewaiter_cli import reach
from tidewaiter_cli.flags import Data, Json
from tidewaiter_cli.rerunning.journey import DIFFERENCES_FILE, Journey
from tidewaiter_cli.stopping import DONE, MISSPELT, Stop
from tidewaiter_cli.typed import iso_day


def backtest(
    *,
    since: Annotated[str, Parameter(help="Decisions recorded on this day, UTC, or later: YYYY-MM-DD.")],
    law: Annotated[Path | None, Parameter(help="Folder of rows laid over the law of eligibility.")] = None,
    rules: Annotated[Path | None, Parameter(help="Folder of another scorecard: the TOML files of risk.")] = None,
    lists: Annotated[Path | None, Parameter(help="With --rules: folder of lists; else the sample.")] = None,
    work: Annotated[
        Path | None,
        Parameter(help="Folder to keep the run in, to go on with it; without, it is thrown away."),
    ] = None,
    json: Json = False,
    data: Data = reach.DATA,
) -> int:
    """Runs the recorded past under another law or another scorecard, and counts and lists what differs.

    Of each shipment the decision that stands is compared. With another law all shipments claim on their person-days
    anew first, so parcels of those days from before --since are not counted on them. Reads the log on this disk,
    asks no service, writes nothing but --work. Started again with the same --work it goes on.

    For example:

        tidewaiter backtest --law draft-law --since 2026-01-01 --work work/
        tidewaiter backtest --rules draft-scorecard --since 2026-01-01 --json
    """
    from tidewaiter_cli.rerunning.backtesting import Choice, run
    from tidewaiter_cli.rerunning.bar import bars
    from tidewaiter_cli.rerunning.flags import of_law, of_rules
    from tidewaiter_cli.rerunning.journey import begin

    if law is None and rules is None:
        raise Stop("give --law, --rules or both.", advice="`tidewaiter replay` runs the same ones.", status=MISSPELT)
    choice = Choice(law=None if law is None else of_law(law), rules=None if rules is None else of_rules(rules, lists))
    asked = {
        "since": iso_day("--since", since),
        "data": str(data.resolve()),
        **{name: _digest(folder) for name, folder in (("law", law), ("rules", rules), ("lists", lists))},
    }
    with ExitStack() as stack:
        folder = work or Path(stack.enter_context(TemporaryDirectory(prefix="tidewaiter-backtest-")))
        journey = begin(folder, asked)
        run(journey, folder, data, asked["since"], choice, stack.enter_context(bars()))
        _tell(journey, folder, kept=work is not None, json=json)
    return DONE


def _digest(folder: Path | None) -> str:
    """Of all files in it, so that a run is not gone on with under another law."""
    if folder is None:
        return ""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder)}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def _tell(journey: Journey, folder: Path, *, kept: bool, json: bool) -> None:
    from tidewaiter_cli.pages.showing import counted, print_json

    differing = journey.counts["DIFFERENT"]
    listed = _first_differences(folder) if differing else []
    if json:
        facts: dict[str, Any] = {"tree_size": journey.tree_size, "counts": journey.counts, "changes": journey.changes}
        print_json({**facts, "differences": str(folder / DIFFERENCES_FILE) if kept else None, "first": listed})
        return
    print(f"{counted(journey.counts.total(), 'decision')}, of the log at {journey.tree_size:,} entries")
    for name, count in journey.counts.most_common():
        print(f"  {name:<20} {count:>10,}")
    for change, count in journey.changes.most_common():
        print(f"  {change:<34} {count:>10,}")
    for one in listed:
        was, would = one["was"], one["would"]
        print(f"{one['decision_id']}: {was['outcome']} {was['entry_path']} -> {would['outcome']} {would['entry_path']}")
    if kept:
        print(f"all differences: {folder / DIFFERENCES_FILE}")


def _first_differences(folder: Path) -> list[dict[str, Any]]:
    import json as json_format
    from itertools import islice

    with (folder / DIFFERENCES_FILE).open(encoding="utf-8") as file:
        return [json_format.loads(line) for line in islice(file, 20)]
