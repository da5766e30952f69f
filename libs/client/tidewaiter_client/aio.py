"""The client for asyncio: the same promises as `Client`, for programs that run a loop."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable
from datetime import datetime
from types import TracebackType
from typing import Any, Self, cast

import grpc.aio
from google.protobuf.message import Message
from tidewaiter.intake.v1 import intake_pb2, intake_pb2_grpc
from tidewaiter.trade.v1 import trade_pb2

from tidewaiter_client import requests
from tidewaiter_client.aio_streaming import AioStream
from tidewaiter_client.answer import Answer
from tidewaiter_client.connection import Metadata, Tls, aio_channel
from tidewaiter_client.errors import error_from_rpc
from tidewaiter_client.limits import StreamLimits
from tidewaiter_client.patience import OnLost, Patience, take_no_notice
from tidewaiter_client.watching import aio_watch


class AsyncClient:
    """Files with one intake service from one event loop; make it where the loop runs.

    Deadlines, retries and errors are those of `Client`.
    """

    def __init__(
        self,
        address: str = "127.0.0.1:7301",
        *,
        tls: Tls | None = None,
        deadline_seconds: float = 30.0,
        stream_limits: StreamLimits | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._address = address
        self._deadline_seconds = deadline_seconds
        self._channel = aio_channel(address, tls=tls, service=requests.SERVICE, retried=requests.RETRIED)
        self._stub: intake_pb2_grpc.IntakeServiceAsyncStub = intake_pb2_grpc.IntakeServiceStub(self._channel)
        self._stream_limits = stream_limits or StreamLimits()
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter

    async def submit(
        self, filing: trade_pb2.Filing, *, validate_only: bool = False, traceparent: str = ""
    ) -> intake_pb2.SubmitFilingResponse:
        """Files one filing; see `Client.submit`."""
        response = await self._call(
            self._stub.SubmitFiling,
            intake_pb2.SubmitFilingRequest(filing=filing, validate_only=validate_only),
            of_filing=True,
            metadata=requests.metadata(traceparent),
        )
        return cast(intake_pb2.SubmitFilingResponse, response)

    async def submit_batch(self, filings: Iterable[trade_pb2.Filing], *, validate_only: bool = False) -> list[Answer]:
        """Files 1 to 1,000 filings in one call; see `Client.submit_batch`."""
        request = requests.batch(filings, validate_only=validate_only)
        return requests.batch_answers(await self._call(self._stub.BatchSubmitFilings, request))

    def stream(
        self,
        filings: Iterable[trade_pb2.Filing] | AsyncIterable[trade_pb2.Filing],
        *,
        on_lost: OnLost = take_no_notice,
    ) -> AsyncGenerator[Answer, None]:
        """Files any number of filings, and yields each one's answer as it comes; see `Client.stream`.

        A synchronous iterable is read in the loop, so it must not block. Who stops before the last answer closes the
        generator (`contextlib.aclosing`), and the call ends at once.
        """
        return AioStream(
            self._stub,
            filings,
            limits=self._stream_limits,
            address=self._address,
            clock=self._clock,
            sleep=self._sleep,
            jitter=self._jitter,
            on_lost=on_lost,
        ).answers()

    def watch_decisions(
        self, originator_code: str, *, resume_token: str = "", on_lost: OnLost = take_no_notice
    ) -> AsyncGenerator[intake_pb2.WatchDecisionsResponse, None]:
        """Every decision on the filings of one filer, and signs of life, for ever; see `Client.watch_decisions`."""
        return aio_watch(
            self._follow,
            intake_pb2.WatchDecisionsRequest(originator_code=originator_code, resume_token=resume_token),
            patience=Patience(self._stream_limits, clock=self._clock, jitter=self._jitter),
            sleep=self._sleep,
            on_lost=on_lost,
        )

    async def _follow(
        self, request: intake_pb2.WatchDecisionsRequest
    ) -> AsyncGenerator[intake_pb2.WatchDecisionsResponse, None]:
        messages = self._stub.WatchDecisions(request)
        try:
            async for message in messages:
                yield message
        except grpc.aio.AioRpcError as error:
            raise error_from_rpc(error, address=self._address) from error
        finally:
            messages.cancel()

    async def get_shipment(
        self, *, shipment_id: str = "", tracking_number: str = "", filing: str = ""
    ) -> intake_pb2.GetShipmentResponse:
        """The shipment with its current decision; see `Client.get_shipment`."""
        request = requests.shipment(shipment_id=shipment_id, tracking_number=tracking_number, filing=filing)
        return cast(intake_pb2.GetShipmentResponse, await self._call(self._stub.GetShipment, request))

    async def list_shipments(
        self,
        originator_code: str,
        *,
        outcomes: Iterable[trade_pb2.Outcome.ValueType] = (),
        arrival_from: datetime | None = None,
        arrival_until: datetime | None = None,
        page_size: int = 0,
    ) -> AsyncIterator[tuple[trade_pb2.Shipment, trade_pb2.Decision]]:
        """One filer's shipments, each with its current decision; see `Client.list_shipments`."""
        request = requests.shipments(
            originator_code,
            outcomes=outcomes,
            arrival_from=arrival_from,
            arrival_until=arrival_until,
            page_size=page_size,
        )
        while True:
            page = cast(intake_pb2.ListShipmentsResponse, await self._call(self._stub.ListShipments, request))
            for one in zip(page.shipments, page.decisions, strict=True):
                yield one
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    async def cancel_shipment(
        self,
        shipment_id: str,
        *,
        request_id: str,
        reason: intake_pb2.CancelReason.ValueType,
        author: str,
        etag: str = "",
    ) -> intake_pb2.CancelShipmentResponse:
        """Withdraws a shipment; see `Client.cancel_shipment`."""
        request = intake_pb2.CancelShipmentRequest(
            shipment_id=shipment_id, request_id=request_id, reason=reason, author=author, etag=etag
        )
        return cast(intake_pb2.CancelShipmentResponse, await self._call(self._stub.CancelShipment, request))

    async def list_requirements(
        self,
        *,
        filer_type: trade_pb2.FilerType.ValueType = trade_pb2.FILER_TYPE_UNSPECIFIED,
        mode: trade_pb2.TransportMode.ValueType = trade_pb2.TRANSPORT_MODE_UNSPECIFIED,
        day: str = "",
    ) -> intake_pb2.ListRequirementsResponse:
        """The data elements that filings are checked by; see `Client.list_requirements`."""
        request = intake_pb2.ListRequirementsRequest(filer_type=filer_type, mode=mode, day=day)
        return cast(intake_pb2.ListRequirementsResponse, await self._call(self._stub.ListRequirements, request))

    async def close(self) -> None:
        """Ends running calls and closes the connection."""
        await self._channel.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _call(self, method: Any, request: Message, *, of_filing: bool = False, metadata: Metadata = ()) -> Any:
        try:
            return await method(request, timeout=self._deadline_seconds, metadata=metadata)
        except grpc.aio.AioRpcError as error:
            raise error_from_rpc(error, address=self._address, of_filing=of_filing) from error
