"""What a twin that hands out letters shows of them; each such twin has a module `mailroom` that says ROOM."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mailroom:
    """How one twin lists letters."""

    shows: frozenset[str] = frozenset({"title", "dated", "due", "payer_claim_no", "auth_number", "member_id", "patient", "amount"})
    tasks: bool = False  # a list of actions of its own, in which each open letter stands as a task with the same day
