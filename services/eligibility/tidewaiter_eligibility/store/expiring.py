"""Deleting what is too old, so much at a time: person-days and orders with all that counts there, and the past."""

from __future__ import annotations

from collections.abc import Sequence

import apsw

UNCOUNTED = """SELECT shipment_id FROM claim WHERE person_day_number IS NULL AND since <= ?1
AND NOT EXISTS (SELECT 1 FROM hold WHERE hold.shipment_id = claim.shipment_id)"""
"""Claims that count nowhere since a version or longer."""
OLD_DAYS = """SELECT number FROM person_day WHERE local_day < ?2 AND NOT EXISTS (
    SELECT 1 FROM claim JOIN hold USING (shipment_id) JOIN person_day AS held ON held.number = hold.person_day_number
    WHERE claim.person_day_number = person_day.number AND held.local_day >= ?2)"""
"""Person-days before a local day. One whose shipment still holds something on a later day waits for that day: without
the claim what is held could never be confirmed."""
OLD_ORDERS = """SELECT number FROM person_day WHERE local_day = 'order' AND since <= ?1 AND NOT EXISTS (
    SELECT 1 FROM claim AS lot JOIN claim AS own
    ON own.shipment_id = substr(lot.shipment_id, 1, instr(lot.shipment_id, ' ') - 1)
    WHERE lot.person_day_number = person_day.number)"""
"""Orders unchanged since a version. One waits for the claims of its lots on their own days: a claim that is told again
is not counted again, so that lots would be told that they pass."""
_OF_OLD_DAYS = (
    ("left_day", "shipment_id, local_day, person_day"),
    ("person_link", "local_day, link"),
    ("person_alias", "local_day, person_day"),
    ("claim_counted", "shipment_id, revision"),
)
"""Tables that name a local day, and their keys."""
_WHOLE = (
    "DELETE FROM claim WHERE person_day_number = ?",
    "DELETE FROM hold WHERE person_day_number = ?",
    "DELETE FROM left_day WHERE (local_day, person_day) IN "
    "(SELECT local_day, person_day FROM person_day WHERE number = ?)",
    "DELETE FROM person_day WHERE number = ?",
)
"""All of one person-day, or of one order."""
_PAST = ("claim_was", "hold_was", "person_day_was")


def expire_days(connection: apsw.Connection, *, before: str, at_most: int) -> int:
    """Delete person-days of local days before one, each whole, until so many rows are deleted; then what led to them.

    Returns how many rows were deleted; 0 when none is left.
    """
    old = connection.execute(f"{OLD_DAYS} ORDER BY local_day LIMIT ?1", (at_most, before))
    deleted = _delete_whole(connection, [number for (number,) in old], at_most=at_most)
    if deleted >= at_most:
        return deleted
    for table, key in _OF_OLD_DAYS:
        chosen = f"SELECT {key} FROM {table} WHERE local_day < ? LIMIT ?"  # noqa: S608 - names of our own
        connection.execute(f"DELETE FROM {table} WHERE ({key}) IN ({chosen})", (before, at_most))  # noqa: S608
        deleted += connection.changes()
    return deleted


def expire_orders(connection: apsw.Connection, *, through: int, at_most: int) -> int:
    """Delete orders unchanged since a version, each whole, until so many rows are deleted.

    Returns how many rows were deleted; 0 when none is left.
    """
    old = connection.execute(f"{OLD_ORDERS} ORDER BY since LIMIT ?2", (through, at_most))
    return _delete_whole(connection, [number for (number,) in old], at_most=at_most)


def expire_uncounted(connection: apsw.Connection, *, through: int, at_most: int) -> int:
    """Delete up to so many claims that count nowhere and stand since a version or longer; how many were.

    One that still holds something stays, so that this can be confirmed; it goes after the day on which it holds it.
    """
    chosen = f"{UNCOUNTED} ORDER BY since LIMIT ?2"
    connection.execute(f"DELETE FROM claim WHERE shipment_id IN ({chosen})", (through, at_most))  # noqa: S608 - of our own
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
    """Delete person-days with all that counts there, one after the other until so many rows are deleted.

    Never a part of one: its total would count what is gone, or those that are left would be told what does not hold.
    """
    deleted = 0
    for number in numbers:
        if deleted >= at_most:
            break
        for statement in _WHOLE:
            connection.execute(statement, (number,))
            deleted += connection.changes()
    return deleted
