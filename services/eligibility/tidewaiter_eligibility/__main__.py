"""How eligibility is joined: law, ledger, verbs, server."""

from __future__ import annotations

from tidewaiter.eligibility.v1 import eligibility_pb2, eligibility_pb2_grpc
from tidewaiter_chassis import validation
from tidewaiter_chassis.server import Server
from tidewaiter_chassis.server import main as serve
from tidewaiter_chassis.telemetry import Telemetry

from tidewaiter_eligibility.check import Checker
from tidewaiter_eligibility.confirm import Confirmer
from tidewaiter_eligibility.determine import Determiner
from tidewaiter_eligibility.law import load_law
from tidewaiter_eligibility.servicer import EligibilityServicer
from tidewaiter_eligibility.settings import Settings
from tidewaiter_eligibility.store.sqlite import SqliteLedger


async def build(settings: Settings, telemetry: Telemetry) -> Server:
    """Eligibility, ready to start: the law is loaded and cross-checked before the ledger is opened.

    Failure LAW_REFUSED naming the row; Failure of the store when the ledger cannot be used.
    """
    law = load_law()
    telemetry.log.info("law loaded", version=law.version, regimes=len(law.rows.regimes))
    validation.warm(
        eligibility_pb2.CheckEligibilityRequest,
        eligibility_pb2.Determination,
        eligibility_pb2.ConfirmClaimsRequest,
        eligibility_pb2.ListRegimesRequest,
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
            telemetry=telemetry,
        )
        server.add(
            eligibility_pb2_grpc.add_EligibilityServiceServicer_to_server,
            servicer,
            "tidewaiter.eligibility.v1.EligibilityService",
        )
    return server


def main() -> None:
    """The command line of the service."""
    serve(Settings, build)


if __name__ == "__main__":
    main()
