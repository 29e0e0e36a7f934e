"""What this portal hands out of a payment. Each twin that does so has such a module."""

from __future__ import annotations

from sandbox.eobs import documents, listing
from sandbox.eobs.ways import DOWNLOAD, way_of, withheld
from sandbox.world_model import Remit

HERE = ("availity",)  # the portals of the payers whose payments stand here; a payer's remittances may have a site of their own


def of(remit: Remit) -> set[tuple[str, bytes]]:
    """Each document of a payment: its medium and its bytes."""
    listed = ("csv", listing.as_csv([remit]))
    if withheld(remit):
        return {listed}
    made = documents.check_summary(remit) if way_of(remit) == DOWNLOAD else documents.payer_issued(remit)
    return {("pdf", made), listed}
