"""A log and its witnesses: the real witness over HTTP, the real log, and everything that may go wrong between."""

from __future__ import annotations

import http.client
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path

import pytest
from tidewaiter.audit.v1 import audit_pb2 as audit
from tidewaiter_audit.witnesses.ask import WitnessSilent, ask
from tidewaiter_audit.witnesses.gather import Gatherer
from tidewaiter_audit.witnesses.policy import WitnessAddress, WitnessPolicy, read_policy
from tidewaiter_chassis.failures import Failure
from tidewaiter_cli.__main__ import main
from tidewaiter_cli.stopping import Stop
from tidewaiter_cli.witness.kept import Witness
from tidewaiter_cli.witness.server import WitnessServer
from tidewaiter_tlog.checkpoint import parse_checkpoint, verify_checkpoint
from tidewaiter_tlog.errors import KeyUnknown
from tidewaiter_tlog.signers import Ed25519Cosigner, Ed25519Signer
from tidewaiter_tlog.tree import LeafIndex

from tests.audit_logs import ORIGIN, SIGNER, OpenLog, assert_sound, open_log
from tests.audit_records import decision_id, record, submission
from tests.audit_service import failure_of, served


def signer_of(number: int) -> Ed25519Cosigner:
    return Ed25519Cosigner(
        name=f"witness.example/w{number}", seed=bytes([number]) * 32, clock_seconds=lambda: 1_800_000_000 + number
    )


@contextmanager
def witness(folder: Path, number: int = 1, *, signer: Ed25519Signer = SIGNER) -> Iterator[WitnessAddress]:
    """A witness that serves for the block, as `tidewaiter log witness` does."""
    kept = Witness(folder, signer=signer_of(number), log_keys=[signer.key])
    server = WitnessServer(("127.0.0.1", 0), kept)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield WitnessAddress(kept.key, f"http://{server.address}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        kept.close()


async def ask_at_once(url: str, body: bytes) -> tuple[int, bytes]:
    return ask(url, body)


def gatherer(log: OpenLog, *witnesses: WitnessAddress, least: int = 1) -> Gatherer:
    return Gatherer(log=log.log, store=log.store, policy=WitnessPolicy(witnesses, least), ask=ask_at_once)


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[OpenLog]:
    async with open_log(tmp_path / "log") as opened:
        yield opened


async def test_a_growing_log_is_cosigned_at_every_size_it_is_asked_about(log: OpenLog, tmp_path: Path) -> None:
    with witness(tmp_path / "w") as one:
        asking = gatherer(log, one)
        for number in range(4):
            await log.decisions.append([submission(number)])
            assert 1 == await asking.gather()

    note = log.store.newest_cosigned()
    assert note is not None
    assert 4 == verify_checkpoint(note, [SIGNER.key], witness_keys=[one.key], witnesses_min=1).tree_size
    assert [1, 2, 3, 4] == [size for size, _ in log.store.cosigned()]
    assert_sound(log.folder, tree_size=4)


async def test_as_many_must_cosign_as_the_policy_says(log: OpenLog, tmp_path: Path) -> None:
    await log.decisions.append([submission(1)])
    with ExitStack() as stack:
        two = [stack.enter_context(witness(tmp_path / f"w{number}", number)) for number in (1, 2)]
        silent = WitnessAddress(signer_of(3).key, "http://127.0.0.1:9")

        assert 2 == await gatherer(log, *two, silent, least=3).gather()
        assert log.store.newest_cosigned() is None
        assert 2 == await gatherer(log, *two, silent, least=2).gather()

    note = log.store.newest_cosigned() or b""
    verify_checkpoint(note, [SIGNER.key], witness_keys=[one.key for one in two], witnesses_min=2)
    with pytest.raises(KeyUnknown, match="must be cosigned by 3"):
        verify_checkpoint(note, [SIGNER.key], witness_keys=[*(one.key for one in two), silent.key], witnesses_min=3)


async def test_a_log_that_forgot_what_the_witness_saw_last_asks_again(log: OpenLog, tmp_path: Path) -> None:
    with witness(tmp_path / "w") as one:
        await log.decisions.append([submission(1)])
        await gatherer(log, one).gather()
        await log.decisions.append([submission(2)])

        assert 1 == await gatherer(log, one).gather()


async def test_a_witness_that_was_stopped_remembers_what_it_cosigned(log: OpenLog, tmp_path: Path) -> None:
    for number in range(2):
        await log.decisions.append([submission(number)])
        with witness(tmp_path / "w") as one:
            assert 1 == await gatherer(log, one).gather()


async def test_a_second_history_is_cosigned_by_no_witness(log: OpenLog, tmp_path: Path) -> None:
    async with open_log(tmp_path / "forked") as forked:
        await log.decisions.append([submission(1), submission(2)])
        await forked.decisions.append([submission(1), submission(9)])
        await forked.decisions.append([submission(3)])
        with witness(tmp_path / "w") as one:
            assert 1 == await gatherer(log, one).gather()
            assert 0 == await gatherer(forked, one).gather()

        assert forked.store.newest_cosigned() is None


@pytest.mark.parametrize(
    "answer",
    [
        (200, b""),
        (200, b"nonsense"),
        (200, b"\xff"),
        (200, "— witness.example/w1 AAAAAAAA\n".encode()),
        (409, b"99999999999999999999"),
        (409, b"-1"),
        (500, b"oops"),
    ],
)
async def test_what_is_no_cosignature_is_left_out(log: OpenLog, answer: tuple[int, bytes]) -> None:
    await log.decisions.append([submission(1)])

    async def answers(url: str, body: bytes) -> tuple[int, bytes]:
        return answer

    address = WitnessAddress(signer_of(1).key, "http://nowhere")
    asking = Gatherer(log=log.log, store=log.store, policy=WitnessPolicy((address,), 1), ask=answers)

    assert 0 == await asking.gather()
    assert log.store.newest_cosigned() is None


async def test_a_receipt_at_the_newest_cosigned_checkpoint_is_given_on_request(tmp_path: Path) -> None:
    async with served(tmp_path / "d") as log:
        await log.append(record(1))
        request = audit.GetProofRequest(decision_id=decision_id(1), cosigned=True)
        refused = await failure_of(log.stub.GetProof(request))
        assert "NOT_COSIGNED" == refused.reason
        assert b"" == (await log.stub.GetCheckpoint(audit.GetCheckpointRequest())).cosigned_checkpoint


async def test_a_cosigned_receipt_verifies_with_its_witnesses(
    log: OpenLog, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from dataclasses import replace

    from tidewaiter_audit.get import receipt_file
    from tidewaiter_tlog.receipt import Receipt

    await log.decisions.append([submission(1)])
    with witness(tmp_path / "w") as one:
        await gatherer(log, one).gather()
    await log.decisions.append([submission(2)])

    proven = log.reader.get_cosigned(decision_id(1))
    with pytest.raises(Failure, match="NOT_COSIGNED"):
        log.reader.get_cosigned(LeafIndex(1))

    out = tmp_path / "r.tlog-proof"
    carried = replace(Receipt.from_bytes(receipt_file(proven.receipt)), extra=proven.entry.leaf)
    out.write_bytes(carried.to_bytes())
    words = ["log", "verify", f"{out}", "--key", SIGNER.key.to_text(), "--witness"]
    assert 0 == main([*words, one.key.to_text()])
    assert 1 == main([*words, signer_of(2).key.to_text()])
    assert 0 == main([*words, one.key.to_text(), "--witness", signer_of(2).key.to_text(), "--witnesses-min", "1"])
    capsys.readouterr()


def test_a_witness_serves_what_it_cosigned_and_nothing_else(tmp_path: Path) -> None:
    with witness(tmp_path / "w") as one:
        address = one.url.removeprefix("http://")
        for method, path, status in (
            ("GET", f"/{sha256(ORIGIN.encode()).hexdigest()}/checkpoint", 404),
            ("GET", "/../witness.lock", 404),
            ("GET", "/", 404),
            ("POST", "/", 404),
            ("POST", "/add-checkpoint", 400),
            ("PUT", "/add-checkpoint", 501),
        ):
            connection = http.client.HTTPConnection(address, timeout=5)
            connection.request(method, path, body=b"" if method != "GET" else None)
            assert status == connection.getresponse().status, (method, path)
            connection.close()


async def test_the_checkpoint_that_monitors_read_has_both_signatures(log: OpenLog, tmp_path: Path) -> None:
    await log.decisions.append([submission(1)])
    with witness(tmp_path / "w") as one:
        await gatherer(log, one).gather()
        connection = http.client.HTTPConnection(one.url.removeprefix("http://"), timeout=5)
        connection.request("GET", f"/{sha256(ORIGIN.encode()).hexdigest()}/checkpoint")
        note = connection.getresponse().read()
        connection.close()

    assert 1 == verify_checkpoint(note, [SIGNER.key], witness_keys=[one.key], witnesses_min=1).tree_size
    assert ORIGIN == parse_checkpoint(note).origin


def test_two_witnesses_cannot_keep_their_word_in_one_folder(tmp_path: Path) -> None:
    with witness(tmp_path / "w"), pytest.raises(Stop, match="another witness runs here"):
        Witness(tmp_path / "w", signer=signer_of(2), log_keys=[SIGNER.key])


def test_nobody_there_is_silence(tmp_path: Path) -> None:
    with pytest.raises(WitnessSilent):
        ask("http://127.0.0.1:9", b"")


def policy_of(tmp_path: Path, text: str, least: int = 1) -> WitnessPolicy:
    path = tmp_path / "witnesses"
    path.write_text(text, encoding="utf-8")
    return read_policy(path, least=least)


def test_a_policy_names_witnesses_with_their_keys_and_addresses(tmp_path: Path) -> None:
    one, other = signer_of(1).key, signer_of(2).key
    text = f"# ours\n\n{one.to_text()} https://w1.example/\n{other.to_text()} http://127.0.0.1:7315\n"

    found = policy_of(tmp_path, text, least=2)

    assert ((one, "https://w1.example"), (other, "http://127.0.0.1:7315")) == found.witnesses
    assert 2 == found.least


W1 = signer_of(1).key.to_text()


@pytest.mark.parametrize(
    ("text", "least", "problem"),
    [
        ("", 1, "0 witnesses"),
        (f"{W1} https://w\n", 2, "2 are asked for"),
        ("nonsense https://w\n", 1, "line 1"),
        (f"{W1}\n", 1, "stands the URL"),
        (f"{W1} ftp://w\n", 1, "stands the URL"),
        (f"{W1} https://w\n{W1} https://v\n", 1, "twice"),
        (f"{SIGNER.key.to_text()} https://w\n", 1, "that of a log"),
    ],
)
def test_a_policy_that_cannot_be_meant_stops_the_start(tmp_path: Path, text: str, least: int, problem: str) -> None:
    with pytest.raises(Failure, match=problem):
        policy_of(tmp_path, text, least)


def test_the_key_of_a_witness_is_made_once_and_for_its_owner_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["log", "witness", "--key-file", f"{tmp_path / 'w.key'}", "--make-key", "witness.example/w9"]

    assert 0 == main(words)
    assert capsys.readouterr().out.startswith("witness.example/w9+")
    assert 0o600 == (tmp_path / "w.key").stat().st_mode & 0o777
    assert 1 == main(words)
    assert 2 == main(words[:-2])
    (tmp_path / "w.key").chmod(0o644)
    assert 1 == main([*words[:-2], "--log", SIGNER.key.to_text()])
    assert "may be read or changed by others" in capsys.readouterr().err
