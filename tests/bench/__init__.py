"""Measured figures beside their targets: `make bench`, or `python -m tests.bench --only NAME`. Nothing here is a test."""
