"""Writing and reading tables: JSON lines, which need nothing, and Parquet, for which pyarrow must be installed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from tidewaiter_cli.exporting.rows import COLUMNS
from tidewaiter_cli.stopping import Stop

if TYPE_CHECKING:
    import pyarrow

Row = dict[str, Any]


class Table(Protocol):
    """A table that is being written."""

    def write(self, rows: Sequence[Row]) -> None:
        """Adds rows."""
        ...

    def close(self) -> None:
        """Ends the file."""
        ...


def new_table(path: Path, *, parquet: bool) -> Table:
    """The table in this file; Stop when it is to be Parquet and pyarrow is not installed."""
    return _ParquetTable(path) if parquet else _JsonLines(path)


def rows_in(path: Path, *, parquet: bool, columns: Sequence[str]) -> Iterator[Row]:
    """The rows of a table, with these columns."""
    if parquet:
        import pyarrow.parquet as parquet_format

        for batch in parquet_format.ParquetFile(path).iter_batches(batch_size=1_000, columns=list(columns)):
            yield from batch.to_pylist()
        return
    with path.open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            yield {name: row[name] for name in columns}


class _JsonLines:
    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8")

    def write(self, rows: Sequence[Row]) -> None:
        self._file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)

    def close(self) -> None:
        self._file.close()


class _ParquetTable:
    def __init__(self, path: Path) -> None:
        try:
            import pyarrow
            import pyarrow.parquet as parquet_format
        except ImportError as error:
            advice = "Install it with `pip install tidewaiter-cli[parquet]`, or leave --parquet out for JSON lines."
            raise Stop("Parquet needs pyarrow, which is not installed.", advice=advice) from error
        self._schema = _schema(pyarrow)
        self._batch = pyarrow.RecordBatch
        self._writer = parquet_format.ParquetWriter(path, self._schema, compression="zstd")

    def write(self, rows: Sequence[Row]) -> None:
        self._writer.write_batch(self._batch.from_pylist(list(rows), schema=self._schema))

    def close(self) -> None:
        self._writer.close()


def _schema(arrow: Any) -> pyarrow.Schema:
    types = {
        "int64": arrow.int64(),
        "string": arrow.string(),
        "bool": arrow.bool_(),
        "strings": arrow.list_(arrow.string()),
    }
    return arrow.schema([(name, types[kind]) for name, kind in COLUMNS.items()])
