"""Screening from the command line: lines in the promised shape, lists kept whole, figures by their definition."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tidewaiter_cli.__main__ import main
from tidewaiter_cli.screening.grades import Graded, auc, best_f1, f1, precision, recall, share_at_least, threshold_for
from tidewaiter_cli.screening.variants import variants_of

from tests.listed_parties import END, lines, sdn_line, write_list

GRADED = st.lists(st.builds(Graded, st.integers(0, 20), st.booleans()), min_size=1, max_size=40)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_list(
        tmp_path / "lists" / "made",
        sdn=lines(sdn_line("7", "BRELLOCHT, Vastimir Oduya"), sdn_line("8", "QUENSHAW-DARBO, Imelka")),
        alt=lines('7,1,"aka","GREY HERON",-0- '),
    )
    return tmp_path / "lists"


def answers(capfd: pytest.CaptureFixture[str], *words: str) -> list[Any]:
    assert 0 == main(words)
    return [json.loads(line) for line in capfd.readouterr().out.splitlines()]


def test_each_name_has_a_line_in_the_promised_shape(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    names = tmp_path / "names.txt"
    names.write_text("Brellocht, Vastimir Oduya\nGrey Heron\nDana Whitcombe\n\n", encoding="utf-8")

    found = answers(capfd, "screen", "--in", f"{names}", "--lists", f"{folder}", "--json")

    listed = {"name": "BRELLOCHT, Vastimir Oduya", "list": "made", "entry_id": "7", "score": 1000}
    assert [
        {"query": "Brellocht, Vastimir Oduya", "hits": [{**listed, "alias": ""}], "action": "HOLD"},
        {"query": "Grey Heron", "hits": [{**listed, "alias": "GREY HERON"}], "action": "HOLD"},
        {"query": "Dana Whitcombe", "hits": [], "action": "NONE"},
        {"query": "", "hits": [], "action": "REVIEW"},
    ] == found


def test_a_table_is_read_by_its_column(folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    names = tmp_path / "names.csv"
    names.write_text('listed,query\nx,"Brelocht, Vastimir Oduya"\n', encoding="utf-8")

    (found,) = answers(capfd, "screen", "--in", f"{names}", "--lists", f"{folder}", "--json")

    assert "Brelocht, Vastimir Oduya" == found["query"]
    assert [("7", True)] == [(hit["entry_id"], hit["score"] < 1000) for hit in found["hits"]]


def test_nobody_is_cleared_by_a_list_that_cannot_be_read(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write_list(folder / "empty", sdn=END)

    assert 0 == main(["screen", "Dana Whitcombe", "--lists", f"{folder}", "--json"])
    written = capfd.readouterr()
    assert "REVIEW" == json.loads(written.out)["action"]
    assert "STALE: no entry of the list empty could be read" in written.err


def test_a_page_shows_hits_and_what_was_searched(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["screen", "Vastimir Oduya Brelocht", "--lists", f"{folder}"])
    out = capfd.readouterr().out

    assert "Vastimir Oduya Brelocht" in out
    assert "searched made" in out


@pytest.mark.parametrize(
    "words",
    [
        ("screen",),
        ("screen", "Dana", "--in", "names.txt"),
        ("screen", "--in", "names.txt"),
        ("bench", "echo", "--quality"),
        ("bench", "screening"),
        ("bench", "screening", "--quality", "--lists", "x"),
    ],
)
def test_what_does_not_go_together_is_a_misspelt_command_line(words: tuple[str, ...]) -> None:
    assert 2 == main(words)


def test_a_folder_without_a_list_is_a_problem(tmp_path: Path) -> None:
    assert 1 == main(["screen", "Dana", "--lists", f"{tmp_path}"])
    assert 1 == main(["screen", "Dana", "--lists", f"{tmp_path / 'none'}"])


def test_a_list_is_added_whole_replaced_and_shown(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    files = [f"{folder / 'made' / name}" for name in ("sdn.csv", "alt.csv", "add.csv")]
    own = tmp_path / "own"

    (added,) = answers(capfd, "lists", "add", *files, "--to", f"{own}", "--json")
    write_list(folder / "made", sdn=lines(sdn_line("9", "SOMEONE ELSE")))
    answers(capfd, "lists", "add", *files, "--to", f"{own}", "--json")
    (shown,) = answers(capfd, "lists", "show", f"{own}", "--json")

    assert [("made", 2, 1)] == [(one["list"], one["entries"], one["aliases"]) for one in added["lists"]]
    assert [("made", 1, 0, False)] == [
        (one["list"], one["entries"], one["age_hours"], one["stale"]) for one in shown["lists"]
    ]
    assert ["add.csv", "alt.csv", "sdn.csv"] == sorted(path.name for path in (own / "made").iterdir())


def test_a_list_without_an_entry_is_not_put_in_place(folder: Path, tmp_path: Path) -> None:
    own, broken = tmp_path / "own", tmp_path / "broken.csv"
    broken.write_text("entity,country,effective_date,type\n")
    good = tmp_path / "held.csv"
    good.write_text("entity,country,effective_date,type\nDoe Cotton,CN,2016-05-20,WRO\n")
    assert 0 == main(["lists", "add", f"{good}", "--to", f"{own}", "--name", "wro"])

    assert 1 == main(["lists", "add", f"{broken}", "--to", f"{own}", "--name", "wro"])
    assert 2 == main(["lists", "add", f"{good}", "--to", f"{own}", "--name", "a/b"])
    assert "Doe Cotton" in (own / "wro" / "wro.csv").read_text()


def test_two_versions_are_compared(folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    newer = write_list(tmp_path / "newer", sdn=lines(sdn_line("7", "BRELLOCHT, V."), sdn_line("9", "NEW ONE")))

    (found,) = answers(capfd, "lists", "diff", f"{folder / 'made'}", f"{newer}", "--json")

    assert (["9"], ["8"], ["7"]) == (found["added"], found["removed"], found["changed"])
    assert 0 == main(["lists", "diff", f"{folder / 'made'}", f"{newer}"])
    assert "1 added" in capfd.readouterr().out


def test_quality_is_measured_on_any_files_of_the_columns(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pairs, positives, negatives = (tmp_path / f"{name}.csv" for name in ("pairs", "positives", "negatives"))
    pairs.write_text("name1,name2,is_match\nJan Doe,Doe Jan,true\nJan Doe,Ann Lee,false\n")
    positives.write_text('listed,query\n"BRELLOCHT, Vastimir Oduya",Vastimir Oduya Brelocht\n')
    negatives.write_text("query\nDana Whitcombe\nAnn Lee\n")

    (found,) = answers(
        capfd,
        *("bench", "screening", "--quality", "--lists", f"{folder}", "--json", "--pairs", f"{pairs}"),
        *("--positives", f"{positives}", "--negatives", f"{negatives}"),
    )

    assert {"made": 2} == found["lists"]
    assert (1.0, 1.0, 2) == tuple(found["name_pairs"][key] for key in ("f1", "auc", "pairs"))
    assert (1.0, 0, 2) == tuple(found["screening"][key] for key in ("recall", "false_positives", "negatives"))
    assert {"jaro_winkler", "token_sort_ratio"} <= found["screening"]["plain_rapidfuzz"].keys()
    assert 0 == found["screening"]["top_score_share_of_others"]
    assert (1.0, 1.0) == tuple(found["name_pairs"][key] for key in ("precision", "recall"))
    assert (0, 1.0) == tuple(found["screening"]["index"][key] for key in ("hits_lost", "candidate_recall"))


def test_speed_is_measured_over_a_folder(folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "bench.json"

    (found,) = answers(
        capfd, "bench", "screening", "--lists", f"{folder}", "--json", "--scale", "0.01", "--out", f"{out}"
    )

    assert found == json.loads(out.read_text())
    assert {"made": 2} == found["screening"]["lists"]
    assert 0 < found["screening"]["cold_parties_per_second"]


def test_the_same_seed_makes_the_same_variants_and_each_is_another_spelling() -> None:
    once, again = (dict(variants_of("Vastimir Oduya Brellocht", Random(3))) for _ in range(2))

    assert once == again
    assert {"two_edits", "script", "split", "order", "order_and_edit", "initial", "join"} == once.keys()
    assert "вастимир одуя бреллочт" == once["script"]
    assert "V. Oduya Brellocht" == once["initial"]


@pytest.mark.parametrize("name", ["", "a", "Ann", "…", "1 2 3"])
def test_any_name_has_variants(name: str) -> None:
    assert all(isinstance(query, str) for _, query in variants_of(name, Random(1)))


@given(GRADED)
def test_the_area_is_the_share_of_pairs_in_the_right_order(graded: list[Graded]) -> None:
    same = [one.score for one in graded if one.same]
    other = [one.score for one in graded if not one.same]
    if not same or not other:
        with pytest.raises(ValueError, match="an area needs"):
            auc(graded)
        return
    right = sum(mine > theirs for mine in same for theirs in other)
    ties = sum(mine == theirs for mine in same for theirs in other)

    assert (right + ties / 2) / (len(same) * len(other)) == pytest.approx(auc(graded))


@given(GRADED, st.integers(0, 20))
def test_f1_is_the_harmonic_mean_of_precision_and_recall(graded: list[Graded], threshold: int) -> None:
    two = (precision(graded, threshold), recall(graded, threshold))

    assert (2 * two[0] * two[1] / sum(two) if sum(two) else 0.0) == pytest.approx(f1(graded, threshold))


@pytest.mark.parametrize(
    ("found", "tried", "least"),
    [(0, 0, 0.0), (0, 9, 0.0), (20, 20, 0.05 ** (1 / 20)), (8, 10, 0.4931), (95, 100, 0.8978)],
)
def test_a_share_is_at_least_what_the_tables_say(found: int, tried: int, least: float) -> None:
    assert least == pytest.approx(share_at_least(found, tried), abs=1e-4)


@given(GRADED)
def test_no_threshold_does_better_than_the_best(graded: list[Graded]) -> None:
    best, threshold = best_f1(graded)

    assert best == f1(graded, threshold)
    assert all(f1(graded, score) <= best for score in range(22))


@given(st.lists(st.integers(0, 20), max_size=40), st.sampled_from([0.0, 0.1, 0.5]))
def test_a_threshold_lets_no_more_through_than_its_share(scores: list[int], share: float) -> None:
    threshold = threshold_for([float(score) for score in scores], share)

    assert sum(score >= threshold for score in scores) <= share * len(scores)
