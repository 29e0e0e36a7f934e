"""The Gainwell Healthcare Portal for state Medicaid."""
