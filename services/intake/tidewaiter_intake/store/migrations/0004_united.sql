-- Shipments that a later filing showed to be one parcel: the younger is withdrawn into the elder, whose filings are then
-- those of both. Every filing stays on the shipment that it was filed on. A row is changed only when the elder proves to
-- be one with a still elder shipment: into_id is always one that is itself in no other.

CREATE TABLE united (
    shipment_id TEXT PRIMARY KEY,
    into_id     TEXT NOT NULL
) WITHOUT ROWID;

CREATE INDEX united_into ON united (into_id);

-- Where the revision withdraws it into another shipment: with no request_id, reason or author.
ALTER TABLE withdrawal ADD COLUMN united_into TEXT NOT NULL DEFAULT '';
