"""A judgement survives being kept, exactly; what was not written by us is said to be unreadable."""

from __future__ import annotations

import msgspec
import pytest
from msgspec.structs import replace
from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_eligibility.judge import judge
from tidewaiter_eligibility.model import Judgement, PersonDayRule, Reason, Shipment
from tidewaiter_eligibility.store.packing import FORMAT, pack, unpack

from tests.eligibility_shipments import CLOSED_DAY, goods, law, shipment


@pytest.mark.parametrize(
    "given",
    [
        shipment(),
        shipment(cents=300_000),
        shipment(day=CLOSED_DAY),
        shipment(day=CLOSED_DAY, gift=True, cents=6_000),
        shipment(mode=None, items=()),
        shipment(items=(goods(hts_code="330300"), goods(unit_value=None))),
    ],
)
def test_a_judgement_comes_back_as_it_was_kept(given: Shipment) -> None:
    judgement = replace(judge(given, law=law()), person="")

    assert judgement == unpack(pack(judgement))


def test_a_judgement_that_names_a_person_is_not_kept() -> None:
    with pytest.raises(ValueError, match="person"):
        pack(judge(shipment(), law=law()))


@pytest.mark.parametrize("damaged", [b"", b"\x01", b"\xc1", msgspec.msgpack.encode((FORMAT, [1, 2]))])
def test_what_is_no_judgement_is_unreadable(damaged: bytes) -> None:
    with pytest.raises(Failure) as failure:
        unpack(damaged)

    assert (Kind.CORRUPT, "CLAIM_UNREADABLE") == (failure.value.kind, failure.value.reason)


def test_another_format_is_unreadable() -> None:
    judgement = replace(judge(shipment(), law=law()), person="")

    with pytest.raises(Failure):
        unpack(msgspec.msgpack.encode((FORMAT + 1, judgement)))


def test_the_format_is_the_order_of_the_fields() -> None:
    """Whoever changes one of these raises FORMAT, or claims on disk are read as something else."""
    assert (
        1,
        "verdict regime_id local_day zone value_minor limit_minor path path_otherwise reasons reasons_otherwise rule "
        "person law_version basis why why_otherwise duties conversions unlisted lot",
        "code rule_id detail citation confidence field",
        "paragraph limit_minor allowed over rule_id citation confidence broken_rule_id broken_citation "
        "broken_confidence is_marginal",
    ) == (FORMAT, *(" ".join(kind.__struct_fields__) for kind in (Judgement, Reason, PersonDayRule)))
