"""Which services can be asked for here, what the form wants to know of each, and in which words the payer answers.

Documented: the drop-down of service types with ABA and psychological testing, what is to be held ready for testing, that routine
outpatient care needs no authorization, and that what cannot be asked for online goes by telephone. The rest is invented.
"""

from __future__ import annotations

from typing import NamedTuple

from sandbox.auths import State


class Question(NamedTuple):
    """One item that a service type wants answered."""

    key: str
    text: str


class ServiceType(NamedTuple):
    """One entry of the drop-down: its codes with our own glosses, and what it asks."""

    name: str
    codes: dict[str, str]
    questions: tuple[Question, ...] = ()


SERVICE_TYPES = (
    ServiceType("Extended Outpatient Sessions", {"90837": "Therapy, long session", "90834": "Therapy, middle session"}),
    ServiceType(
        "Psychological / Neuropsychological Testing",
        {
            "96130": "Psychological testing, evaluation, first hour",
            "96131": "Psychological testing, evaluation, further hour",
            "96136": "Psychological testing, administration, first half hour",
            "96137": "Psychological testing, administration, further half hour",
        },
        (Question("purpose", "Purpose of testing"), Question("tests", "Preliminary test list")),
    ),
    ServiceType("Applied Behavior Analysis: Assessment", {"97151": "Behavior assessment"}),
    ServiceType("Applied Behavior Analysis: Treatment", {"97153": "Behavior treatment"}, (Question("plan", "Treatment plan summary"),)),
    ServiceType(
        "Intensive Outpatient Program", {"H0015": "Intensive outpatient program, day", "S9480": "Intensive outpatient program, day"}
    ),
)
NOT_REQUIRED = frozenset({"90834", "90832", "90791"})  # routine outpatient care
PLACES = {"02": "Telehealth, not in the home", "10": "Telehealth, in the home", "11": "Office", "22": "Hospital, outpatient"}
KINDS = ("Initial", "Continued")
DOCUMENTS = ("Treatment Plan", "Progress Notes", "Test Report", "Other")
FILE_TYPES = ("pdf", "doc", "docx", "tif", "jpg", "txt")
NOTE_CAP = 2000
DIAGNOSES = 4
WORDS: dict[State, str] = {
    "approved": "Approved",
    "partial": "Approved with Changes",
    "modified": "Approved - Other Service",
    "denied": "Not Approved",
    "pended": "In Clinical Review",
    "cancelled": "Withdrawn",
    "contact": "More Information Needed",
    "not_required": "Not Required",
}


def type_of(code: str) -> ServiceType | None:
    """Under which entry a code is asked for."""
    return next((one for one in SERVICE_TYPES if code in one.codes), None)
