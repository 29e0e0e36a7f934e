"""Answers out: result files, and the totals a run ends with. Reads lines of the ledger, changes nothing."""
