"""What `tidewaiter file` counts, writes and shows while the answers come in."""
