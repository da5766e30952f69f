"""Rulings on persons: the file of parties, what is asked of the service, and its answer laid out."""

from __future__ import annotations

import sys
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from tidewaiter_cli.stopping import Stop

if TYPE_CHECKING:
    from tidewaiter.eligibility.v1 import eligibility_pb2
    from tidewaiter.trade.v1 import trade_pb2

Parties = Annotated[Path, Parameter(help="A file with one protojson `Party` a line, as it was filed.")]
"""A file and no options: what is typed as an option stays in the history of the shell."""
Author = Annotated[str, Parameter(help="Who rules: an office or an account.")]
Reason = Annotated[str, Parameter(help="Why; no name and no address.")]
RequestId = Annotated[str, Parameter(help="Repeats an earlier request instead of making a new one.")]


def parties_in(file: Path) -> list[trade_pb2.Party]:
    """The parties of a file. Stop names the line that is none, and never what it says."""
    from google.protobuf.json_format import Parse, ParseError
    from tidewaiter.trade.v1 import trade_pb2

    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Stop(f"{file} cannot be read.", advice="Give a text file with one party a line.") from error
    parties = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                parties.append(Parse(line, trade_pb2.Party()))
            except ParseError as error:
                raise Stop(f"{file}, line {number}: no party.", advice="Write it as protojson of Party.") from error
    return parties


def request_id_or_new(given: str) -> str:
    """The id that was given, else a new one."""
    return given or f"persons-{uuid.uuid4()}"


def announce(effect: eligibility_pb2.PersonRulingEffect, *, json: bool) -> None:
    """What a ruling did, for a person or a machine."""
    from google.protobuf.json_format import MessageToDict

    from tidewaiter_cli.pages.showing import counted, print_json

    if json:
        print_json(MessageToDict(effect, preserving_proto_field_name=True, always_print_fields_with_no_presence=True))
        return
    print(line_of(effect.ruling) + ("  (on record before)" if effect.replayed else ""))
    days, turned = counted(len(effect.person_days), "person-day"), counted(len(effect.turned), "shipment")
    print(f"  {days} touched; {turned} to be determined again")
    for each in effect.turned:
        print(f"  {each.shipment_id} revision {each.revision}")


def redecide(effect: eligibility_pb2.PersonRulingEffect, *, intake: str, data: Path | None) -> None:
    """Has intake decide again what the ruling turned, and says on standard error what became of it.

    Stop when intake cannot be asked: the ruling stands, and repeating it names the shipments again.
    """
    from tidewaiter_client import TidewaiterError
    from tidewaiter_client.operators import IntakeOperator

    from tidewaiter_cli import reach
    from tidewaiter_cli.pages.showing import counted

    if not effect.turned:
        return
    try:
        with IntakeOperator(reach.address_of("intake", given=intake, data=data), tls=reach.tls()) as operator:
            response = operator.redecide([each.shipment_id for each in effect.turned])
    except TidewaiterError as error:
        raise Stop(
            f"the ruling is recorded, and intake could not be asked to decide again: {error}",
            advice=f"Give the same command with --request-id {effect.ruling.request_id}.",
        ) from error
    undecided = [result.shipment_id for result in response.results if not result.decision.decision_id]
    decided = len(response.results) - len(undecided)
    print(f"{counted(decided, 'shipment')} decided again, {len(undecided)} not", file=sys.stderr)
    for shipment_id in undecided:
        print(f"  {shipment_id} is not decided yet, or intake does not know it", file=sys.stderr)


def line_of(ruling: eligibility_pb2.PersonRuling) -> str:
    """A ruling on one line."""
    from tidewaiter.eligibility.v1 import eligibility_pb2

    from tidewaiter_cli.pages.showing import name_of, sentence_case

    kind = sentence_case(name_of(eligibility_pb2.PersonRulingKind, ruling.kind, "PERSON_RULING_KIND_"))
    at = ruling.recorded_at.ToDatetime().isoformat(timespec="seconds")
    persons = ", ".join(person[:8] for person in ruling.persons)
    return f"{ruling.number}  {at}Z  {kind} of {persons}  by {ruling.author}: {ruling.reason}  ({ruling.request_id})"
