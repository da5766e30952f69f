-- Checkpoints that enough witnesses have cosigned, as signed notes with their lines (c2sp.org/tlog-cosignature).
CREATE TABLE cosigned (
    tree_size INTEGER PRIMARY KEY CHECK (tree_size >= 0),
    note BLOB NOT NULL
) STRICT;
