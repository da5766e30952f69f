"""Has what has not arrived yet decided again, because a list of denied parties changed."""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

from cyclopts import Parameter

from tidewaiter_cli.stopping import Stop

if TYPE_CHECKING:
    from tidewaiter.trade.v1 import trade_pb2
    from tidewaiter_client.operators import RiskOperator

ArrivingFrom = Annotated[
    str, Parameter(help="Shipments expected on this day, YYYY-MM-DD, or later; usually from yesterday on.")
]
_SHOWN_MAX: Final = 20


class Rescreened(NamedTuple):
    """What became of the open shipments: how many, which got another decision, and which have none yet."""

    shipments: int
    changed: list[trade_pb2.Decision]
    undecided: list[str]


def rescreen(risk: RiskOperator, *, arriving_from: str, intake: str, data: Path | None) -> Rescreened:
    """Every open shipment decided again by the lists in use now.

    Which ones a changed entry touches is not asked: risk keeps no names, and intake records nothing where the decision
    says the same. A decision counts as changed when it was taken since this began, by the clocks of the two machines.
    Stop when one of the services does not answer; what was decided again stays so, and the rest is for the next run.
    """
    from tidewaiter_client import TidewaiterError
    from tidewaiter_client.operators import IntakeOperator

    from tidewaiter_cli import reach

    began = time.time_ns()
    found = Rescreened(0, [], [])
    try:
        with IntakeOperator(reach.address_of("intake", given=intake, data=data), tls=reach.tls()) as operator:
            for shipment_ids in risk.open_shipments(arriving_from=arriving_from):
                found = found._replace(shipments=found.shipments + len(shipment_ids))
                for result in operator.redecide(shipment_ids).results:
                    if not result.decision.decision_id:
                        found.undecided.append(result.shipment_id)
                    elif result.decision.decided_at.ToNanoseconds() >= began:
                        found.changed.append(result.decision)
    except TidewaiterError as error:
        raise Stop(
            f"{found.shipments:,} open shipments were sent to be decided again, and then: {error}",
            advice="Give `tidewaiter lists rescreen` once the service is back; what is decided is not decided twice.",
        ) from error
    return found


def as_object(found: Rescreened) -> dict[str, Any]:
    """For a machine, each changed shipment with its outcome now."""
    from tidewaiter.trade.v1 import trade_pb2

    from tidewaiter_cli.pages.showing import name_of

    return {
        "shipments": found.shipments,
        "changed": {one.shipment_id: name_of(trade_pb2.Outcome, one.outcome, "OUTCOME_") for one in found.changed},
        "undecided": found.undecided,
    }


def announce(found: Rescreened) -> None:
    """For a person: how many, and the first few that changed."""
    from tidewaiter_cli.pages.showing import counted

    told = as_object(found)
    outcomes = ", ".join(f"{count:,} {name}" for name, count in sorted(Counter(told["changed"].values()).items()))
    changed = f"{len(told['changed']):,} got another decision" + (f": {outcomes}" if outcomes else "")
    print(f"{counted(found.shipments, 'open shipment')} decided again; {changed}")
    for shipment_id, outcome in list(told["changed"].items())[:_SHOWN_MAX]:
        print(f"  {shipment_id}  {outcome}")
    if len(told["changed"]) > _SHOWN_MAX:
        print(f"  and {len(told['changed']) - _SHOWN_MAX:,} more; --json names all")
    if found.undecided:
        print(f"{counted(len(found.undecided), 'shipment')} not decided yet, or not known to intake", file=sys.stderr)
