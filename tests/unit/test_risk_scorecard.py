"""A scorecard that contradicts itself is refused, and the row is named."""

from __future__ import annotations

from pathlib import Path

import pytest
import tidewaiter_goods
from tidewaiter_chassis.failures import Failure
from tidewaiter_goods.confidence import Confidence
from tidewaiter_goods.controlled import CONTROLLED_FILE
from tidewaiter_goods.vague_terms import VAGUE_TERMS_FILE
from tidewaiter_risk.assess import SIGNALS
from tidewaiter_risk.model import SCORE_MAX, Action
from tidewaiter_risk.scorecard.load import PACKAGED_DIR, SCORECARD_FILE, SUPPRESSIONS_FILE, load_scorecard
from tidewaiter_risk.scorecard.rules import Scorecard
from tidewaiter_risk.signals.completeness import ELEMENTS

from tests.risk_examples import SCORECARD

DATA = Path(tidewaiter_goods.__file__).parent / "data"


def load(folder: Path) -> Scorecard:
    return load_scorecard(folder, signal_ids=frozenset(SIGNALS), element_ids=frozenset(ELEMENTS))


FILES = {
    SCORECARD_FILE: PACKAGED_DIR / SCORECARD_FILE,
    SUPPRESSIONS_FILE: PACKAGED_DIR / SUPPRESSIONS_FILE,
    VAGUE_TERMS_FILE: DATA / VAGUE_TERMS_FILE,
    CONTROLLED_FILE: DATA / CONTROLLED_FILE,
}


def changed(folder: Path, file: str, old: str, new: str) -> Path:
    """The packaged scorecard with one passage changed."""
    for name, path in FILES.items():
        text = path.read_text(encoding="utf-8")
        if name == file:
            assert old in text, f"the packaged {file} no longer has this passage"
            text = text.replace(old, new, 1)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_the_packaged_scorecard_gives_every_signal_a_weight_within_the_whole() -> None:
    assert list(SIGNALS) == [rule.id for rule in SCORECARD.signals]
    assert sum(rule.weight for rule in SCORECARD.signals) <= SCORE_MAX
    assert 64 == len(SCORECARD.version)


def test_only_what_the_bulletin_names_is_official() -> None:
    official = {row.term for row in SCORECARD.vague_terms.terms if row.confidence is Confidence.OFFICIAL}

    assert {"gift", "daily necessities", "accessories", "parts", "consolidated"} == official
    assert {"CSMS 60011750"} == {
        row.citation for row in SCORECARD.vague_terms.terms if row.confidence is Confidence.OFFICIAL
    }


def test_another_character_is_another_version(tmp_path: Path) -> None:
    again = load(changed(tmp_path, SCORECARD_FILE, "# The scorecard.", "# The score card."))

    assert SCORECARD.version != again.version
    assert SCORECARD.signals == again.signals


@pytest.mark.parametrize("file", list(FILES))
def test_every_file_of_the_scorecard_is_under_its_version(tmp_path: Path, file: str) -> None:
    assert SCORECARD.version != load(changed(tmp_path, file, "\n# ", "\n#  ")).version


def test_a_folder_needs_only_what_differs(tmp_path: Path) -> None:
    (tmp_path / SCORECARD_FILE).write_bytes((PACKAGED_DIR / SCORECARD_FILE).read_bytes())

    assert SCORECARD.version == load(tmp_path).version


FIRST_SIGNAL = 'id = "party.listed"\nweight = 350\nfloor = "HOLD"\nsource = "RISK"\n'


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        (SCORECARD_FILE, "weight = 350", "weight = 351", "[[signal]]: the weights sum to 1001, over 1000"),
        (SCORECARD_FILE, "weight = 350", "weight = 0", "[[signal]] 1 (party.listed): weight = 0 is not a whole number"),
        (SCORECARD_FILE, "weight = 350", "weight = 350.5", "1 (party.listed): weight = 350.5 is not a whole number"),
        (SCORECARD_FILE, "weight = 350", "weight = true", "1 (party.listed): weight = True is not a whole number"),
        (SCORECARD_FILE, "weight = 350\n", "", "[[signal]] 1 (party.listed): weight is missing"),
        (SCORECARD_FILE, "weight = 350", "weight = 350\nwieght = 1", "1 (party.listed): wieght is not known here"),
        (SCORECARD_FILE, 'floor = "HOLD"', 'floor = "hold"', "1 (party.listed): floor = 'hold' is not one of NONE"),
        (SCORECARD_FILE, "missing_points = 75", "missing_points = 0", "1 (party.listed): missing_points = 0 is not"),
        (SCORECARD_FILE, "missing_points = 75", "missing_points = 351", "missing_points 351 is over the weight 350"),
        (SCORECARD_FILE, 'id = "party.listed"', 'id = "party.lsited"', "(party.lsited): is no signal of this release"),
        (SCORECARD_FILE, 'id = "party.listed"', 'id = "party.lsited"', "party.listed has no row"),
        (
            SCORECARD_FILE,
            'id = "party.listed"',
            'id = "filers.disagree"',
            "(filers.disagree): stands more than once on the same",
        ),
        (SCORECARD_FILE, "score = 220", "score = 100", "[[threshold]] (HOLD): score and gravity must rise"),
        (SCORECARD_FILE, 'action = "HOLD"', 'action = "NONE"', "[[threshold]] (NONE): is what is advised below"),
        (
            SCORECARD_FILE,
            "band = 4_000",
            "band = 80_000",
            "2 (value.under_800): band 80000 is not under the limit 80000",
        ),
        (SCORECARD_FILE, "to = 2027-07-01", "to = 2016-03-10", "2 (value.under_800): to is not after from"),
        (
            SCORECARD_FILE,
            "to = 2027-07-01",
            'to = "2027-07-01"',
            "2 (value.under_800): to = '2027-07-01' is not a date",
        ),
        (SCORECARD_FILE, "points = 30\nfrom", "points = 41\nfrom", "(value.under_2500): points 41 is over the weight"),
        (SCORECARD_FILE, 'id = "items.hts_code"', 'id = "items.hs"', "(items.hs): is nothing that this release"),
        (SCORECARD_FILE, 'modes = ["AIR"]', 'modes = ["PLANE"]', "(items.weight_grams): modes holds PLANE"),
        (SCORECARD_FILE, 'fields = ["items"]', "fields = []", "[[disagreement]]: exactly one row has no fields"),
        (SCORECARD_FILE, 'fields = ["items"]', 'fields = ["seller"]', "the field seller belongs to more than one row"),
        (SCORECARD_FILE, 'name = "second"', "", "scorecard.toml: name is missing"),
        (SCORECARD_FILE, 'name = "second"', 'name = "second"\ncolour = 1', "scorecard.toml: colour is not known here"),
        (SCORECARD_FILE, "[screening]", "[screening2]", "[screening]: score_min is missing"),
        (SCORECARD_FILE, "[[signal]]\nid", "[signal]\nid", "scorecard.toml: is not TOML"),
        (
            SCORECARD_FILE,
            "OFFICIAL = 100",
            "OFFICIAL = 101",
            "[vague_points] (OFFICIAL): points 101 is over the weight",
        ),
        (SCORECARD_FILE, "INFERRED = 60\n", "", "scorecard.toml [vague_points]: INFERRED is missing"),
        (SCORECARD_FILE, "budget_ms = 50", "budget_ms = 0", "1 (party.listed): budget_ms = 0 is not"),
        (SCORECARD_FILE, "percentile = 5", "percentile = 1", "percentiles must rise and points fall"),
        (SCORECARD_FILE, "sample_min = 30", "sample_min = 9", "[undervaluation]: sample_min = 9 is not"),
        (SCORECARD_FILE, 'id = "history.names"\ndays', 'id = "history.name"\ndays', "history.names has no row"),
        (SCORECARD_FILE, 'id = "history.names"\ndays', 'id = "history.name"\ndays', "(history.name): is no pattern"),
        (VAGUE_TERMS_FILE, '"gift", "daily', '"Parts.", "daily', "[[source]]: the term part stands more than once"),
        (VAGUE_TERMS_FILE, '"gift", "daily', '"...", "daily', "the term ... holds neither letter nor digit"),
        (VAGUE_TERMS_FILE, 'confidence = "OFFICIAL"', "", "[[source]] 1: confidence is missing"),
        (VAGUE_TERMS_FILE, '"toys" = ', '"toyz" = ', "[instead]: toyz is no term of this list"),
        (VAGUE_TERMS_FILE, "alone = true", 'alone = "yes"', "alone = 'yes' is not true or false"),
        (CONTROLLED_FILE, "points = 80", "points = 81", "(narcotic.fentanyls): points 81 is over the weight"),
        (CONTROLLED_FILE, 'floor = "HOLD"', 'floor = "STOP"', "1 (narcotic.fentanyls): floor = 'STOP' is not one of"),
        (CONTROLLED_FILE, '"293333"', '"29333x"', "29333x is not 2 to 10 digits"),
        (CONTROLLED_FILE, '"293333"', '"29"', "29 is a whole chapter, which needs terms beside it"),
        (CONTROLLED_FILE, 'kind = "NARCOTIC"', 'kind = "OTHER"', "kind = 'OTHER' is not one of NARCOTIC"),
        (CONTROLLED_FILE, 'id = "narcotic.named"', 'id = "narcotic.fentanyls"', "stands more than once"),
        (VAGUE_TERMS_FILE, "letters_min = 3", "letters_min = 0", "vague_terms.toml: letters_min = 0 is not"),
    ],
)
def test_a_damaged_scorecard_is_refused_with_the_row_named(
    tmp_path: Path, file: str, old: str, new: str, problem: str
) -> None:
    with pytest.raises(Failure) as refusal:
        load(changed(tmp_path, file, old, new))

    assert "SCORECARD_REFUSED" == refusal.value.reason
    assert problem in refusal.value.detail
    assert file in refusal.value.detail


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    changed(tmp_path, SCORECARD_FILE, FIRST_SIGNAL, FIRST_SIGNAL.replace("350", "0").replace("HOLD", "STOP"))

    with pytest.raises(Failure) as refusal:
        load(tmp_path)

    assert "weight = 0" in refusal.value.detail
    assert "floor = 'STOP'" in refusal.value.detail


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"scorecard\.toml: cannot be read"):
        load(tmp_path)


def test_the_readme_tells_the_packaged_weights_and_floors(project_root: Path) -> None:
    lines = (project_root / "services" / "risk" / "README.md").read_text(encoding="utf-8").splitlines()

    for rule in SCORECARD.signals:
        (row,) = [line for line in lines if line.startswith(f"| `{rule.id}` |")]
        floor = "" if rule.floor is Action.NONE else rule.floor.name
        assert [str(rule.weight), floor] == [cell.strip() for cell in row.split("|")[3:5]]
