"""What the authorization wizard offers and asks; the values of its lists are invented, but for those that the sheet has as examples."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.auths import State

LEVELS_OF_SERVICE = ("Inpatient / Higher Level of Care", "Outpatient / Community Based")
TYPES_OF_SERVICE = ("Mental Health", "Substance Use")
LEVELS_OF_CARE = {
    "Inpatient / Higher Level of Care": ("Inpatient", "Residential"),
    "Outpatient / Community Based": ("Outpatient", "Intensive Outpatient", "Partial Hospitalization"),
}
SESSIONS = ("Evaluation", "Individual Therapy", "Family Therapy", "Group Therapy", "Psych Testing", "TMS")
TYPES_OF_CARE = {
    "Inpatient": ("Inpatient - Facility",),
    "Residential": ("Residential - Facility",),
    "Outpatient": tuple(f"{kind} - {place}" for kind in SESSIONS for place in ("Office", "Telehealth")),
    "Intensive Outpatient": ("IOP - Facility",),
    "Partial Hospitalization": ("PHP - Facility",),
}
REQUEST_KINDS = ("INITIAL", "CONCURRENT")
DOCUMENT_KINDS = ("Treatment Plan", "Progress Report", "Medical Record", "Psychological Evaluation Request", "Other")
FILE_TYPES = ("pdf", "jpg", "gif", "png", "doc", "docx", "tif", "txt")
LARGEST = 5 * 1024 * 1024
NOTE_CAP = 2000
MOST_DIAGNOSES = 5
PROCEDURES: dict[str, tuple[str, str]] = {  # kind of care, and our own gloss
    "90791": ("Evaluation", "First evaluation"),
    "90792": ("Evaluation", "First evaluation with medical services"),
    "90832": ("Individual Therapy", "Therapy, short session"),
    "90834": ("Individual Therapy", "Therapy, middle session"),
    "90837": ("Individual Therapy", "Therapy, long session"),
    "90846": ("Family Therapy", "Family session without the patient"),
    "90847": ("Family Therapy", "Family session with the patient"),
    "90853": ("Group Therapy", "Group session"),
    "90867": ("TMS", "Magnetic stimulation, first session"),
    "90868": ("TMS", "Magnetic stimulation, further session"),
    "90869": ("TMS", "Magnetic stimulation, new setting"),
    "96130": ("Psych Testing", "Psychological testing, evaluation, first hour"),
    "96131": ("Psych Testing", "Psychological testing, evaluation, further hour"),
    "96136": ("Psych Testing", "Psychological testing, administration, first half hour"),
    "96137": ("Psych Testing", "Psychological testing, administration, further half hour"),
    "H0015": ("IOP", "Intensive outpatient program, day"),
    "S9480": ("IOP", "Intensive outpatient psychiatric program, day"),
    "H0035": ("PHP", "Partial hospitalization, day"),
}
DIAGNOSES = frozenset(
    {"F10.20", "F31.81", "F32.1", "F33.1", "F33.2", "F40.10", "F41.1", "F42.2", "F43.10", "F43.23", "F50.01", "F84.0", "F90.0", "F90.2"}
)
UNIT_NAMES = {"Psych Testing": "30-minute units", "IOP": "Days", "PHP": "Days"}
VISITS = "Visits"
NOT_REQUIRED = frozenset({"90791", "90792"})  # said on the page after the requested services
AT_ONCE: dict[str, State] = {"90834": "approved", "90847": "approved"}  # decided when they are sent
WORDS: dict[State, str] = {
    "approved": "Approved",
    "partial": "Partially Approved",
    "modified": "Approved - Modified",
    "denied": "Denied",
    "pended": "Pended",
    "cancelled": "Voided",
    "contact": "Additional Information Needed",
    "not_required": "No Authorization Required",
}


@dataclass(frozen=True)
class Question:
    """One item of a clinical page; none of them carries an asterisk, all are required where they stand."""

    key: str
    text: str
    options: tuple[str, ...] = ()  # none: a text box


_YES_NO = ("Yes", "No")
QUESTIONS: dict[str, tuple[Question, ...]] = {  # by kind of care
    "Psych Testing": (
        Question("testingQuestion", "What question is the testing to answer?"),
        Question("testedBefore", "Was the member tested in the last 12 months?", _YES_NO),
    ),
    "TMS": (
        Question("phq9", "Most recent PHQ-9 total score"),
        Question("trials", "Number of antidepressant trials in this episode"),
        Question("seizures", "Is there a history of seizures?", _YES_NO),
    ),
    "IOP": (Question("phq9", "Most recent PHQ-9 total score"), Question("risk", "Suicidal thoughts in the last 30 days?", _YES_NO)),
    "PHP": (Question("phq9", "Most recent PHQ-9 total score"), Question("risk", "Suicidal thoughts in the last 30 days?", _YES_NO)),
}


def kind_of(type_of_care: str) -> str:
    """Psych Testing, for Psych Testing - Office."""
    return type_of_care.partition(" - ")[0]


def unit_name(type_of_care: str) -> str:
    """What the form counts for this care."""
    return UNIT_NAMES.get(kind_of(type_of_care), VISITS)


def questions(type_of_care: str) -> tuple[Question, ...]:
    """What is asked for this care besides the rest."""
    return QUESTIONS.get(kind_of(type_of_care), ())
