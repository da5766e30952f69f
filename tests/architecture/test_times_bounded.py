"""Every time that a request of the contract may name has a range: beyond it are times that no store can hold."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from buf.validate import validate_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor, FileDescriptor
from google.protobuf.timestamp_pb2 import Timestamp
from tidewaiter.audit.v1 import audit_pb2
from tidewaiter.eligibility.v1 import eligibility_pb2
from tidewaiter.intake.v1 import intake_pb2
from tidewaiter.risk.v1 import risk_pb2


@pytest.mark.parametrize(
    "contract",
    [audit_pb2.DESCRIPTOR, eligibility_pb2.DESCRIPTOR, intake_pb2.DESCRIPTOR, risk_pb2.DESCRIPTOR],
    ids=lambda contract: contract.package,
)
def test_every_time_in_a_request_has_a_range(contract: FileDescriptor) -> None:
    requests = [method.input_type for service in contract.services_by_name.values() for method in service.methods]
    fields = {field.full_name: field for request in requests for field in _times(request, contract, set())}

    assert [] == sorted(name for name, field in fields.items() if not _has_range(field))


def test_a_time_without_a_range_is_seen() -> None:
    sighting = intake_pb2.WatchDecisionsResponse.DESCRIPTOR

    assert [False] == [_has_range(field) for field in _times(sighting, intake_pb2.DESCRIPTOR, set())]


def _times(message: Descriptor, contract: FileDescriptor, seen: set[str]) -> Iterator[FieldDescriptor]:
    # What is of another file, such as a shipment, is held against its own rules where it is read.
    if message.full_name in seen or message.file.name != contract.name:
        return
    seen.add(message.full_name)
    for field in message.fields:
        if field.message_type is None:
            continue
        if field.message_type.full_name == Timestamp.DESCRIPTOR.full_name:
            yield field
        else:
            yield from _times(field.message_type, contract, seen)


def _has_range(field: FieldDescriptor) -> bool:
    rules = field.GetOptions().Extensions[validate_pb2.field].timestamp
    return bool(rules.WhichOneof("greater_than")) and bool(rules.WhichOneof("less_than"))
