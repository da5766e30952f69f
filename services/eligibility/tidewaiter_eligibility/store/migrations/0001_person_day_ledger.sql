-- The person-day ledger. No name and no address is kept: a person-day is a keyed hash.

CREATE TABLE ledger (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    secret BLOB NOT NULL CHECK (length(secret) = 32)
) STRICT;

-- The sums, kept with every claim, so that no claim ever adds up a day. Amounts are cents.
-- number stands for the hash everywhere else: hashes come in no order, numbers in the order of arrival, so that all
-- but this table's own index is written where the last claims were.
CREATE TABLE person_day (
    number INTEGER PRIMARY KEY,
    local_day TEXT NOT NULL,
    person_day BLOB NOT NULL,
    total_minor INTEGER NOT NULL CHECK (total_minor >= 0),
    limit_minor INTEGER NOT NULL CHECK (limit_minor >= 0),
    shipments INTEGER NOT NULL CHECK (shipments >= 1),
    UNIQUE (local_day, person_day)
) STRICT;

-- What stands for each shipment. person_day_number says what amount_minor counts against, null for nothing.
-- told is the verdict last answered: 1 eligible, 2 not eligible, 3 unknown.
CREATE TABLE claim (
    shipment_id TEXT NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL CHECK (revision >= 1),
    person_day_number INTEGER,
    amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
    told INTEGER NOT NULL CHECK (told BETWEEN 1 AND 3),
    judgement BLOB NOT NULL,
    CHECK (person_day_number IS NOT NULL OR amount_minor = 0)
) STRICT;

-- Finds who counts on a person-day, and who was told otherwise, without reading the rest of the day.
CREATE INDEX claim_by_person_day ON claim (person_day_number, told, shipment_id, revision)
    WHERE person_day_number IS NOT NULL;

-- Person-days that a shipment left while others there were still to be told.
CREATE TABLE left_day (
    shipment_id TEXT NOT NULL,
    local_day TEXT NOT NULL,
    person_day BLOB NOT NULL,
    PRIMARY KEY (shipment_id, local_day, person_day)
) STRICT, WITHOUT ROWID;
