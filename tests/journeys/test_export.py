"""The log as a table: every entry a row, nobody's name in it, and no row that the signed root does not cover."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest
from tidewaiter_audit import custody, leaf
from tidewaiter_cli.__main__ import main
from tidewaiter_cli.exporting import tables
from tidewaiter_cli.exporting.rows import COLUMNS

from tests.audit_logs import SIGNER, open_log
from tests.audit_records import CANARY, shipment_id, submission
from tests.rerun_children import on_threads

ENTRIES = 303
MIDDAY = 300
"""The entries before were recorded the day before."""


async def _written(folder: Path) -> None:
    async with open_log(folder) as log:
        await log.decisions.append([submission(number) for number in range(MIDDAY)])
        await log.decisions.append([submission(1, 2)])
        erasure = leaf.Erasure(author="ops", reason="r", request_id="r-1", shipment_id=shipment_id(1))
        await log.decisions.record([leaf.draft_erasure(erasure)])
        await custody.freeze(log.log, recorder=log.decisions, author="ops", reason="r", successor="")
    connection = apsw.Connection(str(folder / "audit.db"))
    connection.execute("UPDATE entry SET recorded_at_ns = 1772280000000000000 WHERE leaf_index < ?", (MIDDAY,))
    connection.close()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("log")
    asyncio.run(_written(folder))
    return folder


@pytest.fixture(autouse=True)
def threads(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with on_threads(monkeypatch):
        yield


def exported(data: Path, out: Path, *more: str) -> Path:
    assert 0 == main(["log", "export", "--data", f"{data}", "--out", f"{out}", *more])
    return out.with_name(out.name + ".manifest.json")


def verified(manifest: Path) -> int:
    return main(["log", "verify", f"{manifest}", "--key", SIGNER.key.to_text()])


FORMATS = [[], ["--parquet"]]


@pytest.mark.parametrize("form", FORMATS, ids=["jsonl", "parquet"])
@pytest.mark.parametrize(("since", "rows"), [("", ENTRIES), ("2026-03-01", 3), ("2030-01-01", 0)])
def test_a_table_verifies_offline_with_the_public_key(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], form: list[str], since: str, rows: int
) -> None:
    manifest = exported(data, tmp_path / "t", *form, *(["--since", since] if since else []))
    capsys.readouterr()

    assert 0 == verified(manifest)
    assert f"verified: the {rows} rows are all entries" in capsys.readouterr().out


def test_a_row_says_what_its_leaf_says_and_leaves_the_rest_empty(data: Path, tmp_path: Path) -> None:
    exported(data, tmp_path / "t.jsonl")

    rows = [json.loads(line) for line in (tmp_path / "t.jsonl").read_text(encoding="utf-8").splitlines()]

    assert list(COLUMNS) == list(rows[0])
    assert ("RELEASE", "ELIGIBLE", 40, ["EXEMPTION_MET"], 25, "AIR") == tuple(
        rows[0][name] for name in ("outcome", "verdict", "score", "reasons", "value_units", "mode")
    )
    assert (2, 3) == (rows[MIDDAY]["number"], rows[MIDDAY + 1]["number"])
    assert [shipment_id(1), None] == [row["shipment_id"] for row in rows[-2:]]
    assert [None, None] == [row["outcome"] for row in rows[-2:]]


@pytest.mark.parametrize("form", FORMATS, ids=["jsonl", "parquet"])
def test_nobody_is_in_a_table(data: Path, tmp_path: Path, form: list[str]) -> None:
    exported(data, tmp_path / "t", *form)

    for path in tmp_path.iterdir():
        assert CANARY.encode() not in path.read_bytes()
        assert b"Canary" not in path.read_bytes()


def test_parquet_and_json_lines_have_the_same_rows(data: Path, tmp_path: Path) -> None:
    exported(data, tmp_path / "a")
    exported(data, tmp_path / "b", "--parquet")

    names = list(COLUMNS)
    assert list(tables.rows_in(tmp_path / "a", parquet=False, columns=names)) == list(
        tables.rows_in(tmp_path / "b", parquet=True, columns=names)
    )


def resealed(manifest: Path, lines: list[str]) -> int:
    """What `log verify` says of a table that was changed together with the hash in its manifest."""
    from tidewaiter_cli.exporting.manifest import digest_of

    said = json.loads(manifest.read_text(encoding="utf-8"))
    table = manifest.parent / said["file"]
    table.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    said |= {"sha256": digest_of(table), "rows": len(lines)}
    manifest.write_text(json.dumps(said), encoding="utf-8")
    return verified(manifest)


def test_no_row_can_be_left_out_added_moved_or_changed(data: Path, tmp_path: Path) -> None:
    manifest = exported(data, tmp_path / "t.jsonl")
    lines = (tmp_path / "t.jsonl").read_text(encoding="utf-8").splitlines()

    assert 0 == resealed(manifest, lines)
    for changed in (
        lines[1:],
        lines[:-1],
        [*lines[:5], *lines[6:]],
        [*lines, lines[-1]],
        [lines[1], lines[0], *lines[2:]],
        [lines[0].replace('"outcome": "RELEASE"', '"outcome": "HOLD"'), *lines[1:]],
        [lines[0].replace("OUTCOME_RELEASE", "OUTCOME_HOLD"), *lines[1:]],
        [lines[0].replace("RELEASE", "HOLD"), *lines[1:]],
    ):
        assert lines != changed
        assert 1 == resealed(manifest, changed)


def test_a_table_that_is_not_the_manifest_s_does_not_verify(data: Path, tmp_path: Path) -> None:
    manifest = exported(data, tmp_path / "t.jsonl")
    with (tmp_path / "t.jsonl").open("a", encoding="utf-8") as file:
        file.write("\n")

    assert 1 == verified(manifest)


def test_what_is_no_manifest_cannot_be_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for text in ('{"kind": "tidewaiter.export/v1"}', '{"kind":"tidewaiter.export/v1","file":"../x"}'):
        (tmp_path / "m.json").write_text(text, encoding="utf-8")
        assert 2 == verified(tmp_path / "m.json")
    assert "no manifest" in capsys.readouterr().err


def test_without_pyarrow_it_says_what_to_install(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)

    assert 1 == main(["log", "export", "--parquet", "--data", f"{data}", "--out", f"{tmp_path / 't'}"])
    assert "pip install tidewaiter-cli[parquet]" in capsys.readouterr().err
