"""`tidewaiter describe` and `tidewaiter values`: one answer a line, and nothing that a file holds ends them badly."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToJson
from tidewaiter_cli.__main__ import main
from tidewaiter_goods.values import Standing, read_values

from tests.filings import goods, message


def described(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    assert 0 == main(["describe", *words, "--json"])
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_one_object_a_line_with_the_words_and_what_to_add(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "d.txt"
    file.write_text("gift\nWomen's knitted cotton cardigan\n\nfood and toys\nmisc. black xl\n", encoding="utf-8")
    gift, cardigan, blank, two, unlisted = described(capsys, "--in", f"{file}")

    everything = ["what it is", "what it is made of", "what it is for"]
    assert ("gift", True, ["gift"], everything) == (gift["description"], gift["vague"], gift["terms"], gift["ask"])
    assert (False, [], []) == (cardigan["vague"], cardigan["terms"], cardigan["ask"])
    assert ("", True, [], everything) == (blank["description"], blank["vague"], blank["terms"], blank["ask"])
    assert ["food", "toys"] == two["terms"]
    assert "Pasta, canned tuna, corn tortillas" == two["instead"]
    assert ("model", {"misc", "black", "xl"}) == (unlisted["by"], set(unlisted["terms"]))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("d.txt", b"gift\r\ntools\r\n"),
        ("d.txt", b"\xef\xbb\xbfgift\ntools"),
        ("d.csv", b"id,description\n1,gift\n2,tools\n"),
        ("d.csv", b'\xef\xbb\xbf"product_name"\n"gift"\ntools\n'),
        ("d.jsonl", b'{"description": "gift"}\n\n{"product_name": "tools", "x": 1}\n'),
    ],
)
def test_every_kind_of_file_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)

    assert ["gift", "tools"] == [one["description"] for one in described(capsys, "--in", f"{tmp_path / name}")]


def test_bytes_that_are_no_text_and_endless_lines_have_their_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "d.txt").write_bytes(b"gift \xff\xfe\x00\n" + b"parts " * 400_000 + b"\ngift\n")

    assert ["gift \ufffd\ufffd\x00", True, "gift"] == [
        (one["description"] if place != 1 else one["vague"])
        for place, one in enumerate(described(capsys, "--in", f"{tmp_path / 'd.txt'}"))
    ]


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"geschenk\ngift\n")))

    assert ["geschenk", "gift"] == [one["description"] for one in described(capsys, "--in", "-")]


def test_a_person_gets_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["describe", "toys"])

    written = capsys.readouterr().out
    assert "toys" in written
    assert "what it is made of" in written
    assert "children's toys made of plastic" in written.replace("\n", " ") or "children's toys" in written


@pytest.mark.parametrize(
    ("words", "status", "problem"),
    [
        (("describe",), 2, "either one description in quotes, or a file"),
        (("describe", "x", "--in", "y"), 2, "either one description in quotes, or a file"),
        (("describe", "--in", "none.txt"), 1, "none.txt cannot be read: No such file or directory."),
    ],
)
def test_what_cannot_be_read_is_said(
    words: tuple[str, ...], status: int, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status == main(list(words))
    assert problem in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("d.csv", "a,b\n1,2\n", "has none of description, product_name; it has a, b."),
        ("d.csv", "", "it has nothing."),
        ("d.jsonl", "[1]\n", "line 1: is no JSON object."),
        ("d.jsonl", '{"x": 1}\n', "it has x."),
        ("d.jsonl", "{\n", "line 1: is no JSON object."),
    ],
)
def test_a_file_without_descriptions_is_refused(
    tmp_path: Path, name: str, content: str, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")

    assert 1 == main(["describe", "--in", f"{tmp_path / name}"])
    assert problem in capsys.readouterr().err


def test_values_are_learned_from_filings_and_bad_lines_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [MessageToJson(message(f"r-{cents}", items=[goods(cents)]), indent=None) for cents in range(1_000, 1_100)]
    (tmp_path / "f.jsonl").write_text("\n".join([*lines, "{", '{"colour": 1}']), encoding="utf-8")
    words = ["values", "--in", f"{tmp_path / 'f.jsonl'}", "--out", f"{tmp_path / 'v.json'}", "--json"]

    assert 3 == main(words)
    told = json.loads(capsys.readouterr().out)
    assert {"out": f"{tmp_path / 'v.json'}", "filings": 100, "kinds": 1, "bad": 2} == told
    values = read_values((tmp_path / "v.json").read_bytes())
    assert Standing(50, 100) == values.standing("6205202000", "DE", "USD", 1_050 * 10_000_000)


def test_filings_without_any_value_write_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "f.jsonl").write_text(MessageToJson(message(items=[]), indent=None), encoding="utf-8")

    assert 1 == main(["values", "--in", f"{tmp_path / 'f.jsonl'}", "--out", f"{tmp_path / 'v.json'}"])
    assert "nothing was written" in capsys.readouterr().err
    assert not (tmp_path / "v.json").exists()
