-- Every entry that speaks of a shipment says which, and its number among that shipment's entries, from 1: both repeat
-- what the leaf says, to find it by. Entries written before leaves had trails are numbered in their order.
ALTER TABLE entry ADD COLUMN shipment_id TEXT NOT NULL DEFAULT '';
ALTER TABLE entry ADD COLUMN number INTEGER NOT NULL DEFAULT 0 CHECK (number >= 0);

UPDATE entry SET shipment_id = json_extract(CAST(leaf AS TEXT), '$.decision.shipment_id');
UPDATE entry SET number = numbered.number
FROM (
    SELECT leaf_index, row_number() OVER (PARTITION BY shipment_id ORDER BY leaf_index) AS number FROM entry
) AS numbered
WHERE numbered.leaf_index = entry.leaf_index;

-- Two entries of one number would be two histories of one shipment.
CREATE UNIQUE INDEX entry_of_shipment ON entry (shipment_id, number) WHERE shipment_id <> '';
