"""What this portal hands out of a payment: the payer's own document."""

from __future__ import annotations

from sandbox.eobs import documents
from sandbox.world_model import Remit

HERE = ("uhc",)


def of(remit: Remit) -> set[tuple[str, bytes]]:
    """Each document of a payment: its medium and its bytes."""
    return {("pdf", documents.payer_issued(remit))}
