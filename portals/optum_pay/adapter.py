"""Optum Pay: where Optum and UnitedHealthcare pay, and where the remittances of Optum Behavioral Health are. It delivers EOBs only.

*Notes.* A public page leads to One Healthcare ID. What is searched for by number is searched for as an electronic payment, then as a check.
Results say which search they answer; a search that finds nothing shows its form once more, with what was typed. Heads of tables are
ordinary cells, and cells hold tables. A PDF of the portal's own is made on request: a window says so, and a link becomes an icon. The offer
of paid services that can cover a page is declined; the button beside buys them. The files of many payments at once (Payment Data Files) are
not used: a payment's own are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator

from payerbot.model import Request
from portals.optum_pay.remits import SEARCH, Remits


class OptumPay(Remits):
    """Optum Pay."""

    slug, title = "optum_pay", "Optum Pay"

    def tour(self, _ask: Request) -> Iterator[str]:
        """The shell and the search."""
        self.arrive("shell")
        yield "shell"
        self.go(SEARCH)
        form = self.arrive("search")
        self._must_have(form, "payer", "number_kind", "payment_number", "service_from", "account", "claim_number")
        yield "search"
