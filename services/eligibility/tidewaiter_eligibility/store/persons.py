"""The tables of persons, read and written inside one transaction. See `persons.PersonChange` for what is promised."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import apsw

from tidewaiter_eligibility.model import NO_DAY, DayKey
from tidewaiter_eligibility.person_day import HASH_BYTES, Link
from tidewaiter_eligibility.persons import NOT_RULED, Counted, RuledAs, Ruling, RulingKind

_LINKED = """
SELECT link, person_day FROM person_link
WHERE local_day = ?1 AND link IN (SELECT unhex(value) FROM json_each(?2)) AND since <= ?3
"""
_ALIASES = """
SELECT person_day, stands_for FROM person_alias
WHERE local_day = ?1 AND person_day IN (SELECT unhex(value) FROM json_each(?2)) AND since <= ?3
"""
_LEAD = "INSERT INTO person_link (local_day, link, person_day, since) VALUES (?, ?, ?, ?)"
_PUT_ALIAS = "INSERT INTO person_alias (local_day, person_day, stands_for, since) VALUES (?, ?, ?, ?)"
_PUT_COUNTED = """
INSERT INTO claim_counted (shipment_id, revision, local_day, own) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING
"""
_CLAIMED_AS_OTHER = """
SELECT claim.shipment_id FROM claim_counted
JOIN claim ON claim.shipment_id = claim_counted.shipment_id AND claim.revision = claim_counted.revision
JOIN person_day ON number = person_day_number
WHERE claim_counted.local_day = ?1 AND own = ?2 AND person_day.local_day = ?1 AND person_day = ?3
ORDER BY 1 LIMIT ?4
"""
_CLAIMED_AS_ITSELF = """
SELECT shipment_id FROM claim JOIN person_day ON number = person_day_number
WHERE local_day = ?1 AND person_day = ?2 AND NOT EXISTS (
    SELECT 1 FROM claim_counted
    WHERE claim_counted.shipment_id = claim.shipment_id AND claim_counted.revision = claim.revision AND own <> ?2
) ORDER BY 1 LIMIT ?3
"""
_DAYS = """
WITH RECURSIVE day (local_day) AS (
    SELECT min(local_day) FROM person_day
    UNION ALL
    SELECT (SELECT min(local_day) FROM person_day WHERE local_day > day.local_day) FROM day WHERE local_day IS NOT NULL
)
SELECT local_day FROM day WHERE local_day < ?
"""
_RULING = "SELECT number, request_id, kind, author, reason, recorded_seconds, persons FROM person_ruling"
_PUT_RULING = """
INSERT INTO person_ruling (request_id, kind, author, reason, recorded_seconds, persons) VALUES (?, ?, ?, ?, ?, ?)
"""
_RULED = """
SELECT person, grouped, parted FROM ruled_person AS ruled
WHERE person IN (SELECT unhex(value) FROM json_each(?1)) AND since = (
    SELECT max(since) FROM ruled_person WHERE person = ruled.person AND since <= ?2
)
"""
_RULE = """
INSERT INTO ruled_person (person, since, grouped, parted) VALUES (?, ?, ?, ?)
ON CONFLICT (person, since) DO UPDATE SET grouped = excluded.grouped, parted = excluded.parted
"""
_EVER_IN = "SELECT DISTINCT person FROM ruled_person WHERE grouped = ? AND length(grouped) > 0"
NOW = 2**62
"""The version after all others."""


class PersonRows:
    """The persons at version `at`, read inside one transaction."""

    def __init__(self, connection: apsw.Connection, *, at: int = NOW) -> None:
        self._connection = connection
        self._at = at

    def linked(self, links: Collection[Link]) -> dict[Link, DayKey]:
        """The person-days that those links lead to."""
        return {Link(day, link): DayKey(day, person_day.hex()) for day, link, person_day in self._met(links)}

    def aliases(self, keys: Collection[DayKey]) -> dict[DayKey, DayKey]:
        """What those person-days stand for that stand for another, the smaller for the greater, so in few steps."""
        steps: dict[DayKey, DayKey] = {}
        ahead = set(keys)
        while ahead:
            found = self._steps(ahead)
            steps |= found
            ahead = {key for key in found.values() if key not in steps}
        ends = {}
        for key in keys:
            end = key
            while end in steps:
                end = steps[end]
            if end != key:
                ends[key] = end
        return ends

    def has_rulings(self) -> bool:
        """Whether anything was ever ruled."""
        return bool(list(self._connection.execute("SELECT 1 FROM ruled_person WHERE since <= ? LIMIT 1", (self._at,))))

    def ruled_as(self, persons: Collection[bytes]) -> dict[bytes, RuledAs]:
        """What was ruled of those persons."""
        rows = self._connection.execute(_RULED, (json.dumps([person.hex() for person in persons]), self._at))
        return {person: RuledAs(group, parted) for person, group, parted in rows}

    def _met(self, links: Collection[Link]) -> Iterator[tuple[str, bytes, bytes]]:
        by_day: dict[str, list[str]] = defaultdict(list)
        for local_day, link in links:
            by_day[local_day].append(link.hex())
        for local_day, asked in by_day.items():
            for link, person_day in self._connection.execute(_LINKED, (local_day, json.dumps(asked), self._at)):
                yield local_day, link, person_day

    def _steps(self, keys: Collection[DayKey]) -> dict[DayKey, DayKey]:
        by_day: dict[str, list[str]] = defaultdict(list)
        for local_day, person_day in keys:
            by_day[local_day].append(person_day)
        return {
            DayKey(local_day, person_day.hex()): DayKey(local_day, stands_for.hex())
            for local_day, asked in by_day.items()
            for person_day, stands_for in self._connection.execute(_ALIASES, (local_day, json.dumps(asked), self._at))
        }

    def rulings(self, *, after: int, at_most: int) -> list[Ruling]:
        """The rulings after a number."""
        rows = self._connection.execute(f"{_RULING} WHERE number > ? ORDER BY number LIMIT ?", (after, at_most))
        return [_ruling(row) for row in rows]


class PersonWrites(PersonRows, ABC):
    """One change's persons: what it reads is what holds now, its own writes among it."""

    def ruling(self, request_id: str) -> Ruling | None:
        """The ruling of a request."""
        for row in self._connection.execute(f"{_RULING} WHERE request_id = ?", (request_id,)):
            return _ruling(row)
        return None

    def lead(self, links: Mapping[Link, DayKey]) -> dict[Link, DayKey]:
        """Where those links lead; the new ones are written in the order of the table, which is faster."""
        leads = self.linked(links)
        new = sorted((link, key) for link, key in links.items() if link not in leads)
        if new:
            since = self._since()
            rows = [(day, link, bytes.fromhex(key.person_day), since) for (day, link), key in new]
            self._connection.executemany(_LEAD, rows)
            leads.update(new)
        return leads

    def put_alias(self, key: DayKey, stands_for: DayKey) -> None:
        """Let a person-day, and all that stand for it, stand for another."""
        columns = key.local_day, bytes.fromhex(key.person_day), bytes.fromhex(stands_for.person_day), self._since()
        self._connection.execute(_PUT_ALIAS, columns)

    def put_counted(self, counted: Iterable[Counted]) -> None:
        """Remember whose key these claims bear."""
        rows = [
            (each.shipment_id, each.revision, each.own.local_day, bytes.fromhex(each.own.person_day))
            for each in counted
        ]
        self._connection.executemany(_PUT_COUNTED, rows)

    def claimed_as(self, own: DayKey, *, under: DayKey, at_most: int) -> list[str]:
        """Shipments that claim under one person-day and bear the key of another, or of the same."""
        day, own_hash, under_hash = own.local_day, bytes.fromhex(own.person_day), bytes.fromhex(under.person_day)
        if own == under:
            rows = self._connection.execute(_CLAIMED_AS_ITSELF, (day, own_hash, at_most))
        else:
            rows = self._connection.execute(_CLAIMED_AS_OTHER, (day, own_hash, under_hash, at_most))
        return [shipment_id for (shipment_id,) in rows]

    def local_days(self) -> list[str]:
        """The local days on which anything counts: one step of the index for each."""
        return [local_day for (local_day,) in self._connection.execute(_DAYS, (NO_DAY,))]

    def splits(self, person: bytes) -> list[int]:
        """The rulings that parted a person."""
        query = "SELECT number FROM person_ruling WHERE persons = ? AND kind = 'split' ORDER BY number"
        return [number for (number,) in self._connection.execute(query, (person,))]

    def put_ruling(self, ruling: Ruling, group: bytes) -> Ruling:
        """Record a ruling, and group or part its persons."""
        columns = ruling.request_id, ruling.kind.value, ruling.author, ruling.reason, ruling.recorded_seconds
        self._connection.execute(_PUT_RULING, (*columns, b"".join(ruling.persons)))
        number = self._connection.last_insert_rowid()
        if ruling.kind is RulingKind.SPLIT:
            ruled = {person: RuledAs(b"", number) for person in ruling.persons}
        else:
            ruled = {
                person: RuledAs(group, self.ruled_as([person]).get(person, NOT_RULED).parted)
                for person in self._with_their_groups(ruling.persons)
            }
        since = self._since()
        rows = [(person, since, each.group, each.parted) for person, each in sorted(ruled.items())]
        self._connection.executemany(_RULE, rows)
        return ruling._replace(number=number)

    def _with_their_groups(self, persons: Sequence[bytes]) -> set[bytes]:
        groups = {each.group for each in self.ruled_as(persons).values() if each.group}
        ever = {person for group in groups for (person,) in self._connection.execute(_EVER_IN, (group,))}
        return {*persons, *(person for person, each in self.ruled_as(ever).items() if each.group in groups)}

    @abstractmethod
    def _since(self) -> int:
        """The version of this change, made by its first write."""


def _ruling(row: tuple[object, ...]) -> Ruling:
    number, request_id, kind, author, reason, recorded_seconds, persons = row
    assert isinstance(persons, bytes), "the table is strict"
    assert isinstance(number, int), "the table is strict"
    assert isinstance(recorded_seconds, int), "the table is strict"
    return Ruling(
        number=number,
        request_id=str(request_id),
        kind=RulingKind(str(kind)),
        author=str(author),
        reason=str(reason),
        recorded_seconds=recorded_seconds,
        persons=tuple(persons[start : start + HASH_BYTES] for start in range(0, len(persons), HASH_BYTES)),
    )
