"""Says by the law of the day whether a parcel may enter free of duty, and keeps the person-day ledger."""
