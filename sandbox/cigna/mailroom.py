"""What the Message Center shows of a letter: everything; it has no list of actions."""

from __future__ import annotations

from sandbox.mailroom import Mailroom

ROOM = Mailroom()
