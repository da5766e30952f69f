"""tidewaiter log export"""

from __future__ import annotations

import json as json_format
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tidewaiter_cli import reach
from tidewaiter_cli.flags import Data, Json
from tidewaiter_cli.stopping import DONE, MISSPELT, Stop
from tidewaiter_cli.typed import iso_day


def export(
    *,
    out: Annotated[Path, Parameter(help="The table; its manifest is written beside it.")],
    parquet: Annotated[bool, Parameter(negative="", help="Parquet instead of JSON lines; needs pyarrow.")] = False,
    since: Annotated[str, Parameter(help="Only what was recorded on this day, UTC, or later: YYYY-MM-DD.")] = "",
    json: Json = False,
    data: Data = reach.DATA,
) -> int:
    """Writes the log as a table, with a manifest that ties every row to a checkpoint.

    `tidewaiter log verify` checks the manifest and the table offline: that no row is left out, added or changed.
    No personal data are in it. It is the operator's view, with scores and hits, and not for filers.

    For example:

        tidewaiter log export --out decisions.jsonl
        tidewaiter log export --parquet --since 2026-01-01 --out table.parquet
        tidewaiter log verify table.parquet.manifest.json --key audit.pub
    """
    from tidewaiter_cli.exporting.manifest import KIND, SUFFIX, Manifest, digest_of
    from tidewaiter_cli.exporting.rows import row_of
    from tidewaiter_cli.exporting.tables import new_table
    from tidewaiter_cli.pages.showing import counted, print_json
    from tidewaiter_cli.rerunning.bar import bars
    from tidewaiter_cli.rerunning.child import Child

    if out.is_dir():
        raise Stop(f"--out {out} is a folder.", advice="Name a file.", status=MISSPELT)
    first_day = iso_day("--since", since)
    flags = [f"--data={data}", "--leaves", *([f"--since={first_day}"] if first_day else [])]
    rows = 0
    table = new_table(out, parquet=parquet)
    with Child("tidewaiter_audit.recall", *flags) as child, bars() as show:
        batches = child.batches()
        head = json_format.loads(next(batches)[0])
        for batch in batches:
            entries = zip(map(json_format.loads, batch[::2]), batch[1::2], strict=True)
            made = [row_of(entry["leaf_index"], entry["recorded_at_ns"], leaf) for entry, leaf in entries]
            table.write(made)
            rows += len(made)
            show("exporting", rows, head["entries"])
    table.close()
    manifest = Manifest(
        kind=KIND,
        file=out.name,
        format="parquet" if parquet else "jsonl",
        sha256=digest_of(out),
        rows=rows,
        from_index=head["from_index"],
        tree_size=head["tree_size"],
        before=head["before"],
        checkpoint=head["checkpoint"],
    )
    beside = out.with_name(out.name + SUFFIX)
    manifest.save(beside)
    if json:
        facts = {"rows": rows, "from_index": manifest.from_index, "tree_size": manifest.tree_size}
        print_json({"out": str(out), "manifest": str(beside), **facts})
    else:
        print(f"{out}: {counted(rows, 'row')}, tied by {beside.name} to the log at {manifest.tree_size:,} entries")
    return DONE
