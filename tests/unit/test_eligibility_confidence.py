"""How well an answer is known: no better than the weakest of what its rows rest on (law.md 1.1 to 1.4, 2.1)."""

from __future__ import annotations

from datetime import date

import pytest
from tidewaiter_eligibility.judge import judge
from tidewaiter_eligibility.law.rows import Exclusion
from tidewaiter_eligibility.model import Confidence

from tests.eligibility_shipments import law, shipment

OFFICIAL, SECONDARY = Confidence.OFFICIAL, Confidence.SECONDARY
INFERRED, UNVERIFIED = Confidence.INFERRED, Confidence.UNVERIFIED


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("P-MANIFEST", UNVERIFIED),
        ("P-86", SECONDARY),
        ("P-POSTAL-DUTY", INFERRED),
        ("P-GIFT", INFERRED),
        ("P-03", SECONDARY),
        ("K-1702B", INFERRED),
        ("GIFT", OFFICIAL),
        ("GIFTI", INFERRED),
        ("R01", OFFICIAL),
        ("R01-16", UNVERIFIED),
        ("R02", UNVERIFIED),
        ("R10c", INFERRED),
        ("R11", OFFICIAL),
        ("R11M", INFERRED),
        ("X-FEE", INFERRED),
        ("X-ALC", INFERRED),
        ("X-TOB", INFERRED),
        ("V-C-800", OFFICIAL),
        ("V-C-800-16", UNVERIFIED),
    ],
)
def test_a_row_is_known_no_better_than_what_it_rests_on(row: str, expected: Confidence) -> None:
    found = law().row(row)

    assert found is not None
    assert expected is found.confidence


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2016-03-10", UNVERIFIED), ("2016-08-25", UNVERIFIED), ("2016-08-26", OFFICIAL)],
)
def test_the_months_whose_first_day_was_not_read_say_so(day: str, expected: Confidence) -> None:
    rule = judge(shipment(day=date.fromisoformat(day), cents=80_000), law=law()).rule

    assert rule is not None
    assert (80_000, expected) == (rule.limit_minor, rule.confidence)


@pytest.mark.parametrize("row", ["X-ALC", "X-TOB", "X-PERF"])
def test_no_number_is_said_to_be_read_in_a_text_that_was_not(row: str) -> None:
    found = law().row(row)

    assert isinstance(found, Exclusion)
    assert OFFICIAL not in {prefix.confidence for prefix in found.prefixes}


@pytest.mark.parametrize("row", ["P-01", "P-03", "P-11", "P-12"])
def test_no_entry_cites_a_section_that_is_not_on_record(row: str) -> None:
    found = law().row(row)

    assert found is not None
    assert not {"19 CFR 143.21", "19 USC 1484"} & set(found.citation.split("; "))
