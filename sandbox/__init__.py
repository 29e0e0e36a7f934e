"""Simulated payers on loopback: what the demo shows and what the tests drive. Imports nothing of the product and never softens a page."""
