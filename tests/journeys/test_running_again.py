"""The recorded past, run again: the same when nothing changed, a typed reason when it cannot be, and what if."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest
import tidewaiter_eligibility.law as packaged_law
import tidewaiter_risk.scorecard as packaged_rules
from tidewaiter.intake.v1 import intake_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_cli.__main__ import main
from tidewaiter_cli.bench.cargo import filings_of
from tidewaiter_cli.rerunning import backtesting

from tests.filings import goods, message, party
from tests.rerun_children import on_threads
from tests.suite import suite, until

pytestmark = pytest.mark.processes

FILINGS = 300


async def _past(folder: Path) -> None:
    """A morning's manifest, a person-day and an order that broke, one parcel amended, one withdrawn."""
    async with suite(folder) as house:
        await house.stream(filings_of(seed=5, count=FILINGS))
        for name in ("k1", "k2", "k3"):
            await house.submit(message(name, consignee=party("Kim Day"), items=[goods(39_000)]))
        for name in ("o1", "o2"):
            lot = message(name, consignee=party(f"Kit {name}"), items=[goods(45_000)], order_id="O-1")
            lot.seller_account_id = "shop"
            await house.submit(lot)
        await house.submit(message("once", originator_code="CARR01", tracking_number="TWtwice"))
        await house.submit(
            message(
                "twice", originator_code="BRKR02", filer_type=trade_pb2.FILER_TYPE_BROKER, tracking_number="TWtwice"
            )
        )
        gone = await house.submit(message("gone", consignee=party("Una Lo")))
        await house.intake.CancelShipment(
            intake_pb2.CancelShipmentRequest(
                shipment_id=gone.decision.shipment_id,
                request_id="c1",
                reason=intake_pb2.CANCEL_REASON_NOT_SENT,
                author="CARR01",
            )
        )
        await until(house.at_rest)


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("past")
    asyncio.run(_past(folder))
    return folder


@pytest.fixture
def data(past: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The past in a folder of one's own, run again on threads: the first test is on processes, as it is outside."""
    with on_threads(monkeypatch):
        yield Path(shutil.copytree(past, tmp_path / "data"))


def entries(data: Path) -> int:
    connection = apsw.Connection(str(data / "audit.db"), flags=apsw.SQLITE_OPEN_READONLY)
    found: int = connection.execute("SELECT count(*) FROM entry WHERE instr(decision_id, '/') = 0").get
    connection.close()
    return found


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    status = main([*words, "--json"])
    written = capsys.readouterr()
    assert written.out, written.err
    return status, json.loads(written.out.splitlines()[-1])


def limit(folder: Path, dollars: str) -> Path:
    """A folder of rows in which every 800 dollars of the law are another amount."""
    folder.mkdir()
    for path in Path(packaged_law.__file__).parent.glob("*.toml"):
        _, *rows = re.split(r"(?m)^(?=\[\[)", path.read_text(encoding="utf-8"))
        changed = [row.replace('"800.00"', f'"{dollars}"') for row in rows if '"800.00"' in row]
        if changed:
            (folder / path.name).write_text("".join(changed), encoding="utf-8")
    return folder


def toml(package: Any, folder: Path, **changes: tuple[str, str]) -> Path:
    """The packaged files in a folder, with a text of them exchanged: file name without suffix, text, other text."""
    folder.mkdir()
    for path in Path(package.__file__).parent.glob("*.toml"):
        text = path.read_text(encoding="utf-8")
        if path.stem in changes:
            old, new = changes[path.stem]
            assert old in text
            text = text.replace(old, new)
        (folder / path.name).write_text(text, encoding="utf-8")
    return folder


def test_every_recorded_decision_comes_out_the_same_whole(past: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, facts = told(capsys, "replay", "--since", "2020-01-01", "--data", f"{past}")

    assert (0, {"SAME": entries(past)}) == (status, facts["verdicts"])
    assert entries(past) > FILINGS // 2


def test_one_decision_is_named_and_an_unknown_one_is_refused(data: Path, capfd: pytest.CaptureFixture[str]) -> None:
    connection = apsw.Connection(str(data / "audit.db"))
    name = connection.execute("SELECT decision_id FROM entry WHERE leaf_index = 7").get
    connection.close()

    assert 0 == main(["replay", name, "--data", f"{data}"])
    assert "1 decision run again\n  SAME" in capfd.readouterr().out
    assert 1 == main(["replay", "no-such-decision", "--data", f"{data}"])
    assert "there is no decision no-such-decision" in capfd.readouterr().err


def test_what_was_erased_or_is_not_what_it_was_says_so(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    connection = apsw.Connection(str(data / "audit.db"))
    connection.execute("DELETE FROM personal WHERE leaf_index = 3")
    connection.execute("UPDATE personal SET data = x'00' WHERE leaf_index = 4")
    connection.close()

    status, facts = told(capsys, "replay", "--since", "2020-01-01", "--data", f"{data}")

    assert (3, 1, 1) == (status, facts["verdicts"]["INPUT_ERASED"], facts["verdicts"]["UNREADABLE"])
    assert [(3, "INPUT_ERASED"), (4, "UNREADABLE")] == [(one["leaf_index"], one["verdict"]) for one in facts["listed"]]


def test_another_law_or_another_scorecard_is_not_the_one_it_was_taken_with(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    law = limit(tmp_path / "law", "700.00")
    rules = toml(packaged_rules, tmp_path / "rules", scorecard=('floor = "HOLD"', 'floor = "REVIEW"'))

    for flags, what in ((["--law", f"{law}"], "law"), (["--rules", f"{rules}"], "scorecard")):
        status, facts = told(capsys, "replay", "--since", "2020-01-01", "--data", f"{data}", *flags)
        assert (3, {"SAME": 1, "VERSION_UNAVAILABLE": entries(data) - 1}) == (status, facts["verdicts"])
        assert {what} == {one["detail"] for one in facts["listed"]}


def test_a_decision_that_the_code_would_not_take_is_told_with_its_fields(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A leaf that was changed where nobody looks: the log would say so too, and this says what."""
    connection = apsw.Connection(str(data / "audit.db"))
    connection.execute(
        'UPDATE entry SET leaf = CAST(replace(leaf, \'"outcome":"OUTCOME_RELEASE"\', \'"outcome":"OUTCOME_HOLD"\') '
        "AS BLOB) WHERE leaf_index = (SELECT min(leaf_index) FROM entry WHERE instr(leaf, 'OUTCOME_RELEASE') > 0)"
    )
    connection.close()

    status, facts = told(
        capsys, "replay", "--since", "2020-01-01", "--data", f"{data}", "--out", f"{tmp_path / 'all.jsonl'}"
    )

    assert (1, 1, ["outcome"]) == (status, facts["verdicts"]["DIFFERENT"], [one["detail"] for one in facts["listed"]])
    assert entries(data) == len((tmp_path / "all.jsonl").read_text(encoding="utf-8").splitlines())


def test_the_packaged_law_and_rules_over_the_past_change_nothing(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    law, rules = limit(tmp_path / "law", "800.00"), toml(packaged_rules, tmp_path / "rules")
    words = ["backtest", "--since", "2020-01-01", "--data", f"{data}", "--law", f"{law}", "--rules", f"{rules}"]
    before = {path.name: path.read_bytes() for path in data.iterdir() if path.is_file()}

    status, facts = told(capsys, *words)

    assert 0 == status
    assert 0 == facts["counts"].get("DIFFERENT", 0), facts["first"]
    assert entries(data) == sum(facts["counts"][each] for each in ("SAME", "SUPERSEDED", "WITHDRAWN"))
    assert {} == facts["changes"]
    assert before.keys() == {path.name for path in data.iterdir() if path.is_file() and "-" not in path.name} | (
        before.keys() & {name for name in before if "-" in name}
    )
    assert all(before[name] == (data / name).read_bytes() for name in ("eligibility.db", "intake.db"))


def test_a_lower_limit_breaks_the_days_it_would_have_broken_and_the_differences_are_listed(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    law = limit(tmp_path / "law", "20.00")
    work = tmp_path / "work"

    _, facts = told(
        capsys, "backtest", "--since", "2020-01-01", "--data", f"{data}", "--law", f"{law}", "--work", f"{work}"
    )

    listed = [json.loads(line) for line in (work / "differences.jsonl").read_text(encoding="utf-8").splitlines()]
    assert facts["counts"]["DIFFERENT"] == len(listed) > 0
    turned = [
        one for one in listed if (one["was"]["outcome"], one["would"]["outcome"]) == ("RELEASE", "ENTRY_REQUIRED")
    ]
    assert facts["changes"]["RELEASE -> ENTRY_REQUIRED"] == len(turned) > 0
    assert not any(name in (work / "progress.json").read_text(encoding="utf-8") for name in ("Kim", "Ann"))


def test_a_higher_limit_releases_the_broken_day_as_a_whole(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    law = limit(tmp_path / "law", "5000.00")

    _, facts = told(capsys, "backtest", "--since", "2020-01-01", "--data", f"{data}", "--law", f"{law}")

    assert facts["changes"]["ENTRY_REQUIRED -> RELEASE"] >= 3


def test_other_rules_are_run_on_the_findings_of_eligibility_as_recorded(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = toml(packaged_rules, tmp_path / "rules", scorecard=('floor = "HOLD"', 'floor = "REJECT"'))

    _, facts = told(capsys, "backtest", "--since", "2020-01-01", "--data", f"{data}", "--rules", f"{rules}")

    assert {"HOLD -> REJECT"} == set(facts["changes"])


def test_a_backtest_that_was_stopped_goes_on_where_it_was(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    law = limit(tmp_path / "law", "20.00")
    words = ["backtest", "--since", "2020-01-01", "--data", f"{data}", "--law", f"{law}", "--work"]
    _, whole = told(capsys, *words, f"{tmp_path / 'whole'}")

    class Stopped(Exception):
        pass

    def stop_in(phase: str) -> None:
        def stop(journey: Any, *rest: Any) -> Any:
            yield from real(journey, *rest) if journey.phase != phase else _first(real(journey, *rest))

        def _first(batches: Any) -> Any:
            yield next(batches)
            raise Stopped

        monkeypatch.setattr(backtesting, "_batches", stop)

    real = backtesting._batches
    for phase in ("claim", "tell"):
        stop_in(phase)
        with pytest.raises(Stopped):
            main([*words, f"{tmp_path / 'stopped'}", "--debug"])
        monkeypatch.setattr(backtesting, "_batches", real)

    _, again = told(capsys, *words, f"{tmp_path / 'stopped'}")

    assert whole["counts"] == again["counts"]
    assert whole["changes"] == again["changes"]
    for folder in ("whole", "stopped"):
        lines = (tmp_path / folder / "differences.jsonl").read_text(encoding="utf-8").splitlines()
        assert whole["counts"]["DIFFERENT"] == len(lines) == len(set(lines))


def test_a_folder_that_holds_another_backtest_or_anything_else_is_refused(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = toml(packaged_rules, tmp_path / "rules")
    words = ["backtest", "--data", f"{data}", "--rules", f"{rules}", "--work", f"{tmp_path / 'work'}", "--since"]
    assert 0 == main([*words, "2020-01-01"])

    assert 2 == main([*words, "2020-01-02"])
    assert "asked something else: since" in capsys.readouterr().err
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").write_text("mine", encoding="utf-8")
    assert 1 == main([*words[:-2], f"{tmp_path / 'other'}", "--since", "2020-01-01"])
    assert "holds something else" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["replay"],
        ["replay", "x", "--since", "2020-01-01"],
        ["replay", "--since", "2020-13-01"],
        ["replay", "--since", "2020-01-01", "--law", "no-such-folder"],
        ["backtest", "--since", "2020-01-01"],
        ["backtest", "--since", "soon", "--rules", "."],
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_started(words: list[str]) -> None:
    assert 2 == main(words)
