-- Lots of one order count together on whatever days they arrive. An order is kept as a person-day is, with 'order' for
-- its local_day, and a shipment's claim for it as a claim is, under an id of its own.

-- Finds the orders that nothing has changed for longest, and who left one that is deleted.
CREATE INDEX person_day_order ON person_day (since) WHERE local_day = 'order';
CREATE INDEX left_day_by_day ON left_day (local_day, person_day);
