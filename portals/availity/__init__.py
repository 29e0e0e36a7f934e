"""Availity Essentials: one shell, many payers, each with words of its own."""
