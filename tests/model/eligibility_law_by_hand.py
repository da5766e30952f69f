"""The law of one shipment alone, slow and obvious, transcribed by hand from law.md and nothing else.

Regimes and entries: 2.7. Limits: 1.1. Exclusions: 1.3. Value bands and days of entries: 1.4. What a closing does not
reach: 2.1. Phase 3 of the postal process: 2.3. AD/CVD, quota, alcohol and tobacco: the closing words of 2.7.
"""

from __future__ import annotations

from dataclasses import dataclass

NONPOSTAL, POSTAL, ANY = ("AIR", "TRUCK", "RAIL", "OCEAN"), ("MAIL",), ("AIR", "TRUCK", "RAIL", "OCEAN", "MAIL")
CHINA, ALL = ("CN", "HK"), ()
END = "9999-12-31"

# id, modes, origins, from, to, limit in cents while open, entries.
REGIMES = [
    ("R00-12", ANY, ALL, "1993-12-08", "2012-12-06", 20_000, ""),
    ("R00", ANY, ALL, "2012-12-06", "2016-03-10", 20_000, "TYPE_11 TYPE_01"),
    ("R01-16", ANY, ALL, "2016-03-10", "2016-08-26", 80_000, "TYPE_11 TYPE_01"),
    ("R01", ANY, ALL, "2016-08-26", "2025-08-29", 80_000, "TYPE_11 TYPE_01"),
    ("R02", ANY, CHINA, "2025-02-04", "2025-02-08", 80_000, "TYPE_11 TYPE_01"),
    ("R04", NONPOSTAL, CHINA, "2025-05-02", "2025-08-29", None, "TYPE_11 TYPE_01"),
    ("R05", POSTAL, CHINA, "2025-05-02", "2025-08-29", None, "POSTAL_DUTY"),
    ("R07", NONPOSTAL, ALL, "2025-08-29", "2026-06-24", None, "TYPE_11 TYPE_01"),
    ("R07M", POSTAL, ALL, "2025-08-29", "2026-07-24", None, "POSTAL_DUTY"),
    ("R09", NONPOSTAL, ALL, "2026-06-24", "2027-07-01", None, "TYPE_11 TYPE_01"),
    ("R10a", POSTAL, ALL, "2026-07-24", "2026-09-22", None, "MAIL_WORKSHEET TYPE_01"),
    ("R10b", POSTAL, ALL, "2026-09-22", "2026-10-22", None, "MAIL_WORKSHEET TYPE_13 TYPE_01"),
    ("R10c", POSTAL, ALL, "2026-10-22", "2027-07-01", None, "TYPE_13 MAIL_WORKSHEET TYPE_01"),
    ("R11", NONPOSTAL, ALL, "2027-07-01", END, None, "TYPE_11 TYPE_01"),
    ("R11M", POSTAL, ALL, "2027-07-01", END, None, "TYPE_13 TYPE_11 TYPE_01"),
]
INFORMAL_CENTS = 250_000
INFORMAL = {"TYPE_11", "TYPE_12", "TYPE_13", "MAIL_WORKSHEET", "POSTAL_DUTY"}
INFORMAL_FROM = "2012-12-06"
TYPE_86_DAYS = ("2019-09-28", "2025-08-29")
PHASE_THREE = "2026-10-22"
KEPT_OPEN = {"INFORMATIONAL_MATERIALS", "DONATION", "ACCOMPANIED_BAGGAGE"}
KEPT_OPEN_DAYS = ("2025-05-02", "2027-07-01")
ALCOHOL, TOBACCO, PERFUME = ("2203", "2204", "2205", "2206", "2208", "22071030"), ("2402", "2403", "240411"), "33030030"
BARRING = {"ANTIDUMPING", "QUOTA", "EXCISE", "AGENCY_FEE", "INADMISSIBLE"}


@dataclass(frozen=True)
class Parcel:
    """One line of goods for one person; `day` as YYYY-MM-DD, `hts` of 8 or 10 digits."""

    day: str
    mode: str
    origin: str
    sent_from: str
    cents: int
    hts: str
    flags: frozenset[str]
    gift: bool


def found(parcel: Parcel) -> tuple[str, str, str]:
    """The verdict, the regime and the entry."""
    regime = regime_of(parcel)
    limit = regime[5]
    path = "SECTION_321_MANIFEST"
    if limit is None and parcel.flags & KEPT_OPEN and KEPT_OPEN_DAYS[0] <= parcel.day < KEPT_OPEN_DAYS[1]:
        limit, path = 80_000, "KEPT_OPEN"
    if is_barred(parcel):
        return "NOT_ELIGIBLE", regime[0], entry(parcel, regime)
    if parcel.gift and parcel.cents <= (20_000 if parcel.sent_from in ("VI", "GU", "AS") else 10_000):
        return "ELIGIBLE", regime[0], "GIFT"
    if limit is None or parcel.cents > limit:
        return "NOT_ELIGIBLE", regime[0], entry(parcel, regime)
    if regime[0] == "R02":
        return "UNKNOWN", regime[0], "UNSPECIFIED"
    if path == "SECTION_321_MANIFEST" and "PARTNER_AGENCY" in parcel.flags and parcel.mode != "MAIL":
        if not TYPE_86_DAYS[0] <= parcel.day < TYPE_86_DAYS[1]:
            return "NOT_ELIGIBLE", regime[0], entry(parcel, regime)
        if len(parcel.hts) < 10:
            return "UNKNOWN", regime[0], "UNSPECIFIED"
        path = "TYPE_86"
    return "ELIGIBLE", regime[0], path


def regime_of(parcel: Parcel) -> tuple[str, tuple[str, ...], tuple[str, ...], str, str, int | None, str]:
    rows = [row for row in REGIMES if parcel.mode in row[1] and row[3] <= parcel.day < row[4]]
    named = [row for row in rows if parcel.origin in row[2]]
    return (named or [row for row in rows if not row[2]])[0]


def is_barred(parcel: Parcel) -> bool:
    is_perfume = parcel.hts.startswith(PERFUME) and parcel.cents > 500
    return bool(parcel.flags & BARRING) or is_spirits_or_tobacco(parcel) or is_perfume


def is_spirits_or_tobacco(parcel: Parcel) -> bool:
    return parcel.hts.startswith((*ALCOHOL, *TOBACCO))


def entry(parcel: Parcel, regime: tuple[str, tuple[str, ...], tuple[str, ...], str, str, int | None, str]) -> str:
    """What it needs when it does not pass."""
    if "INADMISSIBLE" in parcel.flags:
        return "NONE"
    if "ANTIDUMPING" in parcel.flags:
        return "TYPE_03"
    wanted = regime[6].split()
    if "QUOTA" in parcel.flags:
        wanted = [path for path in ("TYPE_12", *wanted) if path not in closed_to_quota()]
    if is_spirits_or_tobacco(parcel):
        wanted = [path for path in wanted if path not in {"TYPE_11", "TYPE_12", "TYPE_13", "MAIL_WORKSHEET"}]
    if "AGENCY_FEE" in parcel.flags:
        wanted = [path for path in wanted if path in {"TYPE_11", "TYPE_01"}]
    last = "TYPE_01" if regime[6] else "UNSPECIFIED"
    return next(path for path in (*wanted, last) if fits(path, parcel))


def closed_to_quota() -> set[str]:
    """Beside what 2.7 says, mail under a quota must be entered in ACE (2.2)."""
    return {"TYPE_11", "TYPE_13", "MAIL_WORKSHEET", "POSTAL_DUTY"}


def fits(path: str, parcel: Parcel) -> bool:
    if path in INFORMAL and parcel.cents > INFORMAL_CENTS:
        return False
    if path in {"TYPE_11", "TYPE_12"} and parcel.day < INFORMAL_FROM:
        return False
    if path in {"TYPE_13", "MAIL_WORKSHEET", "POSTAL_DUTY"} and parcel.mode != "MAIL":
        return False
    if path == "TYPE_12" and parcel.mode == "MAIL":
        return False
    if parcel.day >= PHASE_THREE and parcel.mode == "MAIL":
        if path == "MAIL_WORKSHEET" and parcel.flags & {"PARTNER_AGENCY", "CHAPTER_98_99", "FREE_TRADE_CLAIM"}:
            return False
        if path == "TYPE_13" and "FREE_TRADE_CLAIM" in parcel.flags:
            return False
    return True
