"""One person in disguise stays one; two people of nearly one spelling stay two."""

from __future__ import annotations

import hashlib
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tidewaiter_eligibility import law
from tidewaiter_eligibility.model import Party
from tidewaiter_eligibility.person import KEY_VERSION, Likeness, person_key, same_name
from tidewaiter_eligibility.person.look_alikes import BETWEEN_LATIN, LOOK_ALIKES
from tidewaiter_eligibility.person.words import plain, words_of

from tests.eligibility_shipments import party

ANN = party("Ann Vance Lee", address_lines=("12 Main St",), postal_code="12180", city="Troy", region="NY")


def are_one(one: Party, other: Party, likeness: Likeness = Likeness.CLOSE) -> bool:
    """Whether two parties are one person without a third between them."""
    first, second = person_key(one, likeness), person_key(other, likeness)
    return first.text == second.text or not set(first.links).isdisjoint(second.links)


def street(*lines: str) -> str:
    """The street line of an address."""
    return person_key(party(address_lines=lines)).street


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("A\u200bnn Vance L\u200dee", id="zero width space"),
        pytest.param("A\u00adnn Van\u00adce Lee", id="soft hyphen"),
        pytest.param("\u202aAnn\u202c Vance \u2066Lee\u2069", id="marks of direction"),
        pytest.param("Ann\u2060 Van\ufeffce L\U000e0061ee", id="joiner, byte order mark and tag"),
        pytest.param("A\x01nn Vance Lee\x7f", id="control characters"),
        pytest.param("A\u3164nn Van\u1160ce Le\u2800e", id="letters that are not drawn"),
        pytest.param("Ann\ufe0f Vance Lee\U000e0101", id="variation selectors"),
        pytest.param("An\u20ddn Vance\u0489 L\u0591ee", id="marks of other scripts on Latin letters"),
        pytest.param("A\u0301\u0302\u0303nn Vance Lee\u1ab0", id="piled accents"),
        pytest.param("\u0410nn V\u0430n\u0441\u0435 L\u0435\u0435", id="Cyrillic"),
        pytest.param("\u0391\u039d\u039d VAN\u03f9\u0395 L\u0395\u0395", id="Greek capitals"),
        pytest.param("An\u03b7 \u03bdance Lee", id="Greek small letters"),
        pytest.param("\u13aann \u13d9ance \u13de\u13ac\u13ac", id="Cherokee"),
        pytest.param("\ua4ee\ua4e0\ua4e0 Vance Lee", id="Lisu"),
        pytest.param("\uff21\uff4e\uff4e \uff36ance Lee", id="full width"),
        pytest.param("\U0001d400nn \U0001d54dance \u24c1ee", id="mathematical and circled"),
        pytest.param("A\u0274\u0274 Vance L\u0258\u0258", id="small capitals and turned letters"),
        pytest.param("\u00c5nn V\u00e0n\u00e7\u00e9 \u0141ee", id="accents"),
        pytest.param("Ann\u00a0Vance\u2003Lee", id="other blanks"),
    ],
)
def test_no_disguise_of_a_name_makes_another_person(name: str) -> None:
    disguised = party(name, city="Troy", region="NY")

    assert person_key(ANN).text == person_key(disguised).text
    assert person_key(ANN, Likeness.HOUSEHOLD).links == person_key(disguised, Likeness.HOUSEHOLD).links
    assert same_name(ANN, disguised)


@pytest.mark.parametrize(
    "changes",
    [
        {"address_lines": ("1\u200b2 Ma\u00adin St",)},
        {"address_lines": ("12 M\u0430in \u0405t",)},
        {"address_lines": ("\uff11\uff12 Main St",)},
        {"address_lines": ("\u0661\u0662 Main St",)},
        {"address_lines": ("l2 Main St",)},
        {"address_lines": ("I2 Main St",)},
        {"address_lines": ("\u200bc/o Ode", "12 Main St")},
        {"address_lines": ("\uff43\uff0f\uff4f Ode", "12 Main St")},
        {"address_lines": ("12 Main St \uff034",)},
        {"address_lines": ("12 Main St \u21164",)},
        {"address_lines": ("12 Main St, Troy, \uff2e\uff39 12180",), "postal_code": ""},
        {"postal_code": "121\u200b80"},
        {"postal_code": "\uff11\uff12\uff11\uff18\uff10"},
        {"postal_code": "\u0661\u0662\u0661\u0668\u0660"},
        {"postal_code": "1218O"},
        {"city": "\u0422r\u200boy", "region": "\uff2e\uff39"},
    ],
)
def test_no_disguise_of_an_address_makes_another_person(changes: dict[str, object]) -> None:
    disguised = party("Ann Vance Lee", **{"city": "Troy", "region": "NY", **changes})

    assert person_key(ANN).text == person_key(disguised).text
    assert person_key(ANN).links == person_key(disguised).links


@settings(max_examples=100, deadline=None)
@given(
    places=st.lists(st.integers(0, 12), max_size=6),
    sign=st.characters(categories=["Cf", "Me"]) | st.sampled_from(sorted(LOOK_ALIKES.keys() - BETWEEN_LATIN.keys())),
)
def test_no_unseen_sign_and_no_look_alike_anywhere_makes_another_person(places: list[int], sign: str) -> None:
    letters = list("Ann Vance Lee")
    for place in places:
        if sign not in LOOK_ALIKES:
            letters[place] += sign
        elif letters[place].lower() == LOOK_ALIKES[sign]:
            letters[place] = sign

    assert ["ann", "vance", "lee"] == words_of(plain("".join(letters)))


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=30))
def test_a_text_is_plain_once_and_for_all_and_in_any_normal_form(text: str) -> None:
    assert plain(text) == plain(plain(text))
    assert words_of(plain(text)) == words_of(plain(unicodedata.normalize("NFD", text)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("\u0930\u093e\u092e", "\u0930\u0940\u092e"),
        ("\u0e01\u0e32\u0e19", "\u0e01\u0e34\u0e19"),
        ("\u738b\u4f1f", "\u738b\u8587"),
        ("\u041d\u0443\u0440", "\u041d\u04af\u0440"),
        ("\u0418\u0432\u0430\u043d", "\u0418\u0432\u043e\u043d"),
    ],
)
def test_names_in_other_scripts_are_told_apart_by_all_that_is_written(one: str, other: str) -> None:
    assert not are_one(party(f"{one} {one}"), party(f"{other} {other}"))


@pytest.mark.parametrize(
    "name",
    [
        "\u0418\u0432\u0430\u043d \u041f\u0435\u0442\u0440\u043e\u0432",
        "\u039d\u03af\u03ba\u03bf\u03c2 \u03a1\u03ac\u03bb\u03bb\u03b7\u03c2",
    ],
)
def test_a_name_in_its_own_script_is_one_in_either_case(name: str) -> None:
    assert same_name(party(name), party(name.upper()))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12 33rd St", "12 3rd St"),
        ("12 E Main St", "12 W Main St"),
        ("12 Main St E", "12 Main St W"),
        ("12 Main St North", "12 Main St"),
        ("12 Avenue A", "12 Avenue E"),
        ("12 Highway 11", "12 Highway 1"),
        ("12 NE 22nd Ave", "12 SE 22nd Ave"),
    ],
)
def test_streets_that_differ_by_a_number_a_side_or_a_letter_are_two(one: str, other: str) -> None:
    here, there = (party(address_lines=(line,), city="Troy", region="NY") for line in (one, other))

    assert not are_one(here, there)


@pytest.mark.parametrize("box", ["PO Box 7", "P.O. Box #7", "RR 2 Box 7"])
def test_a_box_of_one_number_in_another_postal_code_is_another_place(box: str) -> None:
    here = party(address_lines=(box,), city="Troy", region="NY")
    there = party(address_lines=(box,), city="Troy", region="NY", postal_code="12181")

    assert not are_one(here, there)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mr Lee", "Mrs Lee"),
        ("Mr. J. Lee", "Mrs. J. Lee"),
        ("Mr Ode-Roe", "Ms Ode-Roe"),
        ("Mr de Jong", "Mrs de Jong"),
        ("Ann Lee Jr.", "Ann Lee Sr."),
        ("Ann Lee Jr., Ph.D.", "Ann Lee Sr., Ph.D."),
        ("Lee, J.D.", "Lee, M.D."),
        ("Md Rahman Khan", "Rahman Khan"),
    ],
)
def test_a_title_or_a_generation_tells_two_apart_where_nothing_else_does(one: str, other: str) -> None:
    assert not are_one(party(one), party(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann Lee", "Ann Lee, PhD"),
        ("Ann Lee", "Ann Lee, Ph.D."),
        ("Ann Lee", "Ann Lee, Esq."),
        ("Ann Lee", "Dr. Ann Lee, M.D., Ph. D."),
        ("Ann Lee", "Lee PhD, Ann"),
        ("Mr Ann Lee", "Mrs. Ann Lee"),
        ("Ann Lee Jr", "Ann Lee, Jnr., Esq."),
        ("Ann Lee Sr", "Ann Lee Senior"),
        ("Ann Lee III", "Ann Lee, 3rd"),
        ("Ann Lee III", "Ann Lee \u2162"),
        ("Ann Lee III", "Ann Lee lll"),
    ],
)
def test_honours_and_spellings_of_a_generation_make_no_other_person(one: str, other: str) -> None:
    assert person_key(party(one)).text == person_key(party(other)).text


@pytest.mark.parametrize(
    "line",
    [
        "No. 12 Main St",
        "#12 Main St",
        "12 Main St No. 12",
        "12 Main St #12",
        "12 Main St Apt 12",
        "12 Main St Apt12",
        "12 Main St Apt. No. 12",
        "12 Main St, Apartment Twelve",
        "12 Main St, Ste.400",
        "12 Main St nr. 4",
        "#4 12 Main St",
        "Apt 3, No. 12 Main St",
        "Unit4B 12 Main St",
    ],
)
def test_the_number_of_a_house_stays_and_that_of_a_unit_goes_however_each_is_written(line: str) -> None:
    assert "12 main st" == street(line)
    assert "12 main st" == street("Apt 12", line)


def test_a_number_alone_is_a_unit_and_a_number_of_a_box_stays() -> None:
    assert "5 main st" == street("#12", "5 Main St")
    assert "pobox 7" == street("P.O. Box No. 7")
    assert "main st 12" == street("Main St No. 12")


@pytest.mark.parametrize("apostrophe", ["`", "\u00b4", "\u2019", "\u2032", "\u02bb", "\uff07"])
def test_an_apostrophe_is_nothing_however_it_is_drawn(apostrophe: str) -> None:
    assert person_key(party("Ann O'Brien")).text == person_key(party(f"Ann O{apostrophe}Brien")).text


@pytest.mark.parametrize("dash", ["\u2010", "\u2011", "\u2013", "\u2212", "\uff0d"])
def test_a_hyphen_is_one_however_it_is_drawn(dash: str) -> None:
    assert "3233 45th st" == street(f"32{dash}33 45th St")
    assert not are_one(party(f"Mr Ode{dash}Roe"), party(f"Mrs Ode{dash}Roe"))


@pytest.mark.parametrize("care_of", ["c\u2044o", "c\u2215o", "\u2105", "\uff23\uff0f\uff2f"])
def test_a_care_of_is_left_out_however_it_is_drawn(care_of: str) -> None:
    assert person_key(party("Ann Lee")).text == person_key(party(f"Ann Lee {care_of} Ode")).text


def test_a_key_that_changes_has_another_version() -> None:
    # When this fails the rules have changed: what is on a ledger goes by the old ones, so raise KEY_VERSION.
    written = (
        ANN,
        party("Dr. Bob Q. Ode-Roe III, Ph.D.", address_lines=("c/o Ode", "No. 7 33rd Street North #4"), city="Troy"),
        party("B\u00e4r S.A.", address_lines=("P.O. Box 7",), postal_code="2139-1234", city="Troy", region="NY"),
        party("\u041d\u0443\u0440 \u0930\u0940\u092e", address_lines=("RR 2 Box 5", "Mill")),
    )
    keys = [person_key(who, Likeness.HOUSEHOLD) for who in written]
    digest = hashlib.sha256(repr([(key.text, key.links) for key in keys]).encode()).hexdigest()

    assert (2, "e83a469f9bc4") == (KEY_VERSION, digest[:12])


def test_the_version_of_the_law_covers_that_of_the_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    before = law.law_version({})

    monkeypatch.setattr(law, "KEY_VERSION", KEY_VERSION + 1)

    assert before != law.law_version({})
