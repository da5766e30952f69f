"""Screening without a service: the lists of a folder, files of names, and how well both do together."""
