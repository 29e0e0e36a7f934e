"""What the made-up world is made of: people, coverage with behavioral benefits, claims, remittances, authorizations.

Nobody in it exists. Codes are numbers only (X12, CPT); every text is our own. Money is Decimal dollars, dates are dates, ids are text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

Network = Literal["Y", "N", "W", "U"]  # EB12: in network, out of network, both (not applicable), unknown
AuthFlag = Literal["Y", "N", "U"]  # EB11: required, not required, unknown
Kind = Literal["deductible", "out_of_pocket", "copay", "coinsurance", "limit", "authorization", "not_covered", "telehealth", "note"]
Period = Literal["calendar_year", "service_year", "visit", "lifetime", ""]
AdjustmentGroup = Literal["CO", "PR", "OA", "PI"]  # CAS01
Relation = Literal["self", "spouse", "child", "other"]
ClaimState = Literal[
    "received",
    "accepted",
    "accepted_split",
    "forwarded",
    "rejected",
    "pending",
    "pending_info",
    "pending_patient",
    "pending_payer",
    "paid",
    "paid_zero",
    "denied",
    "partly_denied",
    "reversed",
    "finalized",
]

CARDS = ("MH", "98", "30")  # service types the world keeps benefits under: mental health, office visit, whole plan


@dataclass(frozen=True, slots=True)
class Payer:
    """One payer as a portal's picker lists it. Two entries may share a payer id: only the label tells them apart."""

    key: str
    label: str
    payer_id: str
    portal: str  # the portal that answers for it: "availity", or where it is served instead


@dataclass(frozen=True, slots=True)
class Practice:
    """The one practice whose patients these are."""

    name: str  # as Availity's organization picker shows it
    tin: str
    npis: tuple[str, ...]  # group NPIs; the first is the usual one
    state: str


@dataclass(frozen=True, slots=True)
class Provider:
    """A clinician of the practice."""

    npi: str
    last: str
    first: str
    license: str  # LCSW, LPC, LMFT, PhD, PMHNP, MD
    supervisor_npi: str = ""  # "" unless this clinician is billed under a supervisor


@dataclass(frozen=True, slots=True)
class Person:
    """A name and a birth date, as one side (payer or practice) has them on file."""

    last: str
    first: str
    birth_date: date
    sex: Literal["F", "M", "U"]
    middle: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Benefit:
    """One line of a benefit card (one EB segment of a 271). None means: the payer does not show it."""

    service_type: str  # "MH", "98", "30"
    kind: Kind
    network: Network = "Y"
    level: Literal["IND", "FAM", ""] = "IND"
    period: Period = ""
    amount: Decimal | None = None  # dollars
    remaining: Decimal | None = None  # dollars left of amount
    percent: Decimal | None = None  # 0-1
    visits_allowed: int | None = None
    visits_used: int | None = None
    visits_left: int | None = None
    auth: AuthFlag | None = None  # kind "authorization" only
    telehealth: bool | None = None  # kind "telehealth" only: covered or not; amount is its copay
    text: str = ""  # free text, shown verbatim


@dataclass(frozen=True, slots=True)
class CarveOut:
    """Who keeps the behavioral benefits instead; some payers show a telephone number and no name."""

    name: str
    phone: str = ""
    payer_id: str = ""


@dataclass(frozen=True, slots=True)
class OtherPayer:
    """A further payer this payer knows of."""

    name: str
    order: Literal["primary", "secondary", "tertiary", "unknown"] = "unknown"
    member_id: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """One plan of one member at one payer."""

    payer: str  # Payer.key
    member_id: str  # as the payer writes it, dashes included
    filed_id: str  # as the practice's files have it: no dashes, perhaps outdated
    plan: str
    insurance_type: str
    group_no: str
    begin: date
    end: date | None = None
    termed_on: date | None = None  # the day the payer entered the end; after `end` it is a retro-termination
    benefits: tuple[Benefit, ...] = ()
    carve_out: CarveOut | None = None
    other_payers: tuple[OtherPayer, ...] = ()
    messages: tuple[str, ...] = ()  # plan-level free text
    on_file: bool = True  # False: only the practice believes in it, no search finds it

    def active_on(self, day: date) -> bool:
        """Whether the plan is in force on that day."""
        return self.begin <= day and (self.end is None or day <= self.end)

    def card(self, service_type: str) -> tuple[Benefit, ...]:
        """The lines of one benefit card, empty if the payer keeps none under this service type."""
        return tuple(b for b in self.benefits if b.service_type == service_type)

    def cards_for(self, asked: str) -> tuple[str, ...]:
        """Which cards the payer's page shows when asked for one service type.

        The asked one where there is one, and always 30; asked for 30 it shows all it has (as the 271 rules want it). A payer that has no
        card for the asked service type answers with 30 alone.
        """
        have = {b.service_type for b in self.benefits}
        return tuple(code for code in CARDS if code in have and (asked == "30" or code in (asked, "30")))


@dataclass(frozen=True, slots=True)
class Member:
    """One patient: as the payers have them, and as the practice's files have them."""

    key: str  # the practice's patient_key
    person: Person  # as the payer has them
    known_as: Person  # as the practice has them: nickname, no hyphen, no suffix
    relation: Relation
    subscriber: Person  # the member's own person where relation is "self"
    coverages: tuple[Coverage, ...]
    cases: frozenset[str] = frozenset()

    def coverage_at(self, payer: str) -> Coverage | None:
        """The coverage the practice bills at this payer: the first one listed."""
        return next((c for c in self.coverages if c.payer == payer), None)


@dataclass(frozen=True, slots=True)
class Found:
    """One hit of a member search: a page shows one plan of one member."""

    member: Member
    coverage: Coverage


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Why a line was not paid as charged (835 CAS)."""

    group: AdjustmentGroup
    carc: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """One service line. Before a decision `allowed` and `paid` are None and there are no adjustments."""

    number: int
    dos: date
    cpt: str
    modifiers: tuple[str, ...]
    units: int
    charge: Decimal
    allowed: Decimal | None = None
    paid: Decimal | None = None
    patient_resp: Decimal | None = None
    adjustments: tuple[Adjustment, ...] = ()
    rarcs: tuple[str, ...] = ()
    status: Literal["PAID", "DENIED", "PENDING", ""] = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim record as the payer has it on this night; with `on_file` False only the practice knows of it."""

    claim_id: str  # the practice's own number (CLM01); "" for a record only the payer made (part of a split, reversal)
    payer: str
    member_key: str
    member_id: str  # as the payer writes it
    patient: Person  # as the payer has them
    dos_from: date
    dos_to: date
    charge: Decimal
    lines: tuple[ServiceLine, ...]
    billing_npi: str
    billing_tin: str
    rendering_npi: str
    pos: str
    dx: str
    sent: date  # first sent by the practice
    supervising_npi: str = ""
    frequency: Literal["1", "7", "8"] = "1"
    on_file: bool = True
    payer_claim_no: str = ""  # "" where the payer shows none (yet)
    filed_claim_no: str = ""  # the payer's number as far as the practice knows it
    filed_member_id: str = ""  # the member id in the practice's claims file
    category: str = ""  # 277 category: A1, A2, P1, F1, ...
    status_code: str = ""  # 277 status
    entity_code: str = ""
    state: ClaimState = "received"
    received: date | None = None
    finalized: date | None = None
    allowed: Decimal | None = None
    paid: Decimal | None = None
    patient_resp: Decimal | None = None
    check_no: str = ""
    check_date: date | None = None
    requested_info: str = ""  # what the payer wants to have sent, in its own words
    portal_text: str = ""  # the payer's own sentence about the claim
    related: tuple[str, ...] = ()  # payer claim numbers: parts of a split, the combined one, a reversal, its correction
    open: bool = True  # on the practice's list of open claims
    cases: frozenset[str] = frozenset()

    @property
    def adjustments(self) -> tuple[Adjustment, ...]:
        """All lines' adjustments in order."""
        return tuple(a for line in self.lines for a in line.adjustments)

    @property
    def carcs(self) -> tuple[str, ...]:
        """Each reason once, in order, group first: CO-45."""
        return tuple(dict.fromkeys(f"{a.group}-{a.carc}" for a in self.adjustments))

    @property
    def rarcs(self) -> tuple[str, ...]:
        """Each remark code once, in order."""
        return tuple(dict.fromkeys(code for line in self.lines for code in line.rarcs))

    @property
    def badge(self) -> str:
        """The word the payer's list shows for it."""
        return BADGE[self.state]


BADGE: dict[ClaimState, str] = {
    "received": "RECEIVED",
    "accepted": "ACCEPTED",
    "accepted_split": "SPLIT",
    "forwarded": "FORWARDED",
    "rejected": "REJECTED",
    "pending": "PENDING",
    "pending_info": "PENDING",
    "pending_patient": "PENDING",
    "pending_payer": "PENDING",
    "paid": "PAID",
    "paid_zero": "PAID",
    "denied": "DENIED",
    "partly_denied": "PAID",
    "reversed": "REVERSED",
    "finalized": "FINALIZED",
}


@dataclass(frozen=True, slots=True)
class Plb:
    """A provider-level adjustment of a check (835 PLB); a positive amount lowers the check."""

    code: Literal["WO", "FB", "L6", "72", "CS"]
    amount: Decimal
    reference: str


@dataclass(frozen=True, slots=True)
class Remit:
    """One check or EFT: amount = sum of its claims' payments - sum of its PLBs."""

    check_no: str
    check_date: date
    payer: str
    method: Literal["CHK", "ACH", "NON"]
    amount: Decimal
    claims: tuple[Claim, ...]
    plbs: tuple[Plb, ...] = ()
    scanned: bool = False  # its EOB is a picture without text
    cases: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Authorization:
    """One authorization request at a payer."""

    number: str
    payer: str
    member_key: str
    code_asked: str
    code_approved: str
    units_asked: int
    units_approved: int
    units_used: int
    npi_asked: str
    npi_approved: str
    begin: date
    end: date
    status: Literal["pending", "approved", "partly_approved", "denied"]
    decided: date | None = None
    cases: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Visit:
    """One booked appointment of the practice."""

    appointment_id: str
    start: datetime  # the practice's local time
    minutes: int
    member_key: str
    payer: str
    rendering_npi: str
    cpt: str
    pos: str
    mode: Literal["video", "audio", "in_person"]
    is_new: bool = False
    auth_number: str = ""
    cases: frozenset[str] = field(default_factory=frozenset)
