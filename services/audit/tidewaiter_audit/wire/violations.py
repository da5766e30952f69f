"""What is wrong with a record that could not be taken: every broken rule, with its place, its code and the remedy.

Only a record that failed comes here, so that a sound one never pays for it. No message shows text of a record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from tidewaiter.audit.v1 import audit_pb2 as audit
from tidewaiter_chassis import validation
from tidewaiter_chassis.failures import Violation

from tidewaiter_audit.wire.into_facts import EXACT_MAX, NANOS_MAX, SECONDS_MAX, SECONDS_MIN

_INSTANT: Final = Timestamp.DESCRIPTOR.full_name
_WIDE: Final = frozenset({FieldDescriptor.TYPE_INT64, FieldDescriptor.TYPE_UINT64, FieldDescriptor.TYPE_SINT64})

IsIdentifier = Callable[[str], bool]


def violations_of(record: audit.DecisionRecord, *, is_identifier: IsIdentifier) -> tuple[Violation, ...]:
    """Every reason why this record cannot be put into a leaf; paths begin at the record."""
    return (*validation.check(record), *_misnamed(record, is_identifier), *_unsayable(record, ""))


def _misnamed(record: audit.DecisionRecord, is_identifier: IsIdentifier) -> Iterator[Violation]:
    if not (record.HasField("decision") and record.HasField("shipment")):
        return
    decision, shipment = record.decision, record.shipment
    for name in ("decision_id", "shipment_id"):
        if not is_identifier(getattr(decision, name)):
            yield Violation(f"decision.{name}", "IDENTIFIER_MALFORMED", "give 1 to 128 of A-Z a-z 0-9 . _ : -")
    for name in ("shipment_id", "revision"):
        if getattr(decision, name) != getattr(shipment, name):
            yield Violation(
                f"shipment.{name}", "SHIPMENT_DIFFERS", f"it is not the decision's {name}: give the view it rests on"
            )
    if not decision.outcome:
        yield Violation("decision.outcome", "OUTCOME_MISSING", "a decision has an outcome: say which")


def _unsayable(message: Message, path: str) -> Iterator[Violation]:
    if message.DESCRIPTOR.full_name == _INSTANT:
        yield from _unsayable_instant(message, path)
        return
    for field, value in message.ListFields():
        place = f"{path}.{field.name}" if path else field.name
        if not field.is_repeated:
            yield from _unsayable_value(field, value, place)
            continue
        for index, one in enumerate(value):
            yield from _unsayable_value(field, one, f"{place}[{index}]")


def _unsayable_value(field: FieldDescriptor, value: Any, place: str) -> Iterator[Violation]:
    if field.message_type is not None:
        yield from _unsayable(value, place)
    elif field.enum_type is not None and value not in field.enum_type.values_by_number:
        yield Violation(place, "VALUE_UNKNOWN", f"{value} is no {field.enum_type.name} that this release knows")
    elif field.type in _WIDE and not -EXACT_MAX <= value <= EXACT_MAX:
        yield Violation(place, "NUMBER_OUT_OF_RANGE", f"{value} is beyond ±{EXACT_MAX}, the last that is exact in JSON")


def _unsayable_instant(message: Any, path: str) -> Iterator[Violation]:
    if not (SECONDS_MIN <= message.seconds <= SECONDS_MAX and 0 <= message.nanos <= NANOS_MAX):
        yield Violation(path, "TIME_OUT_OF_RANGE", "give an instant from the year 1 to the year 9999")
