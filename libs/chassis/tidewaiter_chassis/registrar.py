"""What generated code takes for the server: it keeps every handler, wrapped, until the real one is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import grpc

from tidewaiter_chassis.inbound import Inbound

Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"


class Registrar:
    """Has the two methods that a generated `add_<Service>Servicer_to_server` calls."""

    def __init__(self, inbound: Inbound) -> None:
        self._inbound = inbound
        self._by_service: dict[str, dict[str, Handler]] = {}
        self._generic: list[grpc.GenericRpcHandler] = []

    def add_registered_method_handlers(self, service: str, handlers: Mapping[str, Handler]) -> None:
        """As grpc.aio.Server's: handlers by method name, found by one look into a dictionary."""
        self._by_service[service] = self._inbound.wrap_all(service, handlers)

    def add_generic_rpc_handlers(self, handlers: Sequence[grpc.GenericRpcHandler]) -> None:
        """As grpc.aio.Server's. Generated code registers every method both ways; the other way comes first."""
        self._generic += [_Wrapped(handler, self._inbound) for handler in handlers]

    def hand_over(self, server: grpc.aio.Server) -> None:
        """Give the wrapped handlers to the real server."""
        server.add_generic_rpc_handlers(self._generic)
        for service, handlers in self._by_service.items():
            server.add_registered_method_handlers(service, handlers)


class _Wrapped(grpc.GenericRpcHandler):
    def __init__(self, inner: grpc.GenericRpcHandler, inbound: Inbound) -> None:
        self._inner = inner
        self._inbound = inbound
        self._known: dict[str, Handler] = {}

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Handler | None:
        method = handler_call_details.method
        wrapped = self._known.get(method)
        if wrapped is None:
            found = self._inner.service(handler_call_details)
            if found is None:
                # Not kept: whoever calls made-up methods must not be able to fill the dictionary.
                return None
            wrapped = self._known[method] = self._inbound.wrap(method.lstrip("/"), found)
        return wrapped
