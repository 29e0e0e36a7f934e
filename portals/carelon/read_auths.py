"""Authorizations: what the form can take of a request, and its pages and lists as typed answers. Imports no browser.

A choice that is not certain is not made: the request comes back with the field that a person must decide.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from payerbot.authorization import Answered, Attachment, AuthRequest, AuthResult, AuthState, StandingRequest
from payerbot.errors import PageChanged
from payerbot.model import Outcome, Result
from portals.carelon import read
from portals.text import day, pairs, plain, same_id, same_person

Pairs = Mapping[str, str]
OUTPATIENT = "Outpatient / Community Based"
KINDS = {"initial": "INITIAL", "renewal": "CONCURRENT", "extension": "CONCURRENT"}
DOCUMENTS = {
    "treatment plan": "Treatment Plan",
    "progress report": "Progress Report",
    "medical record": "Medical Record",
    "psychological evaluation request": "Psychological Evaluation Request",
}
OTHER_DOCUMENT = "Other"
NOTE_CAP = 2000  # characters; a longer text would be cut off without a word
MOST_DIAGNOSES = 5
MOST_UNITS = 999
INPATIENT = re.compile(r"\b(inpatient|residential|rtc|detox)", re.IGNORECASE)
PLACES = {"11": "Office", "02": "Telehealth", "10": "Telehealth"}
SUBSTANCE_USE = ("AI", "AJ", "AK")
HALF_HOURS, VISITS, DAYS = "30-minute units", "Visits", "Days"
OF_AN_HOUR = ("96130", "96131")  # one unit of these is an hour, of the other tests half an hour
CARE: dict[str, tuple[str, str]] = {  # level of care and kind of care by procedure code
    **dict.fromkeys(("90791", "90792"), ("Outpatient", "Evaluation")),
    **dict.fromkeys(("90832", "90834", "90837"), ("Outpatient", "Individual Therapy")),
    **dict.fromkeys(("90846", "90847"), ("Outpatient", "Family Therapy")),
    "90853": ("Outpatient", "Group Therapy"),
    **dict.fromkeys(("90867", "90868", "90869"), ("Outpatient", "TMS")),
    **dict.fromkeys(("96130", "96131", "96136", "96137"), ("Outpatient", "Psych Testing")),
    **dict.fromkeys(("H0015", "S9480"), ("Intensive Outpatient", "IOP")),
    "H0035": ("Partial Hospitalization", "PHP"),
}
LIST = (
    "Authorization Number", "Client Auth Number", "Member Name", "Member ID", "Procedure Code", "From", "To", "Status", "Submitted",
)  # fmt: skip
CRITERIA = ("Authorization Number", "Member ID", "Date of Birth")
SUMMARY = (
    "Member Name", "Member ID", "Member DOB", "Subscriber Name", "Authorization number", "Client Authorization number", "Type of Request",
    "Date of Admission/Start of Services", "From", "To", "Submission Date",
)  # fmt: skip
DETAIL = (
    "Authorization Number", "Client Auth Number", "Status", "Decision Reason", "Information Requested", "Member Name", "Member ID",
    "Member DOB", "Type of Request", "Procedure Code Requested", "Procedure Code Approved", "Units Requested", "Units Approved",
    "Unit Type", "From", "To", "Provider NPI", "Provider NPI Approved", "Submission Date", "Decision Date",
)  # fmt: skip
STATES = {
    "approved": AuthState.APPROVED,
    "partially approved": AuthState.PARTIAL,
    "approved - modified": AuthState.MODIFIED,
    "denied": AuthState.DENIED,
    "pended": AuthState.PENDED,
    "request pended for review": AuthState.PENDED,
    "voided": AuthState.CANCELLED,
    "additional information needed": AuthState.CONTACT,
    "no authorization required": AuthState.NOT_REQUIRED,
}
TOTAL = re.compile(r"Total Authorizations:\s*(\d+)")
DRAFT = re.compile(r"Draft ID:\s*(\w+)")
DUPLICATE = re.compile(r"already exists\. Authorization number:\s*(\S+?)\.?$", re.IGNORECASE)
NOTHING = "no authorizations were found"
_REFUSED: tuple[tuple[str, str, str], ...] = (  # words of the form, the field, our words
    ("no service address was found", "servicing_npi", "the portal knows no address of this provider"),
    ("requesting provider npi is not on file", "requesting_npi", "the portal does not know this provider"),
    ("facility npi is not on file", "facility_npi", "the portal does not know this facility"),
    ("requested start date", "start_date", "the payer does not take this day"),
    ("requested through date", "end_date", "the payer does not take these days"),
    ("prior authorization number", "prior_auth_number", "the form wants the number of the authorization that this adds to"),
    ("statement of urgency", "expedited_statement", "the form wants a clinician's statement"),
    ("diagnosis code", "diagnoses", "the payer does not know this diagnosis"),
    ("procedure code", "services", "the form does not offer this service"),
    ("units requested", "units", "the form does not take this number"),
    ("not eligible on the requested start date", "member_id", "the payer says that this member is not covered then"),
    ("must be attached", "attachments", "the payer wants a form of its own with this request"),
    ("document", "attachments", "the portal does not take this file: its type or its size"),
    ("contact", "contact_phone", "the form wants somebody to call"),
)


class Choices(NamedTuple):
    """What is chosen in the lists of the Requested Services Header, and how many of what are asked for."""

    type_of_service: str
    level_of_care: str
    type_of_care: str
    units: int
    unit_name: str


# --- what the form can take ---


def cannot_be_asked(ask: AuthRequest) -> tuple[str, str]:
    """The field that this form cannot take, and why; empty where it can take all of them."""
    told = {
        ("services", "the form takes one service; make a request of each"): len(ask.services) != 1,
        ("request_type", "the form cannot cancel a request; a person calls the payer"): ask.request_type not in KINDS,
        ("member_id", "the form wants the member id"): not ask.patient.member_id,
        ("level_of_care", "inpatient and residential requests have another form"): bool(INPATIENT.search(ask.level_of_care)),
        ("note", f"the form takes {NOTE_CAP} characters; attach what is longer"): len(ask.note) > NOTE_CAP,
        ("diagnoses", f"the form takes {MOST_DIAGNOSES} diagnoses"): len(ask.diagnoses) > MOST_DIAGNOSES,
    }
    return next((told_of for told_of, holds in told.items() if holds), None) or _cannot_be_chosen(ask)


def _cannot_be_chosen(ask: AuthRequest) -> tuple[str, str]:
    code = ask.services[0].code.upper()
    if code not in CARE:
        return "services", "the form does not offer this service; some are asked for by telephone"
    if CARE[code][0] == "Outpatient" and ask.pos not in PLACES:
        return "pos", "the form knows office and telehealth only"
    if units(ask) is None:
        return "units", "what the practice counts cannot be told for certain in what the form counts"
    return "", ""


def units(ask: AuthRequest) -> int | None:
    """How many the form is given, in what it counts; None where the conversion is not certain."""
    service = ask.services[0]
    factor = _factor(service.code.upper(), service.unit_type)
    count = service.units * (factor or 0)
    return int(count) if count == count.to_integral_value() and 0 < count <= MOST_UNITS else None


def _factor(code: str, unit_type: str) -> int | None:
    """How many of the form's one of the practice's is; a visit is no certain number of half hours, and an hour none of a session."""
    kind = CARE[code][1]
    if kind == "Psych Testing":
        own = 2 if code in OF_AN_HOUR else 1
        return {"UN": own, "FL": own, "HS": 2}.get(unit_type)
    known = ("VS", "UN", "FL", "DY") if kind in ("IOP", "PHP") else ("VS", "UN", "FL")  # a visit to a program is a day of it
    return 1 if unit_type in known else None


def choices(ask: AuthRequest) -> Choices:
    """The lists' values of a request that the form can take."""
    level, kind = CARE[ask.services[0].code.upper()]
    place = PLACES[ask.pos] if level == "Outpatient" else "Facility"
    service = "Substance Use" if ask.service_type in SUBSTANCE_USE else "Mental Health"
    counted = HALF_HOURS if kind == "Psych Testing" else DAYS if kind in ("IOP", "PHP") else VISITS
    return Choices(service, level, f"{kind} - {place}", units(ask) or 0, counted)


def document(one: Attachment) -> str:
    """The form's word for a kind of file."""
    return DOCUMENTS.get(one.kind.casefold(), OTHER_DOCUMENT)


def icd(code: str) -> str:
    """A diagnosis code with its dot."""
    bare = code.upper().replace(".", "").strip()
    return bare if len(bare) <= 3 else f"{bare[:3]}.{bare[3:]}"  # noqa: PLR2004  the category has three places


def tin(text: str) -> str:
    """A tax id without its dash."""
    return re.sub(r"\D", "", text)


def refusal(message: str) -> Result:
    """What a message of the form means: a field, an outage, another place; words that are not known stay unreadable."""
    said = " ".join(message.split())
    found = read.refusal(said)
    if found.outcome is Outcome.UNREADABLE:
        for words, field, reason in _REFUSED:
            if words in said.casefold():
                return Result(outcome=Outcome.BAD_DATA, field=field, reason=reason, seen_as=said)
    if found.outcome in (Outcome.NOT_FOUND, Outcome.AMBIGUOUS):  # nobody to ask for: that is no list without requests
        return Result(outcome=Outcome.BAD_DATA, field="member_id", reason=found.reason, seen_as=said)
    return found.ended_as(Result)


def wants_more(message: str) -> bool:
    """Whether the form wants an answer that has no asterisk: what is required only sometimes is told by its words alone."""
    return refusal(message).outcome is Outcome.UNREADABLE and " is required" in message.casefold()


# --- the page before Submit ---


def review(rows: Sequence[tuple[str, str]], ask: AuthRequest, expected: Sequence[tuple[str, str, str]]) -> tuple[str, ...]:
    """The fields that the page does not show as the request has them; PageChanged where who it is for is not shown at all."""
    shown: dict[str, list[str]] = {}
    for label, text in rows:
        shown.setdefault(label, []).append(text)
    if not {"Member ID", "Member Name", "Date of Birth", "Procedure Code", "Units Requested"} <= shown.keys():
        raise PageChanged("auth review: a label that is known is missing")
    wrong = [name for name, label, wanted in expected if [_plain(text) for text in shown.pop(label, [])] != [_plain(wanted)]]
    who = ask.patient
    told = {
        "member_id": same_id("".join(shown.pop("Member ID")), who.member_id),
        "patient": same_person("".join(shown.pop("Member Name")), who.last, who.first),
        "birth_date": day("".join(shown.pop("Date of Birth"))) == who.birth_date,
        "services": "".join(shown.pop("Procedure Code")).startswith(f"{ask.services[0].code.upper()} - "),
        "billing_tin": tin("".join(shown.pop("Tax ID", []))) == tin(ask.billing_tin),
    }
    shown.pop("Service Address", None)
    return tuple(dict.fromkeys([*wrong, *(name for name, holds in told.items() if not holds), *shown]))


def _plain(text: str) -> str:
    on = day(text)
    return f"{on:%m/%d/%Y}" if on is not None else " ".join(text.split())


def expected(ask: AuthRequest, attached: Sequence[tuple[Attachment, str]], answered: Sequence[Answered]) -> list[tuple[str, str, str]]:
    """Field, label and text for all that must stand on the page just so; what the request leaves empty must not stand there."""
    chosen, urgent = choices(ask), ask.urgency == "expedited"
    rows = [
        ("servicing_npi", "Provider NPI", ask.servicing_npi),
        ("requesting_npi", "Requesting Provider NPI", ask.requesting_npi),
        ("facility_npi", "Facility NPI", ask.facility_npi),
        ("contact_name", "Contact Name", ask.contact_name),
        ("contact_phone", "Contact Phone", ask.contact_phone),
        ("contact_fax", "Contact Fax", ask.contact_fax),
        ("start_date", "Requested Start Date", f"{ask.start_date:%m/%d/%Y}"),
        ("level_of_care", "Level of Service", OUTPATIENT),
        ("service_type", "Type of Service", chosen.type_of_service),
        ("level_of_care", "Level of Care", chosen.level_of_care),
        ("pos", "Type of Care", chosen.type_of_care),
        ("request_type", "Type of Request", KINDS[ask.request_type]),
        ("prior_auth_number", "Prior Authorization Number", ask.prior_auth_number if ask.request_type != "initial" else ""),
        ("urgency", "Urgent Request", "Yes" if urgent else "No"),
        ("expedited_by", "Clinician Stating the Urgency", ask.expedited_by if urgent else ""),
        ("expedited_statement", "Statement of Urgency", ask.expedited_statement if urgent else ""),
        ("modifiers", "Modifiers", " ".join(ask.services[0].modifiers)),
        ("units", "Units Requested", str(chosen.units)),
        ("unit_type", "Unit Type", chosen.unit_name),
        ("end_date", "Requested Through Date", f"{ask.end_date:%m/%d/%Y}"),
        ("note", "Clinical Summary", ask.note),
        *_diagnoses(ask),
        *(
            (f"attachment {n}", f"Document {n}", f"{name} ({document(one)}, {one.size:,} bytes)")
            for n, (one, name) in enumerate(attached, 1)
        ),
        *(("questionnaire", one.question, one.answer) for one in answered),
    ]
    return [row for row in rows if row[2]]


def _diagnoses(ask: AuthRequest) -> list[tuple[str, str, str]]:
    labels = ["Primary Diagnosis Code", *(f"Diagnosis Code {n}" for n in range(2, MOST_DIAGNOSES + 1))]
    return [("diagnoses", label, icd(code)) for label, code in zip(labels, ask.diagnoses, strict=False)]


# --- what stands there ---


def state(words: str) -> AuthState:
    """A status in our words; one that is not known is unknown."""
    return STATES.get(" ".join(words.casefold().split()), AuthState.UNKNOWN)


def total(text: str) -> int:
    """How many requests a list says it has."""
    hit = TOTAL.search(text)
    if hit is None:
        raise PageChanged("auth list: it does not say how many there are")
    return int(hit[1])


def belongs(criteria: str, wanted: Mapping[str, str]) -> bool:
    """Whether a list repeats this very search."""
    said = pairs(criteria, CRITERIA)
    return set(said) == set(wanted) and all(same_id(said[label], value) or _is_day(said[label], value) for label, value in wanted.items())


def _is_day(shown: str, digits: str) -> bool:
    on = day(shown)
    return on is not None and f"{on:%m%d%Y}" == digits


def listed(cells: Pairs) -> StandingRequest:
    """One row of a list; PageChanged where a column or the number is missing, for a request would be passed over."""
    if any(column not in cells for column in LIST) or not cells["Authorization Number"]:
        raise PageChanged("auth list: a column that is known is missing, or a row has no number")
    words = cells["Status"]
    return StandingRequest(
        reference=cells["Authorization Number"],
        auth_number=cells["Client Auth Number"],
        state=state(words),
        seen_as=words,
        member_id=cells["Member ID"],
        codes=_codes(cells["Procedure Code"]),
        begin=day(cells["From"]),
        end=day(cells["To"]),
        sent_on=day(cells["Submitted"]),
    )


def _codes(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(re.findall(r"\b[A-Z0-9]{5}\b", text.upper())))


def _number(text: str | None) -> Decimal | None:
    try:
        return Decimal((text or "").replace(",", "").strip())
    except InvalidOperation:
        return None


def followed(detail: str, ask: AuthRequest) -> AuthResult | None:
    """What the payer says of one request; None where the page shows another member's."""
    said = pairs(detail, DETAIL)
    if any(not said.get(label) for label in ("Authorization Number", "Status", "Member ID", "Member DOB")):
        raise PageChanged("auth detail: a label that is known is missing")
    if day(said["Member DOB"]) != ask.patient.birth_date or not _same_member(said, ask):
        return None
    words, found = said["Status"], state(said["Status"])
    approved = _number(said.get("Units Approved"))
    return AuthResult(
        outcome=Outcome.ANSWERED if found is not AuthState.UNKNOWN else Outcome.UNREADABLE,
        reason="" if found is not AuthState.UNKNOWN else "the payer's word for the status is not known",
        seen_as=words,
        match=_agreed(said, ask),
        state=found,
        portal_reference=said["Authorization Number"],
        auth_number=said.get("Client Auth Number") or None,
        certification_type={"INITIAL": "I", "CONCURRENT": "R"}.get(said.get("Type of Request", "")),
        codes=_codes(said.get("Procedure Code Approved") or said.get("Procedure Code Requested", "")),
        units_requested=_number(said.get("Units Requested")),
        units_approved=approved,
        unit_type=said.get("Unit Type"),
        period_start=day(said.get("From")),
        period_end=day(said.get("To")),
        decision_date=day(said.get("Decision Date")),
        decision_reason=said.get("Decision Reason"),
        info_requested=said.get("Information Requested"),
        npi=said.get("Provider NPI Approved") or said.get("Provider NPI"),
        warnings=_changes(said) if approved else (),
    )


def _same_member(said: Pairs, ask: AuthRequest) -> bool:
    mine = same_id(said["Member ID"], ask.patient.member_id)
    return mine or same_person(said.get("Member Name", ""), ask.patient.last, ask.patient.first)


def _agreed(said: Pairs, ask: AuthRequest) -> tuple[str, ...]:
    agree = {
        "member_id": same_id(said["Member ID"], ask.patient.member_id),
        "name": same_person(said.get("Member Name", ""), ask.patient.last, ask.patient.first),
        "birth_date": day(said["Member DOB"]) == ask.patient.birth_date,
        "dos": (day(said.get("From")), day(said.get("To"))) == (ask.start_date, ask.end_date),
        "code": bool(set(_codes(said.get("Procedure Code Requested", ""))) & {one.code.upper() for one in ask.services}),
    }
    return tuple(name for name, holds in agree.items() if holds)


def _changes(said: Pairs) -> tuple[str, ...]:
    """What was approved otherwise than it was asked for."""
    told = (
        ("approved for another code than was asked for", "Procedure Code Approved", "Procedure Code Requested"),
        ("approved for fewer or other units", "Units Approved", "Units Requested"),
        ("approved for another provider than was asked for", "Provider NPI Approved", "Provider NPI"),
    )
    return tuple(words for words, given, asked in told if said.get(given) and plain(said[given]) != plain(said.get(asked, "")))


# --- after Submit ---


def response(text: str, heading: str, member_id: str, born: date) -> AuthResult | None:
    """The summary page; None where it does not say for whom or under which number the request was taken."""
    said = pairs(text, SUMMARY)
    number = said.get("Authorization number", "")
    if not number or not same_id(said.get("Member ID", ""), member_id) or day(said.get("Member DOB")) != born:
        return None
    return AuthResult(
        outcome=Outcome.ANSWERED,
        state=state(heading),
        seen_as=heading or None,
        portal_reference=number,
        auth_number=said.get("Client Authorization number") or None,
        period_start=day(said.get("From")),
        period_end=day(said.get("To")),
    )


def duplicate(message: str) -> str:
    """The number of the request that the payer says it has already; "" where it says something else."""
    hit = DUPLICATE.search(" ".join(message.split()))
    return hit[1] if hit else ""


def draft(text: str) -> str:
    """The number of a draft that was saved."""
    hit = DRAFT.search(text)
    return hit[1] if hit else ""
