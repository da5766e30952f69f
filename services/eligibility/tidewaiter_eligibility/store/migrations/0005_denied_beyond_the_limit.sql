-- Where only the claims beyond the limit are denied: a denied one counts for nothing, and wanted_minor is what it would
-- count for if there were room. marginal says that a person-day is judged so.
ALTER TABLE claim ADD COLUMN wanted_minor INTEGER NOT NULL DEFAULT 0 CHECK (wanted_minor >= 0);
ALTER TABLE person_day ADD COLUMN marginal INTEGER NOT NULL DEFAULT 0 CHECK (marginal IN (0, 1));

-- Finds whom there is room for again.
CREATE INDEX claim_denied ON claim (person_day_number, wanted_minor, shipment_id, revision) WHERE wanted_minor > 0;
