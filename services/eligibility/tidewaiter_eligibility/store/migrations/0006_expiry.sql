-- What is too old is deleted. The numbers of person-days go on from the last, also when that one was deleted.
ALTER TABLE ledger ADD COLUMN last_number INTEGER NOT NULL DEFAULT 0;

-- Finds the oldest claims that count nowhere.
CREATE INDEX claim_uncounted ON claim (since) WHERE person_day_number IS NULL;
