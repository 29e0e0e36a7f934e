"""What these pages can show of the truth: everything but the X12 codes of a claim's status, in whose place they have words."""

from __future__ import annotations

from sandbox.truth import NOT_SHOWN
from sandbox.world import Claim

lag = 3


def status(fields: dict[str, str], _claim: Claim) -> dict[str, str]:
    """A claim as its page, or the list of claims that were keyed in the portal, shows it."""
    return {**fields, **dict.fromkeys(("category", "status_code", "entity_code"), NOT_SHOWN)}
