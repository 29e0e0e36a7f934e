"""Auths: the tabs, a request from the member to its confirmation, and the one Submit that is counted.

Documented: "Auths" at the upper right, its tab "Auth request", "Request a new authorization", a drop-down of service types, required
fields, submit, a status in real time; provider name, address, NPI and TIN, member name, address and ID, case background, known or
suspected diagnoses, purpose of testing and preliminary test list; "Auth Inquiry"; the telephone for what cannot be asked for online.
Invented: the order of the pages, all other fields, which plans a service type is offered for, messages, columns, status words, that
a second request for the same is taken as well, and that clinical text is cut off at a length without a word.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.auths import Taken, shown_name
from sandbox.line import Cut, never
from sandbox.provider_express import auth_lists, auth_pages, paths
from sandbox.provider_express import auth_rules as rules
from sandbox.provider_express.auth_pages import BY_PHONE, NEW, PICK, SUBMIT, Form, wrong_with
from sandbox.provider_express.web import PAYER, heading, i, member_page, page, session_at, signed_in, step, t
from sandbox.provider_express.words import parsed_day, trouble
from sandbox.server import At, unavailable
from sandbox.uploads import sent

REQUESTS = f"{paths.AUTHS}/requests"
NOBODY = "No member matches the Member ID and Date of Birth entered."
NOT_COVERED = "This member is not eligible today."
BAD_FILE = "This type of document cannot be attached, or it is larger than 5 MB."
LACKS = ("frame-detached@auth-*", "pick-lost@auth-*", "stuck@auth-*")
RENAMED: dict[str, dict[str, str]] = {
    "auth-home": {"Request a new authorization": "Start a request"},
    "auth-form": {"Member ID": "Subscriber Number", "Next": "Go on"},
    "auth-next": {"Member ID": "Subscriber Number", "Procedure Code": "Code", "Number of Units": "Quantity", "Submit": "Send"},
    "auth-submit": {"Reference Number": "Tracking Number", "Status": "Outcome"},
    "auth-list": {"Reference Number": "Tracking Number", "Member ID": "Subscriber Number"},
    "auth-request": {"Status": "Outcome", "Units Approved": "Granted"},
}
IDS: dict[str, dict[str, str]] = {
    "auth-home": {"authTabs": "authMenu"},
    "auth-form": {"authMemberId": "authSubscriber"},
    "auth-next": {"procedure": "code", "authUnits": "authQuantity", "authReview": "reviewPanel"},
    "auth-submit": {"authConfirmation": "receipt"},
    "auth-list": {"authResults": "requestRows"},
    "auth-request": {"authDetail": "requestPanel"},
}


# the way to the form


def _tabs(at: At) -> str:
    links = f"<a href='{REQUESTS}'>Auth request</a> | <a href='{auth_lists.INQUIRY}'>Auth Inquiry</a>"
    return f"<p id='{i(at, 'authTabs')}'>{links}</p>"


@step("auth-home")
@signed_in
async def home(_request: Request, at: At) -> Response:
    """The tabs."""
    words = "<p>Choose a tab to request an authorization, or to look up one.</p>"
    moved = at.on("moved-element") is not None
    return page(at, f"{heading(at, 'Authorizations')}{words + _tabs(at) if moved else _tabs(at) + words}")


async def requests_tab(_request: Request, at: At) -> Response:
    """Auth request."""
    go = f"<p><a href='{NEW}'>{t(at, 'Request a new authorization')}</a></p>"
    return page(at, f"{heading(at, 'Auth request')}{_tabs(at)}{go}<p>Some services need none: see the member's benefits.</p>")


@step("auth-form")
@signed_in
async def begin(_request: Request, at: At) -> Response:
    """For whom."""
    return page(at, auth_pages.member(at, {}))


# from page to page


@step("auth-next")
@signed_in
async def onward(request: Request, at: At) -> Response:
    """What a page sends: the next page, the same one with what is wrong, or a request that is begun anew."""
    asked, files = await sent(request)
    await asyncio.sleep(at.box.staging_seconds(len(asked)))
    if at.fires("blank-form") is not None:
        return page(at, auth_pages.member(at, {}))
    if "authMemberId" in asked:
        return page(at, _identified(at, asked))
    form: Form | None = session_at(at).memory.get("auth form")
    if form is None or (form.nonce, form.page) != (asked.get("nonce"), asked.get("page")):
        return page(at, auth_pages.member(at, {}))
    form.values |= asked
    form.said = trouble(at)
    return page(at, _service(at, form) if form.page == "service" else _details(at, form, files))


def _identified(at: At, asked: dict[str, str]) -> str:
    born, today = parsed_day(asked.get("authBirthDate", "")), at.box.world.as_of
    found = at.box.world.find_members(PAYER, member_id=asked["authMemberId"], birth_date=born, on=today) if born else []
    active = [one for one in found if one.coverage.active_on(today)]
    said = trouble(at)
    if not said and len({one.member.key for one in found}) != 1:
        said = NOBODY
    if said or not active:
        return auth_pages.member(at, asked, said or NOT_COVERED)
    form = session_at(at).memory["auth form"] = Form(secrets.token_hex(8), active[0])
    return auth_pages.service(at, form)


def _service(at: At, form: Form) -> str:
    chosen = form.service
    if not form.said and (chosen is None or chosen not in rules.offered(form.found.coverage)):
        form.said = f"{PICK}."
    elif not form.said and chosen and form.code not in chosen.codes:
        form.said = BY_PHONE
    if form.said:
        return auth_pages.service(at, form)
    if rules.needs_none(form.found.coverage, form.code):
        return auth_pages.not_required(at, form)
    form.page = "details"
    return auth_pages.details(at, form)


def _details(at: At, form: Form, files: dict[str, tuple[str, bytes]]) -> str:
    form.said = form.said or wrong_with(form, at.box.world) or _attached(form, files)
    if form.said:
        return auth_pages.details(at, form)
    return auth_pages.review(at, form, at.box.world)


def _attached(form: Form, files: dict[str, tuple[str, bytes]]) -> str:
    form.files = []
    for field, (name, data) in sorted(files.items()):
        if name.rpartition(".")[2].lower() not in rules.FILE_TYPES or len(data) > rules.LARGEST:
            return BAD_FILE
        kind = form.values.get(field.replace("document", "documentKind"), "")
        form.files.append({"name": name, "kind": kind, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()})
    return ""


# Submit


@step("auth-submit")
@signed_in
async def submit(request: Request, at: At) -> Response:
    """Submit: counted when it arrives, and again when it is taken; what the browser hears of it is another matter."""
    asked, _ = await sent(request)
    session, nonce = session_at(at), asked.get("nonce", "")
    form: Form | None = session.memory.get("auth form")
    at.box.auths.presses[nonce] += 1
    at.box.records.add("press", form="authorization", nonce=nonce, session=session.label)
    if form is None or form.nonce != nonce or form.page != "details":
        return RedirectResponse(paths.AUTHS, 303)
    taken = _take(at, form)
    if lost := await _lost(request, at):
        return lost
    session.memory["auth form"] = None
    if at.fires("confirmation-lost") is not None:
        return RedirectResponse(paths.AUTHS, 303)
    await asyncio.sleep(at.box.staging_seconds(len(nonce)))
    shown = next(one for one in at.box.auths.standing(at.box.world, PAYER) if one.reference == taken.reference)
    return page(at, auth_pages.confirmation(at, form, shown))


def _take(at: At, form: Form) -> Taken:
    value, member = form.values, form.found.member
    start, end = parsed_day(value["startDate"]), parsed_day(value["endDate"])
    if start is None or end is None:
        raise LookupError("no days")
    taken = at.box.auths.take(
        at.box.world,
        payer=PAYER,
        member_key=member.key,
        member_id=form.member_id,
        name=shown_name(member),
        code=form.code,
        units=int(value["authUnits"]),
        unit_type="VS",
        begin=start,
        end=end,
        npi=value["providerNpi"],
        user=session_at(at).user.user_id,
        nonce=form.nonce,
        fixed=rules.AT_ONCE.get(form.code),
        certification="I" if value["kind"] == rules.KINDS[0] else "R",
        pos=value["place"][:2],
        modifiers=value.get("modifiers", ""),
        diagnoses=[value[f"dx{n}"] for n in range(1, rules.MOST_DIAGNOSES + 1) if value.get(f"dx{n}")],
        note=value.get("background", ""),
        answers={one.text: value.get(f"q_{one.key}", "") for one in form.questions},
        attachments=list(form.files),
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


ROUTES = [
    Route(paths.AUTHS, home),
    Route(REQUESTS, member_page(requests_tab, "auth-home")),
    Route(NEW, begin, methods=["GET"]),
    Route(NEW, onward, methods=["POST"]),
    Route(SUBMIT, submit, methods=["POST"]),
    *auth_lists.ROUTES,
]
