"""What this portal hands out of a payment: the 835, and as a PDF its own ePRA of an ACH payment, else the payer's own PRA."""

from __future__ import annotations

from dataclasses import replace

from sandbox.eobs import documents, x12
from sandbox.eobs.scan import picture
from sandbox.eobs.style import AVAILITY_MADE
from sandbox.world_model import Remit

HERE = ("provider_express",)  # Optum Behavioral Health is asked about there, and paid here
EPRA = replace(AVAILITY_MADE, title="Electronic Provider Remittance Advice (ePRA)")


def has_epra(remit: Remit) -> bool:
    """Whether the portal makes a PDF of its own; of the others there is the payer's."""
    return remit.method == "ACH"


def pdf(remit: Remit) -> bytes:
    """The one PDF of a payment."""
    if not has_epra(remit):
        return documents.payer_issued(remit)
    return picture(remit) if remit.scanned else documents.drawn(remit, EPRA)


def of(remit: Remit) -> set[tuple[str, bytes]]:
    """Each document of a payment: its medium and its bytes."""
    return {("pdf", pdf(remit)), ("835", x12.as_835(remit))}
