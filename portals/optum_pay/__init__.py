"""Optum Pay."""
