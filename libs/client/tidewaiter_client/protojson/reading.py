"""From a JSON object to a message, by a table made once from the message's descriptor.

The fast way only takes what json_format would take in the same sense; anything else it gives up on, without saying
why, and json_format decides.
Giving up costs time and never an answer, so each test here may be narrower than json_format and none may be wider.
"""

from __future__ import annotations

import binascii
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, Final, TypeVar, cast

import msgspec
from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message
from tidewaiter.trade.v1 import trade_pb2

from tidewaiter_client.protojson.faults import Unreadable, fault_in, hollow_in

__all__ = ["Unreadable", "read_filing", "reader"]

M = TypeVar("M", bound=Message)
Leaf = Callable[[Any], Any]
Nested = Callable[[Any, list[int]], Any]

_EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00")
_INTEGER_CHARACTERS_MAX: Final = 20
_TIMESTAMP: Final = "google.protobuf.Timestamp"

_INTEGERS: Final = frozenset(
    {
        FieldDescriptor.TYPE_INT32,
        FieldDescriptor.TYPE_INT64,
        FieldDescriptor.TYPE_UINT32,
        FieldDescriptor.TYPE_UINT64,
        FieldDescriptor.TYPE_SINT32,
        FieldDescriptor.TYPE_SINT64,
        FieldDescriptor.TYPE_FIXED32,
        FieldDescriptor.TYPE_FIXED64,
        FieldDescriptor.TYPE_SFIXED32,
        FieldDescriptor.TYPE_SFIXED64,
    }
)


class _Unusual(Exception):
    """Not recognised at a glance; json_format decides."""


def reader(message_class: type[M]) -> Callable[[bytes], M]:
    """A function from one JSON object, as UTF-8 bytes, to a message of this class.

    It takes and refuses what json_format.Parse takes and refuses, but for an empty list or text in the place of a
    message, which is refused here. It raises Unreadable, naming the field.
    """
    convert = _message(cast(Descriptor, message_class.DESCRIPTOR), {})

    def read(line: bytes) -> M:
        try:
            given = msgspec.json.decode(line)
            keys_seen = [0]
            wanted = convert(given, keys_seen)
            if not _keys_differ(line, keys_seen[0]):
                return message_class(**wanted)
        except (_Unusual, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
            # What the glance did not recognise, the table did not hold, or the message did not take.
            pass
        return _read_slowly(line, message_class)

    return read


def read_filing(line: bytes) -> trade_pb2.Filing:
    """The filing on one line of a manifest; raises Unreadable, naming the field."""
    return _filing_reader()(line)


@cache
def _filing_reader() -> Callable[[bytes], trade_pb2.Filing]:
    return reader(trade_pb2.Filing)


def _keys_differ(line: bytes, keys_seen: int) -> bool:
    """Whether a key may have been given twice, which json_format refuses and msgspec does not show.

    Every key ends in a quote and a colon, so without white space between the two there are as many of that pair as
    keys; the pair inside a text can only add to them.
    """
    return line.count(b'":') != keys_seen or any(gap in line for gap in (b'" ', b'"\t', b'"\n', b'"\r'))


def _read_slowly(line: bytes, message_class: type[M]) -> M:
    try:
        found = json_format.Parse(line, message_class())
    except (json_format.ParseError, UnicodeDecodeError, RecursionError) as refusal:
        raise fault_in(line, message_class) from refusal
    if hollow := hollow_in(line, message_class):
        raise hollow
    return found


def _message(descriptor: Descriptor, made: dict[str, Nested]) -> Nested:
    """The conversion of one kind of message; `made` holds those that are known already."""
    if descriptor.full_name in made:
        return made[descriptor.full_name]
    leaves: list[tuple[str, Leaf]] = []
    nests: list[tuple[str, Nested]] = []
    names = {name: field.name for field in descriptor.fields for name in (field.json_name, field.name)}
    # Known before its fields are looked at, because a message may hold itself.
    convert = made[descriptor.full_name] = _conversion(names, leaves, nests)
    for field in descriptor.fields:
        leaf, nested = _field(field, made)
        if leaf is not None:
            leaves.append((field.name, leaf))
        if nested is not None:
            nests.append((field.name, nested))
    return convert


def _conversion(names: dict[str, str], leaves: list[tuple[str, Leaf]], nests: list[tuple[str, Nested]]) -> Nested:
    """From a JSON object to the keyword arguments of the message, counting the keys on the way.

    Most fields are text, which the message itself takes for text and nothing else, and all take null for nothing:
    so the names are changed for all at once, and only the other fields are looked at.
    """

    def convert(given: Any, keys_seen: list[int]) -> dict[str, Any]:
        if type(given) is not dict:
            raise _Unusual
        wanted = {names[key]: value for key, value in given.items()}
        if len(wanted) != len(given):
            raise _Unusual
        keys_seen[0] += len(given)
        for name, leaf in leaves:
            if name in wanted and (value := wanted[name]) is not None:
                wanted[name] = leaf(value)
        for name, nested in nests:
            if name in wanted and (value := wanted[name]) is not None:
                wanted[name] = nested(value, keys_seen)
        return wanted

    return convert


def _field(field: FieldDescriptor, made: dict[str, Nested]) -> tuple[Leaf | None, Nested | None]:
    """How a field's value is taken: by a leaf, by a nested table, or as it is when both are None."""
    if field.containing_oneof is not None:
        return _unusual, None
    leaf, nested = _single(field, made)
    if not field.is_repeated:
        return leaf, nested
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        return _unusual, None
    if nested is not None:
        return None, _each_nested(nested)
    return _each(leaf), None


def _single(field: FieldDescriptor, made: dict[str, Nested]) -> tuple[Leaf | None, Nested | None]:
    if field.message_type is not None:
        return _of_message(field.message_type, made)
    if field.enum_type is not None:
        return _enumerated(field.enum_type), None
    if field.type in _INTEGERS:
        return _integer, None
    if field.type == FieldDescriptor.TYPE_BOOL:
        return _boolean, None
    if field.type == FieldDescriptor.TYPE_BYTES:
        return _bytes, None
    return (None if field.type == FieldDescriptor.TYPE_STRING else _unusual), None


def _of_message(descriptor: Descriptor, made: dict[str, Nested]) -> tuple[Leaf | None, Nested | None]:
    if descriptor.full_name == _TIMESTAMP:
        return _timestamp, None
    if descriptor.full_name.startswith("google.protobuf."):
        return _unusual, None
    return None, _message(descriptor, made)


def _each(leaf: Leaf | None) -> Leaf:
    def convert(values: Any) -> Any:
        # A text is a sequence too, and the message would take its letters one by one.
        if type(values) is not list:
            raise _Unusual
        return values if leaf is None else [leaf(value) for value in values]

    return convert


def _each_nested(nested: Nested) -> Nested:
    def convert(values: Any, keys_seen: list[int]) -> list[Any]:
        if type(values) is not list:
            raise _Unusual
        return [nested(value, keys_seen) for value in values]

    return convert


def _unusual(value: Any) -> Any:
    raise _Unusual


def _integer(value: Any) -> int:
    if type(value) is int:
        return value
    if type(value) is not str or len(value) > _INTEGER_CHARACTERS_MAX or not value.isascii():
        raise _Unusual
    if not value.removeprefix("-").isdigit():
        raise _Unusual
    return int(value)


def _boolean(value: Any) -> bool:
    if value is True or value is False:
        return value
    raise _Unusual


def _bytes(value: Any) -> bytes:
    if type(value) is not str:
        raise _Unusual
    return binascii.a2b_base64(value, strict_mode=True)


def _enumerated(enum: EnumDescriptor) -> Leaf:
    numbers = {name: entry.number for name, entry in enum.values_by_name.items()}

    def convert(value: Any) -> int:
        if type(value) is str:
            return numbers[value]
        if type(value) is int:
            return value
        raise _Unusual

    return convert


def _timestamp(value: Any) -> dict[str, int]:
    """RFC 3339 in UTC, as every writer of protojson writes it; offsets and odd spellings are json_format's."""
    if type(value) is not str or not value.isascii() or value[-1:] != "Z" or value[10:11] != "T":
        raise _Unusual
    if (value[4], value[7], value[13], value[16]) != ("-", "-", ":", ":") or value[11:13] == "24":
        raise _Unusual
    since = datetime.fromisoformat(value[:19]) - _EPOCH
    fraction = value[20:-1]
    if value[19] != "Z" and (value[19] != "." or not fraction.isdigit() or len(fraction) > 9):
        raise _Unusual
    return {"seconds": since.days * 86_400 + since.seconds, "nanos": int(fraction.ljust(9, "0")) if fraction else 0}
