"""Messages of a stream of filings: what opens it, what comes on it, and what is said beside the answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence

from tidewaiter.intake.v1 import intake_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis import validation

from tidewaiter_intake import errors
from tidewaiter_intake.model import FilingName
from tidewaiter_intake.resume import KeptStream
from tidewaiter_intake.stream import Due, Terms
from tidewaiter_intake.wire.filings import filing_from_bytes
from tidewaiter_intake.wire.requests import Given

DIGEST_HEX_DIGITS = 16
_CHUNKS = "chunks of 1 to 500 filings"

Batch = Sequence[trade_pb2.Filing] | list[FilingName]
"""What is answered together: filings as they came, or the names of filings that came before and are kept."""


def opening_of(message: intake_pb2.StreamFilingsRequest | None) -> intake_pb2.StreamOpen | None:
    """What the first message opens with; None for one that is a chunk, or for none. Failure INVALID."""
    if message is None or not message.HasField("open"):
        return None
    validation.refuse_invalid(message)
    return message.open


async def batches(
    kept: KeptStream | None,
    first: intake_pb2.StreamFilingsRequest | None,
    messages: AsyncIterator[intake_pb2.StreamFilingsRequest],
) -> AsyncIterator[Batch]:
    """What was missed of the stream before, then the filings of the first message, if it is a chunk, and the others.

    Heartbeats are left out; Failure INVALID for what is neither.
    """
    if kept is not None:
        for names in kept.missed():
            yield names
    if first is not None:
        yield _chunk_in(first)
    async for message in messages:
        if not message.HasField("heartbeat"):
            yield _chunk_in(message)


def _chunk_in(message: intake_pb2.StreamFilingsRequest) -> Sequence[trade_pb2.Filing]:
    if message.HasField("open"):
        raise errors.stream_refused("STREAM_MESSAGE_UNEXPECTED", f"only the first message may open; send {_CHUNKS}")
    if not message.HasField("chunk"):
        raise errors.stream_refused("STREAM_MESSAGE_EMPTY", f"this message holds nothing; send {_CHUNKS}")
    validation.refuse_invalid(message.chunk)
    return message.chunk.filings


def names_of(filings: Iterable[trade_pb2.Filing], given: Iterable[Given]) -> list[FilingName]:
    """What is kept of a chunk."""
    return [
        FilingName(
            message.originator_code,
            message.request_id,
            one.filing.digest.hex()[:DIGEST_HEX_DIGITS] if one.filing else "",
        )
        for message, one in zip(filings, given, strict=True)
    ]


def given_again(names: Iterable[FilingName], contents: Iterable[bytes | None]) -> list[Given]:
    """Filings that came before, as the journal has them; those that it does not have were refused."""
    return [
        Given(name.request_id, failure=errors.filing_not_kept(name.request_id))
        if content is None
        else Given(name.request_id, filing_from_bytes(content))
        for name, content in zip(names, contents, strict=True)
    ]


def opened_to(kept: KeptStream, terms: Terms) -> intake_pb2.StreamFilingsResponse:
    """The first message of a stream that was opened."""
    return intake_pb2.StreamFilingsResponse(
        resume_token=kept.token(kept.answered),
        answered=kept.answered,
        opened=intake_pb2.StreamOpened(
            in_flight_max=terms.filings_max,
            received=kept.received,
            heartbeat_milliseconds=round(terms.heartbeat_seconds * 1000),
        ),
    )


def due_to(due: Due[intake_pb2.StreamFilingsResponse], kept: KeptStream | None) -> intake_pb2.StreamFilingsResponse:
    """Answers with the token that stands for them and all before; without answers, a sign of life."""
    message = due.answers if due.answers is not None else intake_pb2.StreamFilingsResponse()
    if kept is not None:
        message.resume_token = kept.token(due.answered)
        message.answered = due.answered
    return message


def end_to(kept: KeptStream, answered: int) -> intake_pb2.StreamFilingsResponse:
    """The last message of a stream that was opened."""
    return intake_pb2.StreamFilingsResponse(
        resume_token=kept.token(answered), answered=answered, end=intake_pb2.StreamEnd(filings=answered)
    )
