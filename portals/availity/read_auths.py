"""Authorizations: page text and tables in, typed answers out. Imports no browser.

What a page says and this reader does not know stays unknown; a status is never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from payerbot.authorization import Answered, Attachment, AuthRequest, AuthResult, AuthState, StandingRequest
from payerbot.model import Outcome, Result
from portals.availity import read
from portals.text import day, days, plain, same_id, same_last, same_person

Pairs = Sequence[tuple[str, str]]
REFERENCE = ("Reference Number", "Case Number")
NUMBER = ("Certification Number", "Authorization Number", "Certificate Number")
NOTE_CAP = 264  # characters; a longer note would be cut off without a word
MOST_UNITS = 999
RELATIONS = {"self": "Self", "spouse": "Spouse", "child": "Child", "other": "Other Relationship"}
GENDERS = {"F": "Female", "M": "Male", "U": "Unknown"}
UNITS = {"VS": "Visits", "DY": "Days", "HS": "Hours", "MN": "Month", "FL": "Units", "UN": "Units"}
CERTIFICATIONS = {"initial": "Initial", "renewal": "Renewal", "extension": "Extension"}
LEVELS = {"standard": "Elective", "expedited": "Urgent"}
KINDS = {"progress report": "Progress Report", "treatment plan": "Plan of Treatment", "medical record": "Medical Record"}
OTHER_KIND = "Supporting Data"
INPATIENT = re.compile(r"\b(inpatient|residential|rtc|detox)", re.IGNORECASE)
NOTHING = ("no authorizations or referrals were found",)
DUPLICATE = re.compile(r"duplicate request\b.*\bNumber\s+(\S+?)\.?$", re.IGNORECASE)
ELSEWHERE = re.compile(r"\b(?:reviewed|managed|administered|handled) by (?:the )?(?P<name>[A-Z][\w&'\- ]+?)(?:\.|,|;|$)")
ON_DASHBOARD = "dashboard"
_STATES: tuple[tuple[str, AuthState], ...] = (  # in this order: "not certified" holds "certified"
    (r"\b(not required|no action required|no authorization required)\b", AuthState.NOT_REQUIRED),
    (r"\b(not certified|not approved|denied|adverse determination|denial)\b", AuthState.DENIED),
    (r"\b(cancell?ed|withdrawn|voided?)\b", AuthState.CANCELLED),
    (r"\b(contact payer|call for information|contact the payer)\b", AuthState.CONTACT),
    (r"\b(partial(ly)?|approved with changes)\b", AuthState.PARTIAL),
    (r"\bmodified\b", AuthState.MODIFIED),
    (r"\b(pended|pending|in review|in process|under review|submitted|received)\b", AuthState.PENDED),
    (r"\b(certified in total|certified|approved)\b", AuthState.APPROVED),
)
_NEVER_SURE = re.compile(r"\bundetermined\b", re.IGNORECASE)
_LIMITS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("relationship to the subscriber does not match",), "subscriber_relation", "the payer has another relationship to the subscriber"),
    (("not eligible on the date",), "member_id", "the payer says that this member is not covered now"),
    (("at least one attachment is required",), "attachments", "the payer wants an attachment for this service"),
    (("outside the payer's allowable period",), "start_date", "the payer does not take these dates"),
    (("no provider was found",), "requesting_npi", "the payer does not know this provider"),
)


# --- words ---


def state(words: str) -> AuthState:
    """A status in our words; one that is not known is unknown."""
    said = " ".join(words.casefold().split())
    if _NEVER_SURE.search(said):
        return AuthState.UNKNOWN
    return next((meaning for pattern, meaning in _STATES if re.search(pattern, said)), AuthState.UNKNOWN)


def refusal(alert: str) -> Result:
    """What the payer's error means for a request: another place, a field, or an outage; words that are not known stay unreadable."""
    said = " ".join(alert.split())
    if elsewhere := ELSEWHERE.search(said):
        reason = f"the payer has this service reviewed by {elsewhere['name']}"
        return Result(outcome=Outcome.WRONG_PORTAL, reason=reason, go_to=elsewhere["name"], seen_as=said)
    for phrases, field, reason in _LIMITS:
        if any(phrase in said.casefold() for phrase in phrases):
            return Result(outcome=Outcome.BAD_DATA, field=field, reason=reason, seen_as=said)
    found = read.refusal(said)
    if found.outcome is Outcome.NOT_FOUND:  # nobody to ask for: that is no list without requests
        return Result(outcome=Outcome.BAD_DATA, field="member_id", reason="the payer has no such member", seen_as=said)
    return Result(outcome=found.outcome, field=found.field, reason=found.reason, seen_as=said)


def nothing_there(alert: str) -> bool:
    """Whether the payer says that it has no request for this search."""
    return any(phrase in alert.casefold() for phrase in NOTHING)


# --- lists and details ---


def belongs(echo: Pairs, ask: AuthRequest, number: str = "") -> bool:
    """Whether a result page repeats this very search."""
    said = dict(echo)
    if said.get("Payer") != ask.payer_label:
        return False
    if number:
        return same_id(said.get("Reference or Certificate Number", ""), number)
    return same_id(said.get("Member ID", ""), ask.patient.member_id) and day(said.get("Patient Date of Birth")) == ask.patient.birth_date


def listed(row: Mapping[str, str]) -> StandingRequest:
    """One row of a list, whatever columns the payer shows."""
    begin, end = days(row.get("Service Dates"))
    words = row.get("Status", "")
    return StandingRequest(
        reference=_first(row, REFERENCE),
        auth_number=_first(row, NUMBER),
        state=state(words),
        seen_as=words,
        member_id=row.get("Member ID", ""),
        codes=_codes(row.get("Procedure Code", "")),
        begin=begin,
        end=end,
        sent_on=day(row.get("Submitted")),
    )


def opened(known: StandingRequest, detail: Pairs) -> StandingRequest:
    """A request that was opened because its row does not say for which service it is."""
    said = dict(detail)
    return known.model_copy(
        update={
            "codes": _codes(said.get("Procedure Code Requested", "")) or known.codes,
            "units": _number(said.get("Units Requested")),
            "npi": said.get("Rendering Provider NPI", ""),
            "auth_number": known.auth_number or _first(said, NUMBER),
        }
    )


def _first(said: Mapping[str, str], labels: Iterable[str]) -> str:
    return next((said[label].strip() for label in labels if said.get(label, "").strip()), "")


def _codes(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(re.findall(r"[A-Z0-9]{5}", text.upper())))


def _number(text: str | None) -> Decimal | None:
    try:
        return Decimal((text or "").replace(",", "").strip())
    except InvalidOperation:
        return None


def is_it(row: StandingRequest, standing: StandingRequest) -> bool:
    """Whether a listed row is the request that is followed."""
    return same_id(row.reference, standing.reference) or same_id(row.auth_number, standing.reference)


def followed(detail: Pairs, ask: AuthRequest) -> AuthResult | None:
    """What the payer says of one request; None where the page shows another member's."""
    said = dict(detail)
    if not _is_of(said, ask):
        return None
    words = said.get("Status", "")
    begin, end = days(said.get("Service Dates"))
    found = state(words)
    asked_for = said.get("Information Requested")
    return AuthResult(
        outcome=Outcome.ANSWERED if found is not AuthState.UNKNOWN else Outcome.UNREADABLE,
        reason="" if found is not AuthState.UNKNOWN else "the payer's word for the status is not known",
        seen_as=words or None,
        match=_agreed(said, ask, begin, end),
        state=found,
        portal_reference=_first(said, REFERENCE) or None,
        auth_number=_first(said, NUMBER) or None,
        category={"Outpatient Authorization": "HS", "Inpatient Authorization": "AR"}.get(said.get("Request Type", "")),
        certification_type={"Initial": "I", "Renewal": "R", "Extension": "4"}.get(said.get("Certification Type", "")),
        service_type=said.get("Service Type", "").partition(" - ")[0] or None,
        codes=_codes(said.get("Procedure Code Approved", "") or said.get("Procedure Code Requested", "")),
        units_requested=_number(said.get("Units Requested")),
        units_approved=_number(said.get("Units Approved")),
        unit_type=said.get("Unit Type"),
        period_start=begin,
        period_end=end,
        decision_date=day(said.get("Decision Date")),
        decision_reason=said.get("Decision Reason"),
        info_requested=asked_for,
        npi=said.get("Provider NPI Approved") or said.get("Rendering Provider NPI"),
        warnings=_changes(said),
    )


def _is_of(said: Mapping[str, str], ask: AuthRequest) -> bool:
    """A family can share one member id: the birth date tells them apart, or, where it is not shown, the name."""
    if not read.alike(said.get("Member ID", ""), ask.patient.member_id):
        return False
    born = said.get("Patient Date of Birth")
    if born is None:
        return same_person(said.get("Patient Name", ""), ask.patient.last, ask.patient.first)
    return day(born) == ask.patient.birth_date


def _agreed(said: Mapping[str, str], ask: AuthRequest, begin: date | None, end: date | None) -> tuple[str, ...]:
    agree = {
        "member_id": same_id(said.get("Member ID", ""), ask.patient.member_id),
        "name": same_person(said.get("Patient Name", ""), ask.patient.last, ask.patient.first),
        "birth_date": day(said.get("Patient Date of Birth")) == ask.patient.birth_date,
        "dos": (begin, end) == (ask.start_date, ask.end_date),
        "code": bool(set(_codes(said.get("Procedure Code Requested", ""))) & {service.code.upper() for service in ask.services}),
    }
    return tuple(name for name, holds in agree.items() if holds)


def _changes(said: Mapping[str, str]) -> tuple[str, ...]:
    """What was approved otherwise than it was asked for."""
    told: list[str] = []
    if not _number(said.get("Units Approved")):
        return ()
    for what, approved, asked in (
        ("code", "Procedure Code Approved", "Procedure Code Requested"),
        ("units", "Units Approved", "Units Requested"),
        ("provider", "Provider NPI Approved", "Rendering Provider NPI"),
    ):
        if said.get(approved) and plain(said[approved]) != plain(said.get(asked, "")):
            told.append(f"approved for another {what} than was asked for" if what != "units" else "approved for fewer or other units")
    return tuple(told)


# --- the form ---


def cannot_be_asked(ask: AuthRequest) -> tuple[str, str]:
    """The field that this portal's form cannot take, and why; empty where it can take all of them."""
    service = ask.services[0]
    if len(ask.services) != 1:
        return "services", "the form takes one service; make a request of each"
    if ask.request_type not in CERTIFICATIONS:
        return "request_type", "the form cannot cancel a request; a person calls the payer"
    if not ask.patient.member_id:
        return "member_id", "the form wants the member id"
    if len(ask.note) > NOTE_CAP:
        return "note", f"the form takes {NOTE_CAP} characters of notes; attach what is longer"
    if service.units != service.units.to_integral_value() or not 0 < service.units <= MOST_UNITS:
        return "units", f"the form takes whole units up to {MOST_UNITS}"
    return "", ""


def verdict(summary: Pairs, ask: AuthRequest) -> AuthResult | None:
    """What the payer's check decided already; None where it leaves it open, unreadable where its words are not known."""
    said = dict(summary)
    words = said.get("Status", "")
    if _NEVER_SURE.search(words):
        return None
    found = state(words)
    sure = found in {AuthState.APPROVED, AuthState.PARTIAL, AuthState.MODIFIED, AuthState.DENIED, AuthState.NOT_REQUIRED, AuthState.PENDED}
    return AuthResult(
        outcome=Outcome.ANSWERED if sure else Outcome.UNREADABLE,
        reason="" if sure else "the payer's word for what its check found is not known",
        seen_as=words or None,
        state=found,
        portal_reference=_first(said, REFERENCE) or None,
        auth_number=_first(said, NUMBER) or None,
        codes=tuple(service.code for service in ask.services),
        units_requested=ask.services[0].units,
        period_start=ask.start_date,
        period_end=ask.end_date,
        match=("member_id",) if same_id(said.get("Member ID", ""), ask.patient.member_id) else (),
    )


def response(rows: Pairs, ask_member: str) -> AuthResult | None:
    """The response page, shown once; None where it does not say for whom or under which number the request was taken."""
    said = dict(rows)
    reference = _first(said, REFERENCE)
    if not reference or not read.alike(said.get("Member ID", ""), ask_member):
        return None
    return AuthResult(
        outcome=Outcome.ANSWERED,
        state=state(said.get("Status", "")),
        seen_as=said.get("Status"),
        portal_reference=reference,
        auth_number=_first(said, NUMBER) or None,
    )


def duplicate(alert: str) -> str:
    """The number of the request that the payer says it has already; "" where it says something else."""
    hit = DUPLICATE.search(" ".join(alert.split()))
    return hit[1] if hit else ""


def differences(
    review: Pairs, ask: AuthRequest, attached: Sequence[tuple[Attachment, str]], answered: Sequence[Answered] = ()
) -> tuple[str, ...]:
    """The fields that the review page does not show as the request has them; one that it does not show at all is one of them."""
    shown: dict[str, list[str]] = {}
    for label, text in review:
        shown.setdefault(label, []).append(text)
    wanted_rows = [*_expected(ask), *(("questionnaire", one.question, one.answer) for one in answered)]
    wrong = [name for name, label, wanted in wanted_rows if shown.get(label) != [wanted] and not _same_day(shown.get(label), wanted)]
    wrong += [name for name, label, start in _coded(ask) if not any(text.startswith(f"{start} - ") for text in shown.get(label, []))]
    extra = f"Diagnosis Code {len(ask.diagnoses) + 1}"
    wrong += ["diagnoses"] if extra in shown else []
    if not same_id(shown.get("Member ID", [""])[0], ask.patient.member_id):
        wrong.append("member_id")
    if not same_last(shown.get("Patient Name", [""])[0], ask.patient.last):
        wrong.append("patient")
    wrong += [f"attachment {n}" for n, (one, name) in enumerate(attached, 1) if not _carried(shown, n, one, name)]
    if f"Attachment {len(attached) + 1}" in shown:
        wrong.append("attachments")
    return tuple(dict.fromkeys([*wrong, *_not_expected(review, ask)]))


def _same_day(texts: list[str] | None, wanted: str) -> bool:
    """Some payers write days out."""
    return bool(texts) and len(texts or ()) == 1 and day(wanted) is not None and day((texts or [""])[0]) == day(wanted)


def _carried(shown: Mapping[str, list[str]], number: int, one: Attachment, name: str) -> bool:
    said = " ".join(shown.get(f"Attachment {number}", []))
    return said.startswith(f"{name} (") and kind_of(one) in said and f"{one.size:,} bytes" in said


def kind_of(one: Attachment) -> str:
    """The form's word for a kind of file."""
    return KINDS.get(one.kind.casefold(), OTHER_KIND)


def us(on: date) -> str:
    """MM/DD/YYYY, as the form writes days."""
    return f"{on:%m/%d/%Y}"


def _expected(ask: AuthRequest) -> list[tuple[str, str, str]]:
    """Field, label and text for all that must stand on the review page just so."""
    service = ask.services[0]
    rows = [
        ("organization", "Organization", ask.organization),
        ("request_type", "Request Type", category(ask)),
        ("payer", "Payer", ask.payer_label),
        ("birth_date", "Patient Date of Birth", us(ask.patient.birth_date)),
        ("subscriber_relation", "Relationship to Subscriber", RELATIONS[ask.patient.relation]),
        ("requesting_npi", "Requesting Provider NPI", ask.requesting_npi),
        ("contact_name", "Contact Name", ask.contact_name),
        ("contact_phone", "Contact Phone", ask.contact_phone),
        ("contact_fax", "Contact Fax", ask.contact_fax),
        ("servicing_npi", "Rendering Provider NPI", ask.servicing_npi),
        ("facility_npi", "Facility NPI", ask.facility_npi),
        ("request_type", "Certification Type", CERTIFICATIONS[ask.request_type]),
        ("prior_auth_number", "Previous Certification Number", ask.prior_auth_number if ask.request_type != "initial" else ""),
        ("start_date", "From Date", us(ask.start_date)),
        ("end_date", "To Date", us(ask.end_date)),
        ("units", "Quantity", f"{service.units:.0f}"),
        ("unit_type", "Quantity Type", UNITS[service.unit_type]),
        ("urgency", "Level of Service", LEVELS[ask.urgency]),
        ("expedited_statement", "Statement of Urgency", " ".join(ask.expedited_statement.split()) if ask.urgency == "expedited" else ""),
        ("modifiers", "Modifiers", " ".join(service.modifiers)),
        ("note", "Provider Notes", " ".join(ask.note.split())),
    ]
    return [row for row in rows if row[2]]


def _coded(ask: AuthRequest) -> list[tuple[str, str, str]]:
    rows = [("service_type", "Service Type", ask.service_type), ("pos", "Place of Service", ask.pos)]
    rows += [("diagnoses", f"Diagnosis Code {n}", icd(code)) for n, code in enumerate(ask.diagnoses, 1)]
    return [*rows, ("services", "Procedure Code", ask.services[0].code)]


def _not_expected(review: Pairs, ask: AuthRequest) -> tuple[str, ...]:
    """Fields that the review page shows filled although the request leaves them empty."""
    given = {
        "contact_fax": "Contact Fax",
        "facility_npi": "Facility NPI",
        "note": "Provider Notes",
        "prior_auth_number": "Previous Certification Number",
    }
    said = {label for label, text in review if text.strip()}
    return tuple(name for name, label in given.items() if label in said and not getattr(ask, name))


def category(ask: AuthRequest) -> str:
    """The form's word for the kind of request."""
    return "Inpatient Authorization" if INPATIENT.search(ask.level_of_care) else "Outpatient Authorization"


def icd(code: str) -> str:
    """A diagnosis code with the dot that lists show."""
    bare = code.upper().replace(".", "").strip()
    return bare if len(bare) <= 3 else f"{bare[:3]}.{bare[3:]}"  # noqa: PLR2004  the category has three places


def tin(text: str) -> str:
    """A tax id without its dash."""
    return re.sub(r"\D", "", text)
