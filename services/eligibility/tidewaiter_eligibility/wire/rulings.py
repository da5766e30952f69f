"""From orders of operators to model, and from rulings to messages."""

from __future__ import annotations

from collections.abc import Sequence

from google.protobuf.timestamp_pb2 import Timestamp
from tidewaiter.eligibility.v1 import eligibility_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis import validation
from tidewaiter_chassis.failures import Violation, invalid

from tidewaiter_eligibility.model import Party
from tidewaiter_eligibility.person import person_key
from tidewaiter_eligibility.persons import Ruling, RulingKind
from tidewaiter_eligibility.rulings import Order, Ruled
from tidewaiter_eligibility.wire.findings import write_turned
from tidewaiter_eligibility.wire.shipments import party_from

PERSON_DAYS_MAX = 1000
"""How many person-days one answer names."""
_KINDS = {
    RulingKind.MERGE: eligibility_pb2.PERSON_RULING_KIND_MERGE,
    RulingKind.SPLIT: eligibility_pb2.PERSON_RULING_KIND_SPLIT,
}


def merge_from(request: eligibility_pb2.MergePersonsRequest) -> Order:
    """The order to merge. Failure INVALID names every broken rule, and parties that are one by their key already."""
    parties = _parties(request, {f"parties[{number}]": each for number, each in enumerate(request.parties)})
    if len({person_key(party).text for party in parties}) == 1:
        text = "All parties have one and the same key, and are one person anyhow. Give those that are to be merged."
        raise invalid(Violation(field="parties", code="PERSONS_ARE_ONE", message=text))
    return Order(request_id=request.request_id, author=request.author, reason=request.reason, parties=parties)


def split_from(request: eligibility_pb2.SplitPersonRequest) -> Order:
    """The order to split. Failure INVALID names every broken rule."""
    parties = _parties(request, {"party": request.party})
    return Order(request_id=request.request_id, author=request.author, reason=request.reason, parties=parties)


def effect_to(ruled: Ruled) -> eligibility_pb2.PersonRulingEffect:
    """What a ruling did."""
    effect = eligibility_pb2.PersonRulingEffect(
        ruling=ruling_to(ruled.ruling),
        replayed=ruled.is_replayed,
        person_days=[key.person_day for key in ruled.person_days[:PERSON_DAYS_MAX]],
    )
    write_turned(ruled.turned, effect.turned)
    return effect


def rulings_to(rulings: Sequence[Ruling], *, go_on_after: int | None) -> eligibility_pb2.ListPersonRulingsResponse:
    """A page of rulings."""
    return eligibility_pb2.ListPersonRulingsResponse(
        rulings=[ruling_to(ruling) for ruling in rulings],
        next_page_token="" if go_on_after is None else str(go_on_after),
    )


def ruling_to(ruling: Ruling) -> eligibility_pb2.PersonRuling:
    """A ruling."""
    return eligibility_pb2.PersonRuling(
        number=ruling.number,
        request_id=ruling.request_id,
        kind=_KINDS[ruling.kind],
        author=ruling.author,
        reason=ruling.reason,
        recorded_at=Timestamp(seconds=ruling.recorded_seconds),
        persons=[person.hex() for person in ruling.persons],
    )


def _parties(
    request: eligibility_pb2.MergePersonsRequest | eligibility_pb2.SplitPersonRequest,
    messages: dict[str, trade_pb2.Party],
) -> tuple[Party, ...]:
    violations = list(validation.check(request))
    parties = [] if violations else [(where, party_from(message)) for where, message in messages.items()]
    for where, party in parties:
        violations += [
            Violation(
                field=f"{where}.{field}",
                code="PERSON_UNCLEAR",
                message="A person is told by name, street line and postal code. Give it as it was filed.",
            )
            for field in person_key(party).missing
        ]
    if violations:
        raise invalid(*violations)
    return tuple(party for _, party in parties)
