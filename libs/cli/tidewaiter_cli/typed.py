"""What was typed on a command line, looked at before any service is asked; and a service's refusal in its words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from tidewaiter_cli.stopping import MISSPELT, Stop

if TYPE_CHECKING:
    from tidewaiter.trade.v1 import trade_pb2

STANDARD_INPUT: Final = "/dev/stdin"
"""What `-` on the command line stands for where a file is read: it is known by this name from there on."""

ACCOUNT: Final = {"author": "--author", "reason": "--reason", "request_id": "--request-id"}
"""What the fields were typed as that say who does something for good, why, and under which id."""

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_COUNTRY: Final = re.compile(r"[A-Za-z]{2}", re.ASCII)
_INDEX: Final = re.compile(r"\[[0-9]+\]")


def hyphens_named(words: Sequence[str]) -> list[str]:
    """A `-` that is read, as the manifest of `file` or after --in, by the other name of standard input.

    A parameter that takes a hyphen takes a misspelt option as well, and then nothing says that there is none such.
    """
    named = []
    for before, word in zip(("", *words), words, strict=False):
        is_read = word == "--in=-" or (word == "-" and _reads(words[0], before))
        named.append(f"{word[:-1]}{STANDARD_INPUT}" if is_read else word)
    return named


def _reads(command: str, before: str) -> bool:
    # After any other option that takes a value the hyphen would be that value.
    takes_value = before.startswith("--") and before not in {"--", "--json"} and "=" not in before
    return before == "--in" or (command == "file" and not takes_value)


def refuse_blank(name: str) -> None:
    """Stop when what was typed names no shipment, as an empty variable of a shell does."""
    if not name.strip():
        advice = "Give a shipment id, a tracking number, or ORIGINATOR/request_id."
        raise Stop("no shipment is named.", advice=advice, status=MISSPELT)


def day_of(flag: str, text: str) -> date:
    """The day that was typed as YYYY-MM-DD; Stop, naming the flag, when it is none of the calendar."""
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Stop(f"{flag} {text} is no day.", advice="Write it as 2025-08-29.", status=MISSPELT)


def iso_day(flag: str, text: str) -> str:
    """The same as text, "" for none typed."""
    return day_of(flag, text).isoformat() if text else ""


def midnight_of(flag: str, text: str) -> datetime | None:
    """When that day begins in UTC, None for none typed."""
    return datetime.combine(day_of(flag, text), datetime.min.time(), tzinfo=UTC) if text else None


def filer_of(text: str) -> str:
    """The originator code that was typed for --filer; Stop when it names nobody, as an empty variable does."""
    if not text.strip():
        raise Stop("--filer names no filer.", advice="Give the originator_code of its filings.", status=MISSPELT)
    return text


def country_of(flag: str, text: str) -> str:
    """The two letters that were typed, in capitals; Stop, naming the flag, when they are none."""
    if not _COUNTRY.fullmatch(text):
        raise Stop(f"{flag} {text} is no country.", advice="Write two letters, such as VN.", status=MISSPELT)
    return text.upper()


def outcome_of(flag: str, text: str) -> trade_pb2.Outcome.ValueType:
    """The outcome that was typed, in any case; Stop, naming the flag, when there is none such."""
    from tidewaiter.trade.v1 import trade_pb2

    known = {name.removeprefix("OUTCOME_"): number for name, number in trade_pb2.Outcome.items() if number}
    if text.upper() not in known:
        raise Stop(f"{flag} {text} is no outcome.", advice=f"Give one of {', '.join(known)}.", status=MISSPELT)
    return known[text.upper()]


@contextmanager
def named_as_typed(names: Mapping[str, str]) -> Iterator[None]:
    """A question to a service about what was typed: a refusal becomes a Stop that names flags and no fields.

    `names` has the flag or argument of each field, its path without indexes ("shipment.items.unit_value"), which
    stands for what is below it too; a field that is none of these keeps its own name.
    """
    from tidewaiter_client import RequestRefused

    try:
        yield
    except RequestRefused as refused:
        said = dict.fromkeys(f"{_as_typed(each.field, names)}: {each.message}" for each in refused.violations)
        problem = "; ".join(said) or refused.detail
        raise Stop(problem, advice="Mend what is named, then run it again.", status=MISSPELT) from refused


def _as_typed(field: str, names: Mapping[str, str]) -> str:
    path = _INDEX.sub("", field)
    while path and path not in names:
        path = path.rpartition(".")[0]
    return names[path] if path else field
