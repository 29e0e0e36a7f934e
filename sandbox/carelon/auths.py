"""Enter an Authorization Request: one wizard at a time, a draft from the clinical pages on, one Submit, and the summary page."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox import uploads
from sandbox.auths import Draft, Standing, Taken, shown_name
from sandbox.carelon import auth_rules as rules
from sandbox.carelon import paths
from sandbox.carelon.auth_pages import (
    CLINICAL,
    NO_ADDRESS,
    NO_DOCUMENT,
    PAGES,
    TITLES,
    Wizard,
    addresses,
    diagnoses,
    inside,
    span,
    wrong_with,
)
from sandbox.carelon.coverage import full_name
from sandbox.carelon.frame import Drift, button, form, message, pairs
from sandbox.carelon.members import look_up
from sandbox.carelon.sites import DIRECT
from sandbox.carelon.web import current, keep, new_token, page, place_of, session_at, signed_in, step, took_token
from sandbox.carelon.words import trouble, us
from sandbox.line import Cut, never
from sandbox.logins import Session
from sandbox.server import At, Sandbox, unavailable

DISCLAIMER = "Requests are reviewed against medical necessity criteria. An authorization is not a guarantee of payment."
DUPLICATE = "A request for this member, service and dates already exists. Authorization number: {reference}."
NOT_COVERED = "The member is not eligible on the Requested Start Date."
BAD_FILE = "This type of document cannot be attached. Allowed types: " + ", ".join(rules.FILE_TYPES) + "."
BIG_FILE = "The document is larger than 5 MB."
TESTING_FORM = "Psychological Evaluation Request"  # Pennsylvania HealthChoices reviews all testing on this form
TESTING_FORM_NEEDED = f"A {TESTING_FORM} form must be attached for psychological testing."
NO_KIND = "Select a document type and a document."


# the way in


@step("auth-home")
@signed_in
async def disclaimer(request: Request, at: At) -> Response:
    """What is said before a request is entered."""
    drift = Drift.of(at)
    heading = "" if drift.unmarked else "<h1>Disclaimer</h1>"
    text = f'<p id="{"notice" if drift.changed else "disclaimer"}">{DISCLAIMER}</p>'
    go = f"<form method='get' action='{paths.AUTH_FORM}'>{button('Next', 'next')}</form>"
    return page(request, at, heading + text + ("" if drift.changed else go))


@step("auth-form")
@signed_in
async def new_form(request: Request, at: At) -> Response:
    """Search a Member: a request that is begun anew, whatever was in hand."""
    return _shown(request, at, _begun(at))


def _begun(at: At) -> Wizard:
    wizard = Wizard(secrets.token_hex(8))
    keep(at, "wizard", wizard)
    return wizard


def _shown(request: Request, at: At, wizard: Wizard) -> Response:
    """The page in hand; its form has its own name."""
    drift = Drift.of(at)
    heading = "" if drift.unmarked else f"<h1>{TITLES[wizard.page]}</h1>"
    hidden = f'<input type="hidden" name="page" value="{wizard.page}"><input type="hidden" name="nonce" value="{wizard.nonce}">'
    draft = button("Save Request as Draft", "draft", more=f' formaction="{paths.AUTH_DRAFT}" class="top-right"')
    top = draft if wizard.page in CLINICAL else ""
    bottom = f"<div class='buttons'>{_onward(wizard)}</div>"
    there = paths.AUTH_SUBMIT if wizard.page == "submit" else paths.AUTH_FORM
    said, wizard.message = message(wizard.message), ""
    body = form(
        there,
        new_token(at),
        f"{hidden}{top}{inside(wizard, drift)}{bottom}",
        name=f"auth{wizard.page.title()}",
        files=wizard.page == "header",
    )
    return page(request, at, f"{heading}{said}{body}")


def _onward(wizard: Wizard) -> str:
    if wizard.page == "submit":
        return button("Submit", "submitRequest")
    if wizard.page == "header" and wizard.values.get("levelOfService") and not wizard.files:
        return button("Next", "next", more=f" onclick=\"return confirm('{NO_DOCUMENT}')\"")
    return button("Next", "next")


# one page after the other


@step("auth-next")
@signed_in
async def advance(request: Request, at: At) -> Response:
    """Whatever a page of the wizard sends: its next page, the same one with a message, or a form that is begun anew."""
    sent, files = await uploads.sent(request)
    wizard: Wizard | None = current(at, "wizard")
    good = took_token(at, sent) and wizard is not None and sent.get("page") == wizard.page and sent.get("nonce") == wizard.nonce
    if wizard is None or not good or at.fires("blank-form") is not None:
        return _shown(request, at, _begun(at))
    wizard.message = trouble(at)
    _take_in(wizard, sent)
    await asyncio.sleep(at.box.staging_seconds(PAGES.index(wizard.page)))
    if not wizard.message and "next" in sent:
        wizard.message = _refusal(request, at, wizard)
        if not wizard.message and wizard.page == "treatment" and wizard.code in rules.NOT_REQUIRED:
            return _not_required(request, at, wizard)
        if not wizard.message:
            wizard.page = PAGES[PAGES.index(wizard.page) + 1]
    elif not wizard.message:
        _stay(at, wizard, sent, files.get("document"))
    return _shown(request, at, wizard)


def _take_in(wizard: Wizard, sent: dict[str, str]) -> None:
    """What was put in is kept, but for a form that is made anew: then only what it is made anew for."""
    aliases = {"startKey": "startDate", "unitsKey": "units", "subscriberKey": "memberId"}
    told = {aliases.get(name, name): value.strip() for name, value in sent.items()}
    if told.get("rebuild"):
        for name in (
            "startDate",
            "typeOfService",
            "levelOfCare",
            "typeOfCare",
            "requestKind",
            "priorAuth",
            "urgent",
            "urgentBy",
            "urgentWhy",
        ):
            wizard.values.pop(name, None)
        told = {"levelOfService": told.get("levelOfService", "")}
    wizard.values |= told


def _refusal(request: Request, at: At, wizard: Wizard) -> str:
    if wizard.page == "member":
        return _identified(request, at, wizard)
    if said := wrong_with(wizard, at.box.world):
        return said
    if wizard.page == "header" and wizard.found and not wizard.found.coverage.active_on(at.box.world.as_of):
        return NOT_COVERED
    if wizard.page == "header" and place_of(request) is DIRECT and rules.kind_of(wizard.care) == "Psych Testing":
        return "" if any(one["kind"] == TESTING_FORM for one in wizard.files) else TESTING_FORM_NEEDED
    return ""


def _identified(request: Request, at: At, wizard: Wizard) -> str:
    """The member that is asked for, or what the search says."""
    asked = {"lastName": "", "firstName": "", "asOfDate": ""}
    record = look_up(request, at, asked | {name: wizard.values.get(name, "") for name in ("memberId", "dateOfBirth")})
    wizard.found = record.found
    return record.message


def _stay(at: At, wizard: Wizard, sent: dict[str, str], file: tuple[str, bytes] | None) -> None:
    """The same page once more: addresses were looked for, a document was attached, a list was chosen."""
    if "find" in sent:
        wizard.addresses = addresses(at.box.world, wizard.values.get("providerNpi", ""))
        wizard.message = "" if wizard.addresses else NO_ADDRESS
    elif "attach" in sent:
        wizard.message = _attached(wizard, file)


def _attached(wizard: Wizard, file: tuple[str, bytes] | None) -> str:
    kind = wizard.values.pop("documentKind", "")
    if file is None or kind not in rules.DOCUMENT_KINDS:
        return NO_KIND
    name, data = file
    if name.rpartition(".")[2].lower() not in rules.FILE_TYPES:
        return BAD_FILE
    if len(data) > rules.LARGEST:
        return BIG_FILE
    wizard.files.append({"name": name, "kind": kind, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()})
    return ""


def _not_required(request: Request, at: At, wizard: Wizard) -> Response:
    told = (("Member ID", wizard.found.coverage.member_id if wizard.found else ""), ("Procedure Code", wizard.code))
    keep(at, "wizard", None)
    heading = "" if Drift.of(at).unmarked else "<h1>No Authorization Required</h1>"
    return page(request, at, f"{heading}<p>No authorization is required for this service.</p>{pairs(told, 'notRequired')}")


# the end of it


@step("auth-draft")
@signed_in
async def save_draft(request: Request, at: At) -> Response:
    """Save Request as Draft: it lives in ProviderConnect only, and nothing was sent."""
    sent, _ = await uploads.sent(request)
    wizard: Wizard | None = current(at, "wizard")
    if wizard is None or wizard.found is None or wizard.page not in CLINICAL or not took_token(at, sent):
        return _shown(request, at, _begun(at))
    _take_in(wizard, sent)
    box, member = at.box, wizard.found.member
    draft = Draft(
        f"D{box.auths.number(place_of(request).payer)[3:]}",
        place_of(request).payer,
        member.key,
        wizard.found.coverage.member_id,
        shown_name(member),
        wizard.code,
        wizard.values.get("startDate", ""),
        wizard.values.get("throughDate", ""),
        session_at(at).user.user_id,
        wizard.nonce,
        box.world.as_of,
    )
    box.auths.drafts.append(draft)
    box.records.add("draft", reference=draft.reference, payer=draft.payer, session=session_at(at).label)
    keep(at, "wizard", None)
    told = f"<p id='draftSaved'>Your request has been saved as a draft. Draft ID: {draft.reference}</p>"
    return page(request, at, f"<h1>Draft Saved</h1>{told}<p><a href='{paths.DRAFTS}'>Go to your clinical drafts</a></p>")


@step("auth-submit")
@signed_in
async def submit(request: Request, at: At) -> Response:
    """Submit: counted when it arrives, and again when it is taken; what the browser hears of it is another matter."""
    sent, _ = await uploads.sent(request)
    session, nonce, wizard = session_at(at), sent.get("nonce", ""), current(at, "wizard")
    at.box.auths.presses[nonce] += 1
    at.box.records.add("press", form="authorization", nonce=nonce, session=session.label)
    if wizard is None or wizard.nonce != nonce or wizard.page != "submit":
        return RedirectResponse(paths.HOME, 303)
    if said := trouble(at):
        wizard.message = said
        return _shown(request, at, wizard)
    if second := _second(request, at, wizard):
        return page(request, at, f"<h1>Submit Request</h1>{message(DUPLICATE.format(reference=second.reference))}")
    taken = _take(request, at, session, wizard)
    if lost := await _lost(request, at):
        return lost
    if at.fires("confirmation-lost") is not None:
        return RedirectResponse(paths.HOME, 303)
    await asyncio.sleep(at.box.staging_seconds(len(nonce)))
    return _summary(request, at, wizard, taken)


def _second(request: Request, at: At, wizard: Wizard) -> Standing | None:
    if wizard.found is None:
        return None
    begin, end = span(wizard)
    return at.box.auths.same(at.box.world, place_of(request).payer, wizard.found.member.key, wizard.code, begin, end)


async def _lost(request: Request, at: At) -> Response | None:
    """It was taken, and the answer does not come."""
    if at.fires("hang-after-accept") is not None:
        await never(request, lambda: at.on("hang-after-accept") is not None)
        return unavailable(request)
    for name in ("drop-after-accept", "reset-after-accept"):
        if at.fires(name) is not None:
            return Cut(reset=name.startswith("reset"))
    return unavailable(request) if at.fires("error-after-accept") is not None else None


def _take(request: Request, at: At, session: Session, wizard: Wizard) -> Taken:
    if wizard.found is None:
        raise LookupError("nobody")
    values, (begin, end), member = wizard.values, span(wizard), wizard.found.member
    taken = at.box.auths.take(
        at.box.world,
        payer=place_of(request).payer,
        member_key=member.key,
        member_id=wizard.found.coverage.member_id,
        name=shown_name(member),
        code=wizard.code,
        units=int(values["units"]),
        unit_type=rules.unit_name(wizard.care),
        begin=begin,
        end=end,
        npi=wizard.addresses[int(values["address"])]["npi"],
        user=session.user.user_id,
        nonce=wizard.nonce,
        fixed=rules.AT_ONCE.get(wizard.code),
        certification="I" if values["requestKind"] == "INITIAL" else "R",
        service_type="MH" if values["typeOfService"] == "Mental Health" else "AI",
        modifiers=values.get("modifiers", ""),
        diagnoses=diagnoses(wizard),
        note=values.get("summary", ""),
        answers={one.text: values.get(one.key, "") for one in rules.questions(wizard.care)},
        attachments=list(wizard.files),
        urgent=values.get("urgent") == "Yes",
    )
    at.box.records.add("auth", reference=taken.reference, payer=taken.payer, nonce=wizard.nonce, session=session.label)
    return taken


def standing_of(box: Sandbox, payer: str, reference: str) -> Standing:
    """One request as the payer shows it tonight."""
    return next(one for one in box.auths.standing(box.world, payer) if one.reference == reference)


def _summary(request: Request, at: At, wizard: Wizard, taken: Taken) -> Response:
    """The summary page: Approved at its top where it was approved at once, else the page of a request that is pended."""
    shown, drift = standing_of(at.box, taken.payer, taken.reference), Drift.of(at)
    title = "Approved" if shown.state == "approved" else "Request Pended for Review"
    heading = "" if drift.unmarked else f"<h1>{title}</h1>"
    table = pairs(_told(wizard, taken, shown, drift), "authorization" if drift.changed else "determination")
    note = "" if shown.state == "approved" else "<p>Your request has been received. You will be informed of the decision.</p>"
    return page(request, at, f"{heading}{table}{note}" if not drift.moved else f"{note}{table}{heading}")


def _told(wizard: Wizard, taken: Taken, shown: Standing, drift: Drift) -> list[tuple[str, Any]]:
    member = wizard.found.member if wizard.found else None
    if member is None:
        raise LookupError("nobody")
    return [
        ("Member Name", full_name(member)),
        ("Member ID", taken.member_id),
        ("Member DOB", us(member.person.birth_date)),
        ("Subscriber Name", f"{member.subscriber.last}, {member.subscriber.first}".upper()),
        ("Case number" if drift.renamed else "Authorization number", taken.reference),
        ("Client Authorization number", shown.number),
        ("Type of Request", wizard.values["requestKind"]),
        ("Date of Admission/Start of Services", us(taken.begin)),
        ("From", us(taken.begin)),
        ("To", us(taken.end)),
        ("Submission Date", us(taken.sent)),
    ]


ROUTES = [
    Route(paths.AUTH_MEMBER, disclaimer),
    Route(paths.AUTH_FORM, new_form, methods=["GET"]),
    Route(paths.AUTH_FORM, advance, methods=["POST"]),
    Route(paths.AUTH_DRAFT, save_draft, methods=["POST"]),
    Route(paths.AUTH_SUBMIT, submit, methods=["POST"]),
]
