"""Deleting what is too old, so much at a time: person-days and orders with all that counts there, and the past."""

from __future__ import annotations

from collections.abc import Sequence

import apsw

_OF_OLD_DAYS = (
    ("left_day", "shipment_id, local_day, person_day"),
    ("person_link", "local_day, link"),
    ("person_alias", "local_day, person_day"),
    ("claim_counted", "shipment_id, revision"),
)
"""Tables that name a local day, and their keys."""
_PAST = ("claim_was", "hold_was", "person_day_was")


def expire_days(connection: apsw.Connection, *, before: str, at_most: int) -> int:
    """Delete up to so many claims, and person-days whose claims are all deleted, of local days before one.

    Returns how many rows were deleted; 0 when none is left.
    """
    old = connection.execute(
        "SELECT number FROM person_day WHERE local_day < ? ORDER BY local_day LIMIT ?", (before, at_most)
    )
    deleted = _delete_whole(connection, [number for (number,) in old], at_most=at_most)
    for table, key in _OF_OLD_DAYS:
        chosen = f"SELECT {key} FROM {table} WHERE local_day < ? LIMIT ?"  # noqa: S608 - names of our own
        connection.execute(f"DELETE FROM {table} WHERE ({key}) IN ({chosen})", (before, at_most))  # noqa: S608
        deleted += connection.changes()
    return deleted


def expire_orders(connection: apsw.Connection, *, through: int, at_most: int) -> int:
    """Delete up to so many claims, and orders whose claims are all deleted, of orders unchanged since a version.

    Returns how many rows were deleted; 0 when none is left.
    """
    old = connection.execute(
        "SELECT number FROM person_day WHERE local_day = 'order' AND since <= ? ORDER BY since LIMIT ?",
        (through, at_most),
    )
    return _delete_whole(connection, [number for (number,) in old], at_most=at_most)


def expire_uncounted(connection: apsw.Connection, *, through: int, at_most: int) -> int:
    """Delete up to so many claims that count nowhere and stand since a version or longer; how many were."""
    connection.execute(
        "DELETE FROM claim WHERE shipment_id IN "
        "(SELECT shipment_id FROM claim WHERE person_day_number IS NULL AND since <= ? ORDER BY since LIMIT ?)",
        (through, at_most),
    )
    return connection.changes()


def forget_past(connection: apsw.Connection, *, before: int, at_most: int) -> int:
    """Delete up to so many rows of each table that stood before a version only, which none older can be read after."""
    connection.execute("UPDATE ledger SET horizon = max(horizon, ?)", (before,))
    deleted = 0
    for table in _PAST:
        # Written in the order of `until`, so the oldest come first.
        chosen = f"SELECT rowid FROM (SELECT rowid, until FROM {table} ORDER BY rowid LIMIT ?) WHERE until <= ?"  # noqa: S608
        connection.execute(f"DELETE FROM {table} WHERE rowid IN ({chosen})", (at_most, before))  # noqa: S608
        deleted += connection.changes()
    connection.execute(
        "DELETE FROM moment WHERE version IN (SELECT version FROM moment WHERE version < ? ORDER BY version LIMIT ?)",
        (before, at_most),
    )
    return deleted + connection.changes()


def _delete_whole(connection: apsw.Connection, numbers: Sequence[int], *, at_most: int) -> int:
    deleted = 0
    for number in numbers:
        if deleted >= at_most:
            break
        deleted += _delete_claims(connection, number, at_most=at_most - deleted)
        if not list(connection.execute("SELECT 1 FROM claim WHERE person_day_number = ? LIMIT 1", (number,))):
            connection.execute("DELETE FROM hold WHERE person_day_number = ?", (number,))
            connection.execute(
                "DELETE FROM left_day WHERE (local_day, person_day) IN "
                "(SELECT local_day, person_day FROM person_day WHERE number = ?)",
                (number,),
            )
            connection.execute("DELETE FROM person_day WHERE number = ?", (number,))
            deleted += 1
    return deleted


def _delete_claims(connection: apsw.Connection, number: int, *, at_most: int) -> int:
    connection.execute(
        "DELETE FROM claim WHERE shipment_id IN (SELECT shipment_id FROM claim WHERE person_day_number = ? LIMIT ?)",
        (number, at_most),
    )
    return connection.changes()
