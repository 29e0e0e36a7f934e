"""Authorization requests: what a clinician approved, what a portal shows of it, and what became of it.

Clinical text goes in verbatim and is never composed. Nothing here presses anything.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from payerbot.model import Frozen, PatientRequest, Result

UnitType = Literal["VS", "DY", "HS", "MN", "FL", "UN"]  # 278 HSD01: visits, days, hours, minutes, units


class AuthState(StrEnum):
    """Where a request stands (278 HCR01 in words, vocabulary.md section 2.4)."""

    APPROVED = "approved"
    PARTIAL = "partial"
    MODIFIED = "modified"
    DENIED = "denied"
    PENDED = "pended"
    CANCELLED = "cancelled"
    CONTACT = "contact"
    NOT_REQUIRED = "not_required"
    DRAFT = "draft"  # left at the portal by us, not sent
    UNKNOWN = "unknown"

    @property
    def decided(self) -> bool:
        """True where the payer will say no more of its own accord."""
        return self not in {AuthState.PENDED, AuthState.CONTACT, AuthState.UNKNOWN}


class AuthService(Frozen):
    """One service asked for."""

    code: str  # CPT or HCPCS
    modifiers: tuple[str, ...] = ()
    units: Decimal
    unit_type: UnitType = "VS"
    frequency: str = ""  # as the practice writes it: "1 per week"


class Attachment(Frozen):
    """A file that goes with a request; its bytes lie in the evidence store under `address`."""

    address: str
    sha256: str
    kind: str  # progress report, treatment plan, medical record, supporting data
    media: Literal["pdf", "jpg", "gif", "png", "doc", "docx", "tif", "txt"]
    pages: int
    size: int  # bytes


class Answered(Frozen):
    """One answer to a payer's questionnaire, as the clinician approved it."""

    question: str
    answer: str


class AuthRequest(PatientRequest):
    """One authorization request as it was approved; auth_requests.csv, files.md section 6.3 (c)."""

    request_id: str  # the practice's own number
    request_type: Literal["initial", "renewal", "extension", "cancel"] = "initial"
    urgency: Literal["standard", "expedited"] = "standard"
    expedited_by: str = ""  # the clinician who states that waiting would harm
    expedited_statement: str = ""  # in that clinician's words
    level_of_care: str
    service_type: str = "MH"  # X12 code
    services: tuple[AuthService, ...]
    start_date: date
    end_date: date
    diagnoses: tuple[str, ...]  # ICD-10, the principal one first
    pos: str
    requesting_npi: str
    servicing_npi: str
    facility_npi: str = ""
    contact_name: str
    contact_phone: str
    contact_fax: str = ""
    note: str = ""  # clinical text, verbatim
    questionnaire: tuple[Answered, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    prior_auth_number: str = ""
    part2_consent_ref: str = ""
    approved_by: str  # the clinician who approved the content; only a token from `payerbot auths approve` submits
    approved_at: datetime
    client_reference: str = ""
    submit_mode: Literal["draft_only", "submit"] = "submit"


class StandingRequest(Frozen):
    """One request that a portal lists already, whoever sent it: by us, by phone, by hand."""

    reference: str  # the portal's own number for it
    auth_number: str = ""  # the certification number, where there is one
    state: AuthState = AuthState.UNKNOWN
    seen_as: str = ""  # the portal's own word
    member_id: str = ""
    codes: tuple[str, ...] = ()  # () where the list does not show them
    begin: date | None = None
    end: date | None = None
    units: Decimal | None = None
    npi: str = ""
    sent_on: date | None = None


class AuthSearch(Result):
    """What a look-up found: `answered` with everything that fits member and dates, or `not_found` on a page recognized as the result."""

    standing: tuple[StandingRequest, ...] = ()


class FilledRequest(Result):
    """A form that is filled up to its review page and has not been sent.

    `answered`: it can be sent. Otherwise why not: `wrong_portal` (the payer names another site), `bad_data` (a field was refused),
    `needs_person` is raised (an unknown questionnaire item), or the payer's check decided already (`decided`).
    """

    review: tuple[tuple[str, str], ...] = ()  # label and text, in the review page's own order
    differs: tuple[str, ...] = ()  # names of fields whose text on the review page is not what the request says
    decided: AuthResult | None = None  # the payer answered before Submit: nothing is left to press
    nonce: str = ""  # whatever the form carries that tells one form from another; "" where it has nothing


class AuthResult(Result):
    """What the payer's page says about one request; AuthResult of vocabulary.md section 2.4."""

    state: AuthState = AuthState.UNKNOWN
    portal_reference: str | None = None
    auth_number: str | None = None
    category: str | None = None  # UM01: AR, HS, SC, IN
    certification_type: str | None = None  # UM02
    service_type: str | None = None
    codes: tuple[str, ...] = ()
    units_requested: Decimal | None = None
    units_approved: Decimal | None = None
    units_used: Decimal | None = None
    units_remaining: Decimal | None = None
    unit_type: str | None = None
    period_start: date | None = None
    period_end: date | None = None
    decision_date: date | None = None
    decision_due: date | None = None
    decision_reason: str | None = None
    info_requested: str | None = None
    contact: str | None = None
    npi: str | None = None
    sent_by: Literal["payerbot", "someone else"] | None = None  # a request that stood there already was sent by someone else


FilledRequest.model_rebuild()
