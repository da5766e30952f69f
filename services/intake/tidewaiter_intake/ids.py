"""Ids that intake makes: sortable by time, unique without asking anyone."""

from __future__ import annotations

from collections.abc import Callable

from tidewaiter_intake.model import DecisionId, ShipmentId

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM_BYTES = 10


def shipment_id(ns: int, random_bytes: Callable[[int], bytes]) -> ShipmentId:
    """26 characters of Crockford's base 32: 48 bits of milliseconds, 80 random bits."""
    number = (ns // 1_000_000) << 80 | int.from_bytes(random_bytes(_RANDOM_BYTES), "big")
    return ShipmentId("".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5)))


def decision_id(shipment: ShipmentId, number: int) -> DecisionId:
    """The id of the `number`-th decision on a shipment, from 1.

    The same after a crash, so that the log recognises a decision it already holds.
    """
    return DecisionId(f"{shipment}-{number}")
