"""Assessing recorded shipments again: see `python -m tidewaiter_risk.rerun --help`."""
