"""The questions put to a portal and the answers that come back, in the words of the trade.

Money is Decimal dollars, shares of money are 0-1 (0.2 is 20 %), dates are dates, times are UTC, ids are text. ``None`` always means
"the page does not show it", never "there is none". The payer's own wording stays beside every code. No repr shows a patient.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

R = TypeVar("R", bound="Result")


class Frozen(BaseModel):
    """A value that cannot change and refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"  # a traceback or a log line must not show a patient

    __str__ = __repr__


class Job(StrEnum):
    """What a batch asks for."""

    ELIGIBILITY = "eligibility"
    CLAIM_STATUS = "claim-status"
    EOBS = "eobs"
    AUTHS = "auths"
    LETTERS = "letters"


class Outcome(StrEnum):
    """How an attempt ended (design, section 3). Only a final one is an answer."""

    ANSWERED = "answered"
    NOT_FOUND = "not_found"
    AMBIGUOUS = "ambiguous"
    BAD_DATA = "bad_data"
    UNREADABLE = "unreadable"
    WRONG_PORTAL = "wrong_portal"
    NOT_YET = "not_yet"
    PORTAL_DOWN = "portal_down"
    PAGE_CHANGED = "page_changed"
    NEEDS_PERSON = "needs_person"
    TERMS_BLOCKED = "terms_blocked"

    @property
    def final(self) -> bool:
        """True where the item is done and will not be asked again in this batch."""
        return self in _FINAL


_FINAL = frozenset({Outcome.ANSWERED, Outcome.NOT_FOUND, Outcome.AMBIGUOUS, Outcome.BAD_DATA, Outcome.UNREADABLE})


class Coverage(StrEnum):
    """Whether the plan covers the patient on the day asked about."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    UNKNOWN = "unknown"  # the page does not say; never read as active


class AuthRule(StrEnum):
    """Whether the payer wants an authorization (271 EB11); a blank is unknown, never "no"."""

    REQUIRED = "required"
    NOT_REQUIRED = "not_required"
    UNKNOWN = "unknown"


class Network(StrEnum):
    """Which network a benefit is for (271 EB12)."""

    IN = "in"
    OUT = "out"
    BOTH = "both"
    UNKNOWN = "unknown"


class Patient(Frozen):
    """Who the question is about, as the practice's own file has it."""

    last: str
    first: str
    birth_date: date
    member_id: str = ""
    sex: Literal["F", "M", "U"] = "U"
    relation: Literal["self", "spouse", "child", "other"] = "self"
    subscriber_last: str = ""
    subscriber_first: str = ""
    subscriber_dob: date | None = None


class Request(Frozen):
    """What every question says: for whom, to which payer, on whose behalf."""

    payer_key: str  # the route's key in practice.yaml, e.g. "aetna"
    payer_label: str  # as the portal's picker shows it, e.g. "AETNA (COMMERCIAL & MEDICARE)"
    organization: str  # the organization to choose at the portal; "" where the portal has none
    region: str  # two-letter state the portal is set to; "" where it has none
    billing_npi: str
    billing_tin: str
    rendering_npi: str = ""
    group_npis: tuple[str, ...] = ()  # the practice's other NPIs: the last rung of the search ladder
    patient_key: str = ""


class PatientRequest(Request):
    """A question about one patient."""

    patient: Patient


class EligibilityRequest(PatientRequest):
    """Is this patient covered for mental health on this day?"""

    service_date: date
    service_types: tuple[str, ...] = ("MH", "98", "30")  # asked in this order until one is answered


class ClaimStatusRequest(PatientRequest):
    """What became of this claim?"""

    claim_id: str  # the practice's own number (CLM01)
    payer_claim_no: str = ""
    dos_from: date
    dos_to: date
    charge: Decimal
    first_sent: date | None = None


class Result(Frozen):
    """What every answer says: how it ended, how it was found, in whose words."""

    outcome: Outcome
    reason: str = ""  # our words for staff; never a patient's data
    seen_as: str | None = None  # the payer's own wording, kept for audits
    rung: str = ""  # the way of searching that found it
    tried: tuple[str, ...] = ()  # the rungs that were tried, in order
    match: tuple[str, ...] = ()  # identifiers that agreed: member_id, name, birth_date, dos, charge, payer_claim_no
    field: str = ""  # for bad_data: which field the portal refused
    due: date | None = None  # for not_yet: when to ask again
    go_to: str = ""  # for wrong_portal: the administrator the page names
    warnings: tuple[str, ...] = ()

    def ended_as(self, kind: type[R], **more: object) -> R:
        """The same end as an answer of another kind; `more` is what that kind says besides."""
        return kind(**{name: getattr(self, name) for name in Result.model_fields}, **more)


class Benefit(Frozen):
    """One line of a benefit card (one EB segment of a 271)."""

    service_type: str  # X12 code: MH, 98, 30, ...
    kind: Literal["deductible", "out_of_pocket", "copay", "coinsurance", "limit", "authorization", "not_covered", "telehealth", "note"]
    network: Network = Network.UNKNOWN
    level: Literal["individual", "family", "unknown"] = "unknown"
    period: str = ""  # calendar_year, visit, lifetime, ...: the text's own period
    amount: Decimal | None = None  # dollars
    remaining: Decimal | None = None  # dollars left of amount
    share: Decimal | None = None  # 0-1
    allowed: int | None = None  # visits
    used: int | None = None
    left: int | None = None
    covered: bool | None = None  # telehealth
    text: str = ""  # the page's own words


class CarveOut(Frozen):
    """Another administrator that keeps the behavioral benefits."""

    name: str
    phone: str = ""
    payer_id: str = ""


class OtherPayer(Frozen):
    """A further payer the page names (coordination of benefits)."""

    name: str
    order: Literal["primary", "secondary", "tertiary", "unknown"] = "unknown"
    member_id: str = ""


class EligibilityResult(Result):
    """What the payer's page said about one member on one day; the behavioral benefit sheet of vocabulary.md section 2.1."""

    coverage: Coverage = Coverage.UNKNOWN
    payer_name: str | None = None
    plan: str | None = None
    insurance_type: str | None = None
    group_no: str | None = None
    member_id: str | None = None  # as the payer writes it
    plan_begin: date | None = None
    plan_end: date | None = None
    service_type: str | None = None  # the card the in-network mental-health figures below were read from
    network: Network = Network.UNKNOWN
    copay: Decimal | None = None  # office visit, in network
    copay_telehealth: Decimal | None = None
    telehealth: Literal["covered", "not_covered"] | None = None
    coinsurance: Decimal | None = None  # 0-1, in network
    deductible: Decimal | None = None  # individual, in network
    deductible_left: Decimal | None = None
    out_of_pocket: Decimal | None = None
    out_of_pocket_left: Decimal | None = None
    visits_allowed: int | None = None
    visits_used: int | None = None
    visits_left: int | None = None  # never negative on the page's word alone: used > allowed is 0 left and a warning
    visits_from: Literal["field", "message"] | None = None  # "message": read out of a sentence, so inferred
    auth: AuthRule = AuthRule.UNKNOWN
    carve_out: CarveOut | None = None
    other_payers: tuple[OtherPayer, ...] = ()
    benefits: tuple[Benefit, ...] = ()
    messages: tuple[str, ...] = ()
    transaction_id: str | None = None


class ClaimState(StrEnum):
    """Where a claim stands (277 categories, vocabulary.md section 2.2)."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    ACCEPTED_SPLIT = "accepted_split"
    FORWARDED = "forwarded"
    REJECTED = "rejected"
    PENDING = "pending"
    PENDING_INFO = "pending_info"
    PENDING_PATIENT = "pending_patient"
    PENDING_PAYER = "pending_payer"
    PAID = "paid"
    PAID_ZERO = "paid_zero"  # finalized as paid with $0, or zero because the patient owes it: not a denial
    DENIED = "denied"
    PARTLY_DENIED = "partly_denied"  # paid in part, at least one line denied
    REVERSED = "reversed"
    FINALIZED = "finalized"  # final, the page does not say how
    UNKNOWN = "unknown"


class Adjustment(Frozen):
    """Why a line was not paid as charged (835 CAS)."""

    group: Literal["CO", "PR", "OA", "PI", "CR", ""] = ""
    carc: str = ""
    amount: Decimal | None = None


class ServiceLine(Frozen):
    """One line of a claim as the portal shows it."""

    dos: date | None = None
    cpt: str = ""
    modifiers: tuple[str, ...] = ()
    units: str = ""
    charge: Decimal | None = None
    allowed: Decimal | None = None
    paid: Decimal | None = None
    status: str = ""  # the page's own word
    adjustments: tuple[Adjustment, ...] = ()
    rarcs: tuple[str, ...] = ()


class ClaimStatusResult(Result):
    """What the payer's page said about one claim."""

    state: ClaimState = ClaimState.UNKNOWN
    category: str | None = None  # 277 category code where the page shows one: F1, P3, ...
    status_code: str | None = None  # 277 status code
    entity_code: str | None = None
    payer_claim_no: str | None = None
    received_date: date | None = None
    finalized_date: date | None = None
    charge: Decimal | None = None
    allowed: Decimal | None = None
    paid: Decimal | None = None
    patient_resp: Decimal | None = None
    check_no: str | None = None
    check_date: date | None = None
    carcs: tuple[str, ...] = ()  # as shown, group first where the page has it: CO-45
    rarcs: tuple[str, ...] = ()
    requested_info: str | None = None
    lines: tuple[ServiceLine, ...] = ()
    related: tuple[str, ...] = ()  # payer claim numbers of the other parts of a split, a reversal or its correction
    portal_text: str | None = None
    codes_text: tuple[str, ...] = ()  # the portal's own explanations of its codes, verbatim
    listed_as: str | None = None  # how the portal's list of claims showed it then: the same again means that nothing happened since


class ClaimListRequest(Request):
    """Which claims with care on these days does the payer have from this practice? At most `list_days` of the portal's settings."""

    dos_from: date
    dos_to: date


class ListedClaim(Frozen):
    """One claim as a row of a list shows it."""

    payer_claim_no: str = ""
    member_id: str = ""
    patient: str = ""  # as the payer writes the name
    birth_date: date | None = None
    dos_from: date
    dos_to: date
    charge: Decimal
    status: str  # the payer's own word
    paid: Decimal | None = None
    processed: date | None = None  # a claim can stand there several times: the newest counts


class ClaimList(Result):
    """Everything the list showed, all its pages; never proof that a claim is not there, for a user may not see all of them."""

    dos_from: date
    dos_to: date
    claims: tuple[ListedClaim, ...] = ()


class Progress(Frozen):
    """One line a share tells its supervisor; ids and counts only."""

    event: Literal["started", "signed_in", "item", "waiting", "question", "signed_out", "ended", "log"]
    at: datetime
    portal: str
    login: str = ""
    done: int = 0
    total: int = 0
    outcome: str = ""
    note: str = Field(default="", description="Our own words from a fixed list; never page text")
