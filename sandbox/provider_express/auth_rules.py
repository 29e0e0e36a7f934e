"""Which services can be asked for here, for which plans, what the form wants to know of each, and in which words the payer answers.

Documented: the drop-down of service types with ABA (assessment, then treatment) and psychological testing, what is to be held ready for
testing, that the flag on the benefits says whether a service needs an authorization, that routine outpatient care needs none, that the
rule for testing and TMS depends on the plan, and that what cannot be asked for online goes by telephone. The rest is invented.
"""

from __future__ import annotations

from typing import NamedTuple

from sandbox.auths import State
from sandbox.world import Coverage

ALL_PLANS = frozenset({"PS", "PR", "HM", "EP", "HN"})
COMMERCIAL = ALL_PLANS - {"HN"}
_YES_NO = ("Yes", "No")


class Question(NamedTuple):
    """One item that a service type wants answered."""

    key: str
    text: str
    options: tuple[str, ...] = ()  # none: a text box


class ServiceType(NamedTuple):
    """One entry of the drop-down: its codes with our own glosses, what it asks, and the products whose members it is offered for."""

    name: str
    codes: dict[str, str]
    questions: tuple[Question, ...] = ()
    plans: frozenset[str] = ALL_PLANS


_PROGRAM = (Question("symptoms", "Current symptoms and risk"), Question("discharge", "Discharge plan"))
SERVICE_TYPES = (
    ServiceType("ABA Assessment", {"97151": "Behavior assessment"}, (Question("reason", "Reason for the assessment"),), plans=COMMERCIAL),
    ServiceType("ABA Treatment", {"97153": "Behavior treatment"}, (Question("plan", "Treatment plan summary"),), plans=COMMERCIAL),
    ServiceType("Extended Outpatient Sessions", {"90837": "Therapy, long session"}),
    ServiceType(
        "Intensive Outpatient Program (IOP)",
        {"H0015": "Intensive outpatient program, day", "S9480": "Intensive outpatient psychiatric program, day"},
        _PROGRAM,
    ),
    ServiceType("Partial Hospitalization Program (PHP)", {"H0035": "Partial hospitalization, day"}, _PROGRAM, plans=ALL_PLANS - {"EP"}),
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
    ServiceType(
        "Routine Outpatient",
        {
            "90791": "First evaluation",
            "90792": "First evaluation with medical services",
            "90832": "Therapy, short session",
            "90834": "Therapy, middle session",
            "90846": "Family session without the patient",
            "90847": "Family session with the patient",
            "90853": "Group session",
        },
    ),
    ServiceType(
        "Transcranial Magnetic Stimulation (TMS)",
        {
            "90867": "Magnetic stimulation, first session",
            "90868": "Magnetic stimulation, further session",
            "90869": "Magnetic stimulation, new setting",
        },
        (Question("trials", "Medication trials in this episode"), Question("seizures", "Is there a history of seizures?", _YES_NO)),
        plans=ALL_PLANS - {"HM"},
    ),
)
ROUTINE, EVALUATIONS = "Routine Outpatient", frozenset({"90791", "90792"})
AT_ONCE: dict[str, State] = {"97151": "approved"}  # decided when it is sent
PLACES = {"02": "Telehealth, not in the home", "10": "Telehealth, in the home", "11": "Office", "22": "Hospital, outpatient"}
KINDS = ("Initial", "Continued")
DOCUMENTS = ("Treatment Plan", "Progress Notes", "Test Report", "Other")
FILE_TYPES = ("pdf", "doc", "docx", "tif", "jpg", "txt")
LARGEST = 5 * 1024 * 1024
NOTE_CAP, MOST_DIAGNOSES, MOST_DOCUMENTS = 2000, 4, 3
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


def offered(plan: Coverage) -> tuple[ServiceType, ...]:
    """What the drop-down lists for a member of this plan."""
    return tuple(one for one in SERVICE_TYPES if plan.insurance_type in one.plans)


def named(name: str) -> ServiceType | None:
    """The entry of this name."""
    return next((one for one in SERVICE_TYPES if one.name == name), None)


def needs_none(plan: Coverage, code: str) -> bool:
    """Whether no authorization is required: routine care of a plan whose flag does not want one, and first evaluations always."""
    routine = named(ROUTINE)
    flagged = any(line.kind == "authorization" and line.auth == "Y" and line.network in "YW" for line in plan.benefits)
    return code in EVALUATIONS or (routine is not None and code in routine.codes and not flagged)
