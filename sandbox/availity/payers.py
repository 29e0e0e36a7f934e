"""How each payer's pages differ: choices, tabs, columns, and the payer's own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ID_BORN = "id_born"
ID_NAMES = "id_names"
NAMES_BORN = "names_born"

SERVICE_TYPES: dict[str, str] = {  # as the picker lists them: name - code
    "30": "Health Benefit Plan Coverage",
    "98": "Professional (Physician) Visit - Office",
    "MH": "Mental Health",
    "A4": "Psychiatric",
    "A6": "Psychotherapy",
    "A7": "Psychiatric - Inpatient",
    "A8": "Psychiatric - Outpatient",
    "AI": "Substance Abuse",
    "BB": "Partial Hospitalization (Psychiatric)",
    "CF": "Mental Health Provider - Outpatient",
    "CH": "Mental Health Facility - Outpatient",
    "CQ": "Case Management",
    "1": "Medical Care",
    "33": "Chiropractic",
    "35": "Dental Care",
    "47": "Hospital",
    "48": "Hospital - Inpatient",
    "50": "Hospital - Outpatient",
    "86": "Emergency Services",
    "88": "Pharmacy",
    "AL": "Vision (Optometry)",
    "UC": "Urgent Care",
}
_ALL = tuple(SERVICE_TYPES)
_WITHOUT_FACILITY = tuple(c for c in _ALL if c not in {"CH", "47", "50", "BB"})
_BEHAVIORAL = ("30", "98", "MH", "A4", "A6", "A7", "A8", "AI", "BB", "CF", "CH")

MEMBER, DATES, HISTORY, HIPAA = "Member", "Service Dates", "Claim History", "HIPAA Standard"
NEWER, OLDER = "newer", "older"
CLAIM_STATUS, ELIGIBILITY = "claim-status", "eligibility"


@dataclass(frozen=True)
class Words:
    """One payer's way of putting things."""

    inactive: str = "Inactive"
    copay: str = "{amount} Co-Payment {per}"
    coinsurance: str = "{percent}% Co-Insurance"
    per_visit: str = "per Visit"
    auth: Mapping[str, str] = field(
        default_factory=lambda: {"Y": "Authorization Required", "N": "Authorization Not Required", "U": "Authorization Required: Unknown"}
    )
    telehealth: str = "Telehealth"
    covered: str = "Covered"
    not_covered: str = "Not Covered"
    carve_out: str = "Behavioral health benefits are administered by {name}."
    carve_out_phone: str = "For behavioral health benefits call {phone}."
    member_not_found: str = "Patient not found. Please correct and resubmit."
    born_wrong: str = "Patient date of birth does not match that of the patient on the payer's database. Please correct and resubmit."
    many: str = "More than one patient matches the information submitted. Please resubmit with the Patient ID."
    begin: tuple[str, ...] = ("Plan Begin Date",)
    end: str = "Plan End Date"


@dataclass(frozen=True)
class PayerPages:
    """What the two apps show for one payer."""

    words: Words
    search_options: Mapping[str, str]
    service_types: tuple[str, ...]
    tabs: tuple[str, ...]
    columns: tuple[str, ...]
    line_columns: tuple[str, ...]
    provider_required: bool = False
    heading: str = "Search Results"
    shows: str = "table"  # table, cards, or claim: what a search with one hit shows
    panels: str = "testid"  # testid or id
    dates_long: bool = False  # dates as "Nov 03, 2026" instead of 11/03/2026
    words_only: bool = False  # no 277 codes anywhere
    asks_whose_plan: bool = True  # HIPAA Standard finds a dependent only where the patient is not said to be the subscriber
    code_style: str = "CO-45"  # or "45": the group left out
    notes: tuple[str, ...] = ()  # harmless alerts beside every answer
    generation: Mapping[str, str] = field(default_factory=dict)  # app -> OLDER; NEWER where it says nothing
    older_ids: Mapping[str, str] = field(default_factory=dict)  # ids of the older page that differ from payer to payer


NEW_CLAIMS = "New claims may need up to 5 business days to appear in claim status."
COMPLETE_PROVIDER = "To see all of your claims, complete the provider record in Manage My Organization."

_OPTIONS = {ID_BORN: "Patient ID, Date of Birth", NAMES_BORN: "Patient Last Name, First Name, Date of Birth"}

PAGES: dict[str, PayerPages] = {
    "aetna": PayerPages(
        Words(
            inactive="Inactive",
            member_not_found="Subscriber/Insured not found. Please correct and resubmit.",
            begin=("Plan Begin Date", "Eligibility Begin Date"),
        ),
        {**_OPTIONS, ID_NAMES: "Patient ID, Patient Last Name, Patient First Name"},
        _ALL,
        (MEMBER, HIPAA),
        ("Claim Status", "Patient Name", "Member ID", "Service Dates", "Claim Number", "Billed Amount", "Paid Amount", "Finalized Date"),
        ("Line", "Service Dates", "Procedure Code", "Units", "Billed Amount", "Allowed Amount", "Paid Amount", "Status"),
        panels="id",
        words_only=True,
        notes=(NEW_CLAIMS,),
    ),
    "anthem": PayerPages(
        Words(
            inactive="Inactive Coverage",
            copay="Copay: {amount} {per}",
            coinsurance="Coinsurance: {percent}%",
            per_visit="/ Visit",
            auth={"Y": "Precertification required", "N": "Precertification not required", "U": "Precertification: unknown"},
            telehealth="Telehealth Services",
            carve_out="Benefits for behavioral health are managed by {name}.",
            carve_out_phone="Contact {phone} for behavioral health benefits.",
            member_not_found="The member could not be found with the information submitted.",
            begin=("Eligibility Begin Date",),
            end="Eligibility End Date",
        ),
        {ID_BORN: "Patient ID, Date of Birth", NAMES_BORN: "Patient Last Name, Patient First Name, Date of Birth"},
        _ALL,
        (MEMBER, DATES, HIPAA),
        ("Claim Number", "Claim Status", "Service Dates", "Patient Name", "Member ID", "Billed Amount", "Paid Amount", "Finalized Date"),
        ("Line", "Procedure Code", "Modifiers", "Service Dates", "Units", "Billed Amount", "Allowed Amount", "Paid Amount", "Status"),
        provider_required=True,
        heading="Results (Displaying {first} - {last} of {total})",
        notes=(NEW_CLAIMS, COMPLETE_PROVIDER),
    ),
    "carelon": PayerPages(
        Words(
            inactive="Inactive Coverage",
            copay="Copay {amount} {per}",
            coinsurance="Coinsurance {percent}%",
            per_visit="per visit",
            auth={"Y": "Prior authorization required", "N": "No prior authorization required", "U": "Prior authorization: unknown"},
            member_not_found="We could not locate this member. Check the Patient ID, including the prefix on the card.",
            begin=("Plan Begin Date",),
        ),
        {NAMES_BORN: "Patient Last Name, Patient First Name, Date of Birth", ID_BORN: "Patient ID, Date of Birth"},
        _BEHAVIORAL,
        (HISTORY, MEMBER, HIPAA),
        ("Service Dates", "Claim Number", "Claim Status", "Billed Amount", "Paid Amount", "Patient Name", "Member ID", "Finalized Date"),
        ("Line", "Service Dates", "Procedure Code", "Modifiers", "Billed Amount", "Paid Amount", "Allowed Amount", "Units", "Status"),
        heading="Results (Displaying {first} - {last} of {total})",
        dates_long=True,
        notes=(COMPLETE_PROVIDER,),
        generation={CLAIM_STATUS: OLDER, ELIGIBILITY: OLDER},
    ),
    "humana": PayerPages(
        Words(
            inactive="Not Eligible",
            copay="Member pays {amount} copayment {per}",
            coinsurance="Member pays {percent}% coinsurance",
            per_visit="per visit",
            auth={"Y": "Authorization is required", "N": "Authorization is not required", "U": "Authorization requirement is not known"},
            telehealth="Virtual visits",
            not_covered="This service is not covered",
            carve_out="{name} provides the behavioral health benefits for this member.",
            carve_out_phone="Behavioral health benefits: please call {phone}.",
            member_not_found="We could not find a member matching the information entered.",
            begin=("Plan Begin Date", "Eligibility Begin Date"),
        ),
        _OPTIONS,
        _WITHOUT_FACILITY,
        (HIPAA,),
        ("Claim Status", "Claim Number", "Service Dates", "Billed Amount", "Paid Amount", "Finalized Date", "Patient Name", "Member ID"),
        ("Line", "Service Dates", "Procedure Code", "Modifiers", "Units", "Billed Amount", "Paid Amount", "Allowed Amount", "Status"),
        provider_required=True,
        shows="claim",
        asks_whose_plan=False,
        notes=(NEW_CLAIMS,),
        generation={CLAIM_STATUS: OLDER},
        older_ids={"memberId": "subscriberMemberId", "dates": "serviceDates"},
    ),
    "magellan": PayerPages(
        Words(
            inactive="Inactive - Coverage Terminated",
            copay="Co-Pay {amount} {per}",
            coinsurance="Co-Insurance {percent}%",
            per_visit="Visit",
            auth={"Y": "Auth Req: Yes", "N": "Auth Req: No", "U": "Auth Req: Unknown"},
            carve_out="Mental health benefits: {name}.",
            carve_out_phone="Mental health benefits: call {phone}.",
            member_not_found="Patient not found. Retry the ID without prefix or suffix, or search by name and date of birth.",
            begin=("Eligibility Begin Date",),
            end="Eligibility End Date",
        ),
        _OPTIONS,
        _BEHAVIORAL,
        (DATES,),
        ("Claim Number", "Patient Name", "Service Dates", "Claim Status", "Billed Amount", "Paid Amount", "Finalized Date", "Member ID"),
        ("Line", "Procedure Code", "Service Dates", "Units", "Billed Amount", "Allowed Amount", "Paid Amount", "Status"),
        shows="cards",
        code_style="45",
    ),
}


@dataclass(frozen=True)
class Entry:
    """One line of a payer picker."""

    key: str  # its place in the list
    label: str
    payer_id: str
    payer: str  # Payer.key of the world; empty: nobody answers here
    states: tuple[str, ...] = ("MD", "NC", "OH", "VA")
    says: str = ""  # what a question to an entry nobody answers gets


NOT_SET_UP = "This payer is not set up for the transaction you selected. Please choose another payer."
ELSEWHERE = "This payer's inquiries are available in its Payer Space."

ENTRIES: tuple[Entry, ...] = (
    Entry("1", "AETNA (COMMERCIAL & MEDICARE)", "60054", "aetna"),
    Entry("2", "AETNA BETTER HEALTH", "128VA", "", ("VA",), NOT_SET_UP),
    Entry("3", "ANTHEM - CARELON BEHAVIORAL HEALTH", "00423", "carelon", ("OH", "VA")),
    Entry("4", "ANTHEM BLUE CROSS BLUE SHIELD", "00423", "anthem", ("OH", "VA")),
    Entry("5", "ANTHEM HEALTHKEEPERS PLUS", "00423", "", ("VA",), NOT_SET_UP),
    Entry("6", "CARELON BEHAVIORAL HEALTH", "BHOVO", "", says=ELSEWHERE),
    Entry("7", "CAREFIRST BLUECROSS BLUESHIELD", "00580", "", ("MD",), NOT_SET_UP),
    Entry("8", "HUMANA", "61101", "humana"),
    Entry("9", "MAGELLAN HEALTHCARE", "01260", "", says=NOT_SET_UP),  # the same plan twice: only the other one works
    Entry("10", "MAGELLAN HEALTHCARE", "01260", "magellan"),
    Entry("11", "MOLINA HEALTHCARE", "MCC02", "", ("OH", "VA"), NOT_SET_UP),
)
CLAIM_ENTRIES = tuple(entry for entry in ENTRIES if entry.key != "9")  # claim status lists it once


def listed(state: str, entries: tuple[Entry, ...] = ENTRIES) -> list[Entry]:
    """The picker's lines for a state, in the order of their labels."""
    return sorted((e for e in entries if state in e.states), key=lambda e: (e.label, int(e.key)))


def entry(key: str, state: str, entries: tuple[Entry, ...] = ENTRIES) -> Entry | None:
    """The picker's line with this key, if this state has it."""
    return next((e for e in listed(state, entries) if e.key == key), None)
