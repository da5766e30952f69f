"""Witnesses: others who sign that they saw this log only grow, and how many of them are enough.

A witness is asked about the newest checkpoint now and then, outside of every append: an entry is durable and proven
before any witness has seen it, and cosigned a little later.
"""
