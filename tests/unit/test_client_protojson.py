"""Protojson in and out means what google.protobuf.json_format means, for anything that can be written."""

from __future__ import annotations

import json
import struct
from typing import Any
from unittest import mock

import pytest
from google.protobuf import json_format
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.rpc import status_pb2
from hypothesis import given, settings
from hypothesis import strategies as st
from tidewaiter.audit.v1 import audit_pb2
from tidewaiter.eligibility.v1 import eligibility_pb2
from tidewaiter.intake.v1 import intake_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_client.protojson import Unreadable, dictionary, read_filing, reader, write_response, writer

INT64 = st.integers(-(2**63), 2**63 - 1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
JSON_LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False), TEXTS,
    st.sampled_from(["1", "-0", "007", " 1", "1.0", "9223372036854775808", "FILER_TYPE_BROKER", "AQ==", "-_8", "AQ",
                     "2025-08-28T10:00:00Z", "2025-08-28T24:00:00Z", "2025-W01-1T10:11:12Z", "2025-08-28t10:00:00z",
                     "2025-08-28T10:00:00.5Z", "2025-08-28T10:00:00.1234567890Z", "2025-08-28T10:00:00+02:00"]),
)  # fmt: skip


def timestamps() -> st.SearchStrategy[dict[str, int]]:
    return st.fixed_dictionaries(
        {
            "seconds": st.integers(-62_135_596_800, 253_402_300_799),
            "nanos": st.sampled_from([0, 1, 500_000_000, 120_000, 999_999_999]),
        }
    )


def values(field: FieldDescriptor, depth: int) -> st.SearchStrategy[Any]:
    """What a field of a message may hold."""
    if field.message_type is not None:
        if field.message_type.full_name == "google.protobuf.Timestamp":
            return timestamps()
        return contents(field.message_type, depth - 1)
    if field.enum_type is not None:
        return st.integers(0, 40)
    kinds = {
        FieldDescriptor.TYPE_STRING: TEXTS,
        FieldDescriptor.TYPE_BYTES: st.binary(max_size=8),
        FieldDescriptor.TYPE_BOOL: st.booleans(),
        FieldDescriptor.TYPE_INT64: INT64,
        FieldDescriptor.TYPE_INT32: st.integers(-(2**31), 2**31 - 1),
    }
    return kinds[field.type]


def contents(descriptor: Any, depth: int = 4) -> st.SearchStrategy[dict[str, Any]]:
    """Keyword arguments of a message; of a oneof, one field at most."""
    chosen: dict[str, st.SearchStrategy[Any]] = {}
    for field in descriptor.fields:
        oneof = field.containing_oneof
        if oneof is not None and field is not oneof.fields[0]:
            continue
        if field.message_type is not None and (depth == 0 or field.message_type.full_name == "google.rpc.Status"):
            continue
        one = values(field, depth)
        chosen[field.name] = st.lists(one, max_size=3) if field.is_repeated else one
    return st.fixed_dictionaries({}, optional=chosen)


@given(contents(trade_pb2.Filing.DESCRIPTOR), st.booleans())
@settings(max_examples=150)
def test_a_filing_is_read_as_json_format_reads_it(content: dict[str, Any], snake: bool) -> None:
    filing = trade_pb2.Filing(**content)
    line = json_format.MessageToJson(filing, indent=None, preserving_proto_field_name=snake).encode()

    assert filing == read_filing(line)


@given(contents(intake_pb2.SubmitFilingResponse.DESCRIPTOR))
@settings(max_examples=150)
def test_an_answer_is_written_as_json_format_writes_it(content: dict[str, Any]) -> None:
    response = intake_pb2.SubmitFilingResponse(**content)
    expected = json_format.MessageToDict(response)

    assert expected == dictionary(response)
    assert expected == json.loads(write_response(response))


@given(contents(trade_pb2.Decision.DESCRIPTOR))
@settings(max_examples=80)
def test_what_is_written_is_read_back(content: dict[str, Any]) -> None:
    decision = trade_pb2.Decision(**content)

    assert decision == reader(trade_pb2.Decision)(writer(trade_pb2.Decision)(decision))


@given(
    st.recursive(
        JSON_LEAVES,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(
                st.sampled_from([
                    "requestId", "request_id", "filerType", "mode", "estimatedArrival", "items", "seller", "name",
                    "addressLines", "quantity", "unitValue", "units", "nanos", "pictureSha256", "gift", "nope",
                ]),
                inner,
                max_size=5,
            ),
        ),
        max_leaves=8,
    )
)  # fmt: skip
@settings(max_examples=400)
def test_whatever_json_it_is_given_it_takes_and_refuses_the_same(value: Any) -> None:
    assert_same(json.dumps(value).encode(), trade_pb2.Filing)


@given(contents(trade_pb2.Filing.DESCRIPTOR), st.integers(0), st.binary(min_size=1, max_size=2))
@settings(max_examples=200)
def test_a_damaged_line_is_taken_and_refused_the_same(content: dict[str, Any], place: int, damage: bytes) -> None:
    line = json_format.MessageToJson(trade_pb2.Filing(**content), indent=None).encode()
    place %= len(line)

    assert_same(line[:place] + damage + line[place + 1 :], trade_pb2.Filing)


@pytest.mark.parametrize(
    "line",
    [
        b'{"requestId": "a", "requestId": "b"}',
        b'{"requestId" : "a", "requestId": "a"}',
        b'{"requestId": "a", "request_id": "b"}',
        b'{"seller": {"name": "a", "name": "b"}, "orderId": "\\":"}',
        b'{"seller": null, "items": null, "gift": null, "estimatedArrival": null}',
        b'{"items": [null]}',
        b'{"seller": {"addressLines": [null]}}',
        b'{"orderId": "\\ud800"}',
        b'{"orderId": "\\u0022:"}',
        b'{"orderId": "a\x01b"}',
        b'{"orderId": "\xff"}',
        b'{"gift": 1}',
        b'{"gift": "true"}',
        b'{"mode": 99}',
        b'{"mode": 1.0}',
        b'{"mode": "1"}',
        b'{"items": [{"quantity": 1e2, "weightGrams": "1e2"}]}',
        b'{"items": {"description": "x"}}',
        b'{"seller": []}',
        b'{"seller": ""}',
        b'{"items": [[]]}',
        b'{"items": [{"unitValue": ""}]}',
        b'{"items": [{"unit_value": []}]}',
        b'{"estimatedArrival": []}',
        b'""',
        b'{"seller": {}}',
        b"[]",
        b"",
        b"null",
        b"\xef\xbb\xbf{}",
        b"{}{}",
        b'{"items": [{"unitValue": {"units": "-9223372036854775808"}}]}',
        b'{"items": [{"unitValue": {"nanos": 2147483648}}]}',
        b'{"[x]": 1}',
    ],
)
def test_odd_spellings_are_taken_and_refused_the_same(line: bytes) -> None:
    assert_same(line, trade_pb2.Filing)


def test_a_message_that_holds_a_choice_is_left_to_json_format() -> None:
    assert_same(b'{"message": {}}', intake_pb2.StreamFilingsRequest)
    assert_same(b'{"chunk": {"filings": [{"requestId": "a"}]}}', intake_pb2.StreamFilingsRequest)
    assert_same(b'{"chunk": {}, "open": {}}', intake_pb2.StreamFilingsRequest)


def test_a_message_that_holds_anything_is_left_to_json_format() -> None:
    failed = intake_pb2.FilingResult(request_id="r", error=status_pb2.Status(code=3, message="no"))
    failed.error.details.add().Pack(trade_pb2.Party(name="x"))

    assert json_format.MessageToDict(failed) == dictionary(failed)
    assert_same(json.dumps(json_format.MessageToDict(failed)).encode(), intake_pb2.FilingResult)


@pytest.mark.parametrize(
    "message",
    [
        eligibility_pb2.ListRegimesResponse(
            regimes=[eligibility_pb2.Regime(regime_id="R07", modes=[trade_pb2.TRANSPORT_MODE_AIR])]
        ),
        audit_pb2.GetProofResponse(tlog_proof=b"\x00\xff", leaf=b"{}"),
        audit_pb2.GetCheckpointResponse(),
    ],
)
def test_any_message_of_the_contract_is_written_the_same(message: Message) -> None:
    assert json_format.MessageToDict(message) == dictionary(message)


def test_a_time_out_of_range_is_refused_as_json_format_refuses_it() -> None:
    decision = trade_pb2.Decision()
    decision.decided_at.seconds = 253_402_300_800

    with pytest.raises(ValueError, match="Timestamp"):
        dictionary(decision)


@pytest.mark.parametrize(
    ("line", "field", "detail"),
    [
        (b'{"items":[{},{"quantity":"x"}]}', "items[1].quantity", "must be a whole number of 64 bits"),
        (b'{"items":[{"unitValue":{"units":1.5}}]}', "items[0].unitValue.units", "must be a whole number of 64 bits"),
        (b'{"trackingNmber":"1"}', "trackingNmber", "is no field of the contract; did you mean trackingNumber?"),
        (b'{"xyzzy":"1"}', "xyzzy", "is no field of the contract; remove it"),
        (b'{"estimatedArrival":"yesterday"}', "estimatedArrival", "must be a time such as 2025-08-28T10:00:00Z"),
        (b'{"seller":"Jane Doe"}', "seller", "must be a JSON object, a Party"),
        (b'{"seller":{"addressLines":"12 Elm St"}}', "seller.addressLines", "must be a list in []"),
        (b'{"gift":"yes"}', "gift", "must be true or false"),
        (b'{"gift":true,"gift":true}', "gift", "is given twice; keep one"),
        (b'{"items":[{"pictureSha256":5}]}', "items[0].pictureSha256", "must be bytes in base64"),
        (b'{"requestId":5}', "requestId", "must be text in quotes"),
        (b"[1]", "", "must be a JSON object, a Filing"),
        (b"[]", "", "must be a JSON object, a Filing"),
        (b'""', "", "must be a JSON object, a Filing"),
        (b"null", "", "must be a JSON object, a Filing"),
        (b'{"seller":""}', "seller", "must be a JSON object, a Party"),
        (b'{"items":[{},[]]}', "items[1]", "must be a JSON object, a LineItem"),
        (b"{", "", "must be one JSON object: Expecting property name enclosed in double quotes at column 2"),
        (b'{"orderId":"\xff"}', "", "must be UTF-8, and byte 12 is not"),
        (b"[" * 100_000, "", "is nested too deeply"),
    ],
)
def test_a_refusal_names_the_field_and_what_it_must_be(line: bytes, field: str, detail: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_filing(line)

    assert (field, detail) == (refusal.value.field, refusal.value.detail)


@pytest.mark.parametrize("key", ["filerType", "mode"])
def test_what_may_be_written_is_told_without_the_value_that_says_nothing(key: str) -> None:
    with pytest.raises(Unreadable, match="must be one of ") as refusal:
        read_filing(json.dumps({key: "CARRIER"}).encode())

    enum = trade_pb2.Filing.DESCRIPTOR.fields_by_camelcase_name[key].enum_type
    assert enum is not None
    told = refusal.value.detail.removeprefix("must be one of ").split(", ")
    assert [value.name for value in enum.values if not value.name.endswith("_UNSPECIFIED")] == told


@given(contents(trade_pb2.Party.DESCRIPTOR))
@settings(max_examples=50)
def test_a_refusal_never_repeats_what_a_person_wrote(party: dict[str, Any]) -> None:
    secret = "Ottilie Quandt"
    bad = {"seller": {"name": secret, "addressLines": secret, **({"city": 5} if party else {})}}

    with pytest.raises(Unreadable) as refusal:
        read_filing(json.dumps(bad).encode())

    assert secret not in str(refusal.value)


class Judge(json_format._Parser):  # type: ignore[name-defined,misc]  # the one way into its walk over a message
    """json_format, but for what it takes in the place of a message: an object and nothing else."""

    def ConvertMessage(self, value: Any, message: Message, path: str) -> None:  # its name there
        if not isinstance(value, dict) and not message.DESCRIPTOR.full_name.startswith("google.protobuf."):
            raise json_format.ParseError(f"{path} is no object")
        super().ConvertMessage(value, message, path)


def assert_same(line: bytes, message_class: type[Message]) -> None:
    """That the reader and json_format both take the line, for equal messages, or both refuse it."""
    try:
        with mock.patch.object(json_format, "_Parser", Judge):
            expected = json_format.Parse(line, message_class()).SerializeToString(deterministic=True)
    except (json_format.ParseError, UnicodeDecodeError, RecursionError, struct.error):
        with pytest.raises(Unreadable):
            reader(message_class)(line)
        return
    assert expected == reader(message_class)(line).SerializeToString(deterministic=True)
