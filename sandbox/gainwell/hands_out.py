"""What these portals hand out of a payment: the state's own remittance advice."""

from __future__ import annotations

from sandbox.gainwell import remittance
from sandbox.gainwell.sites import STATES
from sandbox.world_model import Remit

HERE = tuple(state.portal for state in STATES)


def of(remit: Remit) -> set[tuple[str, bytes]]:
    """Each document of a payment: its medium and its bytes."""
    return {("pdf", remittance.advice(remit))}
