"""Prior Authorization and Notification: what a plan needs, the request and its review, one Submit, and the requests that stand there."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.auths import Standing, Taken, shown_name
from sandbox.line import Cut, never
from sandbox.server import At, Sandbox, unavailable
from sandbox.uhc import auth_rules as rules
from sandbox.uhc.eligibility import PAYER
from sandbox.uhc.web import envelope, member_call, session_at, signed_in, step
from sandbox.uhc.words import NONE, UNDER_MAINTENANCE, parsed_day, trouble, us
from sandbox.world import PRACTICE, same_id
from sandbox.world_model import Found

CHECK = "Check your entries and try again."
NO_MEMBER = f"Member not found. {CHECK}"
NOT_COVERED = "The member does not have active coverage on the date of service."
NO_CODE = "The procedure code is not valid."
ELSEWHERE = "Procedure code {code} is reviewed by Optum Behavioral Health. Submit this request at Provider Express."
DUPLICATE = "A request for this member, service and dates is on file. Reference Number: {reference}."
NO_REQUESTS = "No requests match your search."
BAD_FILE = "This file type cannot be attached."
BIG_FILE = "The file is larger than 10 MB."
COLUMNS = (
    "Reference Number", "Status", "Member Name", "Member ID", "Procedure Code", "Service Dates", "Submitted", "Authorization Number",
)  # fmt: skip
OTHER_TIN = "009111222 Harborlight Billing Services"
BY_MEMBER, BY_NUMBER = "Member and service dates", "Reference number"
SPAN = timedelta(days=730)
PAGE_SIZE = 5
KEPT = 30
SENT_BY = {"portal": "Provider Portal", "phone": "Telephone", "world": "Telephone"}


@dataclass
class Form:
    """One request that is being entered."""

    nonce: str
    code: str = ""
    found: Found | None = None
    values: dict[str, Any] = field(default_factory=dict)
    files: list[dict[str, Any]] = field(default_factory=list)
    reviewed: bool = False


@dataclass
class Search:
    """One search and what it found."""

    key: str
    says: str = ""
    found: list[Standing] = field(default_factory=list)
    popup: str = ""


def _forms(at: At) -> dict[str, Form]:
    kept: dict[str, Form] = session_at(at).memory.setdefault("auth forms", {})
    return kept


def _trim(kept: dict[str, Any]) -> None:
    while len(kept) > KEPT:
        kept.pop(next(iter(kept)))


# the way in


@step("auth-home")
@signed_in
async def home(_request: Request, at: At) -> Response:
    """The tool's first page."""
    if at.fires("maintenance") is not None:
        return JSONResponse({"maintenance": True})
    return JSONResponse(envelope(at))


@step("auth-form")
@signed_in
async def new_form(_request: Request, at: At) -> Response:
    """A request that is begun."""
    if at.fires("maintenance") is not None:
        return JSONResponse({"maintenance": True})
    form, kept = Form(secrets.token_hex(8)), _forms(at)
    kept[form.nonce] = form
    _trim(kept)
    return JSONResponse(envelope(at, nonce=form.nonce))


# what the plan needs


@step("auth-next")
@signed_in
async def check(request: Request, at: At) -> Response:
    """Check requirements: what this member's plan wants for this service."""
    form, asked = _forms(at).get(request.path_params["nonce"]), await request.json()
    if form is None or at.fires("blank-form") is not None:
        return JSONResponse({"reset": True})
    said = trouble(at) or _identified(at, form, asked)
    await asyncio.sleep(at.box.staging_seconds(len(form.code)))
    return JSONResponse(_answer(at, {"message": said} if said else {"requirement": _requirement(form), "setup": _choices(form)}))


def _answer(at: At, told: dict[str, Any]) -> dict[str, Any]:
    """What a step is answered with, or once more what the step before was."""
    session = session_at(at)
    before: dict[str, Any] | None = session.memory.get("auth answer")
    if before is not None and at.fires("stale-result") is not None:
        return envelope(at, **before)
    session.memory["auth answer"] = told
    return envelope(at, **told)


def _identified(at: At, form: Form, asked: dict[str, Any]) -> str:
    born, on, code = parsed_day(str(asked.get("born"))), parsed_day(str(asked.get("on"))), str(asked.get("code", "")).strip().upper()
    if born is None or on is None:
        return CHECK
    found = at.box.world.find_members(PAYER, member_id=str(asked.get("memberId", "")), birth_date=born, on=at.box.world.as_of)
    if len({one.member.key for one in found}) != 1:
        return NO_MEMBER
    if not found[0].coverage.active_on(at.box.world.as_of):
        return NOT_COVERED
    if code in rules.ELSEWHERE:
        return ELSEWHERE.format(code=code)
    if code not in rules.REQUIREMENT:
        return NO_CODE
    form.found, form.code, form.values = found[0], code, {"on": us(on)}
    return ""


def _who(form: Form) -> list[tuple[str, str]]:
    if form.found is None:
        raise LookupError("nobody")
    member = form.found.member
    born = us(member.person.birth_date)
    return [("Member Name", shown_name(member)), ("Member ID", form.found.coverage.member_id), ("Date of Birth", born)]


def _procedure(code: str) -> str:
    return f"{code} - {rules.PROCEDURES.get(code.strip().upper(), 'Service')}"


def _requirement(form: Form) -> dict[str, Any]:
    says = rules.REQUIREMENT[form.code]
    pairs = [*_who(form), ("Date of Service", form.values["on"]), ("Procedure Code", _procedure(form.code)), ("Requirement", says)]
    return {"pairs": pairs, "goesOn": says in (rules.REQUIRED, rules.NOTIFY)}


def _named(choices: dict[str, str]) -> list[str]:
    return [f"{code} - {said}" for code, said in choices.items()]


def _choices(form: Form) -> dict[str, Any]:
    return {
        "tins": [OTHER_TIN, f"{PRACTICE.tin} {PRACTICE.name}"],
        "types": list(rules.TYPES.values()),
        "services": _named(rules.SERVICES),
        "places": _named(rules.PLACES),
        "unitTypes": list(rules.UNIT_TYPES.values()),
        "urgencies": list(rules.URGENCIES),
        "kinds": list(rules.KINDS),
        "cap": rules.NOTE_CAP,
        "diagnoses": rules.MOST_DIAGNOSES,
        "questions": [{"key": one.key, "text": one.text, "options": list(one.options)} for one in rules.QUESTIONS.get(form.code, ())],
    }


# the request


async def _upload(request: Request, at: At) -> Response:
    """One file of the form; its name, its kind and its bytes."""
    form, body = _forms(at).get(request.path_params["nonce"]), await request.body()
    name, kind = request.query_params.get("name", ""), request.query_params.get("kind", "")
    if form is None or kind not in rules.KINDS:
        return JSONResponse({"error": CHECK})
    if name.rpartition(".")[2].lower() not in rules.FILE_TYPES:
        return JSONResponse({"error": BAD_FILE})
    if len(body) > rules.LARGEST:
        return JSONResponse({"error": BIG_FILE})
    form.files.append({"name": name, "kind": kind, "size": len(body), "sha256": hashlib.sha256(body).hexdigest()})
    return JSONResponse({"files": [[one["name"], one["kind"], f"{one['size']:,} bytes"] for one in form.files]})


@step("auth-next")
@signed_in
async def review(request: Request, at: At) -> Response:
    """Continue: what is wrong with the request, or the page on which it stands before it is sent."""
    form, values = _forms(at).get(request.path_params["nonce"]), await request.json()
    if form is None or form.found is None or at.fires("blank-form") is not None:
        return JSONResponse({"reset": True})
    form.reviewed = False
    form.values |= {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
    said = trouble(at) or _wrong_with(at, form)
    await asyncio.sleep(at.box.staging_seconds(3))
    if not said:
        form.reviewed = True
    return JSONResponse(_answer(at, {"message": said} if said else {"review": _review(form)}))


def _known(at: At, npi: str) -> bool:
    return npi in PRACTICE.npis or at.box.world.provider(npi) is not None


def _wrong_with(at: At, form: Form) -> str:
    """The first of a request's faults, in the portal's words."""
    values, (begin, end) = form.values, (parsed_day(form.values.get(name, "")) for name in ("start", "end"))
    expedited = values.get("urgency") == rules.URGENCIES[1]
    faults = {
        "The Requesting NPI is not on file.": not _known(at, values.get("requestingNpi", "")),
        "The Servicing NPI is not on file.": not _known(at, values.get("servicingNpi", "")),
        "The Facility NPI is not on file.": bool(values.get("facilityNpi")) and not _known(at, values["facilityNpi"]),
        "The Tax ID is not affiliated with the servicing provider.": not values.get("tin", "").startswith(PRACTICE.tin),
        "Enter a contact name and phone.": not (values.get("contactName") and values.get("contactPhone")),
        "The Start Date and the End Date are not valid.": begin is None or end is None or not begin <= end <= begin + timedelta(days=366),
        "The Number of Units is not valid.": not re.fullmatch(r"[1-9]\d{0,2}", values.get("units", "")),
        "The Previous Reference Number is missing.": values.get("type") != rules.TYPES["I"] and not values.get("previous"),
        "The Reason for Expedited Review is missing.": expedited and not (values.get("expeditedBy") and values.get("expeditedWhy")),
        "Answer all clinical questions.": any(not values.get(f"q.{one.key}") for one in rules.QUESTIONS.get(form.code, ())),
    }
    wrong = next((words for words, holds in faults.items() if holds), "")
    unknown = next((code for code in _diagnoses(form) if code not in rules.DIAGNOSES), "")
    return wrong or (f"Diagnosis code {unknown} is not valid." if unknown else "" if _diagnoses(form) else "Enter a diagnosis code.")


def _diagnoses(form: Form) -> list[str]:
    return [code for n in range(1, rules.MOST_DIAGNOSES + 1) if (code := form.values.get(f"diagnosis.{n}", "").upper())]


def _review(form: Form) -> list[tuple[str, str]]:
    """Labels and texts in the page's order; what was left empty is a dash."""
    values, expedited = form.values, form.values.get("urgency") == rules.URGENCIES[1]
    names = {
        "type": "Request Type", "previous": "Previous Reference Number", "requestingNpi": "Requesting NPI", "servicingNpi": "Servicing NPI",
        "facilityNpi": "Facility NPI", "tin": "Tax ID", "contactName": "Contact Name", "contactPhone": "Contact Phone",
        "contactFax": "Contact Fax", "service": "Service Type", "place": "Place of Service", "start": "Start Date", "end": "End Date",
    }  # fmt: skip
    rows = [*_who(form), ("Requirement", rules.REQUIREMENT[form.code])]
    rows += [(label, values.get(name, "")) for name, label in names.items()]
    rows += [
        ("Procedure Code", _procedure(form.code)),
        ("Modifiers", values.get("modifiers", "")),
        ("Number of Units", values.get("units", "")),
        ("Unit Type", values.get("unitType", "")),
        ("Review Type", values.get("urgency", "")),
        ("Expedited Review Requested By", values.get("expeditedBy", "") if expedited else ""),
        ("Reason for Expedited Review", values.get("expeditedWhy", "") if expedited else ""),
        *((f"Diagnosis Code {n}", code) for n, code in enumerate(_diagnoses(form), 1)),
        ("Clinical Note", values.get("note", "")),
        *((one.text, values.get(f"q.{one.key}", "")) for one in rules.QUESTIONS.get(form.code, ())),
        *((f"Attachment {n}", f"{one['name']} ({one['kind']}, {one['size']:,} bytes)") for n, one in enumerate(form.files, 1)),
    ]
    return [(label, text or NONE) for label, text in rows]


# the end of it


@step("auth-submit")
@signed_in
async def submit(request: Request, at: At) -> Response:
    """Submit: counted when it arrives, and again when it is taken; what the browser hears of it is another matter."""
    nonce = request.path_params["nonce"]
    form = _forms(at).get(nonce)
    at.box.auths.presses[nonce] += 1
    at.box.records.add("press", form="authorization", nonce=nonce, session=session_at(at).label)
    if form is None or not form.reviewed:
        return JSONResponse({"reset": True})
    if at.fires("maintenance") is not None:
        return JSONResponse(envelope(at, message=UNDER_MAINTENANCE))
    if second := _second(at.box, form):
        return JSONResponse(envelope(at, message=DUPLICATE.format(reference=second.reference)))
    taken = _take(at, form)
    if lost := await _lost(request, at):
        return lost
    if at.fires("confirmation-lost") is not None:
        return JSONResponse({"home": True})
    await asyncio.sleep(at.box.staging_seconds(len(nonce)))
    return JSONResponse(envelope(at, response=_response(at.box, form, taken)))


def _span(form: Form) -> tuple[date, date]:
    begin, end = (parsed_day(form.values[name]) for name in ("start", "end"))
    if begin is None or end is None:
        raise LookupError("no dates")
    return begin, end


def _second(box: Sandbox, form: Form) -> Standing | None:
    if form.found is None:
        return None
    return box.auths.same(box.world, PAYER, form.found.member.key, form.code, *_span(form))


async def _lost(request: Request, at: At) -> Response | None:
    """It was taken, and the answer does not come."""
    if at.fires("hang-after-accept") is not None:
        await never(request, lambda: at.on("hang-after-accept") is not None)
        return unavailable(request)
    for name in ("drop-after-accept", "reset-after-accept"):
        if at.fires(name) is not None:
            return Cut(reset=name.startswith("reset"))
    return unavailable(request) if at.fires("error-after-accept") is not None else None


def _code_of(choices: dict[str, str], said: str) -> str:
    return next(code for code, label in choices.items() if said in (label, f"{code} - {label}"))


def _take(at: At, form: Form) -> Taken:
    if form.found is None:
        raise LookupError("nobody")
    values, (begin, end) = form.values, _span(form)
    taken = at.box.auths.take(
        at.box.world,
        payer=PAYER,
        member_key=form.found.member.key,
        member_id=form.found.coverage.member_id,
        name=shown_name(form.found.member),
        code=form.code,
        units=int(values["units"]),
        unit_type=_code_of(rules.UNIT_TYPES, values["unitType"]),
        begin=begin,
        end=end,
        npi=values["servicingNpi"],
        user=session_at(at).user.user_id,
        nonce=form.nonce,
        fixed=rules.AT_ONCE.get(form.code),
        certification=_code_of(rules.TYPES, values["type"]),
        service_type=_code_of(rules.SERVICES, values["service"]),
        pos=_code_of(rules.PLACES, values["place"]),
        modifiers=values.get("modifiers", ""),
        diagnoses=_diagnoses(form),
        note=values.get("note", ""),
        answers={one.text: values[f"q.{one.key}"] for one in rules.QUESTIONS.get(form.code, ())},
        attachments=list(form.files),
        urgent=values["urgency"] == rules.URGENCIES[1],
    )
    at.box.records.add("auth", reference=taken.reference, payer=PAYER, nonce=form.nonce, session=session_at(at).label)
    return taken


def _standing(box: Sandbox, reference: str) -> Standing | None:
    return next((one for one in box.auths.standing(box.world, PAYER) if one.reference == reference), None)


def _response(box: Sandbox, form: Form, taken: Taken) -> list[tuple[str, str]]:
    """The page that a request which was taken leads to, shown once."""
    shown = _standing(box, taken.reference)
    if shown is None:
        raise LookupError("no request")
    return [
        ("Reference Number", taken.reference),
        ("Status", rules.WORDS[shown.state]),
        ("Authorization Number", shown.number or NONE),
        *_who(form),
        ("Procedure Code", _procedure(taken.code)),
        ("Service Dates", f"{us(taken.begin)} - {us(taken.end)}"),
        ("Submitted", us(taken.sent)),
    ]


# what stands there


@step("auth-list")
@signed_in
async def search_form(_request: Request, at: At) -> Response:
    """The search of requests."""
    if at.fires("maintenance") is not None:
        return JSONResponse({"maintenance": True})
    return JSONResponse(envelope(at, ways=[BY_MEMBER, BY_NUMBER]))


@step("auth-list")
@signed_in
async def search(request: Request, at: At) -> Response:
    """Search."""
    session, asked = session_at(at), await request.json()
    if at.fires("blank-form") is not None:
        return JSONResponse({"reset": True})
    turn = session.memory["turn"] = session.memory.get("turn", 0) + 1
    found = _searched(at, asked)
    await asyncio.sleep(at.box.staging_seconds(turn))
    return JSONResponse(envelope(at, **_page(found, 1)))


def _searched(at: At, asked: dict[str, Any]) -> Search:
    """The answer to this search, or once more the one before it."""
    session, made = session_at(at), _search(at, asked)
    before: Search | None = session.memory.get("auth search")
    at.box.records.add("search", app="authorizations", payer=PAYER, session=session.label, found=len(made.found))
    if before is not None and at.fires("stale-result") is not None:
        return before
    session.memory["auth search"] = made
    kept: dict[str, Search] = session.memory.setdefault("auth searches", {})
    kept[made.key] = made
    _trim(kept)
    return made


def _search(at: At, asked: dict[str, Any]) -> Search:
    made, there = Search(secrets.token_hex(8)), at.box.auths.standing(at.box.world, PAYER)
    if said := trouble(at):
        made.popup = said
    elif asked.get("way") == BY_NUMBER:
        number = str(asked.get("number", "")).strip()
        made.says = f"Requests for reference number {number}"
        made.found = [one for one in there if same_id(number) in {same_id(one.reference), same_id(one.number) or None}]
    else:
        _by_member(at, asked, there, made)
    return made


def _by_member(at: At, asked: dict[str, Any], there: list[Standing], made: Search) -> None:
    member_id, (born, start, end) = str(asked.get("memberId", "")), (parsed_day(str(asked.get(name))) for name in ("born", "start", "end"))
    if born is None or start is None or end is None or not start <= end <= start + SPAN:
        made.popup = CHECK
        return
    keys = {one.member.key for one in at.box.world.find_members(PAYER, member_id=member_id, birth_date=born, on=at.box.world.as_of)}
    if not keys:
        made.popup = NO_MEMBER
        return
    made.says = f"Requests for member {member_id}, born {us(born)}, {us(start)} - {us(end)}"
    made.found = [one for one in there if one.member_key in keys and one.begin <= end and start <= one.end]


def _page(made: Search, number: int) -> dict[str, Any]:
    first = (number - 1) * PAGE_SIZE
    return {
        "id": made.key,
        "popup": made.popup,
        "says": made.says,
        "none": "" if made.found or made.popup else NO_REQUESTS,
        "total": len(made.found),
        "first": first + 1,
        "columns": COLUMNS,
        "rows": [_cells(one) for one in made.found[first : first + PAGE_SIZE]],
        "page": number,
        "pages": max(1, -(-len(made.found) // PAGE_SIZE)),
    }


def _cells(one: Standing) -> list[str]:
    days = f"{us(one.begin)} - {us(one.end)}"
    words = rules.WORDS[one.state]
    return [one.reference, words, one.name, one.member_id, one.code_asked, days, us(one.sent), one.number or NONE]


@step("auth-list")
@signed_in
async def turn(request: Request, at: At) -> Response:
    """Another page of a list."""
    made: Search | None = session_at(at).memory.get("auth searches", {}).get(request.path_params["key"])
    if made is None:
        return JSONResponse({"error": "no such search"}, 404)
    await asyncio.sleep(at.box.staging_seconds(7) / 2)
    return JSONResponse(envelope(at, **_page(made, int(request.query_params["page"]))))


@step("auth-request")
@signed_in
async def one(request: Request, at: At) -> Response:
    """One request."""
    shown = _standing(at.box, request.path_params["reference"])
    if shown is None:
        return JSONResponse({"error": "no such request"}, 404)
    if at.fires("maintenance") is not None:
        return JSONResponse(envelope(at, trouble=UNDER_MAINTENANCE))
    await asyncio.sleep(at.box.staging_seconds(len(shown.reference)) / 2)
    at.box.records.add("opened", app="authorizations", payer=PAYER, session=session_at(at).label)
    return JSONResponse(envelope(at, pairs=_detail(at.box, shown)))


def _detail(box: Sandbox, shown: Standing) -> list[tuple[str, str]]:
    """Everything the portal shows of one request; of what is not decided there is no word."""
    decided = shown.units_approved is not None
    rows = [
        ("Reference Number", shown.reference),
        ("Authorization Number", shown.number),
        ("Status", rules.WORDS[shown.state]),
        ("Request Type", rules.TYPES[shown.certification]),
        ("Member Name", shown.name),
        ("Member ID", shown.member_id),
        ("Date of Birth", us(box.world.member(shown.member_key).person.birth_date)),
        ("Service Type", f"{shown.service_type} - {rules.SERVICES[shown.service_type]}"),
        ("Service Dates", f"{us(shown.begin)} - {us(shown.end)}"),
        ("Procedure Code Requested", shown.code_asked),
        ("Units Requested", str(shown.units_asked)),
        ("Unit Type", rules.UNIT_TYPES[shown.unit_type]),
        ("Servicing NPI", shown.npi_asked),
        ("Submitted", us(shown.sent)),
        ("Submitted Through", SENT_BY[shown.by]),
        ("Procedure Code Approved", shown.code_approved if decided else ""),
        ("Units Approved", str(shown.units_approved) if decided else ""),
        ("NPI Approved", shown.npi_approved if decided else ""),
        ("Decision Date", us(shown.decided) if shown.decided else ""),
        ("Information Requested" if shown.state == "contact" else "Decision Reason", shown.reason),
    ]
    return [(label, text) for label, text in rows if text]


_HERE = "/api/prior-auth"
ROUTES = [
    Route(f"{_HERE}/home", home),
    Route(f"{_HERE}/new", new_form),
    Route(f"{_HERE}/search", search_form, methods=["GET"]),
    Route(f"{_HERE}/search", search, methods=["POST"]),
    Route(f"{_HERE}/search/{{key}}", turn),
    Route(f"{_HERE}/requests/{{reference}}", one),
    Route(f"{_HERE}/forms/{{nonce}}/check", check, methods=["POST"]),
    Route(f"{_HERE}/forms/{{nonce}}/files", member_call(_upload), methods=["POST"]),
    Route(f"{_HERE}/forms/{{nonce}}/review", review, methods=["POST"]),
    Route(f"{_HERE}/forms/{{nonce}}/submit", submit, methods=["POST"]),
]
