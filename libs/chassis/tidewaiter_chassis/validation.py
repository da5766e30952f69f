"""The rules that the contract states field by field, and what to tell a caller who breaks them.

The rules are protovalidate annotations in the protos; here their findings become Violations: where, a code that
never changes, and a sentence with the value, the rule and the remedy. A person's data is never repeated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import protovalidate
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from tidewaiter_chassis.failures import Violation, invalid

PERSONAL_MESSAGES = frozenset({"tidewaiter.trade.v1.Party"})
"""Messages about a person: no value anywhere within them is ever repeated."""
VIOLATIONS_MAX = 100
"""How many are told of one message; the last then says how many more there are."""
VALUE_CHARACTERS_MAX = 60

PATTERN_WORDS: Mapping[str, str] = MappingProxyType(
    {
        r"[\p{L}\p{N}]": "needs at least one letter or digit",
        r"^[0-9]{0,18}$": "must be at most 18 digits",
        r"^[0-9]{1,18}$": "must be 1 to 18 digits",
        r"^[0-9]{4}$": "must be 4 digits",
        r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$": "must be a day written like 2026-11-24",
        r"^[0-9]{4}\.?[0-9]{2}(\.?[0-9]{2}(\.?[0-9]{2})?)?$": "must be 6, 8 or 10 digits, plain or like 6109.10.00",
        r"^[0-9a-f]{32}$": "must be 32 digits or letters of a-f",
        r"^[A-Z]{2}$": "must be 2 capital letters of A-Z",
        r"^[A-Z0-9]{2,20}$": "must be 2 to 20 capital letters of A-Z or digits",
        r"^[A-Za-z0-9]{1,20}$": "must be 1 to 20 letters of A-Z, capital or small, or digits",
        r"^[A-Za-z0-9 -]{1,50}$": "must be 1 to 50 letters of A-Z, capital or small, digits, spaces or hyphens",
        r"^[A-Za-z0-9._:-]{1,128}$": (
            "must be 1 to 128 letters of A-Z, capital or small, digits, dots, underscores, colons or hyphens"
        ),
    }
)
"""Each pattern that the contract states, in words: who files parcels need not read regular expressions."""

_validator = protovalidate.Validator()


def check(message: Message, *, at: str = "") -> tuple[Violation, ...]:
    """All that breaks a rule in `message`, in the order of its fields; () when nothing does.

    `at` is where the message sits in the request (`filings[3]`) and goes before each path. Costs some
    30 microseconds for a valid filing.
    """
    found = _validator.collect_violations(message)
    if not found:
        return ()
    violations = [_violation(message, each, at) for each in found[:VIOLATIONS_MAX]]
    if len(found) > VIOLATIONS_MAX:
        violations[-1] = Violation(
            field=at,
            code="MORE_VIOLATIONS",
            message=f"{len(found) - VIOLATIONS_MAX + 1} more are not listed. Mend these and check again.",
        )
    return tuple(violations)


def refuse_invalid(message: Message) -> None:
    """Failure INVALID naming all that breaks a rule in `message`."""
    broken = check(message)
    if broken:
        raise invalid(*broken)


def refuse_repeated(ids: Sequence[str | tuple[str, ...]], *, field: str, code: str, remedy: str) -> None:
    """Failure INVALID with `code`, naming every item of a batch whose id an earlier one has; called before any work.

    `ids` are those of the items in their order, each a text or several that only together are one; never personal.
    An empty one, or one with an empty part, repeats nothing: it is its item's own mistake, and told there.
    `field` is where the id of an item stands, with {} for its place: `records[{}].decision.decision_id`.
    """
    if len(set(ids)) == len(ids):
        return
    first: dict[str | tuple[str, ...], int] = {}
    repeated = []
    for place, each in enumerate(ids):
        parts = each if isinstance(each, tuple) else (each,)
        if all(parts) and first.setdefault(each, place) != place:
            where = field.format(first[each])
            message = f"{_shown(parts[-1], None)} stands at {where} already. {remedy}"
            repeated.append(Violation(field=field.format(place), code=code, message=message))
    if repeated:
        raise invalid(*repeated)


def warm(*message_classes: type[Message]) -> None:
    """Compile the rules of these messages and of all within them, some 10 ms each, before a request needs them."""
    for message_class in message_classes:
        _validator.collect_violations(message_class())


def _violation(message: Message, found: protovalidate.Violation, at: str) -> Violation:
    proto = found.proto
    elements = list(proto.field.elements) if proto.field is not None else []
    path, field, is_personal = _walk(message.DESCRIPTOR, elements, at)
    text = _text(found, field, is_personal=is_personal)
    return Violation(field=path, code=_code(proto.rule_id or "RULE"), message=text)


def _code(rule_id: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "_", rule_id).strip("_").upper()


def _walk(descriptor: Any, elements: list[Any], at: str) -> tuple[str, FieldDescriptor | None, bool]:
    """The field's dotted path, its descriptor (None for a oneof or the message itself), and whether it is personal."""
    path, field, is_personal = at, None, descriptor.full_name in PERSONAL_MESSAGES
    inside: Descriptor | None = descriptor
    for element in elements:
        path = f"{path}.{element.field_name}" if path else element.field_name
        if element.subscript is not None:
            key = element.subscript.value
            path += f"[{key}]" if isinstance(key, int) else f'["{key}"]'
        field = inside.fields_by_name.get(element.field_name) if inside is not None else None
        inside = field.message_type if field is not None else None
        is_personal = is_personal or (inside is not None and inside.full_name in PERSONAL_MESSAGES)
    return path, field, is_personal


def _text(found: protovalidate.Violation, field: FieldDescriptor | None, *, is_personal: bool) -> str:
    rule_id, value = found.proto.rule_id or "", found.field_value
    if rule_id.rpartition(".")[2] == "required":
        return "It is missing. Give it."
    if field is not None and field.enum_type is not None and rule_id.startswith("enum."):
        rule, remedy = f"must be one of {_choices(field.enum_type, found)}", "Choose one of them."
    else:
        rule, remedy = _rule(found, is_personal=is_personal), _remedy(rule_id, value, found.rule_value)
    shown = "The value (personal, not repeated)" if is_personal else _shown(value, field)
    return f"{shown} {rule}. {remedy}"


def _rule(found: protovalidate.Violation, *, is_personal: bool) -> str:
    proto = found.proto
    if (proto.rule_id or "").endswith(".pattern"):
        return PATTERN_WORDS.get(str(found.rule_value), f"must match {found.rule_value}")
    is_custom = proto.rule is not None and any(element.field_name == "cel" for element in proto.rule.elements)
    if not proto.message or (is_custom and is_personal):
        # The message of a custom rule may quote the value.
        return f"breaks the rule {proto.rule_id}"
    return proto.message.rstrip(".").removeprefix("value ")


def _remedy(rule_id: str, value: Any, limit: Any) -> str:
    family, _, rule = rule_id.rpartition(".")
    if rule == "max_len" and isinstance(value, str | bytes):
        return f"Shorten it by {_count(len(value) - limit, 'byte' if isinstance(value, bytes) else 'character')}."
    if rule == "max_items":
        return f"Leave out {len(value) - limit}."
    if rule == "min_items":
        return f"Add {limit - len(value)}."
    if family == "timestamp":
        return "Give a time in that range."
    if rule.startswith(("gt", "lt")):
        return "Give a number in that range."
    return "Correct it."


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _choices(enum: EnumDescriptor, found: protovalidate.Violation) -> str:
    rule = found.proto.rule_id
    numbers = {value.number: value.name for value in enum.values}
    listed = {int(number) for number in found.rule_value} if rule in {"enum.in", "enum.not_in"} else set()
    if rule == "enum.in":
        allowed = [name for number, name in numbers.items() if number in listed]
    else:
        # Zero is the value of a field that was not given.
        allowed = [name for number, name in numbers.items() if number != 0 and number not in listed]
    return ", ".join(allowed)


def _shown(value: Any, field: FieldDescriptor | None) -> str:
    for kind, show in _SHOWN:
        if isinstance(value, kind):
            return show(value, field)
    return "It"


def _show_text(value: str, _field: FieldDescriptor | None) -> str:
    # repr escapes what does not print: control characters and those that turn the direction of writing.
    if not value:
        return "An empty text"
    if len(value) <= VALUE_CHARACTERS_MAX:
        return repr(value)
    return f"{value[:VALUE_CHARACTERS_MAX]!r}… ({len(value)} characters)"


def _show_number(value: float, field: FieldDescriptor | None) -> str:
    if field is not None and field.enum_type is not None and value in field.enum_type.values_by_number:
        return str(field.enum_type.values_by_number[int(value)].name)
    return str(value)


def _show_bytes(value: bytes, _field: FieldDescriptor | None) -> str:
    return f"A value of {_count(len(value), 'byte')}"


def _show_time(value: Timestamp, _field: FieldDescriptor | None) -> str:
    try:
        return str(value.ToJsonString())
    except ValueError:
        return f"{value.seconds} seconds from 1970"


def _show_list(value: Collection[Any], _field: FieldDescriptor | None) -> str:
    return f"A list of {len(value)}"


_SHOWN: tuple[tuple[type | tuple[type, ...], Callable[[Any, FieldDescriptor | None], str]], ...] = (
    (str, _show_text),
    ((bool, int, float), _show_number),
    (bytes, _show_bytes),
    (Timestamp, _show_time),
    (Collection, _show_list),
)
