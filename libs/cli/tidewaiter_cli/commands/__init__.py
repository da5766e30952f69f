"""One file for each command: its options, what it asks of whom, how it ends."""
