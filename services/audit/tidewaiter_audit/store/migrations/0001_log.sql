-- The log: leaves, what stays beside them, the tiles of the tree over them, and every checkpoint signed.
-- Rows are added; only the last tile of a level is replaced, by a longer one.

-- A leaf as hashed (RFC 6962), from index 0 without a gap. decision_id repeats what the leaf says, to find it by.
CREATE TABLE entry (
    leaf_index INTEGER PRIMARY KEY CHECK (leaf_index >= 0),
    decision_id TEXT NOT NULL UNIQUE,
    recorded_at_ns INTEGER NOT NULL,
    leaf BLOB NOT NULL
) STRICT;

-- The parties, outside the leaf so that they can be erased: the leaf holds SHA-256 of salt and data.
CREATE TABLE personal (
    leaf_index INTEGER PRIMARY KEY,
    salt BLOB NOT NULL,
    data BLOB NOT NULL
) STRICT;

-- Goods too long for a leaf, which then holds their SHA-256.
CREATE TABLE goods (
    leaf_index INTEGER PRIMARY KEY,
    data BLOB NOT NULL
) STRICT;

-- Merkle tree tiles (c2sp.org/tlog-tiles): up to 256 hashes of 32 bytes.
CREATE TABLE tile (
    level INTEGER NOT NULL,
    tile_index INTEGER NOT NULL,
    hashes BLOB NOT NULL,
    PRIMARY KEY (level, tile_index)
) STRICT;

-- Signed notes (c2sp.org/tlog-checkpoint), one for each size that was ever published.
CREATE TABLE checkpoint (
    tree_size INTEGER PRIMARY KEY CHECK (tree_size >= 0),
    note BLOB NOT NULL
) STRICT;
