-- The store counts what it adds and removes once a write: a trigger for each row cost as much as the row.
DROP TRIGGER trail_added;
DROP TRIGGER trail_gone;
DROP TRIGGER seen_added;
DROP TRIGGER seen_gone;
