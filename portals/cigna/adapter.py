"""Cigna for Health Care Professionals and Evernorth: two addresses, one set of pages, two generations of them.

*Notes.* A code is mailed at a sign-in from a device that is not remembered. Labels point at the wrong fields, and cells' ids at the wrong
columns: fields are found by test id, tables are read by their heads. A suffix or a middle initial makes a search by name find nothing.
Every search begins on a page loaded anew, for the radio of the claims search is set back then, and nothing of the answer before can
stand on it. A claim can be searched by name only together with a patient ID: where the practice's is outdated, the patient search tells
the one that the payer uses now. Survey, cookie banner and the confirmation of a patient can come at any time. A payment is found by its
remittance tracking number, which is the number of its check. Letters are shown by entitlement: where one is missing, they are not "none".
Authorizations are not built: nothing public describes their screens.
"""

from __future__ import annotations

from collections.abc import Iterator

from payerbot.model import Request
from portals.cigna.claims import CLAIMS
from portals.cigna.eligibility import PATIENTS
from portals.cigna.letters import LETTERS, Letters
from portals.cigna.remits import REMITS


class Cigna(Letters):
    """Cigna for Health Care Professionals, or the Evernorth provider portal."""

    slug, title = "cigna", "Cigna for Health Care Professionals / Evernorth"

    def tour(self, _ask: Request) -> Iterator[str]:
        """The shell and the forms."""
        self.arrive("shell")
        yield "shell"
        form = self.open(PATIENTS, "patient_form")
        self.must_have(form, "member_id", "birth_date", "first", "last", "submit")
        yield "patient_form"
        form = self.open(CLAIMS, "claim_form")
        self.must_have(form, "by_birth_date", "by_name", "by_number", "by_dates", "member_id", "submit")
        yield "claim_form"
        form = self.open(REMITS, "remittance_form")
        self.must_have(form, "by_tracking", "by_claim", "by_patient", "submit")
        yield "remittance_form"
        form = self.open(LETTERS, "letter_form")
        self.must_have(form, "by_claim", "by_precertification", "start", "end", "submit")
        yield "letter_form"
