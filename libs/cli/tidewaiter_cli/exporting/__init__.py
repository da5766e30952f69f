"""The log as a table: a row for each entry, and a manifest that ties all of them to a checkpoint.

No personal data are in a leaf, so none are in a table.
"""
