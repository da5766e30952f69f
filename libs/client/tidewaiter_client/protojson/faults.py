"""Where a JSON object is not the message it should be, said without repeating what it says of anybody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, Final, cast

from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

_KEY_CHARACTERS_MAX: Final = 60

_EXPECTED: Final = {
    FieldDescriptor.CPPTYPE_INT32: "a whole number of 32 bits",
    FieldDescriptor.CPPTYPE_INT64: "a whole number of 64 bits",
    FieldDescriptor.CPPTYPE_UINT32: "a whole number of 32 bits, not negative",
    FieldDescriptor.CPPTYPE_UINT64: "a whole number of 64 bits, not negative",
    FieldDescriptor.CPPTYPE_BOOL: "true or false",
    FieldDescriptor.CPPTYPE_STRING: "text in quotes",
    FieldDescriptor.CPPTYPE_FLOAT: "a number",
    FieldDescriptor.CPPTYPE_DOUBLE: "a number",
}


class Unreadable(ValueError):
    """A JSON object that is not the message it should be.

    `field` is the path of the first fault ("items[2].unitValue", empty for the whole object); `detail` says what is
    expected there and never repeats the value, because values may be personal.
    """

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(f"{field}: {detail}" if field else detail)
        self.field = field
        self.detail = detail


def fault_in(line: bytes, message_class: type[Message]) -> Unreadable:
    """The first fault of a line that json_format has refused for this class."""
    try:
        given = json.loads(line.decode("utf-8"), object_pairs_hook=_without_duplicates)
    except UnicodeDecodeError as error:
        return Unreadable("", f"must be UTF-8, and byte {error.start} is not")
    except json.JSONDecodeError as error:
        return Unreadable("", f"must be one JSON object: {error.msg} at column {error.colno}")
    except RecursionError:
        return Unreadable("", "is nested too deeply")
    except _Duplicate as duplicate:
        return Unreadable(duplicate.key, "is given twice; keep one")
    faults = _faults(given, cast(Descriptor, message_class.DESCRIPTOR), "")
    return next(faults, Unreadable("", f"is not a {message_class.DESCRIPTOR.name} in protojson"))


def hollow_in(line: bytes, message_class: type[Message]) -> Unreadable | None:
    """The first place where json_format has taken an empty list or text for an empty message; None when nowhere.

    It looks for keys in whatever stands there, and in these it finds none to object to.
    """
    return next(_hollow(json.loads(line.decode("utf-8")), cast(Descriptor, message_class.DESCRIPTOR), ""), None)


def _hollow(given: Any, descriptor: Descriptor, path: str) -> Iterator[Unreadable]:
    if not isinstance(given, dict):
        yield Unreadable(path, f"must be a JSON object, a {descriptor.name}")
        return
    for field in descriptor.fields:
        inner = _message_in(field)
        if inner is None:
            continue
        for name in {field.json_name, field.name} & given.keys():
            here, value = f"{path}.{name}" if path else name, given[name]
            if field.is_repeated and isinstance(value, list):
                for index, element in enumerate(value):
                    yield from _hollow(element, inner, f"{here}[{index}]")
            elif value is not None and not field.is_repeated:
                yield from _hollow(value, inner, here)


class _Duplicate(Exception):
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key[:_KEY_CHARACTERS_MAX]


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _Duplicate(key)
        found[key] = value
    return found


def _faults(given: Any, descriptor: Descriptor, path: str) -> Iterator[Unreadable]:
    if not isinstance(given, dict):
        yield Unreadable(path, f"must be a JSON object, a {descriptor.name}")
        return
    by_name = {field.json_name: field for field in descriptor.fields} | dict(descriptor.fields_by_name)
    for key, value in given.items():
        here = f"{path}.{key[:_KEY_CHARACTERS_MAX]}" if path else key[:_KEY_CHARACTERS_MAX]
        field = by_name.get(key)
        if field is None:
            yield _unknown(key, here, [each.json_name for each in descriptor.fields])
        elif value is not None:
            yield from _faults_of_field(value, field, here)


def _unknown(key: str, path: str, names: list[str]) -> Unreadable:
    near = get_close_matches(key[:_KEY_CHARACTERS_MAX], names, n=1)
    return Unreadable(path, f"is no field of the contract; {f'did you mean {near[0]}?' if near else 'remove it'}")


def _faults_of_field(value: Any, field: FieldDescriptor, path: str) -> Iterator[Unreadable]:
    if field.is_repeated and not _is_map(field):
        if not isinstance(value, list):
            yield Unreadable(path, "must be a list in []")
            return
        for index, element in enumerate(value):
            yield from _faults_of_value(element, field, f"{path}[{index}]")
    else:
        yield from _faults_of_value(value, field, path)


def _faults_of_value(value: Any, field: FieldDescriptor, path: str) -> Iterator[Unreadable]:
    inner = _message_in(field)
    if inner is not None:
        yield from _faults(value, inner, path)
    elif not _takes(value, field):
        yield Unreadable(path, f"must be {_expected(field)}")


def _takes(value: Any, field: FieldDescriptor) -> bool:
    """Whether json_format takes this one value for this one field."""
    owner = GetMessageClass(cast(Descriptor, field.containing_type))
    alone = [value] if field.is_repeated and not _is_map(field) else value
    try:
        json_format.ParseDict({field.name: alone}, owner())
    except (json_format.ParseError, TypeError, ValueError, AttributeError, OverflowError):
        return False
    return True


def _expected(field: FieldDescriptor) -> str:
    if field.message_type is not None:
        if field.message_type.full_name == "google.protobuf.Timestamp":
            return "a time such as 2025-08-28T10:00:00Z"
        return f"a {field.message_type.name} in protojson"
    if field.enum_type is not None:
        # Number 0 says that nothing was said; who is told what to write is not told that.
        return "one of " + ", ".join(each.name for each in field.enum_type.values if each.number)
    if field.type == FieldDescriptor.TYPE_BYTES:
        return "bytes in base64"
    return _EXPECTED[field.cpp_type]


def _message_in(field: FieldDescriptor) -> Descriptor | None:
    """The message that it holds, when protojson writes it as an object of its fields."""
    inner = field.message_type
    return None if inner is None or _is_map(field) or inner.full_name.startswith("google.protobuf.") else inner


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and bool(field.message_type.GetOptions().map_entry)
