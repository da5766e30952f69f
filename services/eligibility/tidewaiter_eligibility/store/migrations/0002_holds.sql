-- What a shipment still counts for by claims that were replaced, until a decision on the revision that replaced them
-- is on record. person_day.total_minor counts, for each shipment, the greatest of its claim and its holds there.
ALTER TABLE person_day ADD COLUMN holding INTEGER NOT NULL DEFAULT 0 CHECK (holding >= 0);

CREATE TABLE hold (
    shipment_id TEXT NOT NULL,
    person_day_number INTEGER NOT NULL,
    until_revision INTEGER NOT NULL CHECK (until_revision >= 1),
    amount_minor INTEGER NOT NULL CHECK (amount_minor >= 1),
    PRIMARY KEY (shipment_id, person_day_number, until_revision)
) STRICT, WITHOUT ROWID;

-- Finds who holds something on a person-day.
CREATE INDEX hold_by_person_day ON hold (person_day_number, shipment_id, amount_minor);
