"""Optum Pay: where the remittances of Optum Behavioral Health are. It delivers EOBs only; everything else is asked at Provider Express.

*Notes.* A public page leads to One Healthcare ID. Days stand preset to the last month and hold for every search, so they are always given;
what is older than 13 months is not there. A search leads to a Payment Summary that says what it answers; a payment's Remittance Detail has
its claims and its documents, and is compared with the row that led to it. The portal's own PDF is a download, a payer's opens in a tab. The
files of many payments at once (Payment Data Files) are not used: a payment's own are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator

from payerbot.model import Request
from portals.optum_pay.pages import SEARCH
from portals.optum_pay.remits import Remits


class OptumPay(Remits):
    """Optum Pay."""

    slug, title = "optum_pay", "Optum Pay"

    def tour(self, _ask: Request) -> Iterator[str]:
        """The shell and the search."""
        self.arrive("shell")
        yield "shell"
        self.go(SEARCH)
        form = self.arrive("search")
        self.must_have(form, "practice", "search_by", "payment_number", "paid_from", "paid_through", "submit")
        yield "search"
