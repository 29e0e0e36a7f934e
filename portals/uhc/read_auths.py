"""Authorizations: what the form can take of a request, and its pages and lists as typed answers. Imports no browser.

What a page says and this reader does not know stays unknown; a status is never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from payerbot.authorization import Answered, Attachment, AuthRequest, AuthResult, AuthState, FilledRequest, StandingRequest
from payerbot.errors import PageChanged
from payerbot.model import Outcome, Result
from portals.text import day, days, plain, same_id, same_person

Pairs = Sequence[tuple[str, str]]
EMPTY = "--"
NOTE_CAP, STATEMENT_CAP = 1000, 500  # characters; what is longer would be cut off without a word
MOST_DIAGNOSES = 6
MOST_UNITS = 999
TYPES = {"initial": "Initial request", "renewal": "Continuation of services", "extension": "Extension of dates"}
UNITS = {"VS": "Visits", "DY": "Days", "HS": "Hours", "FL": "Units", "UN": "Units"}
REVIEWS = {"standard": "Standard", "expedited": "Expedited"}
KINDS = {"treatment plan": "Treatment Plan", "progress report": "Progress Notes", "medical record": "Medical Records"}
OTHER_KIND = "Other Clinical Information"
INPATIENT = re.compile(r"\b(inpatient|residential|rtc|detox)", re.IGNORECASE)
REQUIREMENTS = {
    "prior authorization required": "request",
    "notification required": "request",
    "no prior authorization required": "none",
    "referral required": "referral",
}
STATES = {
    "approved": AuthState.APPROVED,
    "partially approved": AuthState.PARTIAL,
    "approved - modified": AuthState.MODIFIED,
    "not approved": AuthState.DENIED,
    "pending clinical review": AuthState.PENDED,
    "cancelled": AuthState.CANCELLED,
    "additional information required": AuthState.CONTACT,
    "no prior authorization required": AuthState.NOT_REQUIRED,
}
LIST = (
    "Reference Number", "Status", "Member Name", "Member ID", "Procedure Code", "Service Dates", "Submitted", "Authorization Number",
)  # fmt: skip
DETAIL = ("Reference Number", "Status", "Member ID", "Member Name", "Date of Birth", "Service Dates", "Procedure Code Requested")
WHO = ("Member ID", "Date of Birth", "Procedure Code")
NOTHING = "no requests match"
DUPLICATE = re.compile(r"is on file\. Reference Number:\s*(\S+?)\.?$", re.IGNORECASE)
_DOWN = ("unable to retrieve this information", "not available outside of service hours", "undergoing scheduled maintenance")
_REFUSED: tuple[tuple[str, str, str], ...] = (  # words of the form, the field, our words
    ("member not found", "member_id", "the payer has no such member"),
    ("does not have active coverage", "member_id", "the payer says that this member is not covered then"),
    ("check your entries", "start_date", "the portal does not take these dates"),
    ("procedure code is not valid", "services", "the form does not offer this service"),
    ("requesting npi", "requesting_npi", "the portal does not know this provider"),
    ("servicing npi", "servicing_npi", "the portal does not know this provider"),
    ("facility npi", "facility_npi", "the portal does not know this facility"),
    ("tax id", "billing_tin", "the payer has the servicing provider under another tax id"),
    ("contact name", "contact_phone", "the form wants somebody to call"),
    ("start date", "start_date", "the payer does not take these dates"),
    ("number of units", "units", "the form does not take this number"),
    ("previous reference number", "prior_auth_number", "the form wants the number of the request that this goes on from"),
    ("reason for expedited review", "expedited_statement", "the form wants a clinician's statement"),
    ("diagnosis code", "diagnoses", "the payer does not know this diagnosis"),
    ("this file type", "attachments", "the portal does not take files of this type"),
    ("file is larger", "attachments", "the portal does not take a file of this size"),
)


# --- what the form can take ---


def cannot_be_asked(ask: AuthRequest) -> tuple[str, str]:
    """The field that this form cannot take, and why; empty where it can take all of them."""
    service = ask.services[0]
    whole = service.units == service.units.to_integral_value() and 0 < service.units <= MOST_UNITS
    told = {
        ("services", "the form takes one service; make a request of each"): len(ask.services) != 1,
        ("request_type", "the form cannot cancel a request; a person calls the payer"): ask.request_type not in TYPES,
        ("member_id", "the form wants the member id"): not ask.patient.member_id,
        ("level_of_care", "inpatient and residential requests have another form"): bool(INPATIENT.search(ask.level_of_care)),
        ("note", f"the form takes {NOTE_CAP} characters; attach what is longer"): len(ask.note) > NOTE_CAP,
        ("expedited_statement", f"the form takes {STATEMENT_CAP} characters"): len(ask.expedited_statement) > STATEMENT_CAP,
        ("diagnoses", f"the form takes {MOST_DIAGNOSES} diagnoses"): len(ask.diagnoses) > MOST_DIAGNOSES,
        ("units", f"the form takes whole units up to {MOST_UNITS}, and no months"): not whole or service.unit_type not in UNITS,
    }
    return next((words for words, holds in told.items() if holds), ("", ""))


def kind_of(one: Attachment) -> str:
    """The form's word for a kind of file."""
    return KINDS.get(one.kind.casefold(), OTHER_KIND)


def icd(code: str) -> str:
    """A diagnosis code with its dot."""
    bare = code.upper().replace(".", "").strip()
    return bare if len(bare) <= 3 else f"{bare[:3]}.{bare[3:]}"  # noqa: PLR2004  the category has three places


def tin(text: str) -> str:
    """A tax id without its dash."""
    return re.sub(r"\D", "", text)


def refusal(message: str) -> Result:
    """What a message means: a field, an outage, another place; words that are not known stay unreadable."""
    said = " ".join(message.split())
    words = said.casefold()
    if any(down in words for down in _DOWN):
        return Result(outcome=Outcome.PORTAL_DOWN, reason="the portal says that it cannot answer now", seen_as=said)
    if "provider express" in words:
        reason = "the payer has this service reviewed by Optum Behavioral Health"
        return Result(outcome=Outcome.WRONG_PORTAL, reason=reason, go_to="Optum Provider Express", seen_as=said)
    for phrase, field, reason in _REFUSED:
        if phrase in words:
            return Result(outcome=Outcome.BAD_DATA, field=field, reason=reason, seen_as=said)
    return Result(outcome=Outcome.UNREADABLE, reason="the words in place of the page are not known", seen_as=said)


def wants_more(message: str) -> bool:
    """Whether the form wants an answer that the request does not have."""
    return "answer all clinical questions" in message.casefold()


# --- what the plan needs ---


def is_for(rows: Pairs, ask: AuthRequest) -> bool:
    """Whether a page of the form is about this member and this service; PageChanged where it does not say."""
    said = _with(rows, WHO, "auth form")
    born = day(said["Date of Birth"]) == ask.patient.birth_date
    return born and same_id(said["Member ID"], ask.patient.member_id) and _is_code(said["Procedure Code"], ask)


def _is_code(text: str, ask: AuthRequest) -> bool:
    return text.startswith(f"{ask.services[0].code.upper()} - ")


def requirement(rows: Pairs, ask: AuthRequest) -> FilledRequest | None:
    """What the tool says that the plan needs; None where a request is what comes next."""
    words = _with(rows, ("Requirement",), "auth requirement")["Requirement"]
    means = REQUIREMENTS.get(" ".join(words.casefold().split()), "")
    if means == "request":
        return None
    if means == "referral":
        reason = "the plan wants a referral, which is another tool"
        return FilledRequest(outcome=Outcome.WRONG_PORTAL, go_to="Referrals", reason=reason, seen_as=words)
    if means == "none":
        told = AuthResult(outcome=Outcome.ANSWERED, state=AuthState.NOT_REQUIRED, seen_as=words, codes=(ask.services[0].code,))
        return FilledRequest(outcome=Outcome.ANSWERED, decided=told, seen_as=words)
    reason = "the tool's word for what the plan needs is not known"
    return FilledRequest(outcome=Outcome.UNREADABLE, reason=reason, seen_as=words)


def _with(rows: Pairs, labels: Sequence[str], where: str) -> dict[str, str]:
    said = dict(rows)
    if missing := [label for label in labels if label not in said]:
        raise PageChanged(f"{where}: the label {missing[0]!r} is missing")
    return {label: "" if text == EMPTY else text for label, text in said.items()}


# --- the page before Submit ---


def differences(rows: Pairs, ask: AuthRequest, attached: Sequence[tuple[Attachment, str]], answered: Sequence[Answered]) -> tuple[str, ...]:
    """The fields that the page does not show as the request has them; PageChanged where a label that is known is missing."""
    expected = _expected(ask)
    shown = _with(rows, ("Member Name", "Requirement", *(label for _, label, _ in expected)), "auth review")
    twice = len(shown) != len(rows)
    more = [("questionnaire", one.question, one.answer) for one in answered]
    more += [("diagnoses", f"Diagnosis Code {n}", icd(code)) for n, code in enumerate(ask.diagnoses, 1)]
    more += [(f"attachment {n}", f"Attachment {n}", _carried(one, name)) for n, (one, name) in enumerate(attached, 1)]
    wrong = [name for name, label, wanted in (*expected, *more) if _squeezed(shown.pop(label, "")) != _squeezed(wanted)]
    told = {
        "birth_date": day(shown.pop("Date of Birth")) == ask.patient.birth_date,
        "member_id": same_id(shown.pop("Member ID"), ask.patient.member_id),
        "patient": same_person(shown.pop("Member Name"), ask.patient.last, ask.patient.first),
        "services": _is_code(shown.pop("Procedure Code"), ask),
        "billing_tin": tin(shown.pop("Tax ID").partition(" ")[0]) == tin(ask.billing_tin),
        "service_type": shown.pop("Service Type").startswith(f"{ask.service_type} - "),
        "pos": shown.pop("Place of Service").startswith(f"{ask.pos} - "),
        "the form's labels": not twice,
    }
    shown.pop("Requirement")
    return tuple(dict.fromkeys([*wrong, *(name for name, holds in told.items() if not holds), *shown]))


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _carried(one: Attachment, name: str) -> str:
    return f"{name} ({kind_of(one)}, {one.size:,} bytes)"


def _expected(ask: AuthRequest) -> list[tuple[str, str, str]]:
    """Field, label and text for all that must stand there just so; "" must be shown empty."""
    service, urgent = ask.services[0], ask.urgency == "expedited"
    return [
        ("request_type", "Request Type", TYPES[ask.request_type]),
        ("prior_auth_number", "Previous Reference Number", ask.prior_auth_number if ask.request_type != "initial" else ""),
        ("requesting_npi", "Requesting NPI", ask.requesting_npi),
        ("servicing_npi", "Servicing NPI", ask.servicing_npi),
        ("facility_npi", "Facility NPI", ask.facility_npi),
        ("contact_name", "Contact Name", ask.contact_name),
        ("contact_phone", "Contact Phone", ask.contact_phone),
        ("contact_fax", "Contact Fax", ask.contact_fax),
        ("start_date", "Start Date", f"{ask.start_date:%m/%d/%Y}"),
        ("end_date", "End Date", f"{ask.end_date:%m/%d/%Y}"),
        ("modifiers", "Modifiers", " ".join(service.modifiers)),
        ("units", "Number of Units", f"{service.units:.0f}"),
        ("unit_type", "Unit Type", UNITS[service.unit_type]),
        ("urgency", "Review Type", REVIEWS[ask.urgency]),
        ("expedited_by", "Expedited Review Requested By", ask.expedited_by if urgent else ""),
        ("expedited_statement", "Reason for Expedited Review", ask.expedited_statement if urgent else ""),
        ("note", "Clinical Note", ask.note),
    ]


# --- after Submit ---


def state(words: str) -> AuthState:
    """A status in our words; one that is not known is unknown."""
    return STATES.get(" ".join(words.casefold().split()), AuthState.UNKNOWN)


def response(rows: Pairs, member_id: str, born: date) -> AuthResult | None:
    """The page after Submit; None where it does not say for whom or under which number the request was taken."""
    said = {label: "" if text == EMPTY else text for label, text in rows}
    number = said.get("Reference Number", "")
    if not number or not same_id(said.get("Member ID", ""), member_id) or day(said.get("Date of Birth")) != born:
        return None
    begin, end = days(said.get("Service Dates"))
    return AuthResult(
        outcome=Outcome.ANSWERED,
        state=state(said.get("Status", "")),
        seen_as=said.get("Status") or None,
        portal_reference=number,
        auth_number=said.get("Authorization Number") or None,
        period_start=begin,
        period_end=end,
    )


def duplicate(message: str) -> str:
    """The number of the request that the payer says it has already; "" where it says something else."""
    hit = DUPLICATE.search(" ".join(message.split()))
    return hit[1] if hit else ""


# --- what stands there ---


def echoes(says: str, wanted: Sequence[str]) -> bool:
    """Whether the words above a list name this very search."""
    said = plain(says)
    return all(plain(part) in said for part in wanted)


def total(label: str) -> int:
    """How many requests the list says it has."""
    found = re.search(r"of (\d+)$", label.strip())
    if found is None:
        raise PageChanged("auth list: it does not say how many there are")
    return int(found[1])


def listed(cells: Mapping[str, str]) -> StandingRequest:
    """One row of a list; PageChanged where a column or the number is missing, for a request would be passed over."""
    said = _with(list(cells.items()), LIST, "auth list")
    if not said["Reference Number"]:
        raise PageChanged("auth list: a row has no number")
    begin, end = days(said["Service Dates"])
    return StandingRequest(
        reference=said["Reference Number"],
        auth_number=said["Authorization Number"],
        state=state(said["Status"]),
        seen_as=said["Status"],
        member_id=said["Member ID"],
        codes=_codes(said["Procedure Code"]),
        begin=begin,
        end=end,
        sent_on=day(said["Submitted"]),
    )


def _codes(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(re.findall(r"\b[A-Z0-9]{5}\b", text.upper())))


def _number(text: str | None) -> Decimal | None:
    try:
        return Decimal((text or "").replace(",", "").strip())
    except InvalidOperation:
        return None


def followed(rows: Pairs, ask: AuthRequest, number: str) -> AuthResult | None:
    """What the payer says of the request of this number; None where the page shows another request or another member's."""
    said = _with(rows, DETAIL, "auth request")
    if not _is_of(said, ask) or number not in (said["Reference Number"], said.get("Authorization Number", "")):
        return None
    found, (begin, end) = state(said["Status"]), days(said["Service Dates"])
    return AuthResult(
        outcome=Outcome.ANSWERED if found is not AuthState.UNKNOWN else Outcome.UNREADABLE,
        reason="" if found is not AuthState.UNKNOWN else "the payer's word for the status is not known",
        seen_as=said["Status"] or None,
        match=_agreed(said, ask, begin, end),
        state=found,
        portal_reference=said["Reference Number"],
        auth_number=said.get("Authorization Number") or None,
        certification_type=dict(zip(TYPES.values(), ("I", "R", "4"), strict=True)).get(said.get("Request Type", "")),
        service_type=said.get("Service Type", "").partition(" - ")[0] or None,
        codes=_codes(said.get("Procedure Code Approved") or said["Procedure Code Requested"]),
        units_requested=_number(said.get("Units Requested")),
        units_approved=_number(said.get("Units Approved")),
        unit_type=said.get("Unit Type"),
        period_start=begin,
        period_end=end,
        decision_date=day(said.get("Decision Date")),
        decision_reason=said.get("Decision Reason"),
        info_requested=said.get("Information Requested"),
        npi=said.get("NPI Approved") or said.get("Servicing NPI"),
        warnings=_changes(said) if _number(said.get("Units Approved")) else (),
    )


def _is_of(said: Mapping[str, str], ask: AuthRequest) -> bool:
    """A family can share one member id: the birth date tells them apart."""
    mine = same_id(said["Member ID"], ask.patient.member_id) or same_person(said["Member Name"], ask.patient.last, ask.patient.first)
    return mine and day(said["Date of Birth"]) == ask.patient.birth_date


def _agreed(said: Mapping[str, str], ask: AuthRequest, begin: date | None, end: date | None) -> tuple[str, ...]:
    agree = {
        "member_id": same_id(said["Member ID"], ask.patient.member_id),
        "name": same_person(said["Member Name"], ask.patient.last, ask.patient.first),
        "birth_date": day(said["Date of Birth"]) == ask.patient.birth_date,
        "dos": (begin, end) == (ask.start_date, ask.end_date),
        "code": bool(set(_codes(said["Procedure Code Requested"])) & {one.code.upper() for one in ask.services}),
    }
    return tuple(name for name, holds in agree.items() if holds)


def _changes(said: Mapping[str, str]) -> tuple[str, ...]:
    """What was approved otherwise than it was asked for."""
    told = (
        ("approved for another code than was asked for", "Procedure Code Approved", "Procedure Code Requested"),
        ("approved for fewer or other units", "Units Approved", "Units Requested"),
        ("approved for another provider than was asked for", "NPI Approved", "Servicing NPI"),
    )
    return tuple(words for words, given, asked in told if said.get(given) and plain(said[given]) != plain(said.get(asked, "")))
