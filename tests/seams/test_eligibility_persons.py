"""Rulings on persons, and how a person was told from others, over a real wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tidewaiter.eligibility.v1 import eligibility_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis.failures import Kind
from tidewaiter_chassis.telemetry import Telemetry

from tests.eligibility_service import batch, failure_of, stub, telemetry
from tests.eligibility_shipments import message

if TYPE_CHECKING:
    from tidewaiter.eligibility.v1.eligibility_pb2_grpc import EligibilityServiceAsyncStub as Stub

__all__ = ["stub", "telemetry"]


def person(name: str, **changes: Any) -> trade_pb2.Party:
    fields: dict[str, Any] = {"address_lines": ["12 Main St"], "postal_code": "12180", "country_code": "US"}
    return trade_pb2.Party(name=name, **{**fields, **changes})


def to_merge(*names: str, **changes: Any) -> eligibility_pb2.MergePersonsRequest:
    fields: dict[str, Any] = {
        "request_id": "M1",
        "author": "office 7",
        "reason": "one account",
        "parties": [person(name) for name in names],
    }
    return eligibility_pb2.MergePersonsRequest(**{**fields, **changes})


async def test_a_merge_names_the_days_and_the_turned_and_is_listed(stub: Stub) -> None:
    await stub.DetermineEligibility(
        batch(message("S1", cents=50_000), message("S2", cents=50_000, consignee=person("Ben Ode")))
    )

    effect = (await stub.MergePersons(to_merge("Ann Lee", "Ben Ode"))).effect
    replayed = (await stub.MergePersons(to_merge("Ann Lee", "Ben Ode"))).effect
    listed = await stub.ListPersonRulings(eligibility_pb2.ListPersonRulingsRequest())

    assert ["S1", "S2"] == sorted(each.shipment_id for each in effect.turned)
    assert (1, False, True) == (len(effect.person_days), effect.replayed, replayed.replayed)
    assert [effect.ruling] == list(listed.rulings)
    assert ("office 7", "one account", eligibility_pb2.PERSON_RULING_KIND_MERGE) == (
        effect.ruling.author,
        effect.ruling.reason,
        effect.ruling.kind,
    )
    assert "" == listed.next_page_token


async def test_a_split_parts_what_a_likeness_joined(stub: Stub) -> None:
    await stub.DetermineEligibility(
        batch(message("S1", cents=50_000), message("S2", cents=50_000, consignee=person("Ann Q. Lee")))
    )
    request = eligibility_pb2.SplitPersonRequest(
        request_id="P1", author="office 7", reason="two passports", party=person("Ann Q. Lee")
    )

    effect = (await stub.SplitPerson(request)).effect
    page = await stub.ListPersonRulings(eligibility_pb2.ListPersonRulingsRequest(page_size=1))

    assert ["S1", "S2"] == sorted(each.shipment_id for each in effect.turned)
    assert 2 == len(effect.person_days)
    assert [eligibility_pb2.PERSON_RULING_KIND_SPLIT] == [ruling.kind for ruling in page.rulings]


async def test_an_order_that_breaks_a_rule_says_every_one_and_repeats_no_name(stub: Stub) -> None:
    broken = to_merge("Ann Lee", "Ben Ode", author="", reason="r" * 501)
    broken.parties[1].name = "x" * 201

    failure = await failure_of(stub.MergePersons(broken))

    assert Kind.INVALID is failure.kind
    assert {"author", "reason", "parties[1].name"} == {violation.field for violation in failure.violations}
    assert not any("xxx" in violation.message for violation in failure.violations)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"parties": [person("Ann Lee"), person("Lee, Ann")]}, [("parties", "PERSONS_ARE_ONE")]),
        (
            {"parties": [person("Ann Lee"), person("", postal_code="")]},
            [("parties[1].name", "PERSON_UNCLEAR"), ("parties[1].postal_code", "PERSON_UNCLEAR")],
        ),
    ],
)
async def test_parties_who_are_one_or_nobody_are_refused(
    stub: Stub, changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    failure = await failure_of(stub.MergePersons(to_merge(**changes)))

    assert expected == [(violation.field, violation.code) for violation in failure.violations]


async def test_a_request_id_of_another_ruling_is_refused(stub: Stub) -> None:
    await stub.MergePersons(to_merge("Ann Lee", "Ben Ode"))

    failure = await failure_of(stub.MergePersons(to_merge("Ann Lee", "Cy Roe")))

    assert ("request_id", "REQUEST_REUSED") == (failure.violations[0].field, failure.violations[0].code)


async def test_an_answer_says_by_which_rules_the_person_was_told(stub: Stub) -> None:
    consignee = person("Mr Bob Lee", address_lines=["12 Main Street, Apt 4"], postal_code="12180-3321")
    request = eligibility_pb2.CheckEligibilityRequest(shipment=message(consignee=consignee))

    finding = (await stub.CheckEligibility(request)).finding

    assert [
        "PERSON_KEY_RULE_CONSIGNEE",
        "PERSON_KEY_RULE_TITLE",
        "PERSON_KEY_RULE_SHORT_NAME",
        "PERSON_KEY_RULE_UNIT",
        "PERSON_KEY_RULE_STREET_FORMS",
        "PERSON_KEY_RULE_ZIP_CUT",
    ] == [trade_pb2.PersonKeyRule.Name(rule) for rule in finding.person_key_rules]


async def test_nothing_personal_of_a_ruling_is_in_a_span(stub: Stub, telemetry: Telemetry) -> None:
    await stub.MergePersons(to_merge("Ann Lee", "Ben Ode"))

    said = repr([dict(span.attributes) for span in telemetry.exporter.get_finished_spans()])  # type: ignore[attr-defined]

    assert "MergePersons" in said
    assert not any(personal in said for personal in ("Ann", "Lee", "Ben", "Ode", "Main", "12180"))
