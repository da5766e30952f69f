"""Where the ledger is kept: SQLite in a file, or in memory."""
