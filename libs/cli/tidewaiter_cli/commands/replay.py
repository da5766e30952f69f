"""tidewaiter replay"""

from __future__ import annotations

import json as json_format
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

from tidewaiter_cli import reach
from tidewaiter_cli.flags import Data, Json
from tidewaiter_cli.rerunning.replaying import Replayed, Replayer, Verdict
from tidewaiter_cli.stopping import COULD_NOT, DONE, MISSPELT, SOME_BAD, Stop
from tidewaiter_cli.typed import iso_day

_LISTED_MAX: Final = 20


def replay(
    decision: Annotated[tuple[str, ...], Parameter(help="Decision ids; or else --since.")] = (),
    /,
    *,
    since: Annotated[str, Parameter(help="All decisions recorded on this day, UTC, or later: YYYY-MM-DD.")] = "",
    law: Annotated[Path | None, Parameter(help="Folder of rows laid over the packaged law.")] = None,
    rules: Annotated[Path | None, Parameter(help="Folder of the scorecard, if not the packaged one.")] = None,
    lists: Annotated[Path | None, Parameter(help="Folder of denied-party lists; without it, the sample.")] = None,
    out: Annotated[Path | None, Parameter(help="Also write what came of each, one JSON object a line.")] = None,
    json: Json = False,
    data: Data = reach.DATA,
) -> int:
    """Runs recorded decisions again by the same code, and compares all that they say.

    Each is the same, different in named fields, or cannot be run: its input was erased, or the law, scorecard, list
    or code that it was taken with is not here. Reads the log on this disk, asks no service, changes nothing.
    Ends with 0 when all are the same, 1 when one is different, 3 when none is and some could not be run.

    For example:

        tidewaiter replay 01J8Z000000000000000000001-1
        tidewaiter replay --since 2026-01-01 --data .tidewaiter --json
    """
    from tidewaiter_cli.rerunning.bar import bars
    from tidewaiter_cli.rerunning.flags import of_law, of_rules
    from tidewaiter_cli.rerunning.record import recalled

    if bool(decision) is bool(since):
        raise Stop("name decisions or --since, one of the two.", advice="See --help.", status=MISSPELT)
    day, law_flags, rule_flags = iso_day("--since", since), of_law(law), of_rules(rules, lists)
    counts: Counter[Verdict] = Counter()
    listed: list[Replayed] = []
    with (
        recalled(data, decisions=decision, since=day) as found,
        Replayer(law=law_flags, rules=rule_flags) as replayer,
        bars() as show,
        _written(out) as write,
    ):
        for batch in found.batches:
            for one in replayer.replay(batch):
                counts[one.verdict] += 1
                write(one)
                if one.verdict is not Verdict.SAME and len(listed) < _LISTED_MAX:
                    listed.append(one)
                show("replaying", one.leaf_index + 1 - found.from_index, found.entries)
    _tell(counts, listed, json=json)
    if counts[Verdict.DIFFERENT]:
        return COULD_NOT
    return DONE if counts.total() == counts[Verdict.SAME] else SOME_BAD


def _tell(counts: Counter[Verdict], listed: list[Replayed], *, json: bool) -> None:
    from tidewaiter_cli.pages.showing import counted, print_json

    if json:
        named = [{**one._asdict(), "verdict": one.verdict.value} for one in listed]
        by_verdict = {verdict.value: count for verdict, count in sorted(counts.items(), key=lambda pair: pair[0].value)}
        print_json({"replayed": counts.total(), "verdicts": by_verdict, "listed": named})
        return
    print(f"{counted(counts.total(), 'decision')} run again")
    for verdict, count in counts.most_common():
        print(f"  {verdict.value:<20} {count:>10,}")
    for one in listed:
        print(f"{one.decision_id or f'entry {one.leaf_index}'}: {one.verdict.value} {one.detail}".rstrip())
    if counts.total() - counts[Verdict.SAME] > len(listed):
        print("and more: --out writes them all")


@contextmanager
def _written(out: Path | None) -> Iterator[Callable[[Replayed], None]]:
    if out is None:
        yield lambda one: None
        return
    with out.open("w", encoding="utf-8") as file:
        yield lambda one: print(json_format.dumps({**one._asdict(), "verdict": one.verdict.value}), file=file)
