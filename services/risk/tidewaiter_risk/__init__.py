"""Scores a parcel and screens its parties against lists."""
