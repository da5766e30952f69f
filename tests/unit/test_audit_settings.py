"""The settings of audit: what is refused, what the defaults are, and the name of the log."""

from __future__ import annotations

from pathlib import Path

import pytest
from tidewaiter_audit.settings import Settings
from tidewaiter_chassis.settings import SettingsRefused, load


def test_without_a_variable_everything_has_its_default() -> None:
    settings = load(Settings, {})

    assert "127.0.0.1:7304" == settings.listen
    assert "127.0.0.1:7324" == settings.metrics_listen
    assert "tidewaiter.local/decisions" == settings.log_origin
    assert Path(".tidewaiter/audit.key") == settings.key_path
    assert not settings.fsck_at_start


def test_the_key_may_lie_elsewhere() -> None:
    settings = load(Settings, {"TIDEWAITER_AUDIT_KEY_FILE": "secrets/log.key"})

    assert Path("secrets/log.key") == settings.key_path


@pytest.mark.parametrize("origin", ["", "two words", "a+b", "a\nb"])
def test_a_name_that_no_signature_line_can_carry_is_refused(origin: str) -> None:
    with pytest.raises(SettingsRefused, match="TIDEWAITER_AUDIT_LOG_ORIGIN"):
        load(Settings, {"TIDEWAITER_AUDIT_LOG_ORIGIN": origin})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GROUP_DECISIONS_MAX", "0"),
        ("GROUP_DECISIONS_MAX", "10001"),
        ("DECISIONS_WAITING_MAX", "0"),
        ("DECISIONS_WAITING_MAX", "1000001"),
        ("FSCK_AT_START", "perhaps"),
        ("LISTEN", "0.0.0.0:7304"),
        ("KEY_FILES", "x"),
    ],
)
def test_a_wrong_or_unknown_variable_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingsRefused, match=f"TIDEWAITER_AUDIT_{name}"):
        load(Settings, {f"TIDEWAITER_AUDIT_{name}": value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GROUP_DECISIONS_MAX", "1"),
        ("GROUP_DECISIONS_MAX", "10000"),
        ("DECISIONS_WAITING_MAX", "1"),
        ("DECISIONS_WAITING_MAX", "1000000"),
    ],
)
def test_the_borders_of_a_range_are_taken(name: str, value: str) -> None:
    assert value == str(getattr(load(Settings, {f"TIDEWAITER_AUDIT_{name}": value}), name.lower()))
