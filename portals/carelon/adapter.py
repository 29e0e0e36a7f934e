"""ProviderConnect of Carelon Behavioral Health (once ValueOptions, then Beacon): old pages with one member in hand at a time.

*Notes.* Every step is a full postback; a form is good only while it is the page that was opened last, and a stale one comes back empty.
Dates take eight digits and show slashes afterwards. A tab of the record is a page of its own and repeats whose record it is. Claims are
looked up in the member's record or by number; the list covers one of the practice's NPIs until all are chosen. A member of an Anthem plan
is not found here: where the page says so, Availity's Anthem payer id is where to ask. The use agreement and the attestation of provider
data are a person's. In the authorization form Level of Service comes first, for the form is made anew for it; what is required only
sometimes carries no asterisk and is said by the page; testing is counted in half hours. By way of Availity the sign-in and every address
are Availity's; its payer space leads on with a single sign-on, and from there only the links of the pages are used.
"""

from __future__ import annotations

from collections.abc import Iterator

from payerbot.model import Request
from portals.carelon.auths import Auths


class Carelon(Auths):
    """ProviderConnect, whichever way it is entered."""

    slug, title = "carelon", "Carelon ProviderConnect"

    def tour(self, _ask: Request) -> Iterator[str]:
        """The links and the two searches."""
        self._inside()
        yield "inside"
        form = self._open("member_search", "member_search")
        self.must_have(form, "member_id", "last", "first", "birth_date", "as_of", "submit")
        yield "member_search"
        form = self._open("claim_search", "claim_search")
        self.must_have(form, "number", "submit")
        yield "claim_search"
        form = self._open("auth_search", "auth_search")
        self.must_have(form, "number", "member_id", "birth_date", "submit")
        yield "auth_search"
