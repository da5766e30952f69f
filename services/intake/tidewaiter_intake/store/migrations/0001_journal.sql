-- What was filed, on which shipment, and what was decided. Rows are added; the only
-- updates move a shipment forward and tie a filing to the decision that answered it.

CREATE TABLE shipment (
    shipment_id TEXT PRIMARY KEY,
    revision    INTEGER NOT NULL,            -- filings merged so far
    wanted      INTEGER NOT NULL,            -- causes to decide it so far
    settled     INTEGER NOT NULL DEFAULT 0,  -- causes that the current decision covers
    degraded    INTEGER NOT NULL DEFAULT 0,  -- 1 when decided without a service that was silent
    decisions   INTEGER NOT NULL DEFAULT 0,  -- decisions recorded so far
    decision_id TEXT                         -- the current one
) WITHOUT ROWID;

CREATE INDEX shipment_undecided ON shipment (shipment_id) WHERE wanted > settled;
CREATE INDEX shipment_degraded ON shipment (shipment_id) WHERE degraded = 1;

CREATE TABLE shipment_key (
    join_key    TEXT PRIMARY KEY,
    shipment_id TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE filing (
    originator_code TEXT NOT NULL,
    request_id      TEXT NOT NULL,
    shipment_id     TEXT NOT NULL,
    revision        INTEGER NOT NULL,
    digest          BLOB NOT NULL,
    content         BLOB NOT NULL,
    received_at_ns  INTEGER NOT NULL,
    traceparent     TEXT NOT NULL,
    decision_id     TEXT,                    -- the decision that answered it first
    PRIMARY KEY (originator_code, request_id)
);

CREATE INDEX filing_of_shipment ON filing (shipment_id, revision);

CREATE TABLE decision (
    decision_id TEXT PRIMARY KEY,
    shipment_id TEXT NOT NULL,
    decision    BLOB NOT NULL,
    receipt     BLOB NOT NULL
);
