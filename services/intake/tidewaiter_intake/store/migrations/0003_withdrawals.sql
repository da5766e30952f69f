-- Shipments that were withdrawn. A row is added for each request; the only update ties it to the decision that
-- answered it. A shipment is out while its newest revision is one of these.

CREATE TABLE withdrawal (
    shipment_id TEXT NOT NULL,
    request_id  TEXT NOT NULL,     -- the caller's
    revision    INTEGER NOT NULL,  -- of the shipment, that it made, or found made by another request
    reason      INTEGER NOT NULL,  -- as in intake.v1.CancelReason
    author      TEXT NOT NULL,
    etag        TEXT NOT NULL,     -- as quoted
    decision_id TEXT,              -- the decision that answered it first
    PRIMARY KEY (shipment_id, request_id)
) WITHOUT ROWID;

CREATE INDEX withdrawal_at_revision ON withdrawal (shipment_id, revision);
