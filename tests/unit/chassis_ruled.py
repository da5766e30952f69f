"""A message of the tests' own with a rule of every kind that the project's contract may come to use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from buf.validate import validate_pb2
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import Message

_Field = descriptor_pb2.FieldDescriptorProto
_PACKAGE = "tidewaiter.rules_of_the_tests.v1"


def _field(
    message: descriptor_pb2.DescriptorProto, name: str, kind: int, rules: dict[str, Any], **more: Any
) -> descriptor_pb2.FieldDescriptorProto:
    field = message.field.add(name=name, number=len(message.field) + 1, type=kind, **more)
    field.label = more.get("label", _Field.LABEL_OPTIONAL)
    field.options.Extensions[validate_pb2.field].CopyFrom(validate_pb2.FieldRules(**rules))
    return field


def _cel(rule: str, expression: str, message: str = "") -> dict[str, Any]:
    return {"cel": [validate_pb2.Rule(id=rule, message=message, expression=expression)]}


def _described() -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto(
        name="tidewaiter/rules_of_the_tests.proto",
        package=_PACKAGE,
        syntax="proto3",
        dependency=["buf/validate/validate.proto", "tidewaiter/trade/v1/trade.proto"],
    )
    colour = file.enum_type.add(name="Colour")
    for number, name in enumerate(("COLOUR_UNSPECIFIED", "COLOUR_RED", "COLOUR_GREEN", "COLOUR_BLUE")):
        colour.value.add(name=name, number=number)
    ruled = file.message_type.add(name="Ruled")
    _field(
        ruled, "few", _Field.TYPE_STRING, {"repeated": {"min_items": 1, "max_items": 2}}, label=_Field.LABEL_REPEATED
    )
    _field(ruled, "code", _Field.TYPE_STRING, {"string": {"max_len": 3}})
    _field(ruled, "blob", _Field.TYPE_BYTES, {"bytes": {"max_len": 2}})
    of_colour = {"type_name": f".{_PACKAGE}.Colour"}
    _field(ruled, "colour", _Field.TYPE_ENUM, {"enum": {"not_in": [2]}}, **of_colour)
    _field(ruled, "hue", _Field.TYPE_ENUM, {"enum": {"in": [1, 3]}, "ignore": 1}, **of_colour)
    _field(ruled, "share", _Field.TYPE_DOUBLE, {"double": {"lte": 1.0}})
    _field(ruled, "even", _Field.TYPE_INT64, _cel("number.must-be_even", "this % 2 == 0", "must be even"))
    _field(
        ruled,
        "needed",
        _Field.TYPE_MESSAGE,
        {"required": True},
        type_name=".tidewaiter.trade.v1.SecurityScan",
    )
    # A custom rule of a careless author, whose message quotes the value.
    _field(
        ruled,
        "person",
        _Field.TYPE_MESSAGE,
        _cel("person.named", "this.name == 'Nobody' ? 'Nobody is no name' : ''"),
        type_name=".tidewaiter.trade.v1.Party",
    )
    entry = ruled.nested_type.add(name="LabelsEntry")
    entry.options.map_entry = True
    entry.field.add(name="key", number=1, type=_Field.TYPE_STRING, label=_Field.LABEL_OPTIONAL)
    entry.field.add(name="value", number=2, type=_Field.TYPE_STRING, label=_Field.LABEL_OPTIONAL)
    _field(
        ruled,
        "labels",
        _Field.TYPE_MESSAGE,
        {"map": {"keys": {"string": {"max_len": 3}}, "values": {"string": {"max_len": 4}}}},
        type_name=f".{_PACKAGE}.Ruled.LabelsEntry",
        label=_Field.LABEL_REPEATED,
    )
    return file


def _made() -> type[Message]:
    # The contract this one depends on is in the pool once it is imported.
    from tidewaiter.trade.v1 import trade_pb2

    assert trade_pb2.DESCRIPTOR.package == "tidewaiter.trade.v1"
    pool = descriptor_pool.Default()
    pool.Add(_described())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.Ruled"))


Ruled: Callable[..., Any] = _made()
