"""What a person can do about an error that a service, the system or a mistake of ours has caused."""

from __future__ import annotations

import errno
from typing import Final

from tidewaiter_client import errors
from tidewaiter_client.connection import InsecureRefused

from tidewaiter_cli.stopping import COULD_NOT, MISSPELT, Stop

_ADVICE: tuple[tuple[type[errors.TidewaiterError], str], ...] = (
    (errors.Unavailable, "The service runs and cannot answer now; its log in <data>/logs/ says why."),
    (errors.TookTooLong, "Run it again: what was filed is filed once, whatever happened to its answer."),
    (errors.Overloaded, "Wait a moment and run it again, with less at once."),
    (errors.NotFound, "Look for a misspelt name, or in another data directory (--data)."),
    (errors.RequestIdReused, "Give the filing a new request_id, or file its first content again."),
    (errors.EtagStale, "Read the shipment again with `tidewaiter explain`, then amend."),
    (errors.RequestRefused, "Mend what is named, then run it again."),
    (errors.NotReady, "Look into the service's log, <data>/logs/."),
    (errors.LogCorrupt, "Stop, keep the data directory as it is, and check it with `tidewaiter log fsck`."),
    (errors.NotServed, "This release declares it and does not serve it yet."),
    (errors.Denied, "Ask the operator for the right to do this."),
)

_MUTE: Final = (
    "If a service runs there, it is paused, starting or overloaded: its log in <data>/logs/ may say which. "
    "Run this again then: what was filed is filed once, whatever happened to its answer."
)
_ELSEWHERE: Final = (
    "Another service, or an older release, has this address: check --intake, --eligibility, --risk or --audit, "
    "or the variable TIDEWAITER_CLI_<SERVICE>_ADDRESS."
)
_REFUSED: Final = ("connection refused", "no such file or directory")
"""How the system says that nobody listens: at a port, or at the path of a socket."""


def explained(error: Exception) -> Stop:
    """The same error as a person should read it."""
    if isinstance(error, errors.TidewaiterError):
        if is_unreached(error):
            return Stop(f"{sentence(error)}; start it with `tidewaiter up`", status=COULD_NOT)
        if is_mute(error):
            return Stop(sentence(error), advice=_MUTE, status=COULD_NOT)
        if is_elsewhere(error):
            return Stop(sentence(error), advice=_ELSEWHERE, status=COULD_NOT)
        return Stop(sentence(error), advice=_advice(error), status=COULD_NOT)
    if isinstance(error, InsecureRefused):
        advice = "Name the PEM files in TIDEWAITER_CLI_TLS_CA_FILE, _TLS_CERTIFICATE_FILE and _TLS_KEY_FILE."
        return Stop(f"{error.address} is not on this machine, and no TLS is set up.", advice=advice, status=MISSPELT)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        where = f"{error.filename}: " if error.filename else ""
        advice = "Make room and run it again; nothing is filed twice."
        return Stop(f"{where}no room is left on the disk.", advice=advice)
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return Stop(f"{where}{error.strerror or error}.", advice="Check that the path exists and may be used.")
    problem = f"unexpected {type(error).__name__}: {error}"
    return Stop(problem, advice="This is a mistake of ours; run it again with --debug and report what it shows.")


def is_unreached(error: errors.TidewaiterError) -> bool:
    """Whether nobody listens at the address: the system itself refused the connection."""
    refused = any(word in error.detail.lower() for word in _REFUSED)
    return isinstance(error, errors.Unavailable) and not _by_service(error) and refused


def is_mute(error: errors.TidewaiterError) -> bool:
    """Whether a process may have the address and did not answer; a connection that TLS broke off says why itself."""
    broken_off = any(word in error.detail.lower() for word in ("ssl", "tls", "handshake", "certificate"))
    gone = isinstance(error, (errors.Unavailable, errors.TookTooLong))
    return gone and not _by_service(error) and not is_unreached(error) and not broken_off


def is_elsewhere(error: errors.TidewaiterError) -> bool:
    """Whether gRPC itself said that the address has no such method: no service of ours wrote this answer."""
    unknown = "method not found" in error.detail.lower()
    return isinstance(error, errors.NotServed) and not _by_service(error) and unknown


def sentence(error: errors.TidewaiterError) -> str:
    """The error with all its violations, without the advice."""
    if is_unreached(error):
        return f"nothing listens at {error.facts['address']}"
    if is_mute(error):
        return f"{error.facts['address']} did not answer: {error.code}, {error.detail}"
    if is_elsewhere(error):
        return f"{error.facts['address']} does not serve what it was asked for"
    if not error.violations:
        return str(error)
    return "; ".join(f"{each.field} {each.code}: {each.message}" for each in error.violations)


def _by_service(error: errors.TidewaiterError) -> bool:
    return bool(error.reason) or "address" not in error.facts


def _advice(error: errors.TidewaiterError) -> str:
    return next(
        (advice for kind, advice in _ADVICE if isinstance(error, kind)),
        "Report it with the incident id, if one is named; the service's log has the rest.",
    )
