"""WatchDecisions: the log's decisions on one filer's filings, as that filer may see them.

Nothing is kept here, and nothing is told that the log does not tell: a token is the log's own, so that a watch goes
on after a restart of either service, or at another intake.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Protocol

from tidewaiter_chassis.failures import Failure, Kind

from tidewaiter_intake import errors, reveal
from tidewaiter_intake.model import Sighting


class Peers(Protocol):
    """What this verb needs of the peers."""

    def watch(self, originator_code: str, resume_token: str) -> AsyncGenerator[Sighting, None]:
        """What the log tells of the decisions on one filer's filings."""
        ...


class Watch:
    """The verb; one for the life of the service."""

    def __init__(self, peers: Peers) -> None:
        self._peers = peers

    async def decisions(self, originator_code: str, resume_token: str) -> AsyncGenerator[Sighting, None]:
        """Every decision behind the token that rests on a filing of this originator, those to come, and signs of life.

        Each is asked of the log when it is wanted. Failure INVALID, RESUME_TOKEN_UNKNOWN; PEER, AUDIT_DID_NOT_ANSWER,
        when the log cannot be followed: what was told until then stands.
        """
        try:
            async with aclosing(self._peers.watch(originator_code, resume_token)) as seen:
                async for sighting in seen:
                    decision = sighting.decision
                    yield sighting._replace(decision=reveal.for_filer(decision)) if decision else sighting
        except Failure as failure:
            # The peer's own text is not for our caller.
            raise (errors.resume_token_unknown() if failure.kind is Kind.INVALID else errors.log_silent()) from failure
