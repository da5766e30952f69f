"""`tidewaiter log init | rotate | freeze`, in processes of their own as an operator runs them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tidewaiter_cli.__main__ import main
from tidewaiter_cli.supervise.plan import make_plan
from tidewaiter_tlog.keys import parse_verifier_key
from tidewaiter_tlog.receipt import Receipt, verify_receipt_of_hash

pytestmark = pytest.mark.processes

WHO = ["--author", "ops", "--reason", "yearly"]


def told(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    capsys.readouterr()
    assert 0 == main(["log", *words, "--json"]), capsys.readouterr().err
    facts: dict[str, Any] = json.loads(capsys.readouterr().out)
    return facts


def test_a_log_is_made_its_key_exchanged_and_its_end_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, receipt = tmp_path / "data", tmp_path / "rotation.tlog-proof"
    where = ["--data", f"{data}"]
    made = told(capsys, "init", "--origin", "example.org/log", *where)
    assert made["verifier_key"] == (data / "audit.pub").read_text(encoding="utf-8").strip()

    assert 2 == main(["log", "rotate", *WHO, *where]), "nobody is here to be asked"
    rotated = told(capsys, "rotate", *WHO, *where, "--out", f"{receipt}", "--yes")
    assert made["verifier_key"] == rotated["retired"]
    proof = Receipt.from_bytes(receipt.read_bytes())
    assert 0 == proof.leaf_index

    frozen = told(capsys, "freeze", *WHO, *where, "--successor", "example.org/next", "--yes")
    assert frozen["leaf_index"] + 1 == frozen["tree_size"]
    assert 1 == main(["log", "freeze", *WHO, *where, "--yes"])
    assert "LOG_FROZEN" in capsys.readouterr().err
    assert 1 == main(["log", "init", "--origin", "example.org/log", *where])
    assert "LOG_EXISTS" in capsys.readouterr().err
    assert parse_verifier_key(rotated["verifier_key"]) != parse_verifier_key(made["verifier_key"])
    with pytest.raises(Exception, match="must lead to the root"):
        verify_receipt_of_hash(receipt.read_bytes(), bytes(32), [parse_verifier_key(made["verifier_key"])])


def test_the_services_are_told_the_name_of_a_log_that_was_made_before(tmp_path: Path) -> None:
    plan = make_plan(data=tmp_path, port_base=0, lists=None)
    assert "TIDEWAITER_AUDIT_LOG_ORIGIN" not in plan.environment("audit", {})

    (tmp_path / "audit.pub").write_text("example.org/log+c0a145fa+Aa8G\n", encoding="utf-8")

    assert "example.org/log" == plan.environment("audit", {})["TIDEWAITER_AUDIT_LOG_ORIGIN"]
    given = {"TIDEWAITER_AUDIT_LOG_ORIGIN": "mine.example"}
    assert "mine.example" == plan.environment("audit", given)["TIDEWAITER_AUDIT_LOG_ORIGIN"]
