"""What `tidewaiter trace` tells of a span is what the services' spans carry."""

from __future__ import annotations

from pathlib import Path

from tidewaiter_cli.pages.tracing import SHOWN

from tests import filings
from tests.suite import suite, until


async def test_every_fact_that_a_trace_tells_is_on_a_span_of_the_services(tmp_path: Path) -> None:
    async with suite(tmp_path, TIDEWAITER_INTAKE_TRACE_FILINGS_PER_SECOND="all") as built:
        answer = await built.submit(filings.message())
        trace_id = answer.decision.trace_id
        spans = await until(lambda: (found := built.of_trace(trace_id)) and len(found) >= 4 and found)
        calls = built.spans.get_finished_spans()

    carried = {name for each in (*spans, *calls) for name in each.attributes}
    facts = {name for name in SHOWN if name.startswith("tidewaiter.")}
    assert set() == facts - carried
