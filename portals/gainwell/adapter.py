"""Gainwell Healthcare Portal: one set of pages that several states' Medicaid programs run, each with a sign-in of its own.

*Notes.* Every press is a full postback. Control ids end in a name that stays; the numbers before it change between releases. Menus stand
on a page twice, once hidden, and their links carry a token that is good for that page only: an old one leads to a form that works and
finds nothing, so each search begins at the menu, and a form that comes back empty without "Total Records" was not answered. The Claim ID
box takes key presses only. The sections of an eligibility answer are closed until Expand All. A list of claims has no charges: the claims
of the day are opened one by one. Search Claims wants a claim's id, or a member's id beside the days: nothing lists the claims of a span of
days without a member, so there is no ListsClaims. The payment history names no claims: a claim's own page says with which payment its
remittance came (invented), and by that the payment is found. Colorado shows plans besides that are not Medicaid, and only the plan that
is counts. Colorado's authorizations are at another vendor's site.
"""

from __future__ import annotations

from collections.abc import Iterator

from payerbot.model import Request
from portals.gainwell.payments import Payments


class Gainwell(Payments):
    """Gainwell Healthcare Portal, in whatever state runs it."""

    slug, title = "gainwell", "Gainwell Healthcare Portal"

    def tour(self, ask: Request) -> Iterator[str]:
        """The menus and the three forms."""
        self._at_home(ask)
        yield "shell"
        form = self._open("eligibility", "eligibility_form", ask, "eligibility_result")
        self.must_have(form, "member_id", "last", "first", "birth_date", "start", "end", "submit")
        yield "eligibility_form"
        form = self._open("claims", "claim_form", ask, "claim_list")
        self.must_have(form, "claim_id", "member_id", "start", "end", "search")
        yield "claim_form"
        form = self._open("payments", "payment_form", ask, "payment_list")
        self.must_have(form, "payment_id", "start", "end", "search")
        yield "payment_form"
