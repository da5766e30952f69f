-- When each shipment is expected, in days from 1970-01-01, UTC: what has not arrived is screened again when a list
-- changes. Null where nobody said, and for what was seen before this was kept.
ALTER TABLE seen ADD COLUMN arrives INTEGER;
