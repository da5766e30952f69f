"""Running recorded decisions again, by the services' own code in processes of their own, and comparing."""
