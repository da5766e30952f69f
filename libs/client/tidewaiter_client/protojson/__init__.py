"""Protojson at the speed of a manifest: JSON lines become messages, answers become JSON lines.

Both ways mean exactly what google.protobuf.json_format means, which stays the judge: whatever the fast way does not
recognise at a glance is handed to it, and a refusal is its own, but for one: it takes [] and "" for a message, which
are refused.
"""

from tidewaiter_client.protojson.reading import Unreadable, read_filing, reader
from tidewaiter_client.protojson.writing import dictionary, write_response, writer

__all__ = ["Unreadable", "dictionary", "read_filing", "reader", "write_response", "writer"]
