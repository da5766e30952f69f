"""Whoever breaks a pattern of the contract is told in words what is needed, and never shown a regular expression."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from buf.validate import validate_pb2
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message
from tidewaiter.audit.v1 import audit_pb2
from tidewaiter.eligibility.v1 import eligibility_pb2
from tidewaiter.intake.v1 import intake_pb2
from tidewaiter.risk.v1 import risk_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis.validation import PATTERN_WORDS, check

from tests.unit.chassis_ruled import Ruled

CONTRACT: tuple[Any, ...] = (audit_pb2, eligibility_pb2, intake_pb2, risk_pb2, trade_pb2)


def messages_in(descriptors: Any) -> Iterator[Descriptor]:
    for descriptor in descriptors:
        yield descriptor
        yield from messages_in(descriptor.nested_types)


def patterns_in(rules: Message) -> Iterator[str]:
    """Every pattern in these rules, also those on the items of a list and on the keys of a map."""
    for field, value in rules.ListFields():
        if field.name == "pattern":
            yield value
        elif isinstance(value, Message):
            yield from patterns_in(value)


def patterns_of_the_contract() -> set[str]:
    return {
        pattern
        for module in CONTRACT
        for message in messages_in(module.DESCRIPTOR.message_types_by_name.values())
        for field in message.fields
        for pattern in patterns_in(field.GetOptions().Extensions[validate_pb2.field])
    }


def test_exactly_the_patterns_of_the_contract_have_words() -> None:
    assert patterns_of_the_contract() == set(PATTERN_WORDS)


def test_a_pattern_is_found_wherever_a_rule_can_have_one() -> None:
    items = validate_pb2.FieldRules(repeated={"items": {"string": {"pattern": "a"}}})  # type: ignore[arg-type]  # a dict will do
    keys = validate_pb2.FieldRules(map={"keys": {"string": {"pattern": "b"}}})  # type: ignore[arg-type]  # a dict will do

    assert [["a"], ["b"]] == [list(patterns_in(items)), list(patterns_in(keys))]
    assert set() == {pattern for field in Ruled().DESCRIPTOR.fields for pattern in patterns_in(field.GetOptions())}


@pytest.mark.parametrize("words", PATTERN_WORDS.values(), ids=lambda words: re.sub(r"\\W+", "-", words))
def test_the_words_are_words(words: str) -> None:
    assert re.fullmatch(r"(must be|needs) [A-Za-z0-9 ,.-]+[a-z0-9Z]", words)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            trade_pb2.Party(name="\N{PACKAGE}"),
            "The value (personal, not repeated) needs at least one letter or digit. Correct it.",
        ),
        (
            trade_pb2.LineItem(quantity=1, hts_code="6109.1"),
            "'6109.1' must be 6, 8 or 10 digits, plain or like 6109.10.00. Correct it.",
        ),
        (trade_pb2.LineItem(quantity=1, origin_country="cn"), "'cn' must be 2 capital letters of A-Z. Correct it."),
        (
            eligibility_pb2.ListRegimesRequest(on="24.11.2026"),
            "'24.11.2026' must be a day written like 2026-11-24. Correct it.",
        ),
    ],
)
def test_the_words_are_what_is_told(wrong: Message, message: str) -> None:
    assert [message] == [violation.message for violation in check(wrong)]


@pytest.mark.parametrize("code", ["AC", "A" * 20, "42"])
@pytest.mark.parametrize("beside", ["a", "-"])
def test_the_words_of_a_length_hold_at_its_bounds(code: str, beside: str) -> None:
    def told(originator_code: str) -> list[str]:
        filing = trade_pb2.Filing(request_id="r", filer_type=1, mode=1, originator_code=originator_code)  # type: ignore[arg-type]
        return [violation.message for violation in check(filing) if violation.field == "originator_code"]

    assert [] == told(code)
    (message,) = told(code[:-1] + beside)
    assert message.endswith(" must be 2 to 20 capital letters of A-Z or digits. Correct it.")
