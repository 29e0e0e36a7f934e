"""What this portal hands out of a payment: the 835, and as a PDF its own remittance of an ACH payment, else the payer's PRA."""

from __future__ import annotations

from dataclasses import replace

from sandbox.eobs import documents, x12
from sandbox.eobs.scan import picture
from sandbox.eobs.style import AVAILITY_MADE
from sandbox.world_model import Remit

HERE = ("provider_express",)  # Optum Behavioral Health is asked about there, and paid here
ELECTRONIC = replace(AVAILITY_MADE, title="Electronic Remittance")


def prints_own(remit: Remit) -> bool:
    """Whether the portal has a PDF of its own; of the others there is the payer's."""
    return remit.method == "ACH"


def pdf(remit: Remit) -> bytes:
    """The one PDF of a payment."""
    if not prints_own(remit):
        return documents.payer_issued(remit)
    return picture(remit) if remit.scanned else documents.drawn(remit, ELECTRONIC)


def of(remit: Remit) -> set[tuple[str, bytes]]:
    """Each document of a payment: its medium and its bytes."""
    return {("pdf", pdf(remit)), ("835", x12.as_835(remit))}
