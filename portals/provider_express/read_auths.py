"""Authorizations: what the form can take, the page before Submit, the list, one request. Imports no browser."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

from payerbot.authorization import Answered, Attachment, AuthRequest, AuthResult, AuthState, FilledRequest, StandingRequest
from payerbot.errors import PageChanged
from payerbot.model import Outcome, Result
from portals.text import day, plain, same_id, same_person

Pairs = Mapping[str, str]
SERVICE_TYPES: dict[str, str] = {  # under which entry of the drop-down a code is asked for
    "97151": "ABA Assessment",
    "97153": "ABA Treatment",
    "90837": "Extended Outpatient Sessions",
    **dict.fromkeys(("H0015", "S9480"), "Intensive Outpatient Program (IOP)"),
    "H0035": "Partial Hospitalization Program (PHP)",
    **dict.fromkeys(("96130", "96131", "96136", "96137"), "Psychological / Neuropsychological Testing"),
    **dict.fromkeys(("90791", "90792", "90832", "90834", "90846", "90847", "90853"), "Routine Outpatient"),
    **dict.fromkeys(("90867", "90868", "90869"), "Transcranial Magnetic Stimulation (TMS)"),
}
BY_PHONE = "this service cannot be asked for online: call the number on the member's card"
KINDS = {"initial": "Initial", "renewal": "Continued", "extension": "Continued"}
PLACES = {"02": "Telehealth, not in the home", "10": "Telehealth, in the home", "11": "Office", "22": "Hospital, outpatient"}
DOCUMENTS = {"treatment plan": "Treatment Plan", "progress report": "Progress Notes", "supporting data": "Test Report"}
OTHER = "Other"
NOTE_CAP = 2000  # characters; a longer text would be cut off without a word
MOST_DIAGNOSES, MOST_DOCUMENTS, MOST_UNITS = 4, 3, 999
STATES: dict[str, AuthState] = {
    "approved": AuthState.APPROVED,
    "approved with changes": AuthState.PARTIAL,
    "approved - other service": AuthState.MODIFIED,
    "not approved": AuthState.DENIED,
    "in clinical review": AuthState.PENDED,
    "withdrawn": AuthState.CANCELLED,
    "more information needed": AuthState.CONTACT,
    "not required": AuthState.NOT_REQUIRED,
}
WHO = ("Member Name", "Member ID", "Date of Birth")
OF_THE_PORTAL = ("Member Address", "Provider Name", "Provider Address")  # from its own files: the request has nothing to hold them against
LIST = ("Reference Number", "Authorization Number", "Status", "Member ID", "Service", "Start Date", "End Date", "Submitted")
EMPTY = ("--", "-", "\N{EM DASH}")
DOWN = ("try again later",)
BY_PHONE_WORDS = ("cannot be requested online",)
_REFUSED = (  # words of a message, the field that is refused, our reason
    ("no member matches", "member_id", "the payer finds no such member"),
    ("not eligible", "member_id", "the payer says that this member is not covered"),
    ("requesting provider npi is not on file", "requesting_npi", "the portal does not know this provider"),
    ("facility npi is not on file", "facility_npi", "the portal does not know this facility"),
    ("provider npi is not on file", "servicing_npi", "the portal does not know this provider"),
    ("provider tin is not", "billing_tin", "the portal does not have this tax id for the practice"),
    ("document cannot be attached", "attachments", "the portal does not take this file: its type or its size"),
    ("start date is not valid", "start_date", "the portal does not take this day"),
    ("end date is not valid", "end_date", "the portal does not take this day"),
    ("number of units is not valid", "units", "the portal does not take this number"),
    ("previous authorization number", "prior_auth_number", "the form wants the number of the authorization that this adds to"),
    ("statement of urgency", "expedited_statement", "the form wants a clinician's statement"),
    ("diagnosis code is not valid", "diagnoses", "the portal does not take this diagnosis"),
)


def cannot_be_asked(ask: AuthRequest) -> tuple[str, str]:
    """The field that this form cannot take, and why; empty where it can take all of them."""
    service = ask.services[0]
    whole = service.units == service.units.to_integral_value() and 0 < service.units <= MOST_UNITS
    told = {
        ("services", "the form takes one service; make a request of each"): len(ask.services) != 1,
        ("request_type", "the form cannot cancel a request; a person calls the payer"): ask.request_type not in KINDS,
        ("member_id", "the form wants the member id"): not ask.patient.member_id,
        ("pos", "the form does not offer this place"): ask.pos not in PLACES,
        ("note", f"the form takes {NOTE_CAP} characters; attach what is longer"): len(ask.note) > NOTE_CAP,
        ("diagnoses", f"the form takes {MOST_DIAGNOSES} diagnoses"): len(ask.diagnoses) > MOST_DIAGNOSES,
        ("attachments", f"the form takes {MOST_DOCUMENTS} documents"): len(ask.attachments) > MOST_DOCUMENTS,
        ("units", "the form counts visits, days or units, never hours or minutes"): service.unit_type in ("HS", "MN"),
        ("units", f"the form takes whole numbers up to {MOST_UNITS}"): not whole,
        ("questionnaire", f"the form takes {NOTE_CAP} characters; attach what is longer"): any(
            len(one.answer) > NOTE_CAP for one in ask.questionnaire
        ),
    }
    return next((told_of for told_of, holds in told.items() if holds), ("", ""))


def by_phone(said: str | None = None) -> FilledRequest:
    """The end of a request that a person makes by telephone."""
    return FilledRequest(outcome=Outcome.WRONG_PORTAL, reason=BY_PHONE, seen_as=said)


def refusal(message: str) -> Result:
    """What a message of the form means; words that are not known stay unreadable."""
    said = " ".join(message.split())
    if any(words in said.casefold() for words in DOWN):
        return Result(outcome=Outcome.PORTAL_DOWN, reason="the payer to be back", seen_as=said)
    if any(words in said.casefold() for words in BY_PHONE_WORDS):
        return Result(outcome=Outcome.WRONG_PORTAL, reason=BY_PHONE, seen_as=said)
    for words, field, reason in _REFUSED:
        if words in said.casefold():
            return Result(outcome=Outcome.BAD_DATA, field=field, reason=reason, seen_as=said)
    return Result(outcome=Outcome.UNREADABLE, reason="the form says something that is not known", seen_as=said)


def is_required(message: str) -> bool:
    """Whether the form wants something that the request does not have."""
    return message.strip().casefold().endswith(" is required.")


def icd(code: str) -> str:
    """A diagnosis code with its dot."""
    bare = code.upper().replace(".", "").strip()
    return bare if len(bare) <= 3 else f"{bare[:3]}.{bare[3:]}"  # noqa: PLR2004  the category has three places


def document(one: Attachment) -> str:
    """The form's word for a kind of file."""
    return DOCUMENTS.get(one.kind.casefold(), OTHER)


def fields(ask: AuthRequest) -> list[tuple[str, str, str, str]]:
    """What is put into the form: our field, the element, the label on the page before Submit, the text. What is empty is left empty."""
    service, urgent, later = ask.services[0], ask.urgency == "expedited", ask.request_type != "initial"
    told = [
        ("servicing_npi", "provider_npi", "Provider NPI", ask.servicing_npi),
        ("requesting_npi", "requesting_npi", "Requesting Provider NPI", ask.requesting_npi),
        ("billing_tin", "tin", "Provider TIN", ask.billing_tin),
        ("facility_npi", "facility_npi", "Facility NPI", ask.facility_npi),
        ("contact_name", "contact", "Contact Name", ask.contact_name),
        ("contact_phone", "phone", "Contact Phone", ask.contact_phone),
        ("contact_fax", "fax", "Contact Fax", ask.contact_fax),
        ("start_date", "start_date", "Start Date", f"{ask.start_date:%m/%d/%Y}"),
        ("end_date", "end_date", "End Date", f"{ask.end_date:%m/%d/%Y}"),
        ("units", "units", "Number of Units", f"{service.units:.0f}"),
        ("modifiers", "modifiers", "Modifiers", " ".join(service.modifiers)),
        *(("diagnoses", f"diagnosis_{n}", f"Diagnosis {n}", icd(code)) for n, code in enumerate(ask.diagnoses, 1)),
        ("prior_auth_number", "prior_auth", "Previous Authorization Number", ask.prior_auth_number if later else ""),
        ("expedited_by", "urgent_by", "Clinician Stating the Urgency", ask.expedited_by if urgent else ""),
        ("expedited_statement", "urgent_why", "Statement of Urgency", ask.expedited_statement if urgent else ""),
        ("note", "background", "Case Background", ask.note),
    ]
    return [one for one in told if one[3]]


def lists(ask: AuthRequest) -> list[tuple[str, str, str, str]]:
    """What is chosen in its lists, likewise."""
    return [
        ("request_type", "kind", "Type of Request", KINDS[ask.request_type]),
        ("pos", "place", "Place of Service", f"{ask.pos} - {PLACES[ask.pos]}"),
        ("urgency", "urgent", "Urgent", "Yes" if ask.urgency == "expedited" else "No"),
    ]


def review(
    rows: Sequence[tuple[str, str]], ask: AuthRequest, attached: Sequence[tuple[Attachment, str]], answered: Sequence[Answered]
) -> tuple[str, ...]:
    """The fields that the page shows otherwise than the request has them, and what it shows besides; PageChanged where nobody is named."""
    shown, who = dict(rows), ask.patient
    if len(shown) != len(rows) or not set(WHO) <= shown.keys():
        raise PageChanged("auth review: a label that is known is missing, or stands there twice")
    wanted = [(field, label, text) for field, _, label, text in (*fields(ask), *lists(ask))]
    wanted += [("services", "Service Type", SERVICE_TYPES[ask.services[0].code.upper()])]
    wanted += [("services", "Procedure Code", ask.services[0].code.upper())]
    wanted += [("questionnaire", one.question, one.answer) for one in answered]
    wanted += [
        (f"attachment {n}", f"Document {n}", f"{name} ({document(one)}, {one.size:,} bytes)") for n, (one, name) in enumerate(attached, 1)
    ]
    strange = shown.keys() - {label for _, label, _ in wanted} - {*WHO, *OF_THE_PORTAL}
    told = {
        "member_id": same_id(shown["Member ID"], who.member_id),
        "patient": same_person(shown["Member Name"], who.last, who.first),
        "birth_date": day(shown["Date of Birth"]) == who.birth_date,
    }
    wrong = [field for field, label, text in wanted if _plain(shown.get(label, "")) != _plain(text)]
    return tuple(dict.fromkeys([*wrong, *(name for name, holds in told.items() if not holds), *sorted(strange)]))


def _plain(text: str) -> str:
    return " ".join(text.split())


# --- what stands there ---


def state(words: str) -> AuthState:
    """A status in our words; one that is not known is unknown."""
    return STATES.get(_plain(words).casefold(), AuthState.UNKNOWN)


def count(text: str) -> int:
    """How many requests a list says it has."""
    hit = re.match(r"(\d+) authorization", text.strip())
    if hit is None:
        raise PageChanged("auth list: it does not say how many there are")
    return int(hit[1])


def belongs(criteria: Pairs, wanted: Pairs) -> bool:
    """Whether a list repeats this very search."""
    return set(criteria) == set(wanted) and all(plain(criteria[label]) == plain(value) for label, value in wanted.items())


def listed(cells: Pairs) -> StandingRequest:
    """One row of a list; PageChanged where a column or the number is missing, for a request would be passed over."""
    if any(column not in cells for column in LIST) or not cells["Reference Number"]:
        raise PageChanged("auth list: a column that is known is missing, or a row has no number")
    said = {label: "" if text.strip() in EMPTY else text.strip() for label, text in cells.items()}
    return StandingRequest(
        reference=said["Reference Number"],
        auth_number=said["Authorization Number"],
        state=state(said["Status"]),
        seen_as=said["Status"],
        member_id=said["Member ID"],
        codes=_codes(said["Service"]),
        begin=day(said["Start Date"]),
        end=day(said["End Date"]),
        sent_on=day(said["Submitted"]),
    )


def _codes(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(re.findall(r"\b[A-Z0-9]{5}\b", text.upper())))


def _number(text: str | None) -> Decimal | None:
    try:
        return Decimal((text or "").replace(",", "").strip())
    except InvalidOperation:
        return None


def followed(said: Pairs, ask: AuthRequest) -> AuthResult | None:
    """What the payer says of one request; None where the page shows another member's."""
    if any(not said.get(label) for label in ("Reference Number", "Status", "Member ID", "Date of Birth")):
        raise PageChanged("auth detail: a label that is known is missing")
    who = ask.patient
    mine = same_id(said["Member ID"], who.member_id) or same_person(said.get("Member Name", ""), who.last, who.first)
    if day(said["Date of Birth"]) != who.birth_date or not mine:
        return None
    found, approved = state(said["Status"]), _number(said.get("Units Approved"))
    return AuthResult(
        outcome=Outcome.ANSWERED if found is not AuthState.UNKNOWN else Outcome.UNREADABLE,
        reason="" if found is not AuthState.UNKNOWN else "the payer's word for the status is not known",
        seen_as=said["Status"],
        match=_agreed(said, ask),
        state=found,
        portal_reference=said["Reference Number"],
        auth_number=said.get("Authorization Number") or None,
        codes=_codes(said.get("Service Approved") or said.get("Service Requested", "")),
        units_requested=_number(said.get("Units Requested")),
        units_approved=approved,
        period_start=day(said.get("Start Date")),
        period_end=day(said.get("End Date")),
        decision_date=day(said.get("Decision Date")),
        decision_reason=said.get("Decision Reason"),
        info_requested=said.get("Information Needed"),
        npi=said.get("Provider NPI Approved") or said.get("Provider NPI"),
        warnings=_changes(said) if approved else (),
    )


def _agreed(said: Pairs, ask: AuthRequest) -> tuple[str, ...]:
    agree = {
        "member_id": same_id(said["Member ID"], ask.patient.member_id),
        "name": same_person(said.get("Member Name", ""), ask.patient.last, ask.patient.first),
        "birth_date": day(said["Date of Birth"]) == ask.patient.birth_date,
        "dos": (day(said.get("Start Date")), day(said.get("End Date"))) == (ask.start_date, ask.end_date),
        "code": bool(set(_codes(said.get("Service Requested", ""))) & {one.code.upper() for one in ask.services}),
    }
    return tuple(name for name, holds in agree.items() if holds)


def _changes(said: Pairs) -> tuple[str, ...]:
    """What was approved otherwise than it was asked for."""
    told = (
        ("approved for another code than was asked for", "Service Approved", "Service Requested"),
        ("approved for fewer or other units", "Units Approved", "Units Requested"),
        ("approved for another provider than was asked for", "Provider NPI Approved", "Provider NPI"),
    )
    return tuple(words for words, given, asked in told if said.get(given) and plain(said[given]) != plain(said.get(asked, "")))


def response(said: Pairs, ask: AuthRequest) -> AuthResult | None:
    """The confirmation; None where it does not say for whom or under which number the request was taken."""
    number, who = said.get("Reference Number", ""), ask.patient
    if not number or not same_id(said.get("Member ID", ""), who.member_id) or day(said.get("Date of Birth")) != who.birth_date:
        return None
    return AuthResult(
        outcome=Outcome.ANSWERED,
        state=state(said.get("Status", "")),
        seen_as=said.get("Status"),
        portal_reference=number,
        auth_number=said.get("Authorization Number"),
        period_start=day(said.get("Start Date")),
        period_end=day(said.get("End Date")),
    )
