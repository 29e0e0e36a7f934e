"""What this portal shows of letters: everything, and TrackIt beside them."""

from __future__ import annotations

from sandbox.mailroom import Mailroom

ROOM = Mailroom(tasks=True)
