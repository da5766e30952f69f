"""Page tokens: where a list went on, at which state of the ledger, and for which question."""

from __future__ import annotations

import base64
import hashlib
from typing import NamedTuple

import msgspec
from tidewaiter_chassis.failures import Violation, invalid

PAGE_SIZE_DEFAULT = 100
_QUESTION_BYTES = 8

_encode = msgspec.msgpack.Encoder().encode


class Place(NamedTuple):
    """Where the next page begins: after `after`, in the state that the token `snapshot` names."""

    snapshot: str
    after: tuple[str, ...]


_decode = msgspec.msgpack.Decoder(tuple[bytes, Place]).decode


def page_token(question: tuple[str, ...], place: Place) -> str:
    """The token of a place in the answer to a question. It holds ids and no personal data."""
    return base64.urlsafe_b64encode(_encode((_named(question), place))).decode().rstrip("=")


def place_of(token: str, question: tuple[str, ...], *, parts: int) -> Place | None:
    """The place that a token names, None for "". Failure INVALID, PAGE_TOKEN, for one of another question or none."""
    if not token:
        return None
    try:
        named, place = _decode(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (ValueError, msgspec.MsgspecError):
        named, place = b"", Place("", ())
    if named != _named(question) or len(place.after) != parts:
        text = "It is no page of this list. Repeat the request of the page that named it, with this token."
        raise invalid(Violation(field="page_token", code="PAGE_TOKEN", message=text))
    return place


def _named(question: tuple[str, ...]) -> bytes:
    return hashlib.blake2b(_encode(question), digest_size=_QUESTION_BYTES).digest()
