"""A status becomes the error that says what to do about it, with nothing lost."""

from __future__ import annotations

import grpc
import pytest
from google.rpc import status_pb2
from tidewaiter_client import (
    Denied,
    EtagStale,
    FilingRefused,
    LogCorrupt,
    NotFound,
    NotReady,
    NotServed,
    Overloaded,
    RequestIdReused,
    RequestRefused,
    ServerFailed,
    TidewaiterError,
    TookTooLong,
    Unavailable,
    Violation,
)
from tidewaiter_client.errors import error_from_status

from tests.fake_intake import status

CLASSES = {
    "INVALID_ARGUMENT": RequestRefused,
    "OUT_OF_RANGE": RequestRefused,
    "NOT_FOUND": NotFound,
    "ALREADY_EXISTS": RequestIdReused,
    "ABORTED": EtagStale,
    "FAILED_PRECONDITION": NotReady,
    "UNAVAILABLE": Unavailable,
    "RESOURCE_EXHAUSTED": Overloaded,
    "DEADLINE_EXCEEDED": TookTooLong,
    "DATA_LOSS": LogCorrupt,
    "PERMISSION_DENIED": Denied,
    "UNAUTHENTICATED": Denied,
    "UNIMPLEMENTED": NotServed,
    "INTERNAL": ServerFailed,
    "UNKNOWN": ServerFailed,
    "CANCELLED": ServerFailed,
}


@pytest.mark.parametrize("code", [code for code in grpc.StatusCode if code is not grpc.StatusCode.OK])
def test_every_code_has_its_class(code: grpc.StatusCode) -> None:
    error = error_from_status(status(code.value[0], "SOME_REASON"))

    assert CLASSES[code.name] is type(error)
    assert (code.name, "SOME_REASON", "SOME_REASON in words") == (error.code, error.reason, error.detail)
    assert {"kind": "X", "fact": "f"} == error.facts


def test_a_refused_filing_names_every_broken_rule() -> None:
    violations = (("filing.items[0].quantity", "INT64_GTE", "give 1 or more"), ("filing.mode", "ENUM_NOT_IN", "say it"))

    error = error_from_status(status(3, "INT64_GTE", violations=violations), of_filing=True)

    assert isinstance(error, FilingRefused)
    assert tuple(Violation(*each) for each in violations) == error.violations


def test_the_time_to_come_back_is_kept_and_absent_when_none_is_told() -> None:
    assert 1.5 == error_from_status(status(14, "BUSY", retry_after_seconds=1.5)).retry_after_seconds
    assert error_from_status(status(14, "BUSY")).retry_after_seconds is None


def test_a_code_of_the_future_and_a_bare_status_are_told_all_the_same() -> None:
    error = error_from_status(status_pb2.Status(code=99))

    assert ServerFailed is type(error)
    assert "UNKNOWN: the service said no more" == str(error)


def test_every_class_is_exported_and_is_a_tidewaiter_error() -> None:
    assert all(issubclass(kind, TidewaiterError) for kind in CLASSES.values())
