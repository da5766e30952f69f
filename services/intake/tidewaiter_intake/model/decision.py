"""What comes of filings: findings, decisions, and a shipment with all that is needed to decide it."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple, NewType

from tidewaiter_intake.model.filing import Filing, Shipment, ShipmentId
from tidewaiter_intake.model.withdrawal import Withdrawal

DecisionId = NewType("DecisionId", str)


class Outcome(IntEnum):
    """What happens to the parcel; numbers as in trade.v1.Outcome."""

    RELEASE = 1
    ENTRY_REQUIRED = 2
    REVIEW = 3
    HOLD = 4
    REJECT = 5
    PENDING = 6
    WITHDRAWN = 7


class Verdict(IntEnum):
    """What eligibility answered; numbers as in trade.v1.Verdict."""

    ELIGIBLE = 1
    NOT_ELIGIBLE = 2
    UNKNOWN = 3


class RiskAction(IntEnum):
    """What risk advises; numbers as in trade.v1.RiskAction."""

    NONE = 1
    REVIEW = 2
    HOLD = 3
    REJECT = 4


class ReasonSource(IntEnum):
    """Where a reason comes from, and so who may see it; numbers as in trade.v1.ReasonSource."""

    LAW = 1
    DATA_QUALITY = 2
    RISK = 3
    PROCESS = 4


class ReasonCode(IntEnum):
    """The reasons that intake itself gives; numbers as in trade.v1.ReasonCode."""

    DATA_INCOMPLETE = 19
    RISK_SILENT = 22
    ELIGIBILITY_SILENT = 23
    AUDIT_SILENT = 24
    UNDER_REVIEW = 25
    WITHDRAWN = 51
    FILED_LATE = 61
    UNITED = 52


class Reason(NamedTuple):
    """One reason of a decision; `code` and `confidence` are numbers of trade.v1."""

    code: int
    source: ReasonSource
    rule_id: str
    detail: str
    citation: str = ""
    confidence: int = 0
    field: str = ""


class EligibilityFinding(NamedTuple):
    """What eligibility found: what deciding needs of it, and all of it as bytes for the record."""

    verdict: Verdict
    entry_path: int
    reasons: tuple[Reason, ...]
    law_version: str
    content: bytes


class Determined(NamedTuple):
    """Eligibility's answer for one shipment, with the shipments whose last answer it overturned.

    `confirm_wanted`: an earlier claim counts as well until eligibility is told that this revision is on record.
    """

    finding: EligibilityFinding
    turned: tuple[ShipmentId, ...] = ()
    confirm_wanted: bool = False


class RiskFinding(NamedTuple):
    """What risk found: what deciding needs of it, and all of it as bytes for the record."""

    action: RiskAction
    score: int
    reasons: tuple[Reason, ...]
    scorecard_version: str
    content: bytes


class Decision(NamedTuple):
    """One decision on one revision of one shipment. Never edited: a later one supersedes.

    A PENDING decision is not on record and has no id.
    """

    shipment_id: ShipmentId
    revision: int
    outcome: Outcome
    entry_path: int
    reasons: tuple[Reason, ...]
    eligibility: EligibilityFinding | None = None
    risk: RiskFinding | None = None
    decision_id: DecisionId = DecisionId("")
    supersedes: str = ""
    law_version: str = ""
    scorecard_version: str = ""
    code_version: str = ""
    trace_id: str = ""
    decided_at_ns: int = 0
    degraded: bool = False
    filings: tuple[str, ...] = ()
    united_into: ShipmentId = ShipmentId("")


class Recorded(NamedTuple):
    """A decision that is on the log, with its receipt as bytes of trade.v1.Receipt.

    `content` is the decision as bytes of trade.v1.Decision, as it went to the log.
    """

    decision: Decision
    receipt: bytes
    content: bytes


class FiledBefore(NamedTuple):
    """A filing as the journal holds it."""

    originator_code: str
    request_id: str
    revision: int
    received_at_ns: int
    content: bytes
    traceparent: str = ""


class Case(NamedTuple):
    """A shipment with all that is needed to decide it.

    `wanted` counts the causes to decide it so far; it is settled when a decision covers as many. A case may
    be out of date: deciding it then settles fewer causes than there are, and the rest stay wanted. `withdrawal` is
    what takes it out at this revision, None while it is in. `filings` are in the order of their arrival, those of the
    shipments that were `united` into it among them.
    """

    shipment_id: ShipmentId
    revision: int
    wanted: int
    settled: int
    decisions: int
    degraded: bool
    filings: tuple[FiledBefore, ...]
    current: Recorded | None = None
    withdrawal: Withdrawal | None = None
    united: tuple[ShipmentId, ...] = ()


class Fresh(NamedTuple):
    """A shipment that began just now, with all its filings, oldest first."""

    case: Case
    filings: tuple[Filing, ...]


class Accepted(NamedTuple):
    """A filing or cancellation that is durable: on which shipment, as which revision, what it was answered before.

    `filed` is the filing as the journal now holds it, None for one that it held before and for a cancellation.
    `united` are the shipments that it showed to be one with this one.
    """

    shipment_id: ShipmentId
    revision: int
    replayed: bool = False
    answered: Recorded | None = None
    filed: FiledBefore | None = None
    united: tuple[ShipmentId, ...] = ()


class Arrival(NamedTuple):
    """A filing on its way into the journal: its trace, and the id of the shipment it may begin."""

    filing: Filing
    traceparent: str
    new_shipment_id: ShipmentId


class Settlement(NamedTuple):
    """A decision on record, the causes it covers, and how many decisions the shipment then has.

    `united` are the shipments whose filings it answers too.
    """

    recorded: Recorded
    covers: int
    decisions: int
    united: tuple[ShipmentId, ...] = ()


class Confirmation(NamedTuple):
    """A revision on which a decision is on record, so that eligibility lets go of what came before it.

    Where that decision withdraws the shipment, of what it claims at all.
    """

    shipment_id: ShipmentId
    revision: int
    traceparent: str


class Answer(NamedTuple):
    """What a caller is told about one filing, or one cancellation."""

    request_id: str
    decision: Decision
    receipt: bytes = b""
    replayed: bool = False
    etag: str = ""


class Standing(NamedTuple):
    """A shipment as it stands, with its filings."""

    shipment: Shipment
    decision: Decision
    receipt: bytes
    filings: tuple[FiledBefore, ...] = ()


class Sighting(NamedTuple):
    """What a watcher of the log is told: a decision on record, or None as a sign of life with a signed checkpoint.

    `resume_token` begins behind it. Nanoseconds since 1970, by the log's clock.
    """

    resume_token: str
    decision: Decision | None = None
    recorded_at_ns: int = 0
    checkpoint: bytes = b""
