"""Whole runs against a simulated portal: real processes, a real browser, a real keyring."""
