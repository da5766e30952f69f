"""The enumerations. Their numbers are those of the contract; a test compares them."""

from __future__ import annotations

from enum import IntEnum


class Mode(IntEnum):
    """How the parcel arrives."""

    AIR = 1
    TRUCK = 2
    RAIL = 3
    OCEAN = 4
    MAIL = 5


class Verdict(IntEnum):
    """Whether the parcel may enter free of duty."""

    ELIGIBLE = 1
    NOT_ELIGIBLE = 2
    UNKNOWN = 3


class EntryPath(IntEnum):
    """The entry a parcel needs, or the privilege it passes under. UNSPECIFIED: not known yet."""

    UNSPECIFIED = 0
    SECTION_321_MANIFEST = 1
    TYPE_86 = 2
    TYPE_11 = 3
    TYPE_12 = 4
    TYPE_13 = 5
    TYPE_01 = 6
    TYPE_03 = 7
    MAIL_WORKSHEET = 8
    POSTAL_DUTY = 9
    GIFT = 10
    NONE = 11
    KEPT_OPEN = 12


class Confidence(IntEnum):
    """How well a rule is known. UNSPECIFIED: the reason rests on no rule of law."""

    UNSPECIFIED = 0
    OFFICIAL = 1
    SECONDARY = 2
    UNVERIFIED = 3
    INFERRED = 4


class ReasonCode(IntEnum):
    """Why, as far as eligibility says it."""

    EXEMPTION_MET = 1
    EXEMPTION_CLOSED = 2
    EXEMPTION_REPEALED = 3
    VALUE_OVER_LIMIT = 4
    PERSON_DAY_OVER_LIMIT = 5
    EXCLUDED_ALCOHOL = 6
    EXCLUDED_TOBACCO = 7
    EXCLUDED_PERFUME = 8
    GIFT_ALLOWED = 9
    GIFT_OVER_ALLOWANCE = 10
    GIFT_NOT_BONA_FIDE = 11
    INPUT_MISSING = 12
    LAW_UNKNOWN = 13
    OVER_INFORMAL_LIMIT = 14
    RATE_UNKNOWN = 26
    EXCLUDED_QUOTA = 40
    EXCLUDED_ANTIDUMPING = 41
    EXCLUDED_EXCISE = 42
    EXCLUDED_AGENCY_FEE = 43
    EXCLUDED_AGENCY_DATA = 44
    EXCLUDED_TRADE_MEASURE = 45
    EXCLUDED_INADMISSIBLE = 46
    EXCLUDED_FROM_ENTRY = 47
    KEPT_OPEN = 48
    ENTRY_NAMED = 49
    GIFT_UNDECLARED_OPEN = 50
    LOTS_OF_ONE_ORDER = 60


DATA_QUALITY = frozenset({ReasonCode.INPUT_MISSING, ReasonCode.RATE_UNKNOWN})
"""The reasons a filer can mend; all the others speak the law."""


class GoodsFlag(IntEnum):
    """One thing that is true of a line of goods. What is not said is not known to be true."""

    ANTIDUMPING = 1
    QUOTA = 2
    EXCISE = 3
    PARTNER_AGENCY = 4
    AGENCY_FEE = 5
    SECTION_301 = 6
    SECTION_201 = 7
    SECTION_232 = 8
    CHAPTER_98_99 = 9
    FREE_TRADE_CLAIM = 10
    INADMISSIBLE = 11
    INFORMATIONAL_MATERIALS = 12
    DONATION = 13
    ACCOMPANIED_BAGGAGE = 14
    OUT_OF_SCOPE = 15


NO_FLAGS: frozenset[GoodsFlag] = frozenset()


class DutyMethod(IntEnum):
    """How a duty is computed."""

    AD_VALOREM = 1
    SPECIFIC = 2
    BY_TARIFF = 3
