"""What stays the same whoever the payer is."""
