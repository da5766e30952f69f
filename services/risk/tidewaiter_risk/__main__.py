"""How risk is joined: scorecard, lists, assessor, server."""

from __future__ import annotations

from pathlib import Path

from tidewaiter.risk.v1 import risk_pb2, risk_pb2_grpc
from tidewaiter_chassis import validation
from tidewaiter_chassis.clock import SystemClock
from tidewaiter_chassis.server import Server
from tidewaiter_chassis.server import main as serve
from tidewaiter_chassis.telemetry import Telemetry
from tidewaiter_goods.values import Values, read_values

from tidewaiter_risk.assess import SIGNALS, Assessor
from tidewaiter_risk.errors import values_refused
from tidewaiter_risk.in_use import InUse, Now
from tidewaiter_risk.lists.lookup import ListSet
from tidewaiter_risk.lists.watch import Watch, open_sources
from tidewaiter_risk.observe import Observer
from tidewaiter_risk.scorecard.load import PACKAGED_DIR, load_scorecard
from tidewaiter_risk.scorecard.rules import Scorecard
from tidewaiter_risk.servicer import RiskServicer
from tidewaiter_risk.settings import Settings
from tidewaiter_risk.signals.completeness import ELEMENTS
from tidewaiter_risk.store.rows import Bounds
from tidewaiter_risk.store.sqlite import SqliteHistory


async def build(settings: Settings, telemetry: Telemetry) -> Server:
    """Risk, ready to start: scorecards, lists and values are loaded before the first call, and lists are followed.

    Failure when a scorecard contradicts itself, the folder of lists is not there, or the values or the history cannot
    be used.
    """
    server = Server(settings=settings, telemetry=telemetry, name="risk")
    validation.warm(
        risk_pb2.AssessRiskRequest,
        risk_pb2.Assessment,
        risk_pb2.ScreenPartyRequest,
        risk_pb2.BatchScreenPartiesRequest,
    )
    scorecard = _scorecard(settings.scorecard_dir, telemetry)
    shadows = [_scorecard(folder, telemetry) for folder in settings.shadow_folders]
    values = _values(settings.values_file, telemetry)
    sources = open_sources(settings, scorecard.screening, telemetry)

    def assessor_of(card: Scorecard, lists: ListSet) -> Assessor:
        cached_max = settings.descriptions_cached_max
        return Assessor(scorecard=card, lists=lists, descriptions_cached_max=cached_max, values=values)

    def in_use(lists: ListSet) -> InUse:
        return InUse(lists, assessor_of(scorecard, lists), tuple(assessor_of(card, lists) for card in shadows))

    now = Now(sources.in_use, in_use)
    watch = Watch(sources, now, telemetry=telemetry)

    async with server.assembling():
        bounds = Bounds(settings.history_days_kept, settings.history_trails_max, settings.history_shipments_max)
        history = await SqliteHistory.open(settings.data_dir / "risk.db", bounds=bounds, meter=telemetry.meters)
        server.on_stop(history.close).lives_while(lambda: not history.is_lost)
        observer = Observer(
            history=history,
            scorecard=scorecard,
            clock=SystemClock(),
            seconds_max=settings.history_seconds_max,
            log=telemetry.log,
        )
        servicer = RiskServicer(
            now=now,
            observer=observer,
            history=history,
            clock=SystemClock(),
            sources=sources,
            watch=watch,
            screening=scorecard.screening,
            telemetry=telemetry,
        )
        server.on_stop(watch.follow(every_seconds=settings.lists_look_seconds))
        server.add(risk_pb2_grpc.add_RiskServiceServicer_to_server, servicer, "tidewaiter.risk.v1.RiskService")
    return server


def _scorecard(folder: str, telemetry: Telemetry) -> Scorecard:
    scorecard = load_scorecard(
        Path(folder) if folder else PACKAGED_DIR, signal_ids=frozenset(SIGNALS), element_ids=frozenset(ELEMENTS)
    )
    telemetry.log.info("scorecard loaded", name=scorecard.name, version=scorecard.version)
    return scorecard


def _values(file: str, telemetry: Telemetry) -> Values | None:
    if not file:
        telemetry.log.info("no file of unit values: no value will be called low")
        return None
    try:
        values = read_values(Path(file).read_bytes())
    except OSError as error:
        raise values_refused(file, f"cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise values_refused(file, str(error)) from error
    telemetry.log.info("values loaded", version=values.version, kinds=len(values))
    return values


def main() -> None:
    """The command line of the service."""
    serve(Settings, build)


if __name__ == "__main__":
    main()
