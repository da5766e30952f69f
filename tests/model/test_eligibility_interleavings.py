"""Plain random interleavings: the log never shows more released than the limit, and the command that plays many."""

from __future__ import annotations

from pathlib import Path

import pytest
from tidewaiter_eligibility import claiming

from tests.contracts.eligibility_marginal import marginal_law
from tests.model import play_interleavings
from tests.model.eligibility_interleaving import Interleaving
from tests.model.eligibility_runs import CrashingLedger, FailingLedger, run

STEPS = 30


@pytest.mark.parametrize("hundred", range(6))
def test_at_no_step_of_any_interleaving_is_more_released_than_the_limit(hundred: int) -> None:
    for seed in range(hundred * 100, hundred * 100 + 100):
        history = Interleaving(seed, FailingLedger())

        run(history.play(STEPS))

        history.ends_as_it_must()
        run(history.ledger.close())


@pytest.mark.parametrize("hundred", range(3))
def test_where_only_those_beyond_the_limit_are_denied_it_holds_too_and_no_room_is_left_unused(hundred: int) -> None:
    for seed in range(hundred * 100, hundred * 100 + 100):
        history = Interleaving(seed, FailingLedger(), by=marginal_law(), orders=0)

        run(history.play(STEPS))

        history.leaves_no_room_unused()
        run(history.ledger.close())


async def test_it_holds_on_a_file_that_is_opened_again_after_each_crash(tmp_path: Path) -> None:
    for seed in range(5):
        ledger = CrashingLedger(tmp_path / f"{seed}.db")
        await ledger.open()
        history = Interleaving(seed, ledger)

        await history.play(STEPS)

        history.ends_as_it_must()
        await ledger.close()


def test_the_command_plays_on_both_stores_and_says_by_which_seed(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == play_interleavings.main(["--histories", "60", "--seed", "7", "--workers", "1"])

    said = capsys.readouterr().out
    assert "seed 7: 60 histories" in said
    assert "no violation" in said


def test_the_command_catches_a_ledger_that_holds_nothing_until_it_is_confirmed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(claiming, "held_after", lambda former, holds, asked: ())

    assert 1 == play_interleavings.main(["--histories", "200", "--seed", "1", "--workers", "1"])

    assert "over the limit" in capsys.readouterr().out


def test_the_command_catches_a_ledger_that_counts_no_orders(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tidewaiter_eligibility.determine.lot_step", lambda *_: None)

    assert 1 == play_interleavings.main(["--histories", "100", "--seed", "1", "--workers", "1"])

    said = capsys.readouterr().out
    assert "over the limit" in said
    assert "another end" in said
