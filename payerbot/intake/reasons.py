"""Why a row is not asked. Only reasons that the outlet tells apart have names here; none repeats what a cell holds."""

from __future__ import annotations

CANCELLED = "the appointment is cancelled"
MISSING = "is empty"


def no_portal(note: str) -> str:
    """This payer is not asked by a browser."""
    return f"this payer is asked without a portal: {note}"


def no_login(portal: str) -> str:
    """The practice has no user there."""
    return f"the practice has no login for {portal}; add one to practice.yaml"


def is_set_up(reason: str) -> bool:
    """True for what the practice's set-up is the reason of, not the row."""
    return reason.startswith(("this payer is asked without a portal", "the practice has no login for"))
