"""Writes docs/errors.md: every reason and violation code that a caller can meet, from the code and the protos.

    .venv/bin/python tools/list_errors.py           writes the page
    .venv/bin/python tools/list_errors.py --check   writes nothing; fails when it would

Which codes there are is read from the code; what each means and asks for stands beside it, in the `errors.toml` of
its package, or of the chassis where several services share one. A code without its text, and a text without its
code, are refused.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from buf.validate import validate_pb2
from error_codes import Raised, raised_in
from google.protobuf.descriptor import Descriptor
from tidewaiter.audit.v1 import audit_pb2
from tidewaiter.eligibility.v1 import eligibility_pb2
from tidewaiter.intake.v1 import intake_pb2
from tidewaiter.risk.v1 import risk_pb2
from tidewaiter.trade.v1 import trade_pb2

ROOT = Path(__file__).resolve().parents[1]
CHASSIS = "libs/chassis/tidewaiter_chassis"
PACKAGES = {
    CHASSIS: "Every service",
    "services/intake/tidewaiter_intake": "Intake",
    "services/eligibility/tidewaiter_eligibility": "Eligibility",
    "services/risk/tidewaiter_risk": "Risk",
    "services/audit/tidewaiter_audit": "Audit",
    "libs/client/tidewaiter_client": "The client",
}
CONTRACT = "Rules of the contract, in every service"
PROTOS = (trade_pb2, intake_pb2, eligibility_pb2, risk_pb2, audit_pb2)
DATA = "errors.toml"
REQUIRED = "services/intake/tidewaiter_intake/requirements.toml"
INVALID = "INVALID_ARGUMENT"
HEAD = """# Errors

An error means that we could not find out; a no is an answer, and its reasons are [below](#reasons-of-decisions).
A status carries one `ErrorInfo` whose `reason` is a code of this page, and where fields break rules a `BadRequest`
whose violations have one each; the reason is then the first one's.
A code never changes its meaning, so programs may depend on it; the texts may change.
UNAVAILABLE and RESOURCE_EXHAUSTED come with a `RetryInfo` that says when to repeat.

Written by `tools/list_errors.py` from the code, the protos and each `errors.toml`; a test keeps it fresh.
"""


class Row(NamedTuple):
    """One line of the page."""

    code: str
    status: str
    means: str
    remedy: str
    sources: tuple[str, ...]


class Untold(Exception):
    """A code without a text, or a text without a code; one line for each."""


def page(root: Path) -> str:
    """The whole page. Untold when code and texts do not cover each other."""
    texts = {package: _texts(root, package) for package in PACKAGES}
    unused = {(package, code) for package, rows in texts.items() for code in rows}
    problems: list[str] = []

    def row(package: str, code: str, status: str, sources: Sequence[str]) -> Row:
        where = package if code in texts[package] else CHASSIS
        text = texts[where].get(code, {})
        unused.discard((where, code))
        if set(text) != {"means", "remedy"}:
            problems.append(f"{package}/{DATA}: [{code}] must say `means` and `remedy`; given in {', '.join(sources)}")
        return Row(code, status, text.get("means", ""), text.get("remedy", ""), tuple(sources))

    sections = {}
    for package, title in PACKAGES.items():
        found = raised_in(root, package, named=list(texts[package]))
        # What the chassis names after the service's own parts, such as a queue, is the service's code.
        made = [code for code in texts[package] if code not in {one.code for one in found}]
        found += [one for one in raised_in(root, CHASSIS, named=made) if one.code in made]
        sections[title] = [row(package, *_joined(raised)) for raised in _by_code(found)]
    sections["Intake"] += _of_requirements(root)
    sections[CONTRACT] = [row(CHASSIS, code, INVALID, sources) for code, sources in sorted(_of_contract().items())]
    problems += [f"{package}/{DATA}: [{code}] is given by no code" for package, code in sorted(unused)]
    if problems:
        raise Untold("\n".join(problems))
    order = ["Every service", CONTRACT, *list(PACKAGES.values())[1:]]
    return "\n".join([HEAD, *(_section(title, sections[title]) for title in order), _reasons(root)])


def _texts(root: Path, package: str) -> dict[str, dict[str, str]]:
    path = root / package / DATA
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _by_code(found: Sequence[Raised]) -> list[list[Raised]]:
    codes = sorted({one.code for one in found})
    return [[one for one in found if one.code == code] for code in codes]


def _joined(same: Sequence[Raised]) -> tuple[str, str, list[str]]:
    statuses = dict.fromkeys(one.status for one in same)
    return same[0].code, ", ".join(statuses), list(dict.fromkeys(one.source for one in same))


def _of_requirements(root: Path) -> list[Row]:
    """The codes of the table of data elements, which say by themselves what is missing and what to do."""
    rows = tomllib.loads((root / REQUIRED).read_text(encoding="utf-8"))["element"]
    return [
        Row(
            each["code"],
            INVALID if each["presence"] == "required" else "none: a reason of the decision",
            f"`{'` or `'.join(each['fields'])}` is missing ({each['citation']}).",
            f"{each['fix'][:1].upper()}{each['fix'][1:]}.",
            (REQUIRED,),
        )
        for each in sorted(rows, key=lambda each: str(each["code"]))
        if each["presence"] != "timely"  # nothing is missing: the reason is one of the contract's
    ]


def _of_contract() -> dict[str, list[str]]:
    """The code of each rule that a field of a proto states, with the protos that state it."""
    found: dict[str, list[str]] = {}
    for module in PROTOS:
        source = f"protos/{module.DESCRIPTOR.name}"
        for message in module.DESCRIPTOR.message_types_by_name.values():
            for rule in _rules_of_message(message):
                sources = found.setdefault(rule.replace(".", "_").upper(), [])
                sources += [] if source in sources else [source]
    return found


def _rules_of_message(message: Descriptor) -> Iterator[str]:
    for field in message.fields:
        if field.GetOptions().HasExtension(validate_pb2.field):
            yield from _rules_of_field(field.GetOptions().Extensions[validate_pb2.field])
    if any(oneof.GetOptions().HasExtension(validate_pb2.oneof) for oneof in message.oneofs):
        yield "required"
    for nested in message.nested_types:
        yield from _rules_of_message(nested)


def _rules_of_field(rules: Any) -> Iterator[str]:
    """The ids that protovalidate gives: bounds on both sides are one rule, and those of items are their own."""
    if rules.required:
        yield "required"
    family = rules.WhichOneof("type")
    if family is None:
        return
    stated = {field.name: value for field, value in getattr(rules, family).ListFields()}
    if "items" in stated:
        yield from _rules_of_field(stated.pop("items"))
    bounds = [name for name in ("gt", "gte", "lt", "lte") if stated.pop(name, None) is not None]
    yield from (f"{family}.{name}" for name in [*(["_".join(bounds)] if bounds else []), *stated])


def _section(title: str, rows: Sequence[Row]) -> str:
    lines = ["| code | status | means | what to do | source |", "| --- | --- | --- | --- | --- |"]
    for row in rows:
        sources = ", ".join(f"[{_short(source)}](../{source})" for source in row.sources)
        lines.append(f"| `{row.code}` | {row.status} | {row.means} | {row.remedy} | {sources} |")
    return "\n".join([f"## {title}", "", *lines, ""])


def _short(source: str) -> str:
    """The path within its package or folder of protos."""
    return re.sub(r"^(libs|services)/[a-z]+/tidewaiter_[a-z]+/|^protos/tidewaiter/[a-z]+/v1/", "", source)


def _reasons(root: Path) -> str:
    """The codes of decisions' reasons, with what the contract says of them."""
    proto = (root / "protos/tidewaiter/trade/v1/trade.proto").read_text(encoding="utf-8")
    body = re.search(r"^enum ReasonCode \{\n(.*?)^\}", proto, re.MULTILINE | re.DOTALL)
    found = re.findall(r"((?:  // [^\n]*\n)+)  REASON_CODE_(\w+) = (\d+);", body[1] if body else "")
    services = {name: _mentioned(root, package) for package, name in list(PACKAGES.items())[1:4]}
    lines = ["| number | code | means | given by |", "| --- | --- | --- | --- |"]
    for comment, code, number in found:
        means = " ".join(line.strip(" /") for line in comment.strip().splitlines())
        by = ", ".join(name.lower() for name, text in services.items() if re.search(rf"\b{code}\b", text))
        if number != "0":
            lines.append(f"| {number} | `{code}` | {means} | {by or 'none yet'} |")
    text = (
        "Why a parcel was decided as it was: part of an answer, never of an error. On the wire each has the prefix\n"
        "`REASON_CODE_`. Those that risk gives are shown to operators and auditors only.\n"
        "`tidewaiter explain` says of one decision what would change it.\n"
    )
    return "\n".join(["## Reasons of decisions", "", text, *lines, ""])


def _mentioned(root: Path, package: str) -> str:
    """All that a service says beyond the bare list of the codes."""
    paths = [path for path in sorted((root / package).rglob("*")) if path.suffix in {".py", ".toml"}]
    said = [path.read_text(encoding="utf-8") for path in paths if path.parent.name != "model" and path.stem != "model"]
    return "\n".join(said)


def main(argv: Sequence[str] | None = None) -> int:
    """Write the page, or with --check say whether it is fresh; 0 done or fresh, 1 stale or untold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when it would")
    parser.add_argument("--root", type=Path, default=ROOT, help="the tree to read and to write in")
    flags = parser.parse_args(argv)
    path = flags.root / "docs" / "errors.md"
    try:
        text = page(flags.root)
    except Untold as problems:
        print(problems, file=sys.stderr)
        return 1
    if flags.check:
        if path.exists() and path.read_text(encoding="utf-8") == text:
            return 0
        print("docs/errors.md is not what the code says: run `make errors` and commit it.", file=sys.stderr)
        return 1
    path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
