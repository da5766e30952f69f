"""Where intake keeps what it accepted: the journal."""
