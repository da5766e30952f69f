"""One person: written alike by two filers, told apart from another."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_eligibility.model import Party
from tidewaiter_eligibility.person import Likeness, basis, person_key, same_name
from tidewaiter_eligibility.person.links import LINKS_MAX

from tests.eligibility_shipments import party

ANN = party("Ann Lee")
BOB = party("Robert Q. Lee", city="Troy", region="NY")


def are_one(one: Party, other: Party, likeness: Likeness = Likeness.CLOSE) -> bool:
    """Whether two parties are one person without a third between them."""
    first, second = person_key(one, likeness), person_key(other, likeness)
    return first.text == second.text or not set(first.links).isdisjoint(second.links)


def rules(who: Party) -> set[str]:
    """The rules that were at work, as the contract names them."""
    return {
        trade_pb2.PersonKeyRule.Name(number).removeprefix("PERSON_KEY_RULE_")  # type: ignore[arg-type]
        for number in basis.rules_in(person_key(who).basis)
    }


@pytest.mark.parametrize(
    "written",
    [
        party("ANN LEE"),
        party("Lee, Ann"),
        party("Ann  Lee."),
        party("\uff21\uff4e\uff4e Lee"),
        party("\u00c1nn L\u00e9e"),
        party("Ms. Ann Lee"),
        party("Dr Ann Lee c/o Ode Hotel"),
        party("Ann Lee", postal_code="12180-3321"),
        party("Ann Lee", postal_code="121803321"),
        party("Ann Lee", postal_code=" 12180 "),
        party("Ann Lee", address_lines=("12 MAIN STREET",)),
        party("Ann Lee", address_lines=("12 Main St.", "Apt. 4B")),
        party("Ann Lee", address_lines=("Apt 4B", "12 Main St")),
        party("Ann Lee", address_lines=("12 Main St #4",)),
        party("Ann Lee", address_lines=("12 Main Street, Suite 400",)),
        party("Ann Lee", address_lines=("12 Main Street, Suite C-4",)),
        party("Ann Lee", address_lines=("12 Main Street, 2nd Floor",)),
        party("Ann Lee", address_lines=("4th floor 12 Main Street",)),
        party("Ann Lee", address_lines=("12 Main St 1600",)),
        party("Ann Lee", address_lines=("12 Main St, Rear",)),
        party("Ann Lee", address_lines=("c/o Ode", "12 Main St")),
        party("Ann Lee", address_lines=("12 Main St, Troy, NY 12180",), postal_code=""),
        party("Ann Lee", country_code="DE"),
    ],
)
def test_one_person_written_another_way_has_the_same_key(written: Party) -> None:
    assert person_key(ANN).text == person_key(written).text


@pytest.mark.parametrize(
    "other",
    [
        party("Anna Lee"),
        party("An Lee"),
        party("Ann Lee Ode"),
        party("Ann Lee Jr."),
        party("Ann"),
        party("Ann Lee", postal_code="12181"),
        party("Ann Lee", address_lines=("21 Main St",)),
        party("Ann Lee", address_lines=("12A Main St",)),
        party("Ann Lee", address_lines=("12 Main Ave",)),
        party("Ann Lee", address_lines=("12 N Main St",)),
        party("Ann Lee", address_lines=("PO Box 12",)),
        party("Ann Lee Co"),
    ],
)
def test_another_person_has_another_key_and_shares_no_link(other: Party) -> None:
    assert not are_one(ANN, other)


@pytest.mark.parametrize(
    "written",
    [
        party("Bob Lee", city="Troy", region="NY"),
        party("Lee, Bobby", city="Troy", region="NY"),
        party("Robert Lee", address_lines=("12 Mian Street",)),
        party("Robert Lee", address_lines=("12 Maine Street",)),
        party("Robert Lee", city="TROY", region="NY", postal_code="21180"),
    ],
)
def test_a_slip_an_initial_or_a_short_name_leaves_a_link(written: Party) -> None:
    assert are_one(BOB, written)
    assert not are_one(BOB, written, Likeness.EXACT)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Maria Lee", "Mario Lee"),
        ("Hasan Lee", "Husain Lee"),
        ("Mohammad Ali Khan", "Mohammad Aly Khan"),
        ("Nguyen Van Minh", "Nguyen Van Manh"),
        ("Daniel Lee", "Daniela Lee"),
        ("James Lee", "James Lee Jr"),
        ("James Lee II", "James Lee III"),
        ("Alex Lee", "Alexandra Lee"),
        ("Acme Foods Inc", "Acme Footwear Inc"),
        ("Maria Co", "Maria Sa"),
    ],
)
def test_members_of_one_household_are_told_apart_and_joined_only_on_demand(one: str, other: str) -> None:
    first, second = (party(name, city="Troy", region="NY") for name in (one, other))

    assert not are_one(first, second)
    assert are_one(first, second, Likeness.HOUSEHOLD)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acme Inc.", "ACME"),
        ("Acme Trading Co., Ltd.", "Trading Acme"),
        ("Acme L.L.C.", "Acme"),
        ("Acme S.A.", "Acme Inc"),
        ("Smith & Sons", "Smith and Sons"),
        ("O'Brien", "OBrien"),
        ("O\u2019Brien", "O'Brien"),
        ("Stra\u00dfe", "STRASSE"),
        ("S\u00f8ren \u0141uk", "Soren Luk"),
        ("Bob Ode", "Robert Ode"),
        ("Ann della Cruz", "Ann Dellacruz"),
    ],
)
def test_forms_particles_accents_and_case_do_not_part_a_name(one: str, other: str) -> None:
    assert same_name(party(one), party(other))


def test_a_town_without_its_state_leaves_no_link_that_crosses_postal_codes() -> None:
    near, far = party("Ann Lee", city="Springfield"), party("Ann Lee", city="Springfield", postal_code="62701")

    assert not are_one(near, far)
    assert are_one(replace(near, region="MA"), replace(far, region="MA"))


def test_a_name_of_nothing_but_a_legal_form_is_kept() -> None:
    assert ("ltd", False) == (person_key(party("Ltd")).name, same_name(party("Ltd"), party("Inc")))


@pytest.mark.parametrize("written", ["PO Box 7", "P.O. Box 7", "p o box 7", "Post Office Box 7", "PO Box #7", "POB 7"])
def test_a_post_office_box_is_one_place_however_it_is_written(written: str) -> None:
    assert "pobox 7" == person_key(party(address_lines=(written,))).street


@pytest.mark.parametrize(
    ("line", "street"),
    [
        ("Rural Route 2 Box 5", "rr 2 box 5"),
        ("RR # 2 Box # 5", "rr 2 box 5"),
        ("HC Route 68 Box 23A", "hc 68 box 23a"),
        ("32-33 45th St", "3233 45th st"),
        ("One Jelly Lane", "1 jelly ln"),
        ("12 County Road 14", "12 county rd 14"),
        ("1101 US Highway No. 130 North", "1101 us hwy 130 n"),
        ("9912 S. Avenue H", "9912 s ave h"),
        ("Hauptstra\u00dfe 12", "hauptstrasse 12"),
        ("12 First Street", "12 1st st"),
        ("4004 Ocean Front Apt 410", "4004 ocean frnt"),
    ],
)
def test_a_street_line_has_one_form(line: str, street: str) -> None:
    assert street == person_key(party(address_lines=(line,))).street


@pytest.mark.parametrize(
    ("code", "country", "expected"),
    [
        ("2139", "US", "02139"),
        ("2139-1234", "US", "02139"),
        ("00901", "PR", "00901"),
        ("2139", "AU", "2139"),
        ("k1a 0b1", "CA", "k1a0b1"),
        ("100-0001", "JP", "1000001"),
        ("", "US", ""),
    ],
)
def test_a_postal_code_has_the_form_of_its_country(code: str, country: str, expected: str) -> None:
    assert expected == person_key(party(postal_code=code, country_code=country)).postal_code


def test_a_key_is_explained_by_its_parts() -> None:
    key = person_key(party("Lee, Ann", postal_code="12180-3321", address_lines=("Unit 3", "12 North Main Street")))

    assert ("ann lee", "12180", "12 n main st") == (key.name, key.postal_code, key.street)


def test_the_rules_that_made_a_key_are_named_and_nothing_of_whom() -> None:
    assert set() == rules(ANN)
    assert {"TITLE", "GENERATION", "INITIAL", "SHORT_NAME", "UNIT", "STREET_FORMS", "ZIP_CUT"} == rules(
        party("Mr Bob Q Lee Junior", postal_code="12180-3321", address_lines=("12 North Main Street Apt 4",))
    )
    assert {"ACCENTS", "LEGAL_FORM", "BOX", "LATER_LINE", "CARE_OF", "ZIP_ZERO"} == rules(
        party("B\u00e4r GmbH c/o Ode", postal_code="2139", address_lines=("The Mill", "P.O. Box 7"))
    )
    assert {"STATE_AND_ZIP"} == rules(party(postal_code="", address_lines=("12 Main St, Troy, NY 12180",)))


def test_every_rule_has_its_number_in_the_contract() -> None:
    named = {name: value for name, value in vars(basis).items() if isinstance(value, int)}

    assert {f"PERSON_KEY_RULE_{name}": basis.rules_in(value)[0] for name, value in named.items()} | {
        "PERSON_KEY_RULE_UNSPECIFIED": 0
    } == dict(trade_pb2.PersonKeyRule.items())


def test_a_key_says_which_parts_are_missing() -> None:
    nobody = Party(name="", address_lines=("", "Apt 4"), postal_code="-", country_code="")

    assert ("name", "postal_code", "address_lines") == person_key(nobody).missing
    assert () == person_key(nobody, Likeness.HOUSEHOLD).links
    assert () == person_key(ANN).missing


PARTIES = st.builds(
    Party,
    name=st.text(max_size=60),
    address_lines=st.lists(st.text(max_size=40), max_size=5).map(tuple),
    postal_code=st.text(max_size=20),
    country_code=st.sampled_from(["", "US", "DE"]),
    city=st.text(max_size=20),
    region=st.text(max_size=5),
)


@settings(max_examples=50, deadline=None)
@given(who=PARTIES, likeness=st.sampled_from(Likeness))
def test_any_text_has_a_key_that_is_a_line_with_links_that_are_lines(who: Party, likeness: Likeness) -> None:
    key = person_key(who, likeness)

    assert all("\n" not in text for text in (key.text, *key.links))
    assert len(set(key.links)) == len(key.links) <= LINKS_MAX
    assert {Likeness.EXACT: 0, Likeness.CLOSE: 2, Likeness.HOUSEHOLD: LINKS_MAX}[likeness] >= len(key.links)


@settings(max_examples=50, deadline=None)
@given(who=PARTIES, order=st.permutations(range(4)))
def test_the_order_of_the_words_of_a_name_makes_no_other_person(who: Party, order: list[int]) -> None:
    words = ["Ann", "Lee", "Ode", "Roe"]
    one, other = replace(who, name=" ".join(words)), replace(who, name=" ".join(words[place] for place in order))

    assert person_key(one) == person_key(other)
