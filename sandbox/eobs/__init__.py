"""The remittance documents of the made-up world: PDFs as a portal and its payers print them, the 835, the portal's own list."""

from sandbox.eobs.documents import check_summary, layout_of, payer_issued
from sandbox.eobs.listing import as_csv, listed_number
from sandbox.eobs.x12 import as_835

__all__ = ["as_835", "as_csv", "check_summary", "layout_of", "listed_number", "payer_issued"]
