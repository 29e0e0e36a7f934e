"""Provider Express of Optum Behavioral Health."""
