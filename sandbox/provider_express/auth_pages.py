"""The pages of a request: whom it is for, which service, the details, everything once more, and the confirmation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from html import escape
from typing import Any

from sandbox.auths import Standing
from sandbox.provider_express import auth_rules as rules
from sandbox.provider_express import paths
from sandbox.provider_express.coverage import full_name
from sandbox.provider_express.frame import box, choice, message, pairs
from sandbox.provider_express.web import heading, i, t
from sandbox.provider_express.words import parsed_day, us
from sandbox.server import At
from sandbox.world import PRACTICE, Found, World, same_id

NEW, SUBMIT = f"{paths.AUTHS}/new", f"{paths.AUTHS}/submit"
PICK = "Select a service type"
BY_PHONE = "This service cannot be requested online. Call the number on the back of the member's ID card."
EARLIEST, LONGEST = timedelta(days=90), timedelta(days=366)
SECTIONS: dict[str, dict[str, str]] = {
    "Provider": {
        "providerNpi": "Provider NPI",
        "providerTin": "Provider TIN",
        "requestingNpi": "Requesting Provider NPI",
        "facilityNpi": "Facility NPI",
        "contactName": "Contact Name",
        "contactPhone": "Contact Phone",
        "contactFax": "Contact Fax",
    },
    "Service": {
        "kind": "Type of Request",
        "priorAuth": "Previous Authorization Number",
        "startDate": "Start Date",
        "endDate": "End Date",
        "authUnits": "Number of Units",
        "modifiers": "Modifiers",
        "place": "Place of Service",
        "urgent": "Urgent",
        "urgentBy": "Clinician Stating the Urgency",
        "urgentWhy": "Statement of Urgency",
    },
    "Known or suspected diagnoses": {f"dx{n}": f"Diagnosis {n}" for n in range(1, rules.MOST_DIAGNOSES + 1)},
    "Clinical information": {"background": "Case Background"},
}
FIELDS = {key: label for section in SECTIONS.values() for key, label in section.items()}
NEEDED = ("providerNpi", "providerTin", "requestingNpi", "contactName", "contactPhone", "startDate", "endDate", "authUnits", "dx1")
TEXTS = ("urgentWhy", "background")
LISTS = {
    "kind": list(rules.KINDS),
    "place": [f"{code} - {name}" for code, name in rules.PLACES.items()],
    "urgent": ["No", "Yes"],
}
HINTS = {"startDate": "MM/DD/YYYY", "endDate": "MM/DD/YYYY"}


@dataclass
class Form:
    """One request that is being entered; `page` is the one that was sent to the browser last."""

    nonce: str
    found: Found
    page: str = "service"
    values: dict[str, str] = field(default_factory=dict)
    files: list[dict[str, Any]] = field(default_factory=list)
    said: str = ""

    @property
    def service(self) -> rules.ServiceType | None:
        return rules.named(self.values.get("serviceType", ""))

    @property
    def questions(self) -> tuple[rules.Question, ...]:
        return self.service.questions if self.service else ()

    @property
    def code(self) -> str:
        return self.values.get("procedure", "").upper()

    @property
    def member_id(self) -> str:
        return self.found.coverage.member_id


# the pages


def member(at: At, asked: Mapping[str, str], said: str = "") -> str:
    """Whom the request is for."""
    fields = box(t(at, "Member ID"), i(at, "authMemberId"), asked.get("authMemberId", ""), name="authMemberId")
    fields += box("Date of Birth", "authBirthDate", asked.get("authBirthDate", ""), hint="MM/DD/YYYY")
    inside = f"<div class='fields'>{fields}</div><button class='button'>{t(at, 'Next')}</button>"
    return f"{heading(at, 'Request a New Authorization')}{message(said)}<form method='post' action='{NEW}'>{inside}</form>"


def service(at: At, form: Form) -> str:
    """Which service: the drop-down lists what is offered for the member's plan."""
    listed = [PICK, *(one.name for one in rules.offered(form.found.coverage))]
    fields = [
        choice(t(at, "Service Type"), "serviceType", listed, form.values.get("serviceType", "")),
        box(t(at, "Procedure Code"), i(at, "procedure"), form.code, name="procedure"),
    ]
    if at.on("moved-element") is not None:
        fields.reverse()
    inside = f"<div class='fields'>{''.join(fields)}</div><button class='button'>{t(at, 'Continue')}</button>"
    help_ = f"<p>Not listed? {BY_PHONE}</p>"
    return f"{heading(at, 'Select a Service')}{message(form.said)}{_posted(form, inside)}{help_}"


def details(at: At, form: Form) -> str:
    """Everything else that the service wants."""
    parts = [f"<h2>{title}</h2><div class='fields'>{_fields(at, form, section)}</div>" for title, section in SECTIONS.items()]
    if at.on("moved-element") is not None:
        parts.reverse()
    asked = "".join(_question(one, form.values.get(f"q_{one.key}", "")) for one in form.questions)
    more = f"<div id='serviceQuestions'>{asked}</div>" if asked else ""
    inside = f"{''.join(parts)}{more}{_documents(form)}<button class='button'>{t(at, 'Review')}</button>"
    return f"{heading(at, 'Request Details')}{message(form.said)}{_posted(form, inside, files=True)}"


def _posted(form: Form, inside: str, *, files: bool = False) -> str:
    kind = " enctype='multipart/form-data'" if files else ""
    hidden = "".join(f"<input type='hidden' name='{k}' value='{v}'>" for k, v in (("page", form.page), ("nonce", form.nonce)))
    who = pairs({"Member Name": full_name(form.found.member.person), "Member ID": form.member_id}, "authMember")
    return f"<form method='post' action='{NEW}'{kind}>{hidden}{who}{inside}</form>"


def _fields(at: At, form: Form, section: Mapping[str, str]) -> str:
    return "".join(_field(at, key, label, form.values.get(key, "")) for key, label in section.items())


def _field(at: At, key: str, label: str, value: str) -> str:
    star = "*" if key in NEEDED else ""
    if key in LISTS:
        return choice(t(at, label), key, LISTS[key], value)
    if key in TEXTS:
        return _text(label, key, value)
    return box(f"{t(at, label)}{star}", i(at, key), value, hint=HINTS.get(key, ""), name=key)


def _text(label: str, key: str, value: str) -> str:
    """A text that is too long is cut off without a word."""
    inside = f"<textarea id='{key}' name='{key}' rows='4' style='width:100%' maxlength='{rules.NOTE_CAP}'>{escape(value)}</textarea>"
    return f"<div><label for='{key}'>{escape(label)}</label>{inside}</div>"


def _question(one: rules.Question, value: str) -> str:
    key = f"q_{one.key}"
    drawn = choice(one.text, key, ["", *one.options], value) if one.options else _text(one.text, key, value)
    return f"<div class='item'>{drawn}</div>"


def _documents(form: Form) -> str:
    rows = "".join(
        f"{choice(f'Document Type {n}', f'documentKind{n}', ['', *rules.DOCUMENTS], form.values.get(f'documentKind{n}', ''))}"
        f"<div><label for='document{n}'>Document {n}</label><input type='file' id='document{n}' name='document{n}'></div><div></div>"
        for n in range(1, rules.MOST_DOCUMENTS + 1)
    )
    return f"<h2>Documents</h2><div class='fields'>{rows}</div>"


def not_required(at: At, form: Form) -> str:
    """The payer wants no authorization for it."""
    told = {"Member ID": form.member_id, "Service Type": form.values["serviceType"], "Procedure Code": form.code}
    words = "<p id='notRequired'>Authorization is not required for this service.</p>"
    return f"{heading(at, 'No Authorization Needed')}{words}{pairs(told, 'notRequiredFor')}"


def review(at: At, form: Form, world: World) -> str:
    """Everything once more, and Submit."""
    hidden = f"<input type='hidden' name='nonce' value='{form.nonce}'>"
    send = f"<button class='button' id='submitAuth'>{t(at, 'Submit')}</button>"
    button = f"<form method='post' action='{SUBMIT}'>{hidden}{send}</form>"
    table = pairs({t(at, label): text for label, text in summary(form, world) if text}, i(at, "authReview"))
    parts = (button, table) if at.on("moved-element") is not None else (table, button)
    return f"{heading(at, 'Review Your Request')}{''.join(parts)}"


def summary(form: Form, world: World) -> Iterator[tuple[str, str]]:
    """Labels and texts; name and address of both sides come from the portal's own files."""
    who = form.found.member
    yield from (("Member Name", full_name(who.person)), ("Member Address", home_of(who.key)), ("Member ID", form.member_id))
    yield "Date of Birth", us(who.person.birth_date)
    npi = form.values["providerNpi"]
    yield from (("Provider Name", provider_name(world, npi)), ("Provider Address", place_of(npi)))
    yield from (("Service Type", form.values["serviceType"]), ("Procedure Code", form.code))
    yield from ((label, form.values.get(key, "")) for key, label in FIELDS.items())
    yield from ((one.text, form.values.get(f"q_{one.key}", "")) for one in form.questions)
    yield from ((f"Document {n}", f"{one['name']} ({one['kind']}, {one['size']:,} bytes)") for n, one in enumerate(form.files, 1))


def confirmation(at: At, form: Form, shown: Standing) -> str:
    """What became of it, at once where the payer decides at once."""
    told = {
        t(at, "Reference Number"): shown.reference,
        t(at, "Status"): rules.WORDS[shown.state],
        "Authorization Number": shown.number,
        "Member Name": full_name(form.found.member.person),
        "Member ID": form.member_id,
        "Date of Birth": us(form.found.member.person.birth_date),
        "Start Date": us(shown.begin),
        "End Date": us(shown.end),
        "Submitted": us(shown.sent),
    }
    table = pairs({label: text for label, text in told.items() if text}, i(at, "authConfirmation"))
    note = "<p>Keep the reference number for your records. The status is updated in real time under Auth Inquiry.</p>"
    parts = (note, table) if at.on("moved-element") is not None else (table, note)
    return f"{heading(at, 'Authorization Request Received')}{''.join(parts)}"


# the portal's own files


def provider_name(world: World, npi: str) -> str:
    """Who has this NPI; "" where the portal does not know the provider."""
    known = world.provider(npi)
    return PRACTICE.name.upper() if npi in PRACTICE.npis else f"{known.last}, {known.first}".upper() if known else ""


def place_of(npi: str) -> str:
    """Where this provider works."""
    return f"{100 + int(npi[-2:])} Broad St, Richmond, VA 23219"


def home_of(key: str) -> str:
    """Where this member lives."""
    return f"{200 + int(re.sub(r'[^0-9]', '', key)) % 700} Hanover Ave, Richmond, VA 23220"


# what is wrong with the details


def wrong_with(form: Form, world: World) -> str:
    """The first thing that is wrong, as the page says it."""
    return next(_wrong(form, world), "")


def _wrong(form: Form, world: World) -> Iterator[str]:
    value = form.values
    yield from (f"{FIELDS[key]} is required." for key in NEEDED if not value.get(key))
    yield from (f"{one.text} is required." for one in form.questions if not value.get(f"q_{one.key}"))
    for key in ("providerNpi", "requestingNpi", "facilityNpi"):
        if value.get(key) and not provider_name(world, value[key]):
            yield f"{FIELDS[key]} is not on file."
    if same_id(value["providerTin"]) != same_id(PRACTICE.tin):
        yield "Provider TIN is not one of yours."
    yield from _wrong_service(value, world.as_of)
    named = (value.get(f"dx{n}", "") for n in range(1, rules.MOST_DIAGNOSES + 1))
    if any(code and not re.fullmatch(r"[A-Z]\d\w(\.\w{1,4})?", code) for code in named):
        yield "A diagnosis code is not valid."


def _wrong_service(value: Mapping[str, str], today: date) -> Iterator[str]:
    begin, end = parsed_day(value["startDate"]), parsed_day(value["endDate"])
    if begin is None or not today - EARLIEST <= begin <= today + LONGEST:
        yield "Start Date is not valid."
    elif end is None or not begin <= end <= begin + LONGEST:
        yield "End Date is not valid."
    if not value["authUnits"].isdigit() or not int(value["authUnits"]):
        yield "Number of Units is not valid."
    if value["kind"] == "Continued" and not value.get("priorAuth"):
        yield "Enter the Previous Authorization Number of a continued request."
    if value["urgent"] == "Yes" and not (value.get("urgentBy") and value.get("urgentWhy")):
        yield "Statement of Urgency is required."
