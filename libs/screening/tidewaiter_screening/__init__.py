"""Lists of denied parties: read from the official files, indexed by every name, and asked who a name may be."""
