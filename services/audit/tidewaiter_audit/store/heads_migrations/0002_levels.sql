-- A bucket keeps the levels within it, so that a change makes only what lies on its way again. The map is derived from
-- the log, and is made again from it rather than converted: before the next history, or by the next statement.
DROP TABLE bucket;
DELETE FROM head;
UPDATE covered SET tree_size = 0, shipments = 0;

-- The subtrees of the map below its first 16 bits, those that are not empty. levels: all nodes from the bucket's own
-- down to a row of 2^n, by level, each 32 bytes of hash and one byte that is 1 when it has a single head.
CREATE TABLE bucket (
    prefix INTEGER PRIMARY KEY CHECK (prefix BETWEEN 0 AND 65535),
    items INTEGER NOT NULL CHECK (items > 0),
    levels BLOB NOT NULL
) STRICT;
