"""UnitedHealthcare Provider Portal: a single page behind a sign-in that several portals share.

*Notes.* Masked dates keep what is typed key by key and nothing else. The claims menu stays open over the page, so claims are reached by
their address. Every search begins on a page loaded anew: nothing of the answer before can stand on it. An answer's sections fill one by
one, and each is waited for. "Nobody found" can stand in a dialog, in a pop-up or in a banner, and is sometimes said of a member who is
there: it counts when it was said twice. A claim search covers one provider until the whole TIN is chosen. Behavioral members can be kept
at Optum Provider Express; where the page says so, that is where to ask. The library searches at most 90 days at once; a claim's payment is
found among its member's documents. Of authorizations only the tool's name is public, and that it says what a plan needs: its screens here
are invented, and the form has to be seen at the portal before it is used there.
"""

from __future__ import annotations

from collections.abc import Iterator

from payerbot.model import Request
from portals.uhc.auths import SEARCH, TOOL, Auths
from portals.uhc.claims import CLAIMS
from portals.uhc.documents import LIBRARY, Documents
from portals.uhc.eligibility import ELIGIBILITY


class UHC(Documents, Auths):
    """UnitedHealthcare Provider Portal."""

    slug, title = "uhc", "UnitedHealthcare Provider Portal"

    def tour(self, _ask: Request) -> Iterator[str]:
        """The shell and the forms."""
        self.arrive("shell")
        yield "shell"
        form = self.open(ELIGIBILITY, "eligibility_form")
        self.must_have(form, "criteria", "member_id", "birth_date", "custom_day", "submit")
        yield "eligibility_form"
        form = self.open(CLAIMS, "claim_form")
        self.must_have(form, "type", "member_id", "whole_tin", "custom_dates", "submit")
        yield "claim_form"
        form = self.open(LIBRARY, "document_form")
        self.must_have(form, "kind", "advanced", "start", "end", "submit")
        yield "document_form"
        self.must_have(self.open(TOOL, "auth_home"), "new_request")
        yield "auth_home"
        form = self.open(SEARCH, "auth_search")
        self.must_have(form, "by_number", "member_id", "birth_date", "start", "end", "submit")
        yield "auth_search"
