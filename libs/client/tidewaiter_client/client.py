"""The synchronous client: what most filers need."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from datetime import datetime
from types import TracebackType
from typing import Self, cast

from tidewaiter.intake.v1 import intake_pb2, intake_pb2_grpc
from tidewaiter.trade.v1 import trade_pb2

from tidewaiter_client import requests
from tidewaiter_client.answer import Answer
from tidewaiter_client.connection import Connection, Tls
from tidewaiter_client.limits import StreamLimits
from tidewaiter_client.patience import OnLost, Patience, take_no_notice
from tidewaiter_client.streaming import Stream
from tidewaiter_client.watching import watch


class Client:
    """Files with one intake service; safe to share between threads.

    Every call has a deadline of `deadline_seconds`, and is made again only while the service is UNAVAILABLE, with the
    same request_id, so that nothing is filed twice.
    Raises InsecureRefused for an address off this machine without `tls`; calls raise TidewaiterError.
    """

    def __init__(
        self,
        address: str = "127.0.0.1:7301",
        *,
        tls: Tls | None = None,
        deadline_seconds: float = 30.0,
        stream_limits: StreamLimits | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._connection = Connection(
            address,
            tls=tls,
            service=requests.SERVICE,
            retried=requests.RETRIED,
            deadline_seconds=deadline_seconds,
        )
        self._stub = intake_pb2_grpc.IntakeServiceStub(self._connection.channel)
        self._stream_limits = stream_limits or StreamLimits()
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter

    def submit(
        self, filing: trade_pb2.Filing, *, validate_only: bool = False, traceparent: str = ""
    ) -> intake_pb2.SubmitFilingResponse:
        """Files one filing and returns the decision on record with its receipt.

        `validate_only` answers as if filed and leaves no trace; a sampled W3C `traceparent` has it traced.
        """
        response = self._connection.call(
            self._stub.SubmitFiling,
            intake_pb2.SubmitFilingRequest(filing=filing, validate_only=validate_only),
            of_filing=True,
            metadata=requests.metadata(traceparent),
        )
        return cast(intake_pb2.SubmitFilingResponse, response)

    def submit_batch(self, filings: Iterable[trade_pb2.Filing], *, validate_only: bool = False) -> list[Answer]:
        """Files 1 to 1,000 filings in one call; one answer for each, in order."""
        request = requests.batch(filings, validate_only=validate_only)
        return requests.batch_answers(self._connection.call(self._stub.BatchSubmitFilings, request))

    def stream(
        self, filings: Iterable[trade_pb2.Filing], *, on_lost: OnLost = take_no_notice
    ) -> Generator[Answer, None, None]:
        """Files any number of filings, and yields each one's answer as it comes, in any order.

        Never more than `StreamLimits.in_flight_max` are unanswered. When the service goes away, connects again and
        files what is unanswered with the same request_ids, for up to `retry_seconds_max`; `on_lost` is told each time.
        The iterable is read in another thread; what it raises is raised here once the filings before are answered.
        """
        return Stream(
            self._stub,
            filings,
            limits=self._stream_limits,
            address=self._connection.address,
            clock=self._clock,
            sleep=self._sleep,
            jitter=self._jitter,
            on_lost=on_lost,
        ).answers()

    def watch_decisions(
        self, originator_code: str, *, resume_token: str = "", on_lost: OnLost = take_no_notice
    ) -> Generator[intake_pb2.WatchDecisionsResponse, None, None]:
        """Every decision and re-decision on one filer's filings, as they are recorded, and signs of life, for ever.

        `resume_token` is that of the last message kept; "" begins now, "earliest" at the start of the log. Goes on by
        itself when the service goes away, for up to `retry_seconds_max`. A decision told again, such as after a token
        was not kept, has the same `dedupe_key`. Each is asked for when it is wanted. Close the generator to stop.
        """
        return watch(
            lambda request: self._connection.stream(self._stub.WatchDecisions, request),
            intake_pb2.WatchDecisionsRequest(originator_code=originator_code, resume_token=resume_token),
            patience=Patience(self._stream_limits, clock=self._clock, jitter=self._jitter),
            sleep=self._sleep,
            on_lost=on_lost,
        )

    def get_shipment(
        self, *, shipment_id: str = "", tracking_number: str = "", filing: str = ""
    ) -> intake_pb2.GetShipmentResponse:
        """The shipment with its current decision, by exactly one name; `filing` is "ORIGINATOR/request_id"."""
        request = requests.shipment(shipment_id=shipment_id, tracking_number=tracking_number, filing=filing)
        return cast(intake_pb2.GetShipmentResponse, self._connection.call(self._stub.GetShipment, request))

    def list_shipments(
        self,
        originator_code: str,
        *,
        outcomes: Iterable[trade_pb2.Outcome.ValueType] = (),
        arrival_from: datetime | None = None,
        arrival_until: datetime | None = None,
        page_size: int = 0,
    ) -> Iterator[tuple[trade_pb2.Shipment, trade_pb2.Decision]]:
        """The shipments on which one filer filed, each with its current decision, in the order in which they began.

        Narrowed to these outcomes (any when empty) and to arrivals expected from the one time to before the other; a
        time without a zone is UTC. Pages of `page_size` (1 to 1,000; 0 for 100) are asked for as they are wanted.
        """
        request = requests.shipments(
            originator_code,
            outcomes=outcomes,
            arrival_from=arrival_from,
            arrival_until=arrival_until,
            page_size=page_size,
        )
        for page in self._connection.pages(self._stub.ListShipments, request):
            yield from zip(page.shipments, page.decisions, strict=True)

    def cancel_shipment(
        self,
        shipment_id: str,
        *,
        request_id: str,
        reason: intake_pb2.CancelReason.ValueType,
        author: str,
        etag: str = "",
    ) -> intake_pb2.CancelShipmentResponse:
        """Withdraws a shipment: recorded on the log, then what it claims of its person-day is given back.

        `shipment_id` is intake's; `author` an office or an account and no person's name. The same `request_id` gets the
        first answer again. With an `etag` EtagStale is raised when the shipment has moved on since. A later filing
        opens the shipment again.
        """
        request = intake_pb2.CancelShipmentRequest(
            shipment_id=shipment_id, request_id=request_id, reason=reason, author=author, etag=etag
        )
        return cast(intake_pb2.CancelShipmentResponse, self._connection.call(self._stub.CancelShipment, request))

    def list_requirements(
        self,
        *,
        filer_type: trade_pb2.FilerType.ValueType = trade_pb2.FILER_TYPE_UNSPECIFIED,
        mode: trade_pb2.TransportMode.ValueType = trade_pb2.TRANSPORT_MODE_UNSPECIFIED,
        day: str = "",
    ) -> intake_pb2.ListRequirementsResponse:
        """The data elements that filings are checked by: of this filer and mode (unspecified for all), received on
        `day` (YYYY-MM-DD, UTC; today when empty).
        """
        request = intake_pb2.ListRequirementsRequest(filer_type=filer_type, mode=mode, day=day)
        return cast(intake_pb2.ListRequirementsResponse, self._connection.call(self._stub.ListRequirements, request))

    def close(self) -> None:
        """Ends running calls and closes the connection."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
