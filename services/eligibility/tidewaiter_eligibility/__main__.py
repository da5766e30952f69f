"""How eligibility is joined: law, ledger, verbs, server."""

from __future__ import annotations

from pathlib import Path

from tidewaiter.eligibility.v1 import eligibility_pb2, eligibility_pb2_grpc
from tidewaiter_chassis import validation
from tidewaiter_chassis.clock import SystemClock
from tidewaiter_chassis.server import Server
from tidewaiter_chassis.server import main as serve
from tidewaiter_chassis.telemetry import Telemetry

from tidewaiter_eligibility.check import Checker
from tidewaiter_eligibility.confirm import Confirmer
from tidewaiter_eligibility.determine import Determiner
from tidewaiter_eligibility.get_person_day import PersonDayReader
from tidewaiter_eligibility.law import Law, load_law
from tidewaiter_eligibility.ledger import Ledger
from tidewaiter_eligibility.list_person_days import PersonDayLister
from tidewaiter_eligibility.list_person_rulings import PersonRulings
from tidewaiter_eligibility.merge_persons import PersonMerger
from tidewaiter_eligibility.model import Verdict
from tidewaiter_eligibility.release import Releaser
from tidewaiter_eligibility.servicer import EligibilityServicer
from tidewaiter_eligibility.settings import Settings
from tidewaiter_eligibility.shadow import Shadow
from tidewaiter_eligibility.split_person import PersonSplitter
from tidewaiter_eligibility.store.sqlite import SqliteLedger


async def build(settings: Settings, telemetry: Telemetry) -> Server:
    """Eligibility, ready to start: the law is loaded and cross-checked before the ledger is opened.

    Failure LAW_REFUSED naming the row; Failure of the store when the ledger cannot be used.
    """
    law, shadow_law = _law(settings), _law(settings, settings.shadow_law_dir) if settings.shadow_law_dir else None
    telemetry.log.info(
        "law loaded",
        version=law.version,
        shadow_version=shadow_law.version if shadow_law else "",
        regimes=len(law.rows.regimes),
        own_rows=len(law.rows.own()),
        exchange_rates=len(law.exchange.rates),
    )
    validation.warm(
        eligibility_pb2.CheckEligibilityRequest,
        eligibility_pb2.Determination,
        eligibility_pb2.ConfirmClaimsRequest,
        eligibility_pb2.ListRegimesRequest,
        eligibility_pb2.ReleaseClaimsRequest,
        eligibility_pb2.GetPersonDayRequest,
        eligibility_pb2.ListPersonDaysRequest,
    )
    server = Server(settings=settings, telemetry=telemetry, name="eligibility")
    async with server.assembling():
        ledger = await SqliteLedger.open(
            settings.data_dir / "eligibility.db",
            meter=telemetry.meters,
            waiting_max=settings.batches_waiting_max,
        )
        server.on_stop(ledger.close).lives_while(lambda: not ledger.is_lost)
        servicer = EligibilityServicer(
            law=law,
            checker=Checker(law=law, ledger=ledger),
            determiner=Determiner(law=law, ledger=ledger),
            confirmer=Confirmer(ledger=ledger),
            merger=PersonMerger(law=law, ledger=ledger, clock=SystemClock()),
            splitter=PersonSplitter(law=law, ledger=ledger, clock=SystemClock()),
            releaser=Releaser(ledger=ledger),
            reader=PersonDayReader(ledger=ledger),
            lister=PersonDayLister(ledger=ledger),
            rulings=PersonRulings(ledger=ledger),
            telemetry=telemetry,
            shadow=_shadow(law, shadow_law, ledger, telemetry) if shadow_law else None,
        )
        server.add(
            eligibility_pb2_grpc.add_EligibilityServiceServicer_to_server,
            servicer,
            "tidewaiter.eligibility.v1.EligibilityService",
        )
    return server


def _law(settings: Settings, *more: str) -> Law:
    folders = [Path(folder) for folder in (settings.law_dir, *more) if folder]
    rates_file = settings.exchange_rates_file
    return load_law(own=folders, rates_file=Path(rates_file) if rates_file else None)


def _shadow(law: Law, shadow_law: Law, ledger: Ledger, telemetry: Telemetry) -> Shadow:
    counter = telemetry.meters.counter(
        "tidewaiter.eligibility.shadow",
        unit="{shipment}",
        description="Shipments judged alone by the law in force and by the shadow law, by both verdicts",
    )

    def count(verdict: Verdict, shadow_verdict: Verdict, number: int) -> None:
        counter.add(number, {"verdict": verdict.name, "shadow_verdict": shadow_verdict.name})

    return Shadow(law=law, shadow=shadow_law, check=Checker(law=shadow_law, ledger=ledger).check_exactly, count=count)


def main() -> None:
    """The command line of the service."""
    serve(Settings, build)


if __name__ == "__main__":
    main()
