"""How bytes and numbers are written in every C2SP text: each in one way only, so that no text has a twin."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error
from typing import Final

from tidewaiter_tlog.errors import TlogError
from tidewaiter_tlog.tree import TREE_SIZE_MAX

_CONTROL = re.compile("[\x00-\x1f]")
_CONTROL_BUT_NEWLINE = re.compile("[\x00-\x09\x0b-\x1f]")
_BRIEF_CHARACTERS_MAX: Final = 80

DIGITS_MAX: Final = len(str(TREE_SIZE_MAX))


def encode_base64(data: bytes) -> str:
    """The bytes in padded base 64 (RFC 4648 section 4)."""
    return b64encode(data).decode("ascii")


def decode_base64(text: str, *, what: str, error: type[TlogError]) -> bytes:
    """The bytes that encode_base64 wrote; raises `error`, naming `what`, for anything else.

    Spare bits that are not zero are refused: they would let one signature or hash be written in several ways.
    """
    try:
        data = b64decode(text, validate=True)
    except (Error, ValueError) as cause:
        raise error(f"{what} must be padded base 64 (RFC 4648 section 4), and is not") from cause
    if encode_base64(data) != text:
        raise error(f"{what} must be base 64 with its spare bits zero and nothing after its end, and is not")
    return data


def decode_decimal(text: str, *, what: str, error: type[TlogError]) -> int:
    """The number from 0 to 2^63 - 1 in ASCII digits without leading zeroes; else raises `error`, naming `what`."""
    if text.isascii() and text.isdigit() and len(text) <= DIGITS_MAX and (text == "0" or text[0] != "0"):
        value = int(text)
        if value <= TREE_SIZE_MAX:
            return value
    raise error(f"{what} must be a decimal number from 0 to 2^63 - 1 without leading zeroes, and is not")


def is_line(text: str) -> bool:
    """Whether the text can be one line of a signed note: not empty, no ASCII control character, valid Unicode."""
    return text != "" and not has_control(text) and is_unicode(text)


def has_control(text: str, *, but_newline: bool = False) -> bool:
    """Whether there is an ASCII control character, below U+0020; a newline is one unless let pass."""
    return (_CONTROL_BUT_NEWLINE if but_newline else _CONTROL).search(text) is not None


def is_unicode(text: str) -> bool:
    """Whether the text can be written in UTF-8: Python also holds lone surrogates, which cannot."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def brief(text: str) -> str:
    """The text as a message quotes it: whole when short, else its beginning."""
    return text if len(text) <= _BRIEF_CHARACTERS_MAX else f"{text[:_BRIEF_CHARACTERS_MAX]}..."
