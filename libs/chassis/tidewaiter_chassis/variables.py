"""The kinds of value a setting can have, each read strictly from its text and each with its range.

Every function here makes one `environ.var`: its default, its reading and its help. A text that does not fit
is refused with a sentence that says what would; nothing is trimmed, guessed or clamped.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import environ

_YES = frozenset({"true", "yes", "on", "1"})
_NO = frozenset({"false", "no", "off", "0"})


def text(default: str, *, help: str) -> Any:
    """Any text, the empty one too."""
    return environ.var(default, converter=str, help=help)


def whole_number(default: int, *, low: int, high: int, help: str) -> Any:
    """A whole number from `low` to `high`, both allowed."""

    def read(value: str | int) -> int:
        try:
            number = int(value)
        except ValueError:
            raise ValueError(f"is not a whole number; give one from {low} to {high}") from None
        if not low <= number <= high:
            raise ValueError(f"is out of range; give a whole number from {low} to {high}")
        return number

    return environ.var(default, converter=read, help=f"{help} From {low} to {high}.")


def number(default: float, *, low: float, high: float, help: str) -> Any:
    """A number from `low` to `high`, both allowed; never NaN or infinite."""
    return environ.var(
        default, converter=_number_reader(low, high), help=f"{help} From {_plain(low)} to {_plain(high)}."
    )


def number_or_all(default: float | str, *, high: float, help: str) -> Any:
    """A number from 0 to `high`, or the word "all", which is read as infinity."""
    read_number = _number_reader(0, high)

    def read(value: str | float) -> float:
        return math.inf if value in ("all", math.inf) else read_number(value)

    return environ.var(default, converter=read, help=f'{help} From 0 to {_plain(high)}, or "all".')


def boolean(default: bool, *, help: str) -> Any:
    """true, yes, on, 1 or false, no, off, 0; in any case."""
    return environ.var(default, converter=read_boolean, help=f"{help} true or false.")


def choice(default: str, *, among: tuple[str, ...], help: str) -> Any:
    """One of the words in `among`, in any case, kept as it is written there."""
    known = {word.lower(): word for word in among}

    def read(value: str) -> str:
        try:
            return known[value.lower()]
        except KeyError:
            raise ValueError(f"is unknown; give one of {', '.join(among)}") from None

    return environ.var(default, converter=read, help=f"{help} One of {', '.join(among)}.")


def address(default: str, *, help: str, optional: bool = False) -> Any:
    """A host:port with a port from 0 to 65535, an IPv6 host in brackets; "" too when `optional`."""

    def read(value: str) -> str:
        host, colon, port = value.rpartition(":")
        if optional and value == "":
            return value
        if not (host and colon and port.isascii() and port.isdigit() and int(port) <= 65535):
            raise ValueError("is not an address; give host:port, for example 127.0.0.1:7301")
        if ":" in host and not (host.startswith("[") and host.endswith("]")):
            raise ValueError("is not an address; put an IPv6 host in brackets, for example [::1]:7301")
        return value

    return environ.var(default, converter=read, help=help)


def folder(default: str, *, help: str) -> Any:
    """The path of a folder, which need not exist yet; never empty."""

    def read(value: str | Path) -> Path:
        if str(value) == "":
            raise ValueError('is empty; give the path of a folder, "." for the current one')
        return Path(value)

    return environ.var(default, converter=read, help=help)


def directory(*, help: str) -> Any:
    """The path of a folder that exists, or "" for none."""

    def read(value: str) -> str:
        if value and not Path(value).is_dir():
            raise ValueError("is no folder; give the path of one that exists")
        return value

    return environ.var("", converter=read, help=help)


def file(*, help: str) -> Any:
    """The path of a file that must be readable, or "" for none. Secrets come this way and no other."""

    def read(value: str) -> str:
        if value and not Path(value).is_file():
            raise ValueError("is no file; give the path of one that exists")
        return value

    return environ.var("", converter=read, help=help)


def read_boolean(value: str | bool) -> bool:
    """The truth that a text means. ValueError, with what would do, for a text that means none."""
    if isinstance(value, bool):
        return value
    if value.lower() in _YES:
        return True
    if value.lower() in _NO:
        return False
    raise ValueError("is neither yes nor no; give true or false")


def without_password(value: str) -> str:
    """The same text, a password inside an address in it masked."""
    return re.sub(r"(://[^:/@]*):[^@/]*@", r"\1:***@", value)


def _plain(number: float) -> str:
    return format(number, ".12g")


def _number_reader(low: float, high: float) -> Callable[[str | float], float]:
    def read(value: str | float) -> float:
        try:
            found = float(value)
        except ValueError:
            raise ValueError(f"is not a number; give one from {_plain(low)} to {_plain(high)}") from None
        # The comparison is false for NaN, so that it is refused too.
        if not low <= found <= high:
            raise ValueError(f"is out of range; give a number from {_plain(low)} to {_plain(high)}")
        return found

    return read
