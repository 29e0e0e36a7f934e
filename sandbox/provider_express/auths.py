"""Authorizations: a member, one form, a page to look it over, Submit; and the inquiry with one request on a page of its own."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from dataclasses import dataclass, field, replace
from html import escape

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.auths import Standing, Taken, shown_name
from sandbox.line import Cut, never
from sandbox.provider_express import auth_rules as rules
from sandbox.provider_express import paths
from sandbox.provider_express.coverage import full_name
from sandbox.provider_express.frame import box, choice, grid, message, pairs
from sandbox.provider_express.web import PAYER, heading, i, page, session_at, signed_in, step, t
from sandbox.provider_express.words import parsed_day, trouble, us
from sandbox.server import At, unavailable
from sandbox.uploads import sent as sent_form
from sandbox.world import PRACTICE, Found, same_id

NEW, SUBMIT, INQUIRY, DETAIL = (f"{paths.AUTHS}/{name}" for name in ("new", "submit", "inquiry", "request"))
COLUMNS = (
    "Reference Number",
    "Authorization Number",
    "Status",
    "Member Name",
    "Member ID",
    "Service",
    "Start Date",
    "End Date",
    "Submitted",
)
PAGE_SIZE = 10
NOBODY = "No member matches the Member ID and Date of Birth entered."
NOT_COVERED = "This member is not eligible today."
BY_PHONE = "This service cannot be requested online for this member's plan. Call the number on the back of the member's ID card."
NOT_REQUIRED = "Authorization is not required for this service."
LACKS = ("frame-detached@auth-*", "pick-lost@auth-*", "stuck@auth-*", "captcha@auth-*", "*@auth-draft")
RENAMED: dict[str, dict[str, str]] = {
    "auth-home": {"Auth request": "New", "Request a new authorization": "Start"},
    "auth-form": {"Member ID": "Subscriber Number", "Next": "Go on"},
    "auth-next": {"Member ID": "Subscriber Number", "Number of Units": "Quantity", "Submit": "Send", "Start Date": "From"},
    "auth-submit": {"Reference Number": "Tracking Number", "Status": "Outcome"},
    "auth-list": {"Reference Number": "Tracking Number", "Member ID": "Subscriber Number"},
    "auth-request": {"Status": "Outcome", "Units Approved": "Granted"},
}
IDS: dict[str, dict[str, str]] = {
    "auth-home": {"newAuthLink": "startLink"},
    "auth-form": {"authMemberId": "authSubscriber"},
    "auth-next": {"authUnits": "authQuantity", "authReview": "reviewPanel"},
    "auth-submit": {"authConfirmation": "receipt"},
    "auth-list": {"authResults": "requestRows"},
    "auth-request": {"authDetail": "requestPanel"},
}
FIELDS = (
    ("serviceType", "Service Type"), ("procedure", "Procedure Code"), ("kind", "Type of Request"), ("startDate", "Start Date"),
    ("endDate", "End Date"), ("authUnits", "Number of Units"), ("modifiers", "Modifiers"), ("place", "Place of Service"),
    ("providerNpi", "Provider NPI"), ("requestingNpi", "Requesting Provider NPI"), ("tin", "Provider Tax ID"), ("contact", "Contact Name"),
    ("phone", "Contact Phone"), ("fax", "Contact Fax"), *((f"dx{n}", f"Diagnosis {n}") for n in range(1, rules.DIAGNOSES + 1)),
    ("priorAuth", "Previous Authorization Number"), ("urgent", "Urgent"), ("urgentBy", "Clinician Stating the Urgency"),
    ("urgentWhy", "Statement of Urgency"), ("background", "Case Background"),
)  # fmt: skip
NEEDED = ("startDate", "endDate", "authUnits", "providerNpi", "requestingNpi", "tin", "contact", "phone", "dx1")


@dataclass
class Form:
    """One request that is being entered."""

    nonce: str
    found: Found
    values: dict[str, str] = field(default_factory=dict)
    file: dict[str, object] | None = None
    said: str = ""


@step("auth-home")
@signed_in
async def home(_request: Request, at: At) -> Response:
    """The two tabs."""
    tabs = f"<p><a href='{paths.AUTHS}'>{t(at, 'Auth request')}</a> | <a href='{INQUIRY}'>Auth Inquiry</a></p>"
    go = f"<p><a id='{i(at, 'newAuthLink')}' href='{NEW}'>{t(at, 'Request a new authorization')}</a></p>"
    return page(
        at,
        f"{heading(at, 'Authorizations')}{go}{tabs}"
        if at.on("moved-element") is not None
        else f"{heading(at, 'Authorizations')}{tabs}{go}",
    )


@step("auth-form")
@signed_in
async def begin(_request: Request, at: At) -> Response:
    """For whom."""
    return _member_form(at, {})


def _member_form(at: At, asked: dict[str, str], said: str = "") -> Response:
    fields = box(t(at, "Member ID"), i(at, "authMemberId"), asked.get("authMemberId", ""), name="authMemberId")
    fields += box(t(at, "Date of Birth"), "authBirthDate", asked.get("authBirthDate", ""), hint="MM/DD/YYYY")
    body = f"<form method='post' action='{NEW}'><div class='fields'>{fields}</div><button class='button'>{t(at, 'Next')}</button></form>"
    return page(at, f"{heading(at, 'Request a New Authorization')}{message(said)}{body}")


@step("auth-next")
@signed_in
async def onward(request: Request, at: At) -> Response:
    """What either form sends: the next page, or the same one with what is wrong."""
    asked, file = await sent_form(request)
    await asyncio.sleep(at.box.staging_seconds(len(asked)))
    if at.fires("blank-form") is not None:
        return _member_form(at, {})
    said = trouble(at)
    form: Form | None = session_at(at).memory.get("auth form")
    if "authMemberId" in asked:
        return _identified(at, asked, said)
    if form is None or form.nonce != asked.get("nonce"):
        return _member_form(at, {})
    form.values = {name: asked.get(name, "") for name in (*dict(FIELDS), *_keys(asked), "documentKind")}
    form.said = said or _attached(form, file, asked) or _wrong(at, form)
    if form.said == NOT_REQUIRED:
        told = {"Member ID": form.found.coverage.member_id, "Procedure Code": form.values["procedure"]}
        return page(at, f"<h1>No Authorization Needed</h1><p id='notRequired'>{NOT_REQUIRED}</p>{pairs(told, 'notRequiredFor')}")
    return _request_form(at, form) if form.said else _review(at, form)


def _identified(at: At, asked: dict[str, str], said: str) -> Response:
    born, today = parsed_day(asked.get("authBirthDate", "")), at.box.world.as_of
    found = at.box.world.find_members(PAYER, member_id=asked["authMemberId"], birth_date=born, on=today) if born else []
    members = {one.member.key: one for one in found}
    if not said and len(members) != 1:
        said = NOBODY
    if not said and not any(one.coverage.active_on(today) for one in found):
        said = NOT_COVERED
    if said:
        return _member_form(at, asked, said)
    current = next(one for one in found if one.coverage.active_on(today))
    form = session_at(at).memory["auth form"] = Form(secrets.token_hex(8), current)
    return _request_form(at, form)


def _keys(asked: dict[str, str]) -> tuple[str, ...]:
    return tuple(name for name in asked if name.startswith("q_"))


OPTIONS = {
    "serviceType": ["Select a service type", *(one.name for one in rules.SERVICE_TYPES)],
    "kind": list(rules.KINDS),
    "place": [f"{code} - {name}" for code, name in rules.PLACES.items()],
    "urgent": ["No", "Yes"],
}


def _request_form(at: At, form: Form) -> Response:
    value = form.values
    drawn = [_field(at, key, label, value.get(key, "")) for key, label in FIELDS]
    if at.on("moved-element") is not None:
        drawn.reverse()
    questions = "".join(_text(one.text, f"q_{one.key}", value.get(f"q_{one.key}", ""), "item") for one in _questions(form))
    more = f"<fieldset id='serviceQuestions'><legend>About this service</legend>{questions}</fieldset>" if questions else ""
    who = pairs({"Member Name": full_name(form.found.member.person), "Member ID": form.found.coverage.member_id}, "authMember")
    buttons = "".join(
        f"<button class='button' name='step' value='{step}'>{words}</button> "
        for step, words in (("type", "Apply Service Type"), ("review", "Review"))
    )
    body = (
        f"<form method='post' action='{NEW}' enctype='multipart/form-data'><input type='hidden' name='nonce' value='{form.nonce}'>{who}"
        f"<div class='fields'>{''.join(drawn)}</div>{more}{_documents(form)}{buttons}</form>"
    )
    return page(at, f"{heading(at, 'Authorization Request')}{message(form.said)}{body}")


def _field(at: At, key: str, label: str, value: str) -> str:
    if key in OPTIONS:
        return choice(t(at, label), key, OPTIONS[key], value)
    return _text(label, key, value) if key == "background" else box(t(at, label), i(at, key), value, name=key)


def _text(label: str, key: str, value: str, kind: str = "") -> str:
    field = f"<textarea id='{key}' name='{key}' maxlength='{rules.NOTE_CAP}'>{escape(value)}</textarea>"
    return f"<div class='{kind}'><label for='{key}'>{label}</label>{field}</div>"


def _documents(form: Form) -> str:
    kinds = choice("Document Type", "documentKind", ["", *rules.DOCUMENTS], form.values.get("documentKind", ""))
    there = f"<p id='attachedDocument'>{escape(str(form.file['name']))}</p>" if form.file else ""
    chooser = "<div><label for='document'>Document</label><input type='file' id='document' name='document'></div>"
    return f"<div class='fields'>{kinds}{chooser}</div>{there}"


def _attached(form: Form, file: tuple[str, bytes] | None, asked: dict[str, str]) -> str:
    if file is None:
        return ""
    name, data = file
    if name.rpartition(".")[2].lower() not in rules.FILE_TYPES:
        return "This type of document cannot be attached."
    form.file = {"name": name, "kind": asked.get("documentKind", ""), "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    return ""


def _wrong(at: At, form: Form) -> str:
    """What the form says; a blank where it can be looked over."""
    value = form.values
    chosen = next((one for one in rules.SERVICE_TYPES if one.name == value["serviceType"]), None)
    if chosen is None:
        return "Select a service type."
    code = value["procedure"].upper()
    if not code:
        return "Enter a procedure code and review the request."
    if code not in chosen.codes:
        return BY_PHONE
    return NOT_REQUIRED if code in rules.NOT_REQUIRED else _missing(value, chosen) or _not_known(at, value)


def _missing(value: dict[str, str], chosen: rules.ServiceType) -> str:
    label = next((label for key, label in FIELDS if key in NEEDED and not value[key]), "")
    label = label or next((one.text for one in chosen.questions if not value.get(f"q_{one.key}")), "")
    return f"{label} is required." if label else ""


def _not_known(at: At, value: dict[str, str]) -> str:
    if not {value["providerNpi"], value["requestingNpi"]} <= {*PRACTICE.npis, *(one.npi for one in at.box.world.providers)}:
        return "Provider NPI is not known for this Tax ID."
    if same_id(value["tin"]) != same_id(PRACTICE.tin):
        return "Provider Tax ID is not one of yours."
    begin, end = parsed_day(value["startDate"]), parsed_day(value["endDate"])
    if begin is None or end is None or end < begin:
        return "Start Date or End Date is not valid."
    return "" if value["authUnits"].isdigit() else "Number of Units is not valid."


def _review(at: At, form: Form) -> Response:
    """Everything once more, and Submit."""
    member, value = form.found.member, form.values
    told = {
        "Member Name": full_name(member.person),
        t(at, "Member ID"): form.found.coverage.member_id,
        "Date of Birth": us(member.person.birth_date),
        **{t(at, label): value[key] for key, label in FIELDS if value[key]},
        **{one.text: value.get(f"q_{one.key}", "") for one in _questions(form)},
        **({"Document": f"{form.file['name']} ({form.file['kind']}, {form.file['size']:,} bytes)"} if form.file else {}),
    }
    hidden = f"<input type='hidden' name='nonce' value='{form.nonce}'>"
    send = f"<button class='button' id='submitAuth'>{t(at, 'Submit')}</button>"
    button = f"<form method='post' action='{SUBMIT}'>{hidden}{send}</form>"
    table = pairs(told, i(at, "authReview"))
    parts = (button, table) if at.on("moved-element") is not None else (table, button)
    return page(at, f"{heading(at, 'Review Your Request')}{''.join(parts)}")


def _questions(form: Form) -> tuple[rules.Question, ...]:
    return next((one.questions for one in rules.SERVICE_TYPES if one.name == form.values.get("serviceType")), ())


@step("auth-submit")
@signed_in
async def submit(request: Request, at: At) -> Response:
    """Submit: counted when it arrives, and again when it is taken; what the browser hears of it is another matter."""
    asked, _ = await sent_form(request)
    session, nonce = session_at(at), asked.get("nonce", "")
    form: Form | None = session.memory.get("auth form")
    at.box.auths.presses[nonce] += 1
    at.box.records.add("press", form="authorization", nonce=nonce, session=session.label)
    if form is None or form.nonce != nonce or not form.values:
        return RedirectResponse(paths.AUTHS, 303)
    taken = _take(at, form)
    if lost := await _lost(request, at):
        return lost
    if at.fires("confirmation-lost") is not None:
        return RedirectResponse(paths.AUTHS, 303)
    await asyncio.sleep(at.box.staging_seconds(len(nonce)))
    return _confirmed(at, form, taken)


def _take(at: At, form: Form) -> Taken:
    value, member = form.values, form.found.member
    begin, end = parsed_day(value["startDate"]), parsed_day(value["endDate"])
    if begin is None or end is None:
        raise LookupError("no days")
    taken = at.box.auths.take(
        at.box.world,
        payer=PAYER,
        member_key=member.key,
        member_id=form.found.coverage.member_id,
        name=shown_name(member),
        code=value["procedure"].upper(),
        units=int(value["authUnits"]),
        unit_type="VS",
        begin=begin,
        end=end,
        npi=value["providerNpi"],
        user=session_at(at).user.user_id,
        nonce=form.nonce,
        certification="I" if value["kind"] == "Initial" else "R",
        modifiers=value["modifiers"],
        diagnoses=[value[f"dx{n}"] for n in range(1, rules.DIAGNOSES + 1) if value[f"dx{n}"]],
        note=value["background"],
        answers={one.text: value.get(f"q_{one.key}", "") for one in _questions(form)},
        attachments=[form.file] if form.file else [],
        urgent=value["urgent"] == "Yes",
    )
    at.box.records.add("auth", reference=taken.reference, payer=PAYER, nonce=form.nonce, session=session_at(at).label)
    return taken


async def _lost(request: Request, at: At) -> Response | None:
    """It was taken, and the answer does not come."""
    if at.fires("hang-after-accept") is not None:
        await never(request, lambda: at.on("hang-after-accept") is not None)
        return unavailable(request)
    for name in ("drop-after-accept", "reset-after-accept"):
        if at.fires(name) is not None:
            return Cut(reset=name.startswith("reset"))
    return unavailable(request) if at.fires("error-after-accept") is not None else None


def _confirmed(at: At, form: Form, taken: Taken) -> Response:
    shown = next(one for one in at.box.auths.standing(at.box.world, PAYER) if one.reference == taken.reference)
    member = form.found.member
    told = {
        t(at, "Reference Number"): taken.reference,
        t(at, "Status"): rules.WORDS[shown.state],
        "Member Name": full_name(member.person),
        "Member ID": taken.member_id,
        "Date of Birth": us(member.person.birth_date),
        "Submitted": us(taken.sent),
    }
    session_at(at).memory["auth form"] = None
    table, note = pairs(told, i(at, "authConfirmation")), "<p>Keep the reference number for your records.</p>"
    parts = (note, table) if at.on("moved-element") is not None else (table, note)
    return page(at, f"{heading(at, 'Authorization Request Received')}{''.join(parts)}")


# the inquiry


@dataclass(frozen=True)
class Listed:
    """One answer: what was asked, and the requests or the words that came."""

    asked: tuple[tuple[str, str], ...] = ()
    found: tuple[Standing, ...] = ()
    said: str = ""
    number: int = 1  # the page


async def _inquiry(_request: Request, at: At) -> Response:
    return _inquiry_form(at, Listed())


def _inquiry_form(at: At, listed: Listed) -> Response:
    asked = dict(listed.asked)
    fields = "".join(
        box(label, key, asked.get(label, ""))
        for label, key in (("Reference Number", "inquiryNumber"), ("Member ID", "inquiryMemberId"), ("Date of Birth", "inquiryBirthDate"))
    )
    body = f"<form method='post' action='{INQUIRY}'><div class='fields'>{fields}</div><button class='button'>Find</button></form>"
    return page(at, f"<h1>Auth Inquiry</h1>{message(listed.said)}{body}")


@step("auth-list")
@signed_in
async def inquiry_page(request: Request, at: At) -> Response:
    """The form, or another page of the list in hand."""
    listed: Listed | None = session_at(at).memory.get("auth list")
    if "page" not in request.query_params or listed is None:
        return _inquiry_form(at, Listed())
    return _list(at, replace(listed, number=int(request.query_params["page"])))


@step("auth-list")
@signed_in
async def inquired(request: Request, at: At) -> Response:
    """Find."""
    asked, _ = await sent_form(request)
    memory = session_at(at).memory
    if at.fires("blank-form") is not None:
        return _inquiry_form(at, Listed())
    listed, before = _search(at, asked), memory.get("last auths")
    await asyncio.sleep(at.box.staging_seconds(len(listed.found)))
    at.box.records.add("search", app="auths", payer=PAYER, session=session_at(at).label, found=len(listed.found))
    if before is not None and at.fires("stale-result") is not None:
        listed = before
    memory["last auths"] = memory["auth list"] = listed
    return _inquiry_form(at, listed) if listed.said else _list(at, listed)


def _search(at: At, asked: dict[str, str]) -> Listed:
    number, member_id, born = (asked.get(name, "") for name in ("inquiryNumber", "inquiryMemberId", "inquiryBirthDate"))
    standing = at.box.auths.standing(at.box.world, PAYER)
    told = (("Reference Number", number), ("Member ID", member_id), ("Date of Birth", born))
    if said := trouble(at):
        return Listed(told, (), said)
    if number:
        return Listed(told, tuple(one for one in standing if same_id(number) in {same_id(one.reference), same_id(one.number)}))
    on = parsed_day(born)
    found = at.box.world.find_members(PAYER, member_id=member_id, birth_date=on, on=at.box.world.as_of) if on and member_id else []
    keys = {one.member.key for one in found}
    return Listed(told, tuple(one for one in standing if one.member_key in keys)) if keys else Listed(told, (), NOBODY)


def _list(at: At, listed: Listed) -> Response:
    criteria = pairs({label: value for label, value in listed.asked if value}, "authCriteria")
    count = f"<p id='authCount'>{len(listed.found)} authorizations</p>"
    if not listed.found:
        return page(
            at, f"{heading(at, 'Auth Inquiry Results')}{criteria}{count}<p id='noAuths'>There are no authorizations for this inquiry.</p>"
        )
    first = (listed.number - 1) * PAGE_SIZE
    rows = [_row(one, first + n) for n, one in enumerate(listed.found[first : first + PAGE_SIZE])]
    columns = [t(at, name) for name in COLUMNS]
    if at.on("reordered-columns") is not None:
        columns, rows = columns[::-1], [row[::-1] for row in rows]
    last = (len(listed.found) - 1) // PAGE_SIZE + 1
    after = f"<a href='{INQUIRY}?page={listed.number + 1}'>Next</a>" if listed.number < last else ""
    pager = f"<p id='authPages'>Page {listed.number} of {last} {after}</p>"
    return page(at, f"{heading(at, 'Auth Inquiry Results')}{criteria}{count}{grid(columns, rows, i(at, 'authResults'))}{pager}")


def _row(one: Standing, place: int) -> list[str]:
    link = f"<a href='{DETAIL}?row={place}'>{escape(one.reference)}</a>"
    rest = (one.number, rules.WORDS[one.state], one.name, one.member_id, one.code_asked, us(one.begin), us(one.end), us(one.sent))
    return [link, *map(escape, rest)]


@step("auth-request")
@signed_in
async def detail(request: Request, at: At) -> Response:
    """One request of the list in hand."""
    listed: Listed | None = session_at(at).memory.get("auth list")
    place = int(request.query_params.get("row", "0"))
    if listed is None or place >= len(listed.found):
        return RedirectResponse(INQUIRY, 303)
    one = listed.found[place]
    waits = one.reason if one.state == "contact" else ""
    told = {
        "Reference Number": one.reference,
        "Authorization Number": one.number,
        t(at, "Status"): rules.WORDS[one.state],
        "Decision Reason": "" if waits else one.reason,
        "Information Needed": waits,
        "Member Name": one.name,
        "Member ID": one.member_id,
        "Date of Birth": us(at.box.world.member(one.member_key).person.birth_date),
        "Service Requested": one.code_asked,
        "Service Approved": one.code_approved,
        "Units Requested": str(one.units_asked),
        t(at, "Units Approved"): "" if one.units_approved is None else str(one.units_approved),
        "Start Date": us(one.begin),
        "End Date": us(one.end),
        "Provider NPI": one.npi_asked,
        "Provider NPI Approved": one.npi_approved,
        "Decision Date": us(one.decided) if one.decided else "",
    }
    table = pairs({label: value for label, value in told.items() if value}, i(at, "authDetail"))
    return page(at, f"{heading(at, 'Authorization Detail')}{table}<p><a href='{INQUIRY}?page=1'>Back</a></p>")


ROUTES = [
    Route(paths.AUTHS, home),
    Route(NEW, begin, methods=["GET"]),
    Route(NEW, onward, methods=["POST"]),
    Route(SUBMIT, submit, methods=["POST"]),
    Route(INQUIRY, inquiry_page, methods=["GET"]),
    Route(INQUIRY, inquired, methods=["POST"]),
    Route(DETAIL, detail),
]
