-- The map of heads: where the trail of every shipment ends. All of it can be made again from the log.

-- One row for each shipment, by SHA-256 of its id: the number and the index of its newest entry.
CREATE TABLE head (
    key BLOB PRIMARY KEY,
    number INTEGER NOT NULL,
    leaf_index INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The subtrees of the map below its first 16 bits, those that are not empty.
CREATE TABLE bucket (
    prefix INTEGER PRIMARY KEY CHECK (prefix BETWEEN 0 AND 65535),
    hash BLOB NOT NULL,
    is_single INTEGER NOT NULL
) STRICT;

-- How many entries of the log the map is of.
CREATE TABLE covered (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    tree_size INTEGER NOT NULL,
    shipments INTEGER NOT NULL
) STRICT;

INSERT INTO covered VALUES (1, 0, 0);
