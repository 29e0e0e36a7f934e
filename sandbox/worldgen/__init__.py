"""How the world comes from a seed: people, coverage, claims and their lives, edge cases."""
