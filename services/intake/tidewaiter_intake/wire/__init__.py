"""How messages become model and back: filings in, shipments and findings across, decisions out."""
