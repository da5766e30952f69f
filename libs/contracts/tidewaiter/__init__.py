"""Messages and stubs generated from the protos; nothing here is written by hand."""
