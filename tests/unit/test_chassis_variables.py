"""The kinds of value: read strictly, each at its border."""

from __future__ import annotations

from typing import Any

import environ
import pytest
from tidewaiter_chassis import variables


def read(variable: Any, text: str) -> object:
    made = type("Made", (), {"__annotations__": {"value": "object"}, "value": variable})
    return environ.to_config(environ.config(prefix="A")(made), {"A_VALUE": text}).value


@pytest.mark.parametrize("text", ["true", "TRUE", "yes", "on", "1"])
def test_what_means_yes(text: str) -> None:
    assert read(variables.boolean(False, help=""), text) is True


@pytest.mark.parametrize("text", ["false", "No", "off", "0"])
def test_what_means_no(text: str) -> None:
    assert read(variables.boolean(True, help=""), text) is False


@pytest.mark.parametrize("text", ["", " ", "2", "yes!", "t"])
def test_what_means_neither_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="neither"):
        read(variables.boolean(True, help=""), text)


@pytest.mark.parametrize(("text", "taken"), [("2", False), ("3", True), ("5", True), ("6", False)])
def test_a_whole_number_is_taken_up_to_both_its_bounds(text: str, taken: bool) -> None:
    variable = variables.whole_number(4, low=3, high=5, help="")
    if taken:
        assert int(text) == read(variable, text)
        return
    with pytest.raises(ValueError, match="from 3 to 5"):
        read(variable, text)


@pytest.mark.parametrize("text", ["", "3.0", "1e3", "0x3"])
def test_what_is_not_a_whole_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a whole number"):
        read(variables.whole_number(4, low=0, high=9999, help=""), text)


@pytest.mark.parametrize(
    ("text", "taken"),
    [("-0.001", False), ("0", True), ("0.5", True), ("1", True), ("1.001", False), ("inf", False), ("nan", False)],
)
def test_a_number_is_taken_up_to_both_its_bounds(text: str, taken: bool) -> None:
    variable = variables.number(0.5, low=0, high=1, help="")
    if taken:
        assert float(text) == read(variable, text)
        return
    with pytest.raises(ValueError, match="from 0 to 1"):
        read(variable, text)


@pytest.mark.parametrize("text", ["127.0.0.1:0", "localhost:65535", "[::1]:7301", "risk.internal:7303", "0.0.0.0:7301"])
def test_an_address_has_a_host_and_a_port(text: str) -> None:
    assert text == read(variables.address("a:1", help=""), text)


@pytest.mark.parametrize("text", ["", "7301", ":7301", "host:", "host:65536", "host:-1", "host:7²", "::1:7301", "h:a"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an address"):
        read(variables.address("a:1", help=""), text)


def test_only_an_optional_address_may_be_empty() -> None:
    assert "" == read(variables.address("", optional=True, help=""), "")
