"""How messages become the nouns of risk, and back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from tidewaiter.risk.v1 import risk_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis import validation
from tidewaiter_goods.confidence import Confidence

from tidewaiter_risk.errors import day_unknown, mode_unknown, shipment_id_missing
from tidewaiter_risk.history.keys import Parties
from tidewaiter_risk.lists.wire import versions_to
from tidewaiter_risk.model import (
    NANOS_PER_UNIT,
    Action,
    Contribution,
    Counterfactual,
    FilerType,
    Finding,
    Item,
    ListVersion,
    Mode,
    Party,
    Reason,
    ReasonCode,
    Shipment,
    Source,
)

_EPOCH = date(1970, 1, 1)
_SECONDS_PER_DAY = 86_400
_QUANTITY_MAX = 1_000_000
_GRAMS_MAX = 100_000_000
_COUNTRY = re.compile("[A-Z]{2}")
_HTS = re.compile(r"[0-9]{4}\.?[0-9]{2}(\.?[0-9]{2}(\.?[0-9]{2})?)?")
_CONTRIBUTIONS_CACHED_MAX = 4_096

_MODES = {trade_pb2.TransportMode.Value(f"TRANSPORT_MODE_{mode.name}"): mode for mode in Mode}
_ACTIONS = {action: trade_pb2.RiskAction.Value(f"RISK_ACTION_{action.name}") for action in Action}
_FILER_TYPES: dict[int, FilerType] = {int(one): one for one in FilerType}
_CODES = {code: trade_pb2.ReasonCode.Value(f"REASON_CODE_{code.name}") for code in ReasonCode}
_SOURCES = {source: trade_pb2.ReasonSource.Value(f"REASON_SOURCE_{source.name}") for source in Source}
_CONFIDENCES = {one: trade_pb2.Confidence.Value(f"CONFIDENCE_{one.name}") for one in Confidence}
_CODES_READ = {int(number): code for code, number in _CODES.items()}
_SOURCES_READ = {int(number): source for source, number in _SOURCES.items()}
_CONFIDENCES_READ = {int(number): one for one, number in _CONFIDENCES.items()}


def refuse_repeated(assessments: Sequence[risk_pb2.Assessment]) -> None:
    """Failure SHIPMENT_REPEATED naming every place where a shipment stands again: its revision could not be told."""
    validation.refuse_repeated(
        [one.shipment.shipment_id for one in assessments],
        field="assessments[{}].shipment.shipment_id",
        code="SHIPMENT_REPEATED",
        remedy="Send each shipment once.",
    )


def refuse_invalid(assessment: risk_pb2.Assessment) -> None:
    """Failure INVALID naming all that breaks a rule of the contract.

    Nearly every shipment passes a few quick tests of the fields that risk reads, which say so in a quarter of the time;
    one that does not is held against all rules. What risk does not read cannot change an answer.
    """
    if not (assessment.HasField("shipment") and _is_sound(assessment.shipment)):
        validation.refuse_invalid(assessment)


def _is_sound(message: trade_pb2.Shipment) -> bool:
    """Whether all that risk reads of a shipment keeps the rules, for certain; False when that takes a closer look."""
    has = message.HasField
    for item in message.items:
        code, country, quantity, grams = item.hts_code, item.origin_country, item.quantity, item.weight_grams
        if not (1 <= quantity <= _QUANTITY_MAX and 0 <= grams <= _GRAMS_MAX and len(item.description) <= 1000):
            return False
        if (code and not _is_hts_number(code)) or (country and not _is_country(country)):
            return False
    return (
        (not has("consignee") or _is_sound_party(message.consignee))
        and (not has("shipper") or _is_sound_party(message.shipper))
        and (not has("seller") or _is_sound_party(message.seller))
        and (not has("buyer") or _is_sound_party(message.buyer))
    )


def _is_sound_party(message: trade_pb2.Party) -> bool:
    name, country, lines = message.name, message.country_code, message.address_lines
    # A name that begins with a letter or digit has one; any other is held against the contract's pattern.
    if name and (len(name) > 200 or not name[0].isalnum()):
        return False
    if (country and not _is_country(country)) or len(lines) > 5:
        return False
    for line in lines:
        if len(line) > 200:
            return False
    return (
        len(message.city) <= 100
        and len(message.postal_code) <= 20
        and len(message.email) <= 254
        and len(message.phone) <= 40
    )


@lru_cache(1_024)
def _is_country(code: str) -> bool:
    return _COUNTRY.fullmatch(code) is not None


@lru_cache(16_384)
def _is_hts_number(code: str) -> bool:
    return _HTS.fullmatch(code) is not None


def shipment_from(message: trade_pb2.Shipment) -> Shipment:
    """What risk reads of a shipment. Failure SHIPMENT_ID_MISSING or MODE_UNKNOWN.

    A field that is absent becomes None, never zero.
    """
    shipment_id = message.shipment_id
    if not shipment_id:
        raise shipment_id_missing()
    mode = _MODES.get(message.mode)
    if mode is None:
        raise mode_unknown(message.mode)
    has = message.HasField
    filers = message.filer_types
    return Shipment(
        shipment_id=shipment_id,
        mode=mode,
        arrival_day=message.estimated_arrival.seconds // _SECONDS_PER_DAY if has("estimated_arrival") else None,
        seller=_party_from(message.seller) if has("seller") else None,
        shipper=_party_from(message.shipper) if has("shipper") else None,
        buyer=_party_from(message.buyer) if has("buyer") else None,
        consignee=_party_from(message.consignee) if has("consignee") else None,
        items=tuple([_item_from(item) for item in message.items]),
        scanned=has("security_scan") and message.security_scan.performed,
        conflicting_fields=tuple([conflict.field for conflict in message.conflicts]),
        revision=message.revision,
        filer_types=tuple([_FILER_TYPES[filer] for filer in filers if filer in _FILER_TYPES]) if filers else (),
        seller_account_id=message.seller_account_id,
    )


def day_from(text: str) -> int | None:
    """A day of the calendar as the model counts it, None for no text; Failure DAY_UNKNOWN for 2025-02-30."""
    if not text:
        return None
    try:
        return (date.fromisoformat(text) - _EPOCH).days
    except ValueError:
        raise day_unknown(text) from None


def parties_from(message: trade_pb2.Shipment) -> Parties:
    """Who and where, for the history to hash; personal data, so nobody else asks for it."""
    consignee, has = message.consignee, message.HasField
    address: tuple[str, ...] = ()
    if consignee.address_lines:
        address = (*consignee.address_lines, consignee.city, consignee.postal_code)
    return Parties(
        consignee=consignee.name,
        address=address,
        phone=consignee.phone,
        email=consignee.email,
        shipper=message.shipper.name if has("shipper") else "",
        shipper_country=message.shipper.country_code if has("shipper") else "",
        seller=message.seller_account_id or (message.seller.name if has("seller") else ""),
        order_id=message.order_id,
    )


def _party_from(message: trade_pb2.Party) -> Party:
    # The city first: it is nearly always there, and reading the lines costs five times as much.
    return Party(
        name=message.name,
        country=message.country_code,
        addressed=bool(message.city or message.postal_code or message.address_lines),
        reachable=bool(message.phone or message.email),
    )


def _item_from(message: trade_pb2.LineItem) -> Item:
    currency, unit_nanos = "", None
    if message.HasField("unit_value"):
        money = message.unit_value
        currency, unit_nanos = money.currency_code, money.units * NANOS_PER_UNIT + money.nanos
    return Item(
        description=message.description,
        hts_code=message.hts_code,
        origin_country=message.origin_country,
        quantity=message.quantity,
        currency=currency,
        unit_nanos=unit_nanos,
        weight_grams=message.weight_grams,
    )


class FindingWriter:
    """Writes findings into messages. What thousands of them share is made once and copied, which is faster.

    Contributions are remembered by identity: a signal that gives the same object again gets the same message, and
    the object is held, so that no other can take its place.
    """

    def __init__(self) -> None:
        self._frame = trade_pb2.RiskFinding()
        self._framed: tuple[str, tuple[ListVersion, ...]] = ("", ())
        self._contributions: dict[int, tuple[Contribution, trade_pb2.RiskContribution]] = {}
        self._counterfactual = lru_cache(_CONTRIBUTIONS_CACHED_MAX)(counterfactual_to)

    def write(self, finding: Finding, message: trade_pb2.RiskFinding) -> None:
        """Writes the finding into an empty message; its faults stay here."""
        version, lists = self._framed
        if finding.lists is not lists or finding.scorecard_version != version:
            self._framed = (finding.scorecard_version, finding.lists)
            self._frame = trade_pb2.RiskFinding(
                scorecard_version=finding.scorecard_version, lists=versions_to(finding.lists)
            )
        message.MergeFrom(self._frame)
        message.score = finding.score
        message.action = _ACTIONS[finding.action]
        if finding.counterfactual is not None:
            message.counterfactual.CopyFrom(self._counterfactual(finding.counterfactual))
        if finding.contributions:
            message.contributions.extend([self._contribution(one) for one in finding.contributions])

    def _contribution(self, contribution: Contribution) -> trade_pb2.RiskContribution:
        known = self._contributions.get(id(contribution))
        if known is not None:
            return known[1]
        if len(self._contributions) == _CONTRIBUTIONS_CACHED_MAX:
            self._contributions.clear()
        message = contribution_to(contribution)
        self._contributions[id(contribution)] = (contribution, message)
        return message


def contribution_to(contribution: Contribution) -> trade_pb2.RiskContribution:
    """One addend of the score as a message."""
    reason = contribution.reason
    return trade_pb2.RiskContribution(
        signal=contribution.signal,
        points=contribution.points,
        reason=trade_pb2.Reason(
            code=_CODES[reason.code],
            source=_SOURCES[reason.source],
            rule_id=reason.rule_id,
            detail=reason.detail,
            citation=reason.citation,
            confidence=_CONFIDENCES[reason.confidence],
            field=reason.field,
        ),
        data_version=contribution.data_version,
        shipment_ids=contribution.shipment_ids,
        suppression_id=contribution.suppression_id,
    )


def contribution_from(message: trade_pb2.RiskContribution) -> Contribution:
    """One addend of a recorded score; KeyError for a reason that no release of ours gives."""
    reason = message.reason
    return Contribution(
        signal=message.signal,
        points=message.points,
        reason=Reason(
            code=_CODES_READ[reason.code],
            source=_SOURCES_READ[reason.source],
            rule_id=reason.rule_id,
            detail=reason.detail,
            citation=reason.citation,
            confidence=_CONFIDENCES_READ[reason.confidence],
            field=reason.field,
        ),
        data_version=message.data_version,
        shipment_ids=tuple(message.shipment_ids),
        suppression_id=message.suppression_id,
    )


def counterfactual_to(counterfactual: Counterfactual) -> trade_pb2.RiskCounterfactual:
    """What would have changed the advice, as a message."""
    return trade_pb2.RiskCounterfactual(
        action=_ACTIONS[counterfactual.action],
        score=counterfactual.score,
        signals=counterfactual.signals,
        detail=counterfactual.detail,
    )
