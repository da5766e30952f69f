"""What an operator may change: environment variables, read once at start, all problems told at once."""

from __future__ import annotations

import argparse
import difflib
import math
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import attrs
import environ as environ_config

from tidewaiter_chassis import otel_variables, variables
from tidewaiter_chassis.credentials import Tls, client_tls, is_local
from tidewaiter_chassis.standard_output import readers_may_leave

PREFIX = "TIDEWAITER_"
OWNERS = ("INTAKE", "ELIGIBILITY", "RISK", "AUDIT", "CLI")
"""Who may have variables; a TIDEWAITER_ variable of anyone else is a typing mistake and refused."""

_PLAIN_NUMBERS: Mapping[object, str] = {int: "is not a whole number", float: "is not a number"}
"""What Python's own converters say of a bad text is for programmers."""
_MEBIBYTE = 1024 * 1024


@environ_config.config(prefix="TIDEWAITER_SERVICE", frozen=True)
class ServiceSettings:
    """What every service lets an operator change; each service adds its own under its own prefix."""

    listen: str = variables.address("127.0.0.1:0", help="Where to serve gRPC, as host:port; port 0 takes a free one.")
    metrics_listen: str = variables.address(
        "", optional=True, help="Where to serve /metrics over HTTP, as host:port; empty serves none."
    )
    data_dir: Path = variables.folder(".tidewaiter", help="The folder for what this service keeps; made when absent.")
    tls_certificate_file: str = variables.file(
        help="PEM file with this service's certificate chain; empty serves without TLS, on loopback only."
    )
    tls_key_file: str = variables.file(help="PEM file with the certificate's private key.")
    tls_client_ca_file: str = variables.file(
        help="PEM file with the authorities that callers' certificates must come from; empty asks callers for none."
    )
    tls_peer_ca_file: str = variables.file(
        help="PEM file with the authorities that the services called by this one must come from, which are then shown "
        "this service's own certificate; empty calls in the clear, on loopback only."
    )
    drain_seconds: float = variables.number(
        10, low=0, high=3600, help="How long running RPCs may take to finish after a stop was asked for."
    )
    request_bytes_max: int = variables.whole_number(
        8 * _MEBIBYTE, low=1024, high=256 * _MEBIBYTE, help="The largest message taken or sent, in bytes."
    )
    rpcs_in_flight_max: int = variables.whole_number(
        1000, low=1, high=100_000, help="How many RPCs run at once; more are refused with RESOURCE_EXHAUSTED."
    )
    deadline_seconds_max: float = variables.number(
        30, low=0.01, high=3600, help="The longest any caller may have one request worked on, in seconds."
    )
    reflection: bool = variables.boolean(False, help="Whether to serve gRPC reflection.")
    log_level: str = variables.choice(
        "info", among=("debug", "info", "warning", "error"), help="The least level that is logged."
    )
    log_format: str = variables.choice(
        "json", among=("json", "console"), help="How a log line is written: for machines or for people."
    )
    trace_filings_per_second: float = variables.number_or_all(
        "all", high=1_000_000, help="How many filings a second are traced in full."
    )
    trace_share_beyond: float = variables.number(
        0.01, low=0, high=1, help="The share of the filings beyond that rate that is traced all the same."
    )
    trace_file_bytes_max: int = variables.whole_number(
        64 * _MEBIBYTE, low=64 * 1024, high=16 * 1024 * _MEBIBYTE, help="What the local trace files may take, in bytes."
    )
    trace_dir: str = variables.text("", help="The folder for the local trace files; empty for <data_dir>/traces.")

    @property
    def trace_folder(self) -> Path:
        """The folder for the local trace files, the default already resolved."""
        return Path(self.trace_dir) if self.trace_dir else self.data_dir / "traces"

    def peer_tls(self, address: str) -> Tls | None:
        """What to call the service at `address` with; None is the clear, and only to loopback.

        Fails as `client_tls` does.
        """
        if not self.tls_peer_ca_file:
            return client_tls(address=address)
        return client_tls(
            address=address,
            ca_file=self.tls_peer_ca_file,
            certificate_file=self.tls_certificate_file,
            key_file=self.tls_key_file,
        )

    def contradictions(self) -> list[str]:
        """What cannot hold together, each as one sentence naming the variables; a service may add its own."""
        found = []
        prefix = _prefix(type(self))
        if bool(self.tls_certificate_file) != bool(self.tls_key_file):
            found.append(f"{prefix}_TLS_CERTIFICATE_FILE and {prefix}_TLS_KEY_FILE go together: give both or neither")
        if self.tls_client_ca_file and not self.tls_certificate_file:
            found.append(f"{prefix}_TLS_CLIENT_CA_FILE needs {prefix}_TLS_CERTIFICATE_FILE and {prefix}_TLS_KEY_FILE")
        if not self.tls_certificate_file and not is_local(self.listen):
            found.append(
                f"{prefix}_LISTEN={self.listen}: without TLS only a loopback address is served; "
                f"give {prefix}_TLS_CERTIFICATE_FILE and {prefix}_TLS_KEY_FILE, or listen on 127.0.0.1"
            )
        return found


AnySettings = TypeVar("AnySettings", bound=ServiceSettings)


class SettingsRefused(Exception):
    """The environment does not make valid settings; `problems` names every reason, one sentence each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = list(problems)


def load(cls: type[AnySettings], environ: Mapping[str, str]) -> AnySettings:
    """The settings that the environment makes. SettingsRefused names all that is wrong with it at once.

    Wrong are: an unknown variable of this service or of nobody, a missing one, a value that does not read, also in
    the standard variables of OpenTelemetry that we go by, and (once each value is well) values that contradict each
    other.
    """
    problems = [
        *_unknown(cls, environ),
        *_unreadable(cls, environ),
        *otel_variables.problems(environ, prefix=_prefix(cls)),
    ]
    if problems:
        raise SettingsRefused(problems)
    settings = environ_config.to_config(cls, dict(environ))
    contradictions = settings.contradictions()
    if contradictions:
        raise SettingsRefused(contradictions)
    return settings


def masked(settings: ServiceSettings) -> dict[str, str | int | float | bool]:
    """The effective settings as plain values for one log line, passwords inside addresses masked.

    Secrets are only ever given as the path of a file, so that nothing else needs hiding.
    """
    return {field.name: _plain(getattr(settings, field.name)) for field in _fields(type(settings))}


def variable_of(cls: type[ServiceSettings], field: str) -> str:
    """The environment variable that a field is read from: TIDEWAITER_AUDIT_LISTEN of `listen`."""
    return f"{_prefix(cls)}_{field.upper()}"


def service_of(cls: type[ServiceSettings]) -> str:
    """The name of the service that a settings class is for: "audit" of TIDEWAITER_AUDIT."""
    return _prefix(cls).removeprefix(PREFIX).lower()


@readers_may_leave()
def read_command_line(
    cls: type[AnySettings],
    argv: Sequence[str],
    environ: Mapping[str, str],
    *,
    flags: Mapping[str, str] | None = None,
) -> tuple[AnySettings, dict[str, bool]]:
    """The settings, and for each name in `flags` (name without dashes → its help) whether it was given.

    `argv` has no program name. Ends the process, as a command line does, after `--help` (0), after `--check`
    (0, the effective settings printed), when nobody reads what these print (1), and on bad settings or arguments
    (2, every problem on its own line).
    """
    parser = argparse.ArgumentParser(
        prog=f"python -m {_prefix(cls).lower()}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Serves until SIGINT or SIGTERM, then finishes what it accepted.",
        epilog=_describe(cls),
        allow_abbrev=False,
    )
    parser.add_argument("--check", action="store_true", help="read the settings, print them, and end")
    for name, meaning in (flags or {}).items():
        parser.add_argument(f"--{name}", dest=name, action="store_true", help=meaning)
    given = vars(parser.parse_args(argv))
    try:
        settings = load(cls, environ)
    except SettingsRefused as refused:
        for problem in refused.problems:
            print(f"{parser.prog}: {problem}", file=sys.stderr)
        raise SystemExit(2) from None
    if given["check"]:
        for name, value in masked(settings).items():
            print(f"{_prefix(cls)}_{name.upper()}={value}")
        raise SystemExit(0)
    return settings, {name: given[name] for name in flags or {}}


def _prefix(cls: type[ServiceSettings]) -> str:
    prefix: str = cls._prefix  # type: ignore[attr-defined]  # environ.config puts it there
    return prefix


def _fields(cls: type[ServiceSettings]) -> tuple[attrs.Attribute[Any], ...]:
    fields: tuple[attrs.Attribute[Any], ...] = attrs.fields(cls)  # type: ignore[arg-type]  # environ.config made it one
    return fields


def _entries(cls: type[ServiceSettings]) -> list[dict[str, Any]]:
    """One dict a variable, in the order of the class: var_name, required, default, help_str."""
    entries: list[dict[str, Any]] = environ_config.generate_help(cls, formatter=list)  # type: ignore[assignment]
    return entries


def _unknown(cls: type[ServiceSettings], environ: Mapping[str, str]) -> Iterator[str]:
    names = [entry["var_name"] for entry in _entries(cls)]
    others = tuple(f"{PREFIX}{owner}_" for owner in OWNERS if f"{PREFIX}{owner}" != _prefix(cls))
    for key in sorted(environ):
        if key.startswith(PREFIX) and key not in names and not key.startswith(others):
            nearest = _nearest(key, names, own=f"{_prefix(cls)}_")
            hint = f"did you mean {nearest}?" if nearest else "--help lists the known ones"
            yield f"{key}: no such setting; {hint}"


def _nearest(key: str, names: Sequence[str], *, own: str) -> str | None:
    # Only what differs is compared: with the prefix in it, everything resembles everything.
    if key.startswith(own):
        known = {name.removeprefix(own): name for name in names}
        return next((known[near] for near in difflib.get_close_matches(key.removeprefix(own), known, n=1)), None)
    owner, _, rest = key.removeprefix(PREFIX).partition("_")
    return next((f"{PREFIX}{near}_{rest}" for near in difflib.get_close_matches(owner, OWNERS, n=1)), None)


def _unreadable(cls: type[ServiceSettings], environ: Mapping[str, str]) -> Iterator[str]:
    for field, entry in zip(_fields(cls), _entries(cls), strict=True):
        name = entry["var_name"]
        if name in environ:
            try:
                _read(field, environ[name])
            except (ValueError, TypeError) as refusal:
                yield f"{name}={environ[name]}: {refusal}"
        elif entry["required"]:
            yield f"{name}: missing; {entry.get('help_str', 'it has no default')}"


def _read(field: attrs.Attribute[Any], value: str) -> None:
    """Read one value alone, exactly as attrs will when the class is made, to learn what is wrong with it."""
    if field.type in {bool, "bool"}:
        variables.read_boolean(value)
    convert: Any = field.converter or str
    try:
        found = convert(value)
    except ValueError as refusal:
        raise ValueError(_PLAIN_NUMBERS.get(convert, str(refusal))) from None
    if field.validator is not None:
        field.validator(None, field, found)


def _plain(value: object) -> str | int | float | bool:
    if value == math.inf:
        return "all"
    if isinstance(value, (bool, int, float)):
        return value
    return variables.without_password(str(value))


def _describe(cls: type[ServiceSettings]) -> str:
    lines = ["settings, from the environment:"]
    for entry in _entries(cls):
        lines.append(f"  {entry['var_name']} ({_default(entry)})")
        lines += textwrap.wrap(entry.get("help_str", ""), 92, initial_indent="      ", subsequent_indent="      ")
    return "\n".join(lines)


def _default(entry: Mapping[str, Any]) -> str:
    if entry["required"]:
        return "required"
    value = entry["default"]
    if isinstance(value, bool):
        return f"default {str(value).lower()}"
    return "default empty" if value == "" else f"default {value}"
