"""The contract's rules as violations: where, a stable code, and value, rule and remedy; no person's data."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis.failures import Failure, Violation, invalid
from tidewaiter_chassis.validation import PATTERN_WORDS, VIOLATIONS_MAX, check, refuse_invalid, refuse_repeated, warm

from tests.unit.chassis_ruled import Ruled


def filing(**fields: Any) -> trade_pb2.Filing:
    """A valid filing with these fields changed."""
    made = trade_pb2.Filing(
        request_id="r-1",
        originator_code="ACME",
        filer_type=trade_pb2.FILER_TYPE_CARRIER,
        mode=trade_pb2.TRANSPORT_MODE_AIR,
        tracking_number="1Z 999",
    )
    made.MergeFrom(trade_pb2.Filing(**fields))
    return made


def ruled(**fields: Any) -> Any:
    """A valid message of the tests' own with these fields changed."""
    return Ruled(**({"few": ["a"], "needed": {}, "colour": 1} | fields))


def only(message: Any) -> Violation:
    (violation,) = check(message)
    return violation


def test_a_valid_message_has_no_violations() -> None:
    assert () == check(filing())
    assert () == check(ruled())


def test_a_violation_says_where_which_rule_the_value_and_what_to_do() -> None:
    assert Violation(
        field="request_id",
        code="STRING_PATTERN",
        message=f"'a b' {PATTERN_WORDS['^[A-Za-z0-9._:-]{1,128}$']}. Correct it.",
    ) == only(filing(request_id="a b"))


def test_all_violations_come_at_once_in_the_order_of_the_fields() -> None:
    wrong = filing(request_id="a b", originator_code="x", port_of_entry="27", items=[{"quantity": 0}, {"quantity": 1}])

    assert ["request_id", "originator_code", "port_of_entry", "items[0].quantity"] == [
        violation.field for violation in check(wrong)
    ]


def test_the_place_of_the_message_in_its_request_goes_before() -> None:
    (violation,) = check(filing(items=[{"quantity": 1}, {"quantity": 0}]), at="filings[3]")

    assert "filings[3].items[1].quantity" == violation.field


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"request_id": "x" * 200},
            f"'{'x' * 60}'… (200 characters) {PATTERN_WORDS['^[A-Za-z0-9._:-]{1,128}$']}. Correct it.",
        ),
        ({"port_of_entry": "a\u202eb\n"}, "'a\\u202eb\\n' must be 4 digits. Correct it."),
        (
            {"items": [{"quantity": -5}]},
            "-5 must be greater than or equal to 1 and less than or equal to 1000000. Give a number in that range.",
        ),
        (
            {"items": [{"quantity": 1, "picture_sha256": b"abc"}]},
            "A value of 3 bytes must be 32 bytes. Correct it.",
        ),
        (
            {"items": [{"quantity": 1, "description": "d" * 1001}]},
            f"'{'d' * 60}'… (1001 characters) must be at most 1000 characters. Shorten it by 1 character.",
        ),
    ],
)
def test_each_value_is_shown_in_its_way_and_never_at_length(fields: dict[str, Any], message: str) -> None:
    assert message == only(filing(**fields)).message


def test_an_empty_text_is_called_so() -> None:
    empty = filing()
    empty.request_id = ""

    assert only(empty).message.startswith("An empty text must be 1 to 128 ")


@pytest.mark.parametrize("number", [0, 99])
def test_an_enum_names_its_choices(number: int) -> None:
    wrong = filing()
    wrong.filer_type = number  # type: ignore[assignment]

    message = only(wrong).message

    shown = "FILER_TYPE_UNSPECIFIED" if number == 0 else "99"
    assert message.startswith(f"{shown} must be one of FILER_TYPE_CARRIER, FILER_TYPE_BROKER, ")
    assert message.endswith(". Choose one of them.")
    assert 1 == message.count("UNSPECIFIED") + (number != 0)


@pytest.mark.parametrize(
    ("seconds", "shown"), [(253402300799, "9999-12-31T23:59:59Z"), (2**60, "1152921504606846976 seconds from 1970")]
)
def test_a_time_out_of_range_is_told_also_when_no_calendar_has_it(seconds: int, shown: str) -> None:
    message = only(filing(estimated_arrival={"seconds": seconds})).message

    assert message.startswith(f"{shown} must be greater than or equal to 1994-01-01T00:00:00Z and less than ")
    assert message.endswith(". Give a time in that range.")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"few": []}, ("few", "REPEATED_MIN_ITEMS", "A list of 0 must contain at least 1 item(s). Add 1.")),
        (
            {"few": list("abcd")},
            ("few", "REPEATED_MAX_ITEMS", "A list of 4 must contain no more than 2 item(s). Leave out 2."),
        ),
        (
            {"blob": b"abc"},
            ("blob", "BYTES_MAX_LEN", "A value of 3 bytes must be at most 2 bytes. Shorten it by 1 byte."),
        ),
        (
            {"colour": 2},
            ("colour", "ENUM_NOT_IN", "COLOUR_GREEN must be one of COLOUR_RED, COLOUR_BLUE. Choose one of them."),
        ),
        ({"hue": 2}, ("hue", "ENUM_IN", "COLOUR_GREEN must be one of COLOUR_RED, COLOUR_BLUE. Choose one of them.")),
        ({"share": 1.5}, ("share", "DOUBLE_LTE", "1.5 must be less than or equal to 1. Give a number in that range.")),
        ({"even": 3}, ("even", "NUMBER_MUST_BE_EVEN", "3 must be even. Correct it.")),
        ({"needed": None}, ("needed", "REQUIRED", "It is missing. Give it.")),
        (
            {"labels": {"key": "value"}},
            ('labels["key"]', "STRING_MAX_LEN", "'value' must be at most 4 characters. Shorten it by 1 character."),
        ),
        (
            {"labels": {"a key": "v"}},
            ('labels["a key"]', "STRING_MAX_LEN", "'a key' must be at most 3 characters. Shorten it by 2 characters."),
        ),
    ],
)
def test_each_kind_of_rule_has_its_code_and_its_remedy(fields: dict[str, Any], expected: tuple[str, str, str]) -> None:
    assert Violation(*expected) == only(ruled(**fields))


@pytest.mark.parametrize(
    "party",
    [
        {"name": "Maria" * 50},
        {"country_code": "Maria"},
        {"address_lines": ["Maria" * 50]},
        {"address_lines": ["Maria"] * 6},
        {"city": "Maria" * 30},
        {"region": "Maria" * 30},
        {"postal_code": "Maria" * 6},
        {"email": "Maria" * 60},
        {"phone": "Maria" * 9},
    ],
)
def test_a_persons_data_is_never_repeated(party: dict[str, Any]) -> None:
    (violation,) = check(filing(consignee=party))

    assert violation.field.startswith("consignee.")
    assert violation.message.startswith("The value (personal, not repeated) must ")
    assert "Maria" not in str(invalid(violation))


def test_a_person_checked_alone_is_as_private() -> None:
    assert "Maria" not in only(trade_pb2.Party(country_code="Maria")).message


def test_a_custom_rule_on_a_person_is_told_by_its_name_only() -> None:
    assert Violation(
        field="person",
        code="PERSON_NAMED",
        message="The value (personal, not repeated) breaks the rule person.named. Correct it.",
    ) == only(ruled(person={"name": "Nobody"}))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [(VIOLATIONS_MAX - 1, VIOLATIONS_MAX - 1), (VIOLATIONS_MAX, VIOLATIONS_MAX), (VIOLATIONS_MAX + 1, VIOLATIONS_MAX)],
)
def test_as_many_are_told_as_the_bound_says_and_then_how_many_more(wrong: int, told: int) -> None:
    violations = check(filing(items=[{"quantity": 0}] * wrong), at="filing")

    assert told == len(violations)
    if wrong > VIOLATIONS_MAX:
        assert (
            Violation(
                field="filing",
                code="MORE_VIOLATIONS",
                message="2 more are not listed. Mend these and check again.",
            )
            == violations[-1]
        )


def test_warming_takes_any_number_of_messages() -> None:
    warm(trade_pb2.Filing, trade_pb2.Party)


def test_a_message_that_breaks_rules_is_refused_with_all_of_them_and_a_sound_one_is_not() -> None:
    wrong = filing(request_id="a b", port_of_entry="27")

    with pytest.raises(Failure) as refused:
        refuse_invalid(wrong)

    assert invalid(*check(wrong)) == refused.value
    refuse_invalid(filing())


def refusal(*ids: str | tuple[str, ...]) -> tuple[Violation, ...]:
    """What a batch of these ids is refused for; () when it is taken."""
    try:
        refuse_repeated(ids, field="filings[{}].id", code="ID_REPEATED", remedy="Give each its own.")
    except Failure as failure:
        return failure.violations
    return ()


def test_each_id_that_stands_in_the_batch_before_is_named_with_the_place_where_it_stood_first() -> None:
    message = "'b' stands at filings[1].id already. Give each its own."

    assert () == refusal("a", "b", "c")
    assert (
        Violation(field="filings[2].id", code="ID_REPEATED", message=message),
        Violation(field="filings[4].id", code="ID_REPEATED", message=message),
    ) == refusal("a", "b", "b", "c", "b")


def test_an_id_of_several_parts_is_repeated_only_as_a_whole_and_its_last_part_is_shown() -> None:
    assert () == refusal(("A", "1"), ("B", "1"), ("A", "2"))
    (found,) = refusal(("A", "1"), ("B", "1"), ("B", "1"))
    assert ("filings[2].id", True) == (found.field, found.message.startswith("'1' stands at filings[1].id"))


def test_an_absent_id_repeats_nothing_and_a_long_one_is_cut() -> None:
    assert () == refusal("", "a", "")
    assert () == refusal(("A", ""), ("A", ""), ("", "1"), ("", "1"))
    (found,) = refusal("x" * 5_000, "x" * 5_000)
    assert len(found.message) < 200


@given(st.lists(st.sampled_from(["", "a", "b", "c"]), max_size=12))
def test_what_is_refused_is_exactly_what_was_there_before(ids: list[str]) -> None:
    expected = [f"filings[{place}].id" for place, each in enumerate(ids) if each and each in ids[:place]]

    assert expected == [violation.field for violation in refusal(*ids)]


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


@given(
    st.builds(
        trade_pb2.Filing,
        request_id=TEXTS,
        filer_type=st.integers(-(2**31), 2**31 - 1),
        tracking_number=TEXTS,
        estimated_arrival=st.builds(dict, seconds=st.integers(-(2**63), 2**63 - 1), nanos=st.integers(-5, 2**31 - 1)),
        seller=st.builds(trade_pb2.Party, name=TEXTS, address_lines=st.lists(TEXTS, max_size=7), email=TEXTS),
        items=st.lists(
            st.builds(
                trade_pb2.LineItem,
                description=TEXTS,
                quantity=st.integers(-(2**63), 2**63 - 1),
                picture_sha256=st.binary(max_size=40),
            ),
            max_size=3,
        ),
    )
)
def test_whatever_is_filed_the_answer_is_a_list_of_violations(message: trade_pb2.Filing) -> None:
    for violation in check(message):
        assert violation.field
        assert violation.code.isupper()
        assert len(violation.message) < 600
