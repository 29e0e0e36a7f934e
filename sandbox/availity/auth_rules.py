"""How each payer's authorization pages differ: what it asks, what it decides at once, what it stops, in which words it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.auths import State

REQUEST_TYPES = {"HS": "Outpatient Authorization", "AR": "Inpatient Authorization"}
CERTIFICATIONS = {"I": "Initial", "R": "Renewal", "4": "Extension"}
RELATIONS = {"18": "Self", "01": "Spouse", "19": "Child", "G8": "Other Relationship"}
GENDERS = {"F": "Female", "M": "Male", "U": "Unknown"}
ROLES = {"1P": "Provider", "FA": "Facility"}
SERVICE_TYPES = {
    "MH": "Mental Health",
    "A4": "Psychiatric",
    "A6": "Psychotherapy",
    "A7": "Psychiatric - Inpatient",
    "A8": "Psychiatric - Outpatient",
    "AI": "Substance Abuse",
    "BB": "Partial Hospitalization (Psychiatric)",
    "CF": "Mental Health Provider - Outpatient",
}
PLACES = {
    "02": "Telehealth, not in the home",
    "10": "Telehealth, in the home",
    "11": "Office",
    "22": "Hospital, outpatient",
    "52": "Day hospital",
}
QUANTITY_TYPES = {"VS": "Visits", "DY": "Days", "FL": "Units", "HS": "Hours", "MN": "Month"}
LEVELS = {"E": "Elective", "U": "Urgent"}
KINDS = {"09": "Progress Report", "08": "Plan of Treatment", "M1": "Medical Record", "77": "Supporting Data"}
ROUTES = {"appeals": "Submit an appeal", "rx": "Request for a prescription drug", "other": "All other requests"}
FILE_TYPES = ("pdf", "jpg", "gif", "png", "doc", "docx", "tif", "txt")
LARGEST = 10 * 1024 * 1024  # invented: the limit is not published
NOTE_CAP = 264

PROCEDURES: dict[str, str] = {  # our own glosses
    "90791": "First evaluation",
    "90792": "First evaluation with medical services",
    "90832": "Therapy, short session",
    "90834": "Therapy, middle session",
    "90837": "Therapy, long session",
    "90846": "Family session without the patient",
    "90847": "Family session with the patient",
    "90853": "Group session",
    "90867": "Magnetic stimulation, first session",
    "90868": "Magnetic stimulation, further session",
    "90869": "Magnetic stimulation, new setting",
    "90870": "Electroconvulsive treatment",
    "96130": "Psychological testing, evaluation, first hour",
    "96131": "Psychological testing, evaluation, further hour",
    "96136": "Psychological testing, administration, first half hour",
    "96137": "Psychological testing, administration, further half hour",
    "H0015": "Intensive outpatient program, day",
    "H0035": "Partial hospitalization, day",
    "S9480": "Intensive outpatient psychiatric program, day",
}
DIAGNOSES: dict[str, str] = {  # our own glosses
    "F10.20": "Alcohol dependence",
    "F31.81": "Bipolar II disorder",
    "F32.1": "Depression, single episode, moderate",
    "F33.1": "Depression, recurrent, moderate",
    "F33.2": "Depression, recurrent, severe",
    "F40.10": "Social phobia",
    "F41.1": "Generalized anxiety",
    "F42.2": "Obsessive-compulsive, mixed",
    "F43.10": "Post-traumatic stress",
    "F50.01": "Anorexia, restricting",
    "F84.0": "Autistic disorder",
    "F90.0": "Attention deficit, inattentive",
}


@dataclass(frozen=True)
class Question:
    """One item of a payer's questionnaire."""

    key: str
    text: str
    options: tuple[str, ...] = ()  # none: a text field
    radio: bool = True
    needed: bool = True


PHQ = Question("q1", "Most recent PHQ-9 total score")
RISK = Question("q2", "Has the patient had suicidal thoughts in the last 30 days?", ("Yes", "No"))
PRIOR = Question(
    "q3", "Highest level of care in the last 12 months", ("None", "Outpatient", "Intensive outpatient", "Inpatient"), radio=False
)
REFERRAL = Question("q1", "What question is the testing to answer?")
EARLIER = Question("q2", "Was the patient tested in the last 12 months?", ("Yes", "No"))
TODAY = Question("q4", "Is the patient in your facility at this moment?", ("Yes", "No"))  # no request that was approved before can know

WORDS: dict[State, str] = {
    "approved": "Certified in Total",
    "partial": "Certified - Partial",
    "modified": "Modified",
    "denied": "Not Certified",
    "pended": "Pended",
    "cancelled": "Cancelled",
    "contact": "Contact Payer",
    "not_required": "No Action Required",
}


@dataclass(frozen=True)
class AuthRules:
    """One payer's ways with authorization requests."""

    words: Mapping[State, str]
    reference_label: str = "Reference Number"
    number_label: str = "Certification Number"
    at_check: Mapping[str, State] = field(default_factory=dict)  # codes it decides when asked, before anything is sent
    at_submit: Mapping[str, State] = field(default_factory=dict)  # codes it decides when they are sent
    elsewhere: Mapping[str, str] = field(default_factory=dict)  # codes it refuses, and what it says then
    questions: Mapping[str, tuple[Question, ...]] = field(default_factory=dict)
    routing: bool = False
    interqual: tuple[str, ...] = ()
    files_needed: tuple[str, ...] = ()  # codes that want at least one attachment
    stops_second: bool = False
    drafts: bool = False
    lag_nights: int = 0
    dashboard_only: bool = False  # the state comes later on the dashboard only
    columns: tuple[str, ...] = (
        "Reference Number",
        "Certification Number",
        "Status",
        "Patient Name",
        "Member ID",
        "Service Dates",
        "Procedure Code",
        "Submitted",
    )
    notes: tuple[str, ...] = ()


_TESTING = ("96130", "96131", "96136", "96137")
_NOT_HERE = "Procedure code {code} is reviewed by CARELON BEHAVIORAL HEALTH. Submit this request at the Carelon provider portal."

RULES: dict[str, AuthRules] = {
    "aetna": AuthRules(
        WORDS,
        at_check={"90791": "not_required", "90792": "not_required", "90847": "approved"},
        at_submit={"90853": "approved"},
    ),
    "anthem": AuthRules(
        {
            **WORDS,
            "approved": "Approved",
            "partial": "Partially Approved",
            "denied": "Denied",
            "pended": "In Review",
            "contact": "Call for Information",
        },
        number_label="Authorization Number",
        elsewhere={code: _NOT_HERE.format(code=code) for code in ("90867", "90868", "90869")},
        at_check={"90791": "not_required"},
        routing=True,
        interqual=("H0015", "S9480", "H0035"),
        stops_second=True,
        columns=(
            "Status",
            "Reference Number",
            "Patient Name",
            "Member ID",
            "Procedure Code",
            "Service Dates",
            "Authorization Number",
            "Submitted",
        ),
    ),
    "carelon": AuthRules(
        {
            **WORDS,
            "approved": "Approved as Requested",
            "partial": "Approved with Changes",
            "denied": "Adverse Determination",
            "pended": "Pending Review",
        },
        reference_label="Case Number",
        number_label="Authorization Number",
        questions={**dict.fromkeys(_TESTING, (REFERRAL, EARLIER)), **dict.fromkeys(("90867", "H0015", "S9480"), (PHQ, RISK, PRIOR))},
        files_needed=_TESTING,
        stops_second=True,
        columns=("Case Number", "Patient Name", "Service Dates", "Procedure Code", "Status", "Member ID", "Authorization Number"),
    ),
    "humana": AuthRules(
        {
            **WORDS,
            "approved": "APPROVED",
            "partial": "PARTIAL APPROVAL",
            "modified": "APPROVED - MODIFIED",
            "denied": "NOT APPROVED",
            "pended": "PENDED FOR REVIEW",
        },
        at_check={"90837": "not_required", "90834": "not_required", "90791": "not_required"},
        questions={"90870": (PHQ, TODAY)},
        lag_nights=1,
        notes=("Requests that were submitted today are shown after one business day.",),
    ),
    "magellan": AuthRules(
        {
            **WORDS,
            "approved": "Auth Approved",
            "partial": "Auth Approved - Partial",
            "modified": "Auth Approved - Modified",
            "denied": "Auth Denied",
            "pended": "Auth Pending",
        },
        number_label="Certificate Number",
        files_needed=("H0035", "S9480", "90867"),
        drafts=True,
        dashboard_only=True,
        columns=(
            "Reference Number",
            "Member ID",
            "Patient Name",
            "Service Dates",
            "Status",
            "Submitted",
        ),  # no code: only the request itself shows it
        notes=("The status of requests that you submitted here is shown on the Auth/Referral Dashboard.",),
    ),
}
