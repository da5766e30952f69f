-- The shipments of one filer, in the order in which they began.

CREATE INDEX filing_by_filer ON filing (originator_code, shipment_id);
