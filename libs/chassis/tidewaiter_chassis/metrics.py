"""Counters, histograms and gauges on the OpenTelemetry SDK, served to Prometheus and pushed to a collector.

Nothing is registered globally. Every instrument is made once per name; asking again gives the same one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import Lock, Thread
from types import MappingProxyType
from wsgiref.simple_server import WSGIServer

from opentelemetry import metrics as api
from opentelemetry.sdk.metrics import AlwaysOffExemplarFilter, MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExplicitBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource

from tidewaiter_chassis import measures, semconv
from tidewaiter_chassis.started import AddressUnavailable
from tidewaiter_chassis.trickle import Trickle, breathe

SECONDS_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""For every histogram in seconds. The SDK's own buckets are in milliseconds and begin at 5 of them."""
ITEMS_BUCKETS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 5000.0)
"""For every histogram that counts things: the largest batch on the wire has a thousand."""
ATTRIBUTE_SETS_MAX = 1000
"""How many different sets of attributes one counter keeps; those beyond are counted together."""
PUSH_SECONDS = 10
"""How often metrics are pushed to a collector."""

STOP_SECONDS_MAX = 2.0
"""How long the last push may take when the collector does not answer."""
MEASUREMENTS_MAX = 65_536
"""How many measurements may wait for the SDK; beyond, whoever measures does the work itself."""

Measurement = tuple[api.Histogram, float, Mapping[str, str] | None]

_PIECE = 32
_OVERFLOW = (("otel.metric.overflow", "true"),)
_NONE: Mapping[str, str] = MappingProxyType({})


class Counter:
    """Only grows. Adding costs a dictionary entry; the SDK asks for the sums when it collects."""

    def __init__(self) -> None:
        self._sums: dict[tuple[tuple[str, str], ...], float] = {}
        self._lock = Lock()

    def add(self, amount: float, attributes: Mapping[str, str] = _NONE) -> None:
        """Add `amount`, 0 or more, under these attributes. Callable from any thread."""
        key = tuple(sorted(attributes.items()))
        with self._lock:
            if key not in self._sums and len(self._sums) >= ATTRIBUTE_SETS_MAX:
                key = _OVERFLOW
            self._sums[key] = self._sums.get(key, 0) + amount

    def observe(self, _options: api.CallbackOptions) -> Iterable[api.Observation]:
        """What the SDK asks for at each collection."""
        with self._lock:
            sums = list(self._sums.items())
        return [api.Observation(total, dict(key)) for key, total in sums]


class Histogram:
    """Counts every value. Recording costs a place in a queue; the SDK, which takes some 8 microseconds, comes later."""

    def __init__(self, instrument: api.Histogram, queue: Trickle[Measurement]) -> None:
        self._instrument = instrument
        self._queue = queue

    def record(self, amount: float, attributes: Mapping[str, str] | None = None) -> None:
        """Count one value, 0 or more. The attributes are not changed afterwards. Callable from any thread."""
        if not self._queue.put((self._instrument, amount, attributes)):
            # Full, or closing: slower, but counted.
            self._instrument.record(amount, attributes)


class Gauge:
    """One value per set of attributes, read when it is collected."""

    def __init__(self) -> None:
        self._reads: dict[tuple[tuple[str, str], ...], Callable[[], float]] = {}

    def read_with(self, read: Callable[[], float], attributes: Mapping[str, str]) -> None:
        """Read the value under these attributes with `read` from now on."""
        self._reads[tuple(sorted(attributes.items()))] = read

    def observe(self, _options: api.CallbackOptions) -> Iterable[api.Observation]:
        """What the SDK asks for at each collection."""
        # A truth becomes 0 or 1 here: OTLP refuses a boolean, and with it everything else that was to be pushed.
        return [api.Observation(float(read()), dict(key)) for key, read in list(self._reads.items())]


class Meters:
    """Makes the instruments of one process and, when asked to, serves them to Prometheus.

    Units are those of UCUM: "s", "By", "{item}". Attributes have few values each and hold no personal data.
    """

    def __init__(self, *, resource: Resource, readers: Sequence[MetricReader] = (), put_off: bool = True) -> None:
        """With `put_off` measurements are left to a thread; without it, for tests, they are made at once."""
        self._provider = MeterProvider(
            metric_readers=list(readers),
            resource=resource,
            # Our spans are not in the SDK's context, so that exemplars would always be empty.
            exemplar_filter=AlwaysOffExemplarFilter(),
            shutdown_on_exit=False,
            views=[_view("s", SECONDS_BUCKETS), _view("{*}", ITEMS_BUCKETS)],
        )
        self._meter = self._provider.get_meter("tidewaiter")
        self._histograms: dict[str, measures.Histogram] = {}
        self._queue: Trickle[Measurement] | None = None
        if put_off:
            self._queue = Trickle(_fold, name="metrics-fold", items_max=MEASUREMENTS_MAX, batch_max=512)
            # The SDK asks the observable instruments before it looks at the others: what waits is folded in by then.
            self._meter.create_observable_gauge("tidewaiter.metrics.fold", [self._fold_all])
        self._counters: dict[str, Counter] = {}
        self._gauges: dict[str, Gauge] = {}
        self._endpoint: Endpoint | None = None
        self.rpc_server_seconds = self.histogram(
            semconv.SERVER_CALL_DURATION, unit="s", description="Time to serve a call"
        )
        self.rpc_client_seconds = self.histogram(
            semconv.CLIENT_CALL_DURATION, unit="s", description="Time until a call made by us ended"
        )

    @classmethod
    def start(cls, *, resource: Resource, listen: str = "", push: bool = False) -> Meters:
        """Metrics as the settings want them: pushed by OTLP or not, and for `serve` the address (host:port, "" for
        nowhere), which is not bound before.
        """
        readers: list[MetricReader] = [_pushing_reader()] if push else []
        endpoint = Endpoint(listen) if listen else None
        meters = cls(resource=resource, readers=readers if endpoint is None else [*readers, endpoint.reader])
        meters._endpoint = endpoint
        return meters

    def serve(self) -> None:
        """Serve /metrics, if an address was given for it; a second call changes nothing.

        Apart from `start`, so that a process that ends without serving anything leaves the address alone.
        AddressUnavailable when it cannot be bound.
        """
        if self._endpoint is not None:
            self._endpoint.open()

    @property
    def address(self) -> str:
        """Where /metrics is served, host:port; "" when nowhere, or not yet."""
        return "" if self._endpoint is None else self._endpoint.address

    def histogram(self, name: str, *, unit: str, description: str) -> measures.Histogram:
        """The histogram of that name. Its buckets follow from its unit."""
        if name not in self._histograms:
            instrument = self._meter.create_histogram(name, unit=unit, description=description)
            self._histograms[name] = instrument if self._queue is None else Histogram(instrument, self._queue)
        return self._histograms[name]

    def counter(self, name: str, *, unit: str, description: str) -> Counter:
        """The counter of that name."""
        if name not in self._counters:
            counter = self._counters[name] = Counter()
            self._meter.create_observable_counter(name, [counter.observe], unit=unit, description=description)
        return self._counters[name]

    def gauge(
        self,
        name: str,
        *,
        read: Callable[[], float],
        unit: str,
        description: str,
        attributes: Mapping[str, str] = _NONE,
    ) -> Gauge:
        """The gauge of that name, read with `read` (from another thread) whenever it is collected.

        Asked for again under the same attributes, the newer `read` takes over.
        """
        if name not in self._gauges:
            gauge = self._gauges[name] = Gauge()
            self._meter.create_observable_gauge(name, [gauge.observe], unit=unit, description=description)
        self._gauges[name].read_with(read, attributes)
        return self._gauges[name]

    def total(self, name: str, *, read: Callable[[], float], unit: str, description: str) -> None:
        """A counter kept elsewhere, read with `read` (from another thread) whenever it is collected."""
        self._meter.create_observable_counter(
            name, [lambda _options: [api.Observation(read())]], unit=unit, description=description
        )

    def stop(self) -> None:
        """Push what is pending and close the endpoint. Later records go nowhere."""
        if self._queue is not None:
            self._queue.close()
        try:
            self._provider.shutdown(timeout_millis=STOP_SECONDS_MAX * 1000)
        finally:
            if self._endpoint is not None:
                self._endpoint.close()

    def _fold_all(self, _options: api.CallbackOptions) -> Iterable[api.Observation]:
        if self._queue is not None:
            self._queue.flush(1.0)
        return ()


class Endpoint:
    """An HTTP server on its own thread that answers every GET with the metrics in Prometheus's text format.

    `address` is where, host:port with the real port; "" until `open`.
    """

    def __init__(self, listen: str) -> None:
        # Imported here: a service that serves no metrics, and every command, starts without it.
        from opentelemetry.exporter.prometheus import PrometheusMetricReader
        from prometheus_client import CollectorRegistry

        self.address = ""
        self._listen = listen
        self._registry = CollectorRegistry()
        self._running: tuple[WSGIServer, Thread] | None = None
        self.reader = PrometheusMetricReader(scope_info_enabled=False, registry=self._registry)

    def open(self) -> None:
        """Serve; a second call changes nothing. AddressUnavailable when the address cannot be bound."""
        from prometheus_client import start_http_server

        if self._running is not None:
            return
        host, _, port = self._listen.rpartition(":")
        try:
            self._running = start_http_server(int(port), addr=host.strip("[]"), registry=self._registry)
        except OSError as error:
            raise AddressUnavailable(f"cannot serve metrics on {self._listen}: {error.strerror or error}") from error
        self.address = f"{host}:{self._running[0].server_port}"

    def close(self) -> None:
        """Stop serving, if it does, and give the port back."""
        if self._running is not None:
            server, thread = self._running
            server.shutdown()
            server.server_close()
            thread.join()


def _fold(batch: list[Measurement]) -> None:
    for first in range(0, len(batch), _PIECE):
        for instrument, amount, attributes in batch[first : first + _PIECE]:
            instrument.record(amount, attributes)
        breathe()


def _view(unit: str, buckets: Sequence[float]) -> View:
    return View(
        instrument_type=api.Histogram, instrument_unit=unit, aggregation=ExplicitBucketHistogramAggregation(buckets)
    )


def _pushing_reader() -> MetricReader:
    from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter

    return PeriodicExportingMetricReader(OTLPMetricExporter(), export_interval_millis=PUSH_SECONDS * 1000)
