"""Facts of a leaf back into messages of the contract: the exact inverse of `into_facts`, for any message.

One way for all of them, by the names that both sides share, because nothing waits for it.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from tidewaiter_audit.facts import Fact

_INSTANT: Final = Timestamp.DESCRIPTOR.full_name


def fill(message: Message, fact: Fact) -> None:
    """Sets on the message all that the fact says; ValueError when it says something the contract has no word for."""
    fields = message.DESCRIPTOR.fields_by_name
    for known in msgspec.structs.fields(fact):
        value = getattr(fact, known.encode_name)
        if value is None or value == known.default:
            continue
        field = fields.get(known.encode_name)
        if field is None:
            raise ValueError(f"{message.DESCRIPTOR.full_name} has no field {known.encode_name}")
        if field.is_repeated:
            _fill_each(message, field, value)
        elif isinstance(value, Fact):
            nested: Message = getattr(message, field.name)
            nested.SetInParent()
            fill(nested, value)
        elif field.message_type is not None and field.message_type.full_name == _INSTANT:
            getattr(message, field.name).FromJsonString(value)
        else:
            setattr(message, field.name, _scalar(field, value))


def _fill_each(message: Message, field: Any, values: tuple[Any, ...]) -> None:
    repeated = getattr(message, field.name)
    for value in values:
        if isinstance(value, Fact):
            fill(repeated.add(), value)
        else:
            repeated.append(_scalar(field, value))


def _scalar(field: Any, value: Any) -> Any:
    if field.enum_type is not None:
        named = field.enum_type.values_by_name.get(value)
        if named is None:
            raise ValueError(f"{field.enum_type.full_name} has no value {value}")
        return named.number
    return bytes.fromhex(value) if field.type == FieldDescriptor.TYPE_BYTES else value
