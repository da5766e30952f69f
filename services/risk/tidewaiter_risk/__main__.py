"""How risk is joined: scorecard, lists, assessor, server."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tidewaiter.risk.v1 import risk_pb2, risk_pb2_grpc
from tidewaiter_chassis import validation
from tidewaiter_chassis.server import Server
from tidewaiter_chassis.server import main as serve
from tidewaiter_chassis.telemetry import Telemetry

from tidewaiter_risk.assess import SIGNALS, Assessor
from tidewaiter_risk.lists.directory import SAMPLE_DIR, PartyList, ignored_in, read_list, read_lists
from tidewaiter_risk.lists.index import NameIndex
from tidewaiter_risk.scorecard.load import PACKAGED_DIR, load_scorecard
from tidewaiter_risk.servicer import RiskServicer
from tidewaiter_risk.settings import Settings
from tidewaiter_risk.signals.completeness import ELEMENTS

_DAMAGES_SHOWN_MAX = 5
_NAMES_SHOWN_MAX = 20


async def build(settings: Settings, telemetry: Telemetry) -> Server:
    """Risk, ready to start: scorecard and lists are loaded before the first call and stay as they are.

    Failure when the scorecard contradicts itself or the folder of lists is not there.
    """
    server = Server(settings=settings, telemetry=telemetry, name="risk")
    validation.warm(risk_pb2.AssessRiskRequest, risk_pb2.Assessment, risk_pb2.ScreenPartyRequest)
    scorecard = load_scorecard(
        Path(settings.scorecard_dir) if settings.scorecard_dir else PACKAGED_DIR,
        signal_ids=frozenset(SIGNALS),
        element_ids=frozenset(ELEMENTS),
    )
    telemetry.log.info("scorecard loaded", name=scorecard.name, version=scorecard.version)
    index = NameIndex(_lists(settings, telemetry), names_cached_max=settings.names_cached_max)
    if index.gaps:
        telemetry.log.error("lists incomplete: nothing will be cleared", gaps=list(index.gaps))
    servicer = RiskServicer(
        assessor=Assessor(scorecard=scorecard, index=index, descriptions_cached_max=settings.descriptions_cached_max),
        index=index,
        screening=scorecard.screening,
        telemetry=telemetry,
    )
    return server.add(risk_pb2_grpc.add_RiskServiceServicer_to_server, servicer, "tidewaiter.risk.v1.RiskService")


def _lists(settings: Settings, telemetry: Telemetry) -> Sequence[PartyList]:
    if settings.lists_dir:
        folder = Path(settings.lists_dir)
        lists: Sequence[PartyList] = read_lists(folder)
        ignored = ignored_in(folder)
        if ignored:
            telemetry.log.warning("not lists: left out", names=list(ignored[:_NAMES_SHOWN_MAX]), count=len(ignored))
    else:
        telemetry.log.warning("sample list in use: its names are invented; set TIDEWAITER_RISK_LISTS_DIR")
        lists = (read_list(SAMPLE_DIR, invented=True),)
    for one in lists:
        _tell(one, telemetry)
    return lists


def _tell(one: PartyList, telemetry: Telemetry) -> None:
    telemetry.log.info(
        "list loaded",
        list=one.version.list,
        version=one.version.version,
        sha256=one.version.sha256,
        entries=one.version.entries,
    )
    if one.damages:
        telemetry.log.warning(
            "list damaged",
            list=one.version.list,
            counts=one.damage_counts(),
            first=[
                f"{damage.file} line {damage.line}: {damage.code.name} {damage.entry_id}".rstrip()
                for damage in one.damages[:_DAMAGES_SHOWN_MAX]
            ],
        )


def main() -> None:
    """The command line of the service."""
    serve(Settings, build)


if __name__ == "__main__":
    main()
