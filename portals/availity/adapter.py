"""Availity Essentials: one shell with one frame, in which every app runs; many payers, each with tabs and words of its own.

*Notes.* Pickers look filled when they are not: whatever the form then refuses is picked anew and sent again, for asking is harmless.
A form can come back empty, or do nothing until it is loaded anew. Result regions show the answer before while they load, so an
answer is believed only when its busy mark is gone and it echoes this search. The same plan can be listed twice, and only one entry works.
The Remittance Viewer keeps every number that was searched for as a filter; a payer's documents can be behind an administrator's gate.
The authorization wizard keeps its earlier pages hidden, cuts a long note off without a word, and may decide at its payer's check.
"""

from __future__ import annotations

from collections.abc import Iterator

from payerbot.model import Request
from portals.availity.auths import Auths
from portals.availity.claims import CLAIMS, Claims
from portals.availity.eligibility import ELIGIBILITY
from portals.availity.remits import CHECKS, Remits


class Availity(Claims, Remits, Auths):
    """Availity Essentials."""

    slug, title = "availity", "Availity Essentials"

    def tour(self, ask: Request) -> Iterator[str]:
        """The shell, the two forms with a payer picked, and the list of remittances."""
        self.arrive("shell")
        yield "shell"
        self._open(ELIGIBILITY, ask)
        form = self.arrive("eligibility_form")
        self._pick_payer(form, ask)
        self.must_have(form, "search_option", "service_type")
        yield "eligibility_form"
        self._open(CLAIMS, ask)
        form = self.arrive("claim_form")
        self._choose_payer(form, ask)
        yield "claim_form"
        self._remit_viewer(ask, CHECKS)
        yield "remits"
