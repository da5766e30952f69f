"""Manifests: what a filer hands over as a file, line by line into filings."""
