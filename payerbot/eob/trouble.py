"""What can be wrong with a document. The words are ours and name no patient."""

from __future__ import annotations


class CannotRead(Exception):
    """A document that cannot be read; its text says why, in words a biller understands."""


class Scan(CannotRead):
    """A document without text: somebody has to read the picture."""


class NotWhole(CannotRead):
    """No PDF, or not all of one: asking for it again may help."""
