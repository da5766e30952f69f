"""Generated; see the protos."""
