"""The `tidewaiter` command."""
