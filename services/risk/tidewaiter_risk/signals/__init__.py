"""The signals: each a pure function of the shipment and the evidence, each its own subject's file."""
