"""What a service owes to whoever started it: why it ended, and that it is this very process that answers."""

from __future__ import annotations

from typing import Final

ADDRESS_UNAVAILABLE: Final = 3
"""The exit status of a service that could not have an address: with another one it may start."""
STORE_LOST: Final = 4
"""The exit status of a service whose store failed while it ran: started again it opens the store anew."""


class AddressUnavailable(OSError):
    """An address that a setting names cannot be listened on."""


def health_name(pid: int) -> str:
    """The name under which the process of this number, and no other on this machine, answers for its health.

    Who starts a service at an address that another one holds would otherwise take the other's word for it.
    """
    return f"process/{pid}"
