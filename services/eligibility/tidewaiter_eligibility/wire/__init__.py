"""How messages become shipments, and findings become messages."""
