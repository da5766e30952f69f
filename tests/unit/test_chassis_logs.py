"""One JSON line per event."""

from __future__ import annotations

import contextvars
import io
import json
import logging
import os
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from tidewaiter_chassis import logs, scope, traces
from tidewaiter_chassis.log_lines import LineWriter, json_form
from tidewaiter_chassis.scope import Scope
from tidewaiter_chassis.telemetry import Telemetry


class Written:
    """A configured process and what it wrote."""

    def __init__(self, *, level: str = "info", form: str = "json", stream: Any = None) -> None:
        self.stream = io.BytesIO() if stream is None else stream
        self.logging = logs.configure(level=level, form=form, service="unit", stream=self.stream)
        self.writer = self.logging.writer

    def text(self) -> str:
        self.writer.flush()
        return str(self.stream.getvalue().decode())

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text().splitlines()]


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """Logging is the process's: what a test configures and does not close is put back."""
    before = logs.Logging(LineWriter(io.BytesIO(), json_form("unit")))
    yield
    before.close()


def test_after_closing_logging_is_as_it_was() -> None:
    root = logging.getLogger()
    handlers, level, configured = root.handlers[:], root.level, structlog.is_configured()
    Written(level="error").logging.close()

    assert (handlers, level, configured) == (root.handlers, root.level, structlog.is_configured())


def test_a_line_has_its_time_its_level_its_phrase_its_service_and_its_keys() -> None:
    written = Written()
    structlog.get_logger().info("ready", address="127.0.0.1:7301", items=3, none=None)

    (line,) = written.lines()
    assert ["at", "level", "event", "service", "address", "items", "none"] == list(line)
    assert ("info", "ready", "unit", 3, None) == (
        line["level"],
        line["event"],
        line["service"],
        line["items"],
        line["none"],
    )
    assert line["at"].endswith("Z")
    assert 27 == len(line["at"])


def test_the_span_at_hand_is_named() -> None:
    written = Written()
    tracing = Telemetry.for_tests().tracing
    with tracing.begin("decide") as span, traces.working_on(span):
        structlog.get_logger().info("decided")
    structlog.get_logger().info("idle")

    inside, outside = written.lines()
    assert (span.trace_id, span.span_id) == (inside["trace_id"], inside["span_id"])
    assert "trace_id" not in outside


def test_what_is_below_the_level_is_not_written() -> None:
    written = Written(level="warning")
    structlog.get_logger().info("quiet")
    structlog.get_logger().warning("loud")

    assert ["loud"] == [line["event"] for line in written.lines()]


def test_an_error_is_written_at_once_and_after_what_came_before_it() -> None:
    written = Written()
    structlog.get_logger().info("first")
    structlog.get_logger().error("second")

    assert ["first", "second"] == [json.loads(line)["event"] for line in written.stream.getvalue().splitlines()]


def test_after_closing_a_line_is_still_written() -> None:
    written = Written()
    written.writer.close()
    structlog.get_logger().info("stopped")

    assert ["stopped"] == [json.loads(line)["event"] for line in written.stream.getvalue().splitlines()]


def test_a_value_that_json_has_no_form_for_does_not_cost_the_line() -> None:
    written = Written()
    structlog.get_logger().info("odd", half="\ud800", huge=2**70, thing=object(), good=1.5)

    (line,) = written.lines()
    assert ("'odd'", 1.5) == (line["event"], line["good"])


def test_the_console_form_is_for_people() -> None:
    written = Written(form="console")
    structlog.get_logger().info("ready", address="127.0.0.1:7301", metrics="", half="\ud800")

    text = written.text()
    assert " info    unit: ready  address=127.0.0.1:7301 half=\\ud800\n" in text
    assert "metrics" not in text


class Broken(io.BytesIO):
    """A stream whose reader is gone."""

    def write(self, _data: Any) -> int:
        raise BrokenPipeError


@pytest.mark.parametrize("closed", [True, False])
def test_a_stream_that_is_gone_costs_lines_and_nothing_else(closed: bool) -> None:
    stream = io.BytesIO() if closed else Broken()
    if closed:
        stream.close()
    written = Written(stream=stream)
    structlog.get_logger().info("one")
    structlog.get_logger().error("two")
    written.writer.flush()

    assert 2 == written.writer.dropped


def test_a_reader_that_does_not_read_costs_lines_and_never_blocks_the_caller() -> None:
    reader, writer = os.pipe()
    with os.fdopen(writer, "wb") as stream:
        written = Written(stream=stream)
        log = structlog.get_logger()
        for _ in range(30_000):
            log.info("rpc", padding="x" * 100)
        assert written.writer.dropped > 0
        # Reading again lets the writer's thread go on.
        os.set_blocking(reader, True)
        while written.writer.waiting:
            os.read(reader, 1 << 20)
        os.close(reader)
        written.writer.close()


def test_libraries_lines_come_in_the_same_form_with_what_they_quote_masked() -> None:
    written = Written()
    try:
        raise KeyError("Maria Muster")
    except KeyError:
        logging.getLogger("grpc").exception("no such party: 'Maria Muster'")
    logging.getLogger("asyncio").log(35, "slow callback")

    first, second = written.lines()
    assert ("library", "grpc", "error", "no such party: '…'") == (
        first["event"],
        first["logger"],
        first["level"],
        first["text"],
    )
    assert "KeyError" == first["error"]
    assert any("test_chassis_logs.py" in frame for frame in first["frames"])
    assert "Maria" not in written.text()
    assert ("library", "warning") == (second["event"], second["level"])


def test_our_own_modules_phrases_stay_phrases_and_their_arguments_become_keys() -> None:
    written = Written()
    log = logging.getLogger("tidewaiter_chassis.spanfile")
    log.warning("span file cannot be written", {"file": "x.jsonl"})  # noqa: PLE1205 - keys, not a format's values

    (line,) = written.lines()
    assert ("span file cannot be written", "x.jsonl") == (line["event"], line["file"])


def test_what_is_noted_belongs_to_the_rpc_at_hand_and_is_bounded() -> None:
    logs.note(outside=1)
    with Telemetry.for_tests().tracing.begin("rpc") as span:
        rpc = Scope(span=span, request_id=None)

    def inside() -> None:
        scope.enter(rpc)
        logs.note(filings=3, text="x" * 1000)
        logs.note(**{f"key_{number}": number for number in range(100)})
        logs.note(filings=4)

    contextvars.copy_context().run(inside)
    assert rpc.notes is not None
    assert (logs.NOTES_MAX, 4, logs.TEXT_MAX) == (len(rpc.notes), rpc.notes["filings"], len(str(rpc.notes["text"])))


def test_a_key_that_every_line_has_cannot_be_noted() -> None:
    with pytest.raises(ValueError, match="event, method"):
        logs.note(event="x", method="y")


def test_a_traceback_names_the_cause_and_no_values() -> None:
    def inner() -> None:
        raise ValueError("could not read 'Maria Muster' as \"12 Elm Street\"")

    def outer() -> None:
        try:
            inner()
        except ValueError as error:
            raise RuntimeError("broken") from error

    with pytest.raises(RuntimeError) as caught:
        outer()
    fields = logs.traceback_fields(caught.value)
    inner_fields = logs.traceback_fields(caught.value.__cause__ or caught.value)

    assert ("RuntimeError", "broken", "ValueError") == (fields["error"], fields["message"], fields["cause"])
    assert fields["cause_frames"][-1].endswith("inner")
    assert "could not read '…' as '…'" == inner_fields["message"]
