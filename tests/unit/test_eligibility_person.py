"""One person: written alike by two filers, told apart from another."""

from __future__ import annotations

import pytest
from tidewaiter_eligibility.model import Party
from tidewaiter_eligibility.person import person_key, same_name

from tests.eligibility_shipments import party

ANN = party("Ann Lee")


@pytest.mark.parametrize(
    "written",
    [
        party("ANN LEE"),
        party("Lee, Ann"),
        party("Ann  Lee."),
        party("\uff21\uff4e\uff4e Lee"),
        party("Ann Lee", postal_code="12180-3321"),
        party("Ann Lee", postal_code=" 12180 "),
        party("Ann Lee", address_lines=("12 MAIN STREET",)),
        party("Ann Lee", address_lines=("12 Main St.", "Apt. 4B")),
        party("Ann Lee", address_lines=("Apt 4B", "12 Main St")),
        party("Ann Lee", address_lines=("12 Main St #4",)),
        party("Ann Lee", address_lines=("12 Main Street, Suite 400",)),
        party("Ann Lee", address_lines=("c/o Ode", "12 Main St")),
        party("Ann Lee", country_code="DE"),
    ],
)
def test_one_person_written_another_way_has_the_same_key(written: Party) -> None:
    assert person_key(ANN).text == person_key(written).text


@pytest.mark.parametrize(
    "other",
    [
        party("Anna Lee"),
        party("Ann Lee Ode"),
        party("Ann Lee", postal_code="12181"),
        party("Ann Lee", address_lines=("21 Main St",)),
        party("Ann Lee", address_lines=("12 Main Ave",)),
        party("Ann Lee", address_lines=("12 N Main St",)),
    ],
)
def test_another_person_has_another_key(other: Party) -> None:
    assert person_key(ANN).text != person_key(other).text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acme Inc.", "ACME"),
        ("Acme Trading Co., Ltd.", "Trading Acme"),
        ("O'Brien", "OBrien"),
        ("O\u2019Brien", "O'Brien"),
        ("Straße", "STRASSE"),
    ],
)
def test_legal_forms_apostrophes_and_case_do_not_part_a_name(one: str, other: str) -> None:
    assert same_name(party(one), party(other))


def test_a_name_of_nothing_but_a_legal_form_is_kept() -> None:
    assert ("ltd", False) == (person_key(party("Ltd")).name, same_name(party("Ltd"), party("Inc")))


@pytest.mark.parametrize("written", ["PO Box 7", "P.O. Box 7", "p o box 7", "Post Office Box 7"])
def test_a_post_office_box_is_one_place_however_it_is_written(written: str) -> None:
    assert "pobox 7" == person_key(party(address_lines=(written,))).street


def test_a_key_is_explained_by_its_parts() -> None:
    key = person_key(party("Lee, Ann", postal_code="12180-3321", address_lines=("Unit 3", "12 North Main Street")))

    assert ("ann lee", "12180", "12 n main st") == (key.name, key.postal_code, key.street)


def test_a_key_says_which_parts_are_missing() -> None:
    nobody = Party(name="", address_lines=("", "Apt 4"), postal_code="-", country_code="")

    assert ("name", "postal_code", "address_lines") == person_key(nobody).missing
    assert () == person_key(ANN).missing
