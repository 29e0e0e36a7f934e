"""What the prior authorization tool offers, asks and says; all of its values and words are invented but the tool's name."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.auths import State

REQUIRED, NOTIFY, FREE, REFERRAL = (
    "Prior authorization required",
    "Notification required",
    "No prior authorization required",
    "Referral required",
)
REQUIREMENT = {
    **dict.fromkeys(("90832", "90834", "90837", "90847", "90867", "90868", "90869", "90870"), REQUIRED),
    **dict.fromkeys(("90853", "96136", "96137"), NOTIFY),
    **dict.fromkeys(("90791", "90792", "90846"), FREE),
    **dict.fromkeys(("96130", "96131"), REFERRAL),
}
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
ELSEWHERE = frozenset({"H0015", "H0035", "S9480"})
AT_ONCE: dict[str, State] = {"90853": "approved"}  # decided when it is sent
DIAGNOSES = frozenset(
    {"F10.20", "F31.81", "F32.1", "F33.1", "F33.2", "F40.10", "F41.1", "F42.2", "F43.10", "F43.23", "F50.01", "F84.0", "F90.0", "F90.2"}
)
TYPES = {"I": "Initial request", "R": "Continuation of services", "4": "Extension of dates"}
SERVICES = {"MH": "Mental Health", "A4": "Psychiatric", "A6": "Psychotherapy", "AI": "Substance Use", "CF": "Mental Health, Outpatient"}
PLACES = {"02": "Telehealth, not in the home", "10": "Telehealth, in the home", "11": "Office", "22": "Hospital, outpatient"}
UNIT_TYPES = {"VS": "Visits", "DY": "Days", "HS": "Hours", "FL": "Units"}
URGENCIES = ("Standard", "Expedited")
KINDS = ("Treatment Plan", "Progress Notes", "Medical Records", "Other Clinical Information")
FILE_TYPES = ("pdf", "jpg", "png", "doc", "docx", "tif", "txt")
LARGEST = 10 * 1024 * 1024
NOTE_CAP = 1000  # the field takes no more, and says nothing
MOST_DIAGNOSES = 6
MOST_UNITS = 999
WORDS: dict[State, str] = {
    "approved": "Approved",
    "partial": "Partially approved",
    "modified": "Approved - modified",
    "denied": "Not approved",
    "pended": "Pending clinical review",
    "cancelled": "Cancelled",
    "contact": "Additional information required",
    "not_required": FREE,
}


@dataclass(frozen=True)
class Question:
    """One item that is asked for some services."""

    key: str
    text: str
    options: tuple[str, ...] = ()  # none: a text box


PHQ = Question("phq9", "Most recent PHQ-9 total score")
TRIALS = Question("trials", "How many antidepressant trials were there in this episode?")
SEIZURES = Question("seizures", "Is there a history of seizures?", ("Yes", "No"))
TODAY = Question("today", "Is the patient at your location at this moment?", ("Yes", "No"))  # no request approved before can know
QUESTIONS: dict[str, tuple[Question, ...]] = {
    **dict.fromkeys(("90867", "90868", "90869"), (PHQ, TRIALS, SEIZURES)),
    "90870": (PHQ, TODAY),
}
