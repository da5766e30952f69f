"""The lists of parties: read from the official files with every damage reported, and indexed by name."""
