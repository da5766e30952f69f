-- The history of shipments. No name, address, number or order is kept: a key is a keyed hash.

CREATE TABLE history (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    secret BLOB NOT NULL CHECK (length(secret) = 32),
    began INTEGER,
    trails INTEGER NOT NULL DEFAULT 0,
    shipments INTEGER NOT NULL DEFAULT 0,
    swept INTEGER NOT NULL DEFAULT 0
) STRICT;

-- The shipments last seen under a key, as MessagePack. Hashes come in no order, numbers in the order of arrival, so
-- that a new trail is written where the last one was. Days are counted from 1970-01-01, UTC.
CREATE TABLE trail (
    number INTEGER PRIMARY KEY,
    key INTEGER NOT NULL UNIQUE,
    first_day INTEGER NOT NULL,
    touched INTEGER NOT NULL,
    entries BLOB NOT NULL
) STRICT;

-- What each shipment was answered at its latest revision. A newer answer takes a new number, so that the front of the
-- table is always what was touched longest ago.
CREATE TABLE seen (
    number INTEGER PRIMARY KEY,
    shipment_id TEXT NOT NULL UNIQUE,
    revision INTEGER NOT NULL,
    touched INTEGER NOT NULL,
    content BLOB NOT NULL
) STRICT;

-- The counts are kept by the tables themselves: counting them anew would cost more the more there is.
CREATE TRIGGER trail_added AFTER INSERT ON trail BEGIN UPDATE history SET trails = trails + 1; END;
CREATE TRIGGER trail_gone AFTER DELETE ON trail BEGIN UPDATE history SET trails = trails - 1; END;
CREATE TRIGGER seen_added AFTER INSERT ON seen BEGIN UPDATE history SET shipments = shipments + 1; END;
CREATE TRIGGER seen_gone AFTER DELETE ON seen BEGIN UPDATE history SET shipments = shipments - 1; END;
