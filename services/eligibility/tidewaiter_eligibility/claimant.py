"""Whose day it is: the party that claims the privilege."""

from __future__ import annotations

from msgspec import Struct

from tidewaiter_eligibility import reasons
from tidewaiter_eligibility.law.rows import Limit
from tidewaiter_eligibility.model import Party, Reason, Shipment
from tidewaiter_eligibility.person import PersonKey, person_key
from tidewaiter_eligibility.person.basis import BUYER, CONSIGNEE, Basis


class Claimant(Struct, frozen=True, kw_only=True, gc=False):
    """The person in normal form; "" when no party is named with its address, and `unclear` then asks for it.

    `person` has the key and its links, a line each; `basis` says of nobody in particular how they were made.
    """

    person: str
    unclear: tuple[Reason, ...]
    basis: Basis = 0


NOBODY = Claimant(person="", unclear=())
"""The day of nobody in particular counts."""


def claimant(shipment: Shipment, limit: Limit) -> Claimant:
    """The first party of the limit's order that is named with its address; the others stand in for it.

    A purchaser who is named without an address cannot be told from others of that name, so that the consignee
    counts, as in ACE's own alert.
    """
    for role in limit.claimant:
        party = _party(shipment, role)
        if party is not None:
            key = person_key(party, limit.likeness)
            if not key.missing:
                return Claimant(person=normal_form(key), unclear=(), basis=key.basis | _ROLES[role])
    return Claimant(person="", unclear=_missing(shipment, limit))


def normal_form(key: PersonKey) -> str:
    """The person that a key names: the key, then its links, a line each."""
    return "\n".join((key.text, *key.links))


def _missing(shipment: Shipment, limit: Limit) -> tuple[Reason, ...]:
    role = limit.claimant[-1]
    party = _party(shipment, role)
    fields = [role] if party is None else [f"{role}.{field}" for field in person_key(party).missing]
    why = "the limit is that of one person, told by name and address"
    return tuple(reasons.input_missing(field, why, limit) for field in fields)


def _party(shipment: Shipment, role: str) -> Party | None:
    return shipment.buyer if role == "buyer" else shipment.consignee


_ROLES = {"buyer": BUYER, "consignee": CONSIGNEE}
