"""Starting: a sound log goes on where it was, a changed one is not served, and none is made by accident."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import apsw
import pytest
from tidewaiter_audit.get import DecisionReader
from tidewaiter_audit.log import Log
from tidewaiter_audit.store.sqlite import FILE_NAME, SqliteLog
from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_tlog.checkpoint import Checkpoint, sign_checkpoint
from tidewaiter_tlog.signers import Ed25519Signer
from tidewaiter_tlog.tree import TreeSize

from tests.audit_logs import ORIGIN, SIGNER, assert_sound, judged, make_log, open_log
from tests.audit_records import decision_id, submission

LEAVES = 600
"""Two full tiles of level 0 and a partial one, and a partial tile of level 1."""


async def write_log(folder: Path) -> None:
    async with open_log(folder) as log:
        await log.decisions.append([submission(number) for number in range(300)])
        await log.decisions.append([submission(number) for number in range(300, LEAVES)])


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound log, for copying."""
    folder = tmp_path_factory.mktemp("written")
    asyncio.run(write_log(folder))
    return folder


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    """A sound log of one's own."""
    return Path(shutil.copytree(written, tmp_path, dirs_exist_ok=True))


def change(folder: Path, sql: str, *given: object) -> None:
    """What somebody with the file and a database tool can do."""
    connection = apsw.Connection(str(folder / FILE_NAME))
    before = connection.total_changes()
    connection.execute(sql, given)
    assert connection.total_changes() > before, "the change must change something"
    connection.close()


async def refusal(folder: Path) -> Failure:
    with pytest.raises(Failure) as refused:
        async with open_log(folder):
            pass
    return refused.value


async def test_a_log_goes_on_where_it_was(folder: Path) -> None:
    async with open_log(folder) as log:
        await log.decisions.append([submission(LEAVES)])
    assert_sound(folder, tree_size=LEAVES + 1)


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 512])
async def test_a_log_of_any_size_starts(tmp_path: Path, size: int) -> None:
    async with open_log(tmp_path) as log:
        await log.decisions.append([submission(number) for number in range(size)])
    async with open_log(tmp_path) as log:
        assert size == log.log.tree_size
        await log.decisions.append([submission(size)])
    assert_sound(tmp_path, tree_size=size + 1)


LAST = LEAVES - 1
TURNED = "CAST(replace(leaf, 'RELEASE', 'HOLDING') AS BLOB)"
FLIPPED = "substr(hashes, 1, length(hashes) - 1) || x'00'"

SEEN_AT_START = [
    ("a leaf", f"UPDATE entry SET leaf = {TURNED} WHERE leaf_index = 599"),
    ("the name of an entry", "UPDATE entry SET decision_id = 'x' WHERE leaf_index = 599"),
    ("a leaf taken away", "DELETE FROM entry WHERE leaf_index = 598"),
    ("the last leaf taken away", "DELETE FROM entry WHERE leaf_index = 599"),
    ("a leaf added", "INSERT INTO entry SELECT 600, 'x', 0, leaf, '', 0 FROM entry WHERE leaf_index = 599"),
    (
        "the last tile of level 0",
        f"UPDATE tile SET hashes = CAST({FLIPPED} AS BLOB) WHERE level = 0 AND tile_index = 2",
    ),
    ("the tile of level 1", f"UPDATE tile SET hashes = CAST({FLIPPED} AS BLOB) WHERE level = 1"),
    ("a tile cut short", "UPDATE tile SET hashes = substr(hashes, 1, 32) WHERE level = 0 AND tile_index = 2"),
    ("a tile taken away", "DELETE FROM tile WHERE level = 1"),
    ("the newest checkpoint taken away", "DELETE FROM checkpoint WHERE tree_size = 600"),
]


@pytest.mark.parametrize(("what", "sql"), SEEN_AT_START, ids=[what for what, _ in SEEN_AT_START])
async def test_a_change_at_the_edge_is_not_served(folder: Path, what: str, sql: str) -> None:
    change(folder, sql)

    refused = await refusal(folder)

    assert (Kind.CORRUPT, "ROOT_MISMATCH") == (refused.kind, refused.reason)
    assert not judged(folder).is_sound


def checkpoint_of(signer: Ed25519Signer, *, origin: str = ORIGIN, size: int = LEAVES, root: bytes = b"r" * 32) -> bytes:
    return sign_checkpoint(Checkpoint(origin=origin, tree_size=TreeSize(size), root=root), [signer])


@pytest.mark.parametrize(
    ("note", "reason"),
    [
        (b"no note", "CHECKPOINT_INVALID"),
        (checkpoint_of(Ed25519Signer(name=ORIGIN, seed=bytes(32))), "CHECKPOINT_INVALID"),
        (checkpoint_of(Ed25519Signer(name="example.org/other", seed=bytes(32))), "CHECKPOINT_INVALID"),
        (checkpoint_of(SIGNER), "ROOT_MISMATCH"),
        (checkpoint_of(SIGNER, size=599), "ROOT_MISMATCH"),
        (checkpoint_of(SIGNER, size=601), "ROOT_MISMATCH"),
        (checkpoint_of(SIGNER, size=0, root=bytes.fromhex(
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")), "ROOT_MISMATCH"),
    ],
)  # fmt: skip
async def test_another_checkpoint_is_not_served(folder: Path, note: bytes, reason: str) -> None:
    change(folder, "UPDATE checkpoint SET note = ? WHERE tree_size = 600", note)

    refused = await refusal(folder)

    assert (Kind.CORRUPT, reason) == (refused.kind, refused.reason)
    assert not judged(folder).is_sound


SEEN_BY_FSCK = [
    (
        "LEAF",
        "TILE_MISMATCH",
        f"UPDATE entry SET leaf = {TURNED} WHERE leaf_index = 3",
    ),
    ("NOT A LEAF", "LEAF_UNREADABLE", "UPDATE entry SET leaf = x'00' WHERE leaf_index = 3"),
    (
        "KIND",
        "LEAF_UNREADABLE",
        "UPDATE entry SET leaf = CAST(replace(leaf, 'n/v2', 'n/v9') AS BLOB) WHERE leaf_index = 3",
    ),
    ("ID", "ID_MISMATCH", "UPDATE entry SET decision_id = 'x' WHERE leaf_index = 3"),
    ("GAP", "ENTRY_MISSING", "DELETE FROM entry WHERE leaf_index = 3"),
    ("TILE", "TILE_MISMATCH", f"UPDATE tile SET hashes = CAST({FLIPPED} AS BLOB) WHERE level = 0 AND tile_index = 0"),
    ("NO TILE", "TILE_MISSING", "DELETE FROM tile WHERE level = 0 AND tile_index = 0"),
    ("MORE TILES", "TILE_UNKNOWN", "INSERT INTO tile SELECT 2, 0, hashes FROM tile WHERE level = 1"),
    ("OLD CHECKPOINT", "CHECKPOINT_INVALID", "UPDATE checkpoint SET note = x'00' WHERE tree_size = 300"),
    ("MOVED CHECKPOINT", "CHECKPOINT_MISPLACED", "UPDATE checkpoint SET tree_size = 299 WHERE tree_size = 300"),
    ("FIRST CHECKPOINT", "CHECKPOINT_MISSING", "DELETE FROM checkpoint WHERE tree_size = 0"),
    ("PARTIES", "PERSONAL_MISMATCH", "UPDATE personal SET data = x'00' WHERE leaf_index = 3"),
    ("SALT", "PERSONAL_MISMATCH", "UPDATE personal SET salt = zeroblob(32) WHERE leaf_index = 3"),
    ("NO PARTIES", "PERSONAL_MISSING", "DELETE FROM personal WHERE leaf_index = 3"),
    ("STRAY PARTIES", "PERSONAL_WITHOUT_ENTRY", "INSERT INTO personal VALUES (700, x'00', x'00')"),
    ("GOODS", "GOODS_MISMATCH", "INSERT INTO goods VALUES (3, x'00')"),
    ("STRAY GOODS", "GOODS_WITHOUT_ENTRY", "INSERT INTO goods VALUES (700, x'00')"),
    ("STRAY GOODS BEFORE", "GOODS_WITHOUT_ENTRY", "INSERT INTO goods VALUES (-1, x'00')"),
]


@pytest.mark.parametrize(("code", "sql"), [one[1:] for one in SEEN_BY_FSCK], ids=[one[0] for one in SEEN_BY_FSCK])
async def test_a_change_far_from_the_edge_is_found_by_the_whole_log_check(folder: Path, code: str, sql: str) -> None:
    change(folder, sql)

    report = judged(folder)

    assert code in {problem.code for problem in report.problems}, str(report)


async def test_a_checkpoint_signed_for_another_root_is_found_by_the_whole_log_check(folder: Path) -> None:
    change(folder, "UPDATE checkpoint SET note = ? WHERE tree_size = 300", checkpoint_of(SIGNER, size=300))

    assert ["ROOT_MISMATCH"] == [problem.code for problem in judged(folder).problems]


async def test_a_changed_leaf_far_from_the_edge_is_never_given_out(folder: Path) -> None:
    change(folder, f"UPDATE entry SET leaf = {TURNED} WHERE leaf_index = 3")

    async with open_log(folder) as log:
        log.reader.get(decision_id(4))
        with pytest.raises(Failure, match="PROOF_INVALID"):
            log.reader.get(decision_id(3))
        assert not log.log.is_ready
        with pytest.raises(Failure, match="LOG_HALTED"):
            log.reader.get(decision_id(4))


async def test_an_entry_found_by_anothers_id_is_never_given_out(folder: Path) -> None:
    change(folder, "DELETE FROM entry WHERE leaf_index = 4")
    change(folder, "UPDATE entry SET decision_id = ? WHERE leaf_index = 3", decision_id(4))

    async with open_log(folder) as log:
        with pytest.raises(Failure, match="ROOT_MISMATCH"):
            log.reader.get(decision_id(4))
        assert not log.log.is_ready
    async with open_log(folder) as log:
        (repeated,) = await log.decisions.append([submission(4)])
        assert isinstance(repeated, Failure)
        assert (Kind.CORRUPT, "ROOT_MISMATCH") == (repeated.kind, repeated.reason)
        assert not log.log.is_ready


async def test_a_store_without_a_log_is_not_served(tmp_path: Path) -> None:
    store = SqliteLog.open(tmp_path)
    try:
        with pytest.raises(Failure, match="LOG_ABSENT"):
            Log(store=store, key=SIGNER.key)
    finally:
        await store.shut()


async def test_a_log_is_made_once(tmp_path: Path) -> None:
    await make_log(tmp_path)

    with pytest.raises(Failure, match="LOG_EXISTS"):
        await make_log(tmp_path)
    assert_sound(tmp_path, tree_size=0)


async def test_an_empty_log_answers_with_its_checkpoint(tmp_path: Path) -> None:
    async with open_log(tmp_path) as log:
        newest = DecisionReader(log.log).checkpoint()

    assert (0, SIGNER.key.to_text()) == (newest.tree_size, newest.verifier_key)
