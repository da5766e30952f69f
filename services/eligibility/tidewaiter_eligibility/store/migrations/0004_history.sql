-- What the ledger knew before, so that a past moment can be read again. A change of the ledger has a version, counted
-- from 1; a row holds since the version that wrote it, and what it held before is kept in a table beside, with the
-- versions in which it stood: from since inclusive until until exclusive. Written only when something is replaced.
ALTER TABLE ledger ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
-- The first version that can still be read.
ALTER TABLE ledger ADD COLUMN horizon INTEGER NOT NULL DEFAULT 0;

-- When each version was made; times never go back.
CREATE TABLE moment (
    version INTEGER PRIMARY KEY,
    at_ns INTEGER NOT NULL UNIQUE
) STRICT;

ALTER TABLE claim ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE hold ADD COLUMN since INTEGER NOT NULL DEFAULT 0;

-- A person-day on which nothing counts any more stays, so that its past can be read.
CREATE TABLE person_day_anew (
    number INTEGER PRIMARY KEY,
    local_day TEXT NOT NULL,
    person_day BLOB NOT NULL,
    total_minor INTEGER NOT NULL CHECK (total_minor >= 0),
    limit_minor INTEGER NOT NULL CHECK (limit_minor >= 0),
    shipments INTEGER NOT NULL CHECK (shipments >= 0),
    holding INTEGER NOT NULL DEFAULT 0 CHECK (holding >= 0),
    since INTEGER NOT NULL DEFAULT 0,
    UNIQUE (local_day, person_day),
    CHECK (shipments > 0 OR (total_minor = 0 AND holding = 0))
) STRICT;
INSERT INTO person_day_anew (number, local_day, person_day, total_minor, limit_minor, shipments, holding)
    SELECT number, local_day, person_day, total_minor, limit_minor, shipments, holding FROM person_day;
DROP TABLE person_day;
ALTER TABLE person_day_anew RENAME TO person_day;

CREATE TABLE person_day_was (
    number INTEGER NOT NULL,
    total_minor INTEGER NOT NULL,
    limit_minor INTEGER NOT NULL,
    shipments INTEGER NOT NULL,
    holding INTEGER NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL
) STRICT;
CREATE INDEX person_day_was_by_number ON person_day_was (number, until);

CREATE TABLE claim_was (
    shipment_id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    person_day_number INTEGER,
    amount_minor INTEGER NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL
) STRICT;
CREATE INDEX claim_was_by_shipment ON claim_was (shipment_id, until);
CREATE INDEX claim_was_by_person_day ON claim_was (person_day_number, shipment_id, until)
    WHERE person_day_number IS NOT NULL;

CREATE TABLE hold_was (
    shipment_id TEXT NOT NULL,
    person_day_number INTEGER NOT NULL,
    amount_minor INTEGER NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL
) STRICT;
CREATE INDEX hold_was_by_shipment ON hold_was (shipment_id, until);
CREATE INDEX hold_was_by_person_day ON hold_was (person_day_number, shipment_id, until);

CREATE TRIGGER person_day_replaced AFTER UPDATE OF since ON person_day WHEN OLD.since < NEW.since BEGIN
    INSERT INTO person_day_was VALUES
        (OLD.number, OLD.total_minor, OLD.limit_minor, OLD.shipments, OLD.holding, OLD.since, NEW.since);
END;
CREATE TRIGGER claim_replaced AFTER UPDATE OF since ON claim WHEN OLD.since < NEW.since BEGIN
    INSERT INTO claim_was VALUES
        (OLD.shipment_id, OLD.revision, OLD.person_day_number, OLD.amount_minor, OLD.since, NEW.since);
END;
CREATE TRIGGER claim_deleted AFTER DELETE ON claim WHEN OLD.since < (SELECT version FROM ledger) BEGIN
    INSERT INTO claim_was VALUES
        (OLD.shipment_id, OLD.revision, OLD.person_day_number, OLD.amount_minor, OLD.since,
         (SELECT version FROM ledger));
END;
CREATE TRIGGER hold_deleted AFTER DELETE ON hold WHEN OLD.since < (SELECT version FROM ledger) BEGIN
    INSERT INTO hold_was VALUES
        (OLD.shipment_id, OLD.person_day_number, OLD.amount_minor, OLD.since, (SELECT version FROM ledger));
END;
