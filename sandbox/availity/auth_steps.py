"""The fields of the authorization wizard, step by step: what is asked, what is wrong with it, how the review page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sandbox.availity import auth_rules as rules
from sandbox.availity.auth_rules import Question
from sandbox.availity.benefits import us
from sandbox.availity.eligibility import REQUIRED, parsed_day
from sandbox.availity.payers import PAGES
from sandbox.world import PRACTICE
from sandbox.worldgen.people import npi_passes

if TYPE_CHECKING:
    from sandbox.availity.auths import Wizard

Rows = list[list[str]]
NEEDED: dict[str, tuple[str, ...]] = {
    "start": ("organization", "requestType", "payer", "subscriber.memberId", "patient.birthDate", "patient.subscriberRelationshipCode"),
    "routing": ("routing",),
    "provider": (
        "search.requestingProvider.npi",
        "requestingProvider.location",
        "requestingProvider.contactName",
        "requestingProvider.phone",
    ),
    "rendering": ("serviceTypeCode", "placeOfServiceCode", "search.renderingProvider.npi", "renderingProvider.location"),
    "service": ("fromDate", "toDate", "quantity", "quantityTypeCode", "serviceLevelCode", "diagnoses.0.code", "procedures.0.code"),
}
LONGEST = timedelta(days=365)
EARLIEST = timedelta(days=90)
LABELS: dict[str, dict[str, str]] = {
    "start": {
        "subscriber.memberId": "Member ID",
        "patient.birthDate": "Patient Date of Birth",
        "patient.subscriberRelationshipCode": "Relationship to Subscriber",
        "genderCode": "Gender",
    },
    "provider": {
        "search.requestingProvider.npi": "Requesting Provider NPI",
        "requestingProvider.contactName": "Contact Name",
        "requestingProvider.phone": "Contact Phone",
        "requestingProvider.fax": "Contact Fax",
    },
    "rendering": {
        "serviceTypeCode": "Service Type",
        "placeOfServiceCode": "Place of Service",
        "search.renderingProvider.npi": "Rendering Provider NPI",
        "search.facility.npi": "Facility NPI",
    },
    "service": {
        "certificationTypeCode": "Certification Type",
        "previousCertificationNumber": "Previous Certification Number",
        "fromDate": "From Date",
        "toDate": "To Date",
        "quantity": "Quantity",
        "quantityTypeCode": "Quantity Type",
        "serviceLevelCode": "Level of Service",
        "urgencyClinician": "Clinician Stating Urgency",
        "urgencyStatement": "Statement of Urgency",
        **{f"diagnoses.{n}.code": f"Diagnosis Code {n + 1}" for n in range(12)},
        "procedures.0.code": "Procedure Code",
        "procedures.0.modifiers": "Modifiers",
        "providerNotes.0.message": "Provider Notes",
    },
}
TABLES: dict[str, dict[str, str]] = {
    "patient.subscriberRelationshipCode": rules.RELATIONS,
    "genderCode": rules.GENDERS,
    "quantityTypeCode": rules.QUANTITY_TYPES,
    "serviceLevelCode": rules.LEVELS,
    "certificationTypeCode": rules.CERTIFICATIONS,
    "serviceTypeCode": rules.SERVICE_TYPES,
    "placeOfServiceCode": rules.PLACES,
    "procedures.0.code": rules.PROCEDURES,
    **{f"diagnoses.{n}.code": rules.DIAGNOSES for n in range(12)},
}
_CODED = ("serviceTypeCode", "placeOfServiceCode", "procedures.0.code", *(f"diagnoses.{n}.code" for n in range(12)))


def wrong_with(step: str, values: dict[str, Any], questions: Sequence[Question], today: date) -> dict[str, str]:
    """What the form says about a step's fields; empty where nothing is wrong."""
    wrong = {name: REQUIRED for name in NEEDED.get(step, ()) if not str(values.get(name) or "").strip()}
    wrong |= {name: "Select a value from the list." for name, table in TABLES.items() if values.get(name) and values[name] not in table}
    for name in ("patient.birthDate", "fromDate", "toDate"):
        if values.get(name) and parsed_day(values[name]) is None:
            wrong[name] = "Enter a valid date (MM/DD/YYYY)."
    for name in ("search.requestingProvider.npi", "search.renderingProvider.npi", "search.facility.npi"):
        if values.get(name) and not npi_passes(str(values[name])):
            wrong[name] = "Enter a valid NPI."
    if step == "routing" and values.get("routing") != "other":
        wrong["routing"] = "This kind of request is not taken here."
    if step == "service" and not wrong:
        wrong |= _service(values, today)
    return wrong | {q.key: REQUIRED for q in questions if q.needed and not str(values.get(q.key) or "").strip()}


def _service(values: dict[str, Any], today: date) -> dict[str, str]:
    start, end = parsed_day(values["fromDate"]), parsed_day(values["toDate"])
    if start is None or end is None or end < start:
        return {"toDate": "To Date must be on or after From Date."}
    if start < today - EARLIEST or end - start > LONGEST:
        return {"fromDate": "The dates of service are outside the payer's allowable period."}
    if not str(values["quantity"]).isdecimal() or not 0 < int(values["quantity"]) <= 999:  # noqa: PLR2004 -- the field has three places
        return {"quantity": "Enter a whole number from 1 to 999."}
    if len(str(values.get("providerNotes.0.message") or "")) > rules.NOTE_CAP:
        return {"providerNotes.0.message": f"Enter at most {rules.NOTE_CAP} characters."}
    if values["serviceLevelCode"] == "U" and not values.get("urgencyStatement"):
        return {"urgencyStatement": REQUIRED}
    return {}


def fields_of(values: dict[str, Any], step: str) -> Rows:
    """A step's filled fields as label and text."""
    return [[label, _text(name, str(values[name]))] for name, label in LABELS[step].items() if values.get(name)]


def _text(name: str, value: str) -> str:
    said = TABLES.get(name, {}).get(value)
    if said is None:
        return value
    return f"{value} - {said}" if name in _CODED else said


def review_rows(wizard: Wizard) -> list[list[Any]]:
    """Every field of the form, section by section, as it will be sent."""
    values, long_dates = wizard.values, PAGES[wizard.payer].dates_long
    patient = [["Patient Name", _patient(wizard)]]
    start = [["Organization", PRACTICE.name], ["Request Type", rules.REQUEST_TYPES[values["requestType"]]], ["Payer", wizard.label]]
    provider = [*fields_of(values, "provider"), ["Requesting Provider Location", values["requestingProvider.locationText"]]]
    rendering = [*fields_of(values, "rendering"), ["Rendering Provider Location", values["renderingProvider.locationText"]]]
    service = [[label, _long(text) if long_dates else text] for label, text in fields_of(values, "service")]
    sections: list[list[Any]] = [
        ["Request", start],
        ["Patient", [*patient, *fields_of(values, "start")]],
        ["Requesting Provider", provider],
        ["Rendering Provider", rendering],
        ["Service Information", service],
    ]
    if wizard.questions:
        sections.append(["Questionnaire", [[q.text, str(values.get(q.key, ""))] for q in wizard.questions]])
    files = [
        [f"Attachment {n + 1}", f"{f['name']} ({f['kind']} - {rules.KINDS[f['kind']]}, {f['size']:,} bytes)"]
        for n, f in enumerate(wizard.files)
    ]
    sections.append(["Attachments", files or [["Attachments", "None"]]])
    return sections


def _patient(wizard: Wizard) -> str:
    if wizard.found is None:
        raise LookupError("nobody")
    person = wizard.found.member.person
    return f"{person.last}, {person.first}".upper()


def _long(text: str) -> str:
    day = parsed_day(text)
    return day.strftime("%b %d, %Y") if day else text


def us_day(day: date | None) -> str:
    """MM/DD/YYYY, or nothing."""
    return us(day) if day else ""
