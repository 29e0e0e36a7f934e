"""Provider Express of Optum Behavioral Health: pages made by the server, forms that are posted, behind One Healthcare ID.

*Notes.* The public page's "Log In" leads to the sign-in. Pages are reached by the words of the menus, for no address is published. A
search shows the members found with their demographics; the benefits stand behind the name, and with them the flag whether a service needs
an authorization. Several of a family share a Member ID: the birth date says which. A claim that was keyed in the portal can be inquired
about 2-3 business days later; until then it stands in My Submitted Claims only, which lists nothing else. Remittances are at Optum Pay.
A service type that the drop-down does not list for a member's plan is asked for by telephone; the form itself says where no authorization
is required. A second request for the same is taken as well: only looking first keeps from it.
"""

from __future__ import annotations

from collections.abc import Iterator

from payerbot.model import Request
from portals.provider_express.auths import Auths
from portals.provider_express.claims import Claims


class ProviderExpress(Claims, Auths):
    """Provider Express of Optum Behavioral Health."""

    slug, title = "provider_express", "Provider Express (Optum Behavioral Health)"

    def tour(self, _ask: Request) -> Iterator[str]:
        """The shell, the three forms, and the tabs of Auths."""
        self.arrive("shell")
        yield "shell"
        form = self.open("eligibility", "eligibility_form")
        self.must_have(form, "member_id", "last", "first", "birth_date", "service_date", "submit")
        yield "eligibility_form"
        form = self.open("inquiry", "inquiry_form")
        self.must_have(form, "number", "member_id", "last", "first", "birth_date", "start", "end", "submit")
        yield "inquiry_form"
        form = self.open("submitted", "submitted_form")
        self.must_have(form, "start", "end", "submit")
        yield "submitted_form"
        tabs = self.open("auths", "auth_home")
        yield "auth_home"
        tabs["requests"].click()
        self.must_have(self.arrive("auth_requests"), "new")
        yield "auth_requests"
        self.open("auths", "auth_home")["inquiry"].click()
        self.must_have(self.arrive("auth_inquiry"), "number", "member_id", "birth_date", "submit")
        yield "auth_inquiry"
