"""RPCs that the contract declares and this release does not serve, said so one by one.

A servicer names each: `CancelShipment = unserved`. The generated base demands every RPC, so one
that is forgotten is an error of types rather than a surprise in production.
"""

from __future__ import annotations

from typing import Any

from tidewaiter_chassis.failures import Failure, Kind


async def _refuse(_servicer: object, _request: object, _context: object) -> None:
    raise Failure(
        kind=Kind.UNSERVED,
        reason="RPC_NOT_SERVED",
        detail="This release declares the RPC and does not serve it yet.",
    )


unserved: Any = _refuse
"""Answers UNIMPLEMENTED, RPC_NOT_SERVED, to unary and streaming callers alike."""
