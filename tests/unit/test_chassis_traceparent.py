"""The traceparent header, read as strictly as W3C asks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tidewaiter_chassis.traceparent import TraceParent, parse, says_unrecorded, write

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
GOOD = f"00-{TRACE}-{SPAN}-01"


def test_the_example_of_the_specification_is_read() -> None:
    assert TraceParent(int(TRACE, 16), int(SPAN, 16), True) == parse(GOOD)


@pytest.mark.parametrize(
    ("flags", "sampled"), [("00", False), ("01", True), ("02", False), ("03", True), ("ff", True), ("fe", False)]
)
def test_only_the_lowest_flag_says_sampled(flags: str, sampled: bool) -> None:
    found = parse(f"00-{TRACE}-{SPAN}-{flags}")

    assert found is not None
    assert sampled is found.sampled


@given(
    st.from_regex(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", fullmatch=True)
    | st.sampled_from([f"00-{TRACE}-{SPAN}-00", f"01-{TRACE}-{SPAN}-00", f"cc-{TRACE}-{SPAN}-01-00", GOOD, "", "-00"])
)
def test_what_says_unrecorded_by_its_end_is_never_read_as_sampled(text: str) -> None:
    found = parse(text)

    assert not (says_unrecorded(text) and found is not None and found.sampled)
    assert says_unrecorded(write(trace_id=1, span_id=1, sampled=False))


@pytest.mark.parametrize("text", [f"01-{TRACE}-{SPAN}-01", f"cc-{TRACE}-{SPAN}-01-what-ever", f"01-{TRACE}-{SPAN}-01-"])
def test_a_later_version_is_read_by_the_form_of_the_first(text: str) -> None:
    assert parse(GOOD) == parse(text)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "00",
        GOOD.upper(),
        GOOD + "-",
        GOOD + "-more",
        GOOD + "0",
        " " + GOOD,
        GOOD + "\n",
        GOOD[:-1],
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE[:-1]}-{SPAN}-01",
        f"00-{TRACE}0-{SPAN}-01",
        f"00-{TRACE[:-1]}g-{SPAN}-01",
        f"00-{TRACE[:-2]}_1-{SPAN}-01",
        f"00-+{TRACE[1:]}-{SPAN}-01",
        f"0-{TRACE}-{SPAN}-01",
        f"00_{TRACE}_{SPAN}_01",
        f"01-{TRACE}-{SPAN}-01-" + "x" * 600,
        GOOD.replace("1", "١"),  # an Arabic-Indic digit, which int() would take
    ],
)
def test_what_is_not_a_traceparent_is_nothing(text: str | None) -> None:
    assert parse(text) is None


@given(st.integers(min_value=1, max_value=2**128 - 1), st.integers(min_value=1, max_value=2**64 - 1), st.booleans())
def test_what_is_written_is_read_back(trace_id: int, span_id: int, sampled: bool) -> None:
    text = write(trace_id=trace_id, span_id=span_id, sampled=sampled)

    assert TraceParent(trace_id, span_id, sampled) == parse(text)
    assert 55 == len(text)


@given(st.text())
def test_no_text_is_too_strange_to_refuse(text: str) -> None:
    assert parse(text) is None
