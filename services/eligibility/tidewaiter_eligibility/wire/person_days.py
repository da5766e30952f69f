"""From requests for person-days and past states to what the verbs take, and back."""

from __future__ import annotations

from google.protobuf.message import Message
from tidewaiter.eligibility.v1 import eligibility_pb2
from tidewaiter_chassis import validation
from tidewaiter_chassis.failures import Violation, invalid

from tidewaiter_eligibility.get_person_day import PersonDay, PersonDayPage
from tidewaiter_eligibility.list_person_days import PersonDaysPage
from tidewaiter_eligibility.model import CURRENCY, DayKey
from tidewaiter_eligibility.pages import PAGE_SIZE_DEFAULT
from tidewaiter_eligibility.snapshots import WHATEVER_IS_KNOWN, Wanted
from tidewaiter_eligibility.wire.findings import write_money
from tidewaiter_eligibility.wire.regimes import day_from
from tidewaiter_eligibility.worth import CENTS_PER_DOLLAR, NANOS_PER_CENT

_NS = 10**9
_DOLLARS_MAX = 10**12


def wanted_from(carrier: Message) -> Wanted:
    """The state of the ledger that a request's `consistency` asks for. Failure INVALID for a time that is none."""
    if not carrier.HasField("consistency"):
        return WHATEVER_IS_KNOWN
    asked: eligibility_pb2.Consistency = carrier.consistency  # type: ignore[attr-defined]  # it has the field
    violations = validation.check(asked, at="consistency")
    if violations:
        raise invalid(*violations)
    if asked.HasField("as_known_at"):
        at = asked.as_known_at
        return Wanted(known_at_ns=at.seconds * _NS + at.nanos)
    return Wanted(at_least_as_fresh=asked.at_least_as_fresh, at_exact_snapshot=asked.at_exact_snapshot)


def day_key_from(request: eligibility_pb2.GetPersonDayRequest) -> DayKey:
    """The person-day that is asked for. Failure INVALID names every broken rule."""
    validation.refuse_invalid(request)
    day_from(request.local_day, field="local_day")
    return DayKey(request.local_day, request.person_day)


def headroom_from(request: eligibility_pb2.ListPersonDaysRequest) -> int | None:
    """The most headroom that is asked for in cents, None for any. Failure INVALID names every broken rule."""
    validation.refuse_invalid(request)
    day_from(request.local_day, field="local_day")
    if not request.HasField("headroom_max"):
        return None
    amount = request.headroom_max
    is_sound = amount.currency_code == CURRENCY and 0 <= amount.units <= _DOLLARS_MAX and 0 <= amount.nanos < _NS
    if not is_sound or amount.nanos % NANOS_PER_CENT:
        text = "Headroom is U.S. dollars and whole cents, 0 or more. Correct it."
        raise invalid(Violation(field="headroom_max", code="AMOUNT_UNSOUND", message=text))
    return amount.units * CENTS_PER_DOLLAR + amount.nanos // NANOS_PER_CENT


def page_size_of(page_size: int) -> int:
    """How many a page holds when so many are asked for."""
    return page_size or PAGE_SIZE_DEFAULT


def person_day_to(page: PersonDayPage) -> eligibility_pb2.GetPersonDayResponse:
    """The answer to GetPersonDay."""
    response = eligibility_pb2.GetPersonDayResponse(next_page_token=page.next_page_token, snapshot=page.snapshot)
    _write_person_day(page.person_day, response.person_day)
    return response


def person_days_to(page: PersonDaysPage) -> eligibility_pb2.ListPersonDaysResponse:
    """The answer to ListPersonDays."""
    response = eligibility_pb2.ListPersonDaysResponse(next_page_token=page.next_page_token, snapshot=page.snapshot)
    for person_day in page.person_days:
        _write_person_day(person_day, response.person_days.add())
    return response


def _write_person_day(person_day: PersonDay, message: eligibility_pb2.PersonDay) -> None:
    key, total = person_day.key, person_day.total
    message.person_day, message.local_day = key.person_day, key.local_day
    message.counted_shipments = total.shipments
    write_money(total.total_minor, message.total)
    write_money(total.limit_minor, message.limit)
    write_money(max(0, total.limit_minor - total.total_minor), message.headroom)
    for counted in person_day.shipments:
        message.shipment_ids.append(counted.shipment_id)
        each = message.shipments.add(shipment_id=counted.shipment_id, revision=counted.revision)
        write_money(counted.amount_minor, each.amount)
