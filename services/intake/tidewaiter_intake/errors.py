"""How intake can fail. A verdict is never among them."""

from __future__ import annotations

from tidewaiter_chassis.failures import Failure, Kind, Violation, invalid


class RequirementsRefused(Exception):
    """The requirement table is damaged; the message names every row."""


def request_id_reused(request_id: str, field: str) -> Failure:
    """The id was used for another content; `field` is the first that differs."""
    return Failure(
        kind=Kind.REUSED,
        reason="REQUEST_ID_REUSED",
        detail=f"request_id {request_id} was used before with another {field}: "
        "use a new request_id for a new filing, or send the first content again",
        facts={"request_id": request_id, "field": field},
    )


def etag_stale(given: str, current: str) -> Failure:
    """The shipment moved on since the filer saw it; `current` may be quoted instead after a look."""
    return Failure(
        kind=Kind.STALE,
        reason="ETAG_STALE",
        detail=f"etag {given} is not current: read the shipment again and quote {current}",
        facts={"etag": given, "current": current},
    )


def shipment_full(filings_max: int) -> Failure:
    """Filings and withdrawals moved the shipment on as often as may be; no parcel has so many, a wrong number may."""
    return Failure(
        kind=Kind.NOT_READY,
        reason="SHIPMENT_FULL",
        detail=f"filings and withdrawals moved the shipment on {filings_max} times, and no more filings are taken: "
        "check the tracking number and the house bill",
        facts={"filings_max": str(filings_max)},
    )


def withdrawals_full(withdrawals_max: int) -> Failure:
    """As many requests to withdraw the shipment are kept as may be."""
    return Failure(
        kind=Kind.NOT_READY,
        reason="WITHDRAWALS_FULL",
        detail=f"{withdrawals_max} requests to withdraw this shipment are kept, and no more are taken: "
        "send one of them again, or let an operator look",
        facts={"withdrawals_max": str(withdrawals_max)},
    )


def shipment_not_found() -> Failure:
    """No shipment bears that name."""
    return Failure(
        kind=Kind.NOT_FOUND,
        reason="SHIPMENT_NOT_FOUND",
        detail="no shipment has that id, tracking number or filing",
    )


def resume_token_unknown() -> Failure:
    """The token is not of this log; where to go on from cannot be told."""
    message = "it is not of this log: give the one of the last message received, or earliest, or none"
    return invalid(Violation(field="resume_token", code="RESUME_TOKEN_UNKNOWN", message=message))


def page_token_unknown() -> Failure:
    """The token was not given for this list."""
    message = "it was not given for this list: take that of the page before, and change nothing else"
    return invalid(Violation(field="page_token", code="PAGE_TOKEN_UNKNOWN", message=message))


def log_silent() -> Failure:
    """The log cannot be followed for now, for a reason that is an operator's to know."""
    return Failure(
        kind=Kind.PEER,
        reason="AUDIT_DID_NOT_ANSWER",
        detail="The log cannot be followed for now: watch again, from the last token",
    )


def stream_unknown() -> Failure:
    """No stream is kept that goes on behind this token."""
    message = "it is of no stream that is kept: file what is unanswered on a new one, with the same request_ids"
    return invalid(Violation(field="open.resume_token", code="RESUME_TOKEN_UNKNOWN", message=message))


def stream_moved_on() -> Failure:
    """Another connection added to the stream meanwhile; nothing is lost, and nothing was filed twice."""
    return Failure(
        kind=Kind.BUSY,
        reason="STREAM_MOVED_ON",
        detail="Another connection went on with this stream: open it again with the last token",
    )


def stream_idle(seconds: float) -> Failure:
    """Nothing came and nothing was owed, for longer than a stream is kept open for."""
    return Failure(
        kind=Kind.BUSY,
        reason="STREAM_IDLE",
        detail=f"Nothing came for {seconds:g} seconds, and all is answered: open the stream again with the last token "
        "when there is something to file, or send heartbeats",
        facts={"idle_seconds": f"{seconds:g}"},
    )


def filing_not_kept(request_id: str) -> Failure:
    """A filing of a resumed stream that is not in the journal: it was refused, and the answer was missed."""
    return Failure(
        kind=Kind.BUSY,
        reason="FILING_NOT_KEPT",
        detail=f"{request_id} was not accepted when it came: file it again to be told why",
        facts={"request_id": request_id},
        retry_after_seconds=0.01,
    )


def draining() -> Failure:
    """The service stops; what it took of the stream is answered, and the rest can be filed again elsewhere."""
    return Failure(
        kind=Kind.BUSY,
        reason="DRAINING",
        detail="This server stops: connect again and file what is unanswered with the same request ids",
    )


def stream_refused(reason: str, detail: str) -> Failure:
    """A stream message breaks the protocol of the stream; nothing of it was filed."""
    return Failure(kind=Kind.INVALID, reason=reason, detail=detail)
