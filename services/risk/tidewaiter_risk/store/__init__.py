"""Where the history of shipments is kept: SQLite in a file, or in memory."""
