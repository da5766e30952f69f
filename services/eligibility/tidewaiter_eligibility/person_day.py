"""The opaque id of one person on one day: a keyed hash, so that the ledger holds no name and no address."""

from __future__ import annotations

import hmac

from tidewaiter_eligibility.model import DayKey, Judgement

SECRET_BYTES = 32
ID_HEX_DIGITS = 32


class PersonDays:
    """Makes ids with the ledger's own secret: another ledger gives the same person another id."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != SECRET_BYTES:
            raise ValueError(f"the secret of a ledger has {SECRET_BYTES} bytes, not {len(secret)}")
        self._secret = secret

    def key(self, judgement: Judgement) -> DayKey | None:
        """The person-day that a judgement hangs on: HMAC-SHA256 over person, day and paragraph, cut to 32 hex digits.

        None when it hangs on none.
        """
        rule = judgement.rule
        if rule is None:
            return None
        said = f"{judgement.person}\n{judgement.local_day}\n{rule.paragraph}"
        digest = hmac.digest(self._secret, said.encode(), "sha256")
        return DayKey(judgement.local_day, digest.hex()[:ID_HEX_DIGITS])
