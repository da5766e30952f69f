-- How many processes have held the lease so far: the newest alone may write.
CREATE TABLE lease (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    epoch INTEGER NOT NULL CHECK (epoch > 0)
) STRICT;

-- What decisions are found by besides their id and their shipment. It repeats what leaves say and can be made anew
-- from them. facet: 1 outcome, 2 originator, 3 person-day, 4 trace id. run: leaf_index / 8192, so that rows are added
-- near each other however large the log is.
CREATE TABLE found_by (
    run INTEGER NOT NULL,
    facet INTEGER NOT NULL,
    value TEXT NOT NULL,
    leaf_index INTEGER NOT NULL,
    PRIMARY KEY (run, facet, value, leaf_index)
) STRICT, WITHOUT ROWID;

INSERT INTO found_by (run, facet, value, leaf_index)
SELECT leaf_index / 8192, facet, value, leaf_index FROM (
    SELECT leaf_index, 1 AS facet, json_extract(CAST(leaf AS TEXT), '$.decision.outcome') AS value FROM entry
    UNION
    SELECT leaf_index, 2, substr(filing.value, 1, instr(filing.value, '/') - 1)
    FROM entry, json_each(CAST(leaf AS TEXT), '$.decision.filings') AS filing
    UNION
    SELECT leaf_index, 3, json_extract(CAST(leaf AS TEXT), '$.decision.eligibility.person_day') FROM entry
    UNION
    SELECT leaf_index, 4, json_extract(CAST(leaf AS TEXT), '$.decision.trace_id') FROM entry
)
WHERE value <> ''
ORDER BY 1, 2, 3, 4;
