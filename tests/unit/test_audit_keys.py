"""The log's key files: made once, whole, for their owner only; and no other key taken for this log's."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from tidewaiter_audit import create, keys
from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_tlog.signers import Ed25519Signer

from tests.audit_logs import ORIGIN, SEED, SIGNER, assert_sound


def made(path: Path) -> Ed25519Signer:
    return keys.read_or_make_signer(path, origin=ORIGIN, seed=SEED)


def test_a_key_is_made_for_its_owner_only_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "new" / "audit.key"

    assert SIGNER.key == made(path).key
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    assert SIGNER.key == keys.read_signer(path, origin=ORIGIN).key
    assert [path] == list(path.parent.iterdir())


def test_a_key_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    made(tmp_path / "audit.key")

    again = keys.read_or_make_signer(tmp_path / "audit.key", origin=ORIGIN, seed=bytes(32))

    assert SIGNER.key == again.key


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_key_that_others_may_touch_is_refused(tmp_path: Path, mode: int) -> None:
    made(tmp_path / "audit.key")
    (tmp_path / "audit.key").chmod(mode)

    with pytest.raises(Failure) as refused:
        keys.read_signer(tmp_path / "audit.key", origin=ORIGIN)

    assert (Kind.NOT_READY, "KEY_EXPOSED") == (refused.value.kind, refused.value.reason)


def test_a_key_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="KEY_ABSENT"):
        keys.read_signer(tmp_path / "audit.key", origin=ORIGIN)
    with pytest.raises(Failure, match="KEY_ABSENT"):
        keys.read_verifier_key(tmp_path / "audit.pub")


@pytest.mark.parametrize("content", ["", "no key", SIGNER.key.to_text(), SIGNER.to_private_text()[:-4], "é"])
def test_what_is_no_private_key_is_refused_without_showing_it(tmp_path: Path, content: str) -> None:
    path = tmp_path / "audit.key"
    path.touch(mode=0o600)
    path.write_text(content, encoding="utf-8")

    with pytest.raises(Failure, match="KEY_UNUSABLE") as refused:
        keys.read_signer(path, origin=ORIGIN)

    assert SIGNER.to_private_text()[-20:-4] not in repr(refused.value)


def test_the_key_of_another_log_is_refused(tmp_path: Path) -> None:
    made(tmp_path / "audit.key")

    with pytest.raises(Failure, match="KEY_UNUSABLE"):
        keys.read_signer(tmp_path / "audit.key", origin="example.org/other")


def test_the_public_key_is_published_once_and_another_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "audit.pub"
    keys.publish_verifier_key(path, SIGNER.key)
    keys.publish_verifier_key(path, SIGNER.key)

    assert SIGNER.key == keys.read_verifier_key(path)
    assert SIGNER.key.to_text() + "\n" == path.read_text(encoding="utf-8")
    with pytest.raises(Failure, match="KEY_UNUSABLE"):
        keys.publish_verifier_key(path, Ed25519Signer(name=ORIGIN, seed=bytes(32)).key)


async def test_a_log_whose_making_died_after_its_key_is_finished_with_that_key(tmp_path: Path) -> None:
    made(tmp_path / "audit.key")

    key = await create.create_log(tmp_path, key_path=tmp_path / "audit.key", origin=ORIGIN, random_bytes=bytes)

    assert SIGNER.key == key
    assert_sound(tmp_path, tree_size=0)


async def test_a_log_is_not_made_with_a_key_of_another_name(tmp_path: Path) -> None:
    made(tmp_path / "audit.key")

    with pytest.raises(Failure, match="KEY_UNUSABLE"):
        await create.create_log(
            tmp_path, key_path=tmp_path / "audit.key", origin="example.org/other", random_bytes=bytes
        )
