-- Which keys are one person's on one local day. All hashes are keyed; no name and no address is kept.
-- Rows are added and never changed, so that a past moment is read by leaving out those since a later version.

-- Where a link leads: the person-day that was first met under it.
CREATE TABLE person_link (
    local_day TEXT NOT NULL,
    link BLOB NOT NULL CHECK (length(link) = 16),
    person_day BLOB NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (local_day, link)
) STRICT, WITHOUT ROWID;

-- Person-days that turned out to be another's, which may itself have turned out to be another's later.
CREATE TABLE person_alias (
    local_day TEXT NOT NULL,
    person_day BLOB NOT NULL,
    stands_for BLOB NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (local_day, person_day)
) STRICT, WITHOUT ROWID;

-- Claims that count under another person-day than that of their own key, which a split asks for.
CREATE TABLE claim_counted (
    shipment_id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    local_day TEXT NOT NULL,
    own BLOB NOT NULL,
    PRIMARY KEY (shipment_id, revision)
) STRICT, WITHOUT ROWID;

CREATE INDEX claim_counted_by_own ON claim_counted (local_day, own, shipment_id, revision);

-- What operators ruled, for good. persons: 16 bytes each, one after the other.
CREATE TABLE person_ruling (
    number INTEGER PRIMARY KEY,
    request_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('merge', 'split')),
    author TEXT NOT NULL,
    reason TEXT NOT NULL,
    recorded_seconds INTEGER NOT NULL,
    persons BLOB NOT NULL CHECK (length(persons) % 16 = 0)
) STRICT;

-- What holds of each person who was ruled on, on no day in particular: the group of those merged, empty for none, and
-- the last ruling that parted the person from all others, 0 for none.
CREATE TABLE ruled_person (
    person BLOB NOT NULL CHECK (length(person) = 16),
    since INTEGER NOT NULL,
    grouped BLOB NOT NULL,
    parted INTEGER NOT NULL,
    PRIMARY KEY (person, since)
) STRICT, WITHOUT ROWID;

CREATE INDEX ruled_person_by_group ON ruled_person (grouped) WHERE length(grouped) > 0;
