"""The lists of parties in use: loaded, kept up with their folder, looked into."""
