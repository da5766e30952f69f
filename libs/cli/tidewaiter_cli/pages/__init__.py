"""How what the services answer is laid out for a person, and what a person typed is made a message of."""
