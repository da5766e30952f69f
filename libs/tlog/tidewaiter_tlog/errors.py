"""How reading, proving or verifying a transparency log can fail: one root class, one class per subject.

Every message is one sentence that says what was expected and what was found, without the content of any leaf.
"""

from __future__ import annotations

from typing import Final

_BITS_SHOWN_MAX: Final = 64
"""Beyond it an integer is described: Python refuses to print the very long ones."""


class TlogError(Exception):
    """The root of everything this library raises on account of its input."""


class NoteMalformed(TlogError):
    """The bytes are not a signed note (c2sp.org/signed-note)."""


class KeyMalformed(TlogError):
    """The text or the bytes are not a key that this library can use (c2sp.org/signed-note, verifier keys)."""


class KeyUnknown(TlogError):
    """A signature that was asked for is not there: no signature line names one of the given keys."""


class SignatureInvalid(TlogError):
    """A signature line names a given key, and that key did not make the signature."""


class CheckpointMalformed(TlogError):
    """The text is not a checkpoint (c2sp.org/tlog-checkpoint)."""


class ProofInvalid(TlogError):
    """The proof does not show what it claims, or cannot exist (RFC 6962 section 2.1)."""


class TreeMalformed(TlogError):
    """The edge of a tree, or the hashes to append to it, are not what they should be."""


class TileMalformed(TlogError):
    """A tile, an entry bundle or the path of one is not as c2sp.org/tlog-tiles has it."""


class ReceiptMalformed(TlogError):
    """The bytes are not a receipt (c2sp.org/tlog-proof@v1)."""


class WitnessRequestMalformed(TlogError):
    """The bytes are not a request to cosign (c2sp.org/tlog-witness)."""


class HistoryMalformed(TlogError):
    """The bytes are not the history of a shipment."""


class HistoryInvalid(TlogError):
    """The history does not show that these are all entries of the shipment."""


class HistoryUntold(TlogError):
    """An entry is of a form that does not name the one before it, so that nothing is shown and nothing refuted."""


def shown(value: object) -> str:
    """What a message says of a value that came from outside: bounded, and never the content of bytes or text."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if value.bit_length() <= _BITS_SHOWN_MAX else f"an integer of {value.bit_length()} bits"
    if isinstance(value, bytes | str | tuple | list):
        unit = {bytes: "bytes", str: "characters"}.get(type(value), "items")
        return f"{len(value)} {unit}"
    return f"a value of type {type(value).__name__}"
