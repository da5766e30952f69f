"""Asking one witness over HTTP, with a bound on its time and on what it may answer (c2sp.org/tlog-witness)."""

from __future__ import annotations

from http import HTTPStatus
from http.client import HTTPException
from typing import Final
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tidewaiter_tlog.witness import ADD_CHECKPOINT_PATH

SECONDS_MAX: Final = 5.0
ANSWER_BYTES_MAX: Final = 65_536


class WitnessSilent(Exception):
    """The witness did not answer, or not in the way that the protocol has it."""


def ask(url: str, body: bytes) -> tuple[int, bytes]:
    """Status and body of its answer; raises WitnessSilent. Blocks: not for the event loop."""
    # The URL is the operator's own, http or https as the policy has checked.
    request = Request(url + ADD_CHECKPOINT_PATH, data=body, method="POST")
    try:
        with urlopen(request, timeout=SECONDS_MAX) as answer:
            return HTTPStatus.OK, answer.read(ANSWER_BYTES_MAX)
    except HTTPError as refused:
        with refused:
            return refused.code, refused.read(ANSWER_BYTES_MAX)
    except (OSError, HTTPException) as error:
        raise WitnessSilent(type(error).__name__) from error
