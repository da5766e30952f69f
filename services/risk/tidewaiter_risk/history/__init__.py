"""What earlier shipments show: bounded trails under keyed hashes, and what each shipment was answered."""
