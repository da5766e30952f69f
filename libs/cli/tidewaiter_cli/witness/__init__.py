"""A witness that a second party runs: it cosigns a log that it saw only grow (c2sp.org/tlog-witness)."""
