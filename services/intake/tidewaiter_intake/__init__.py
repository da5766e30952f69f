"""Receives filings, asks eligibility and risk, decides, has the decision recorded, and answers."""
