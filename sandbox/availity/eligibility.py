"""The Eligibility and Benefits app of the Availity twin: one service type per question, panels that load one by one."""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.availity import paths
from sandbox.availity.benefits import cards, plan_panel, us
from sandbox.availity.layout import envelope, notices
from sandbox.availity.payers import ELIGIBILITY, ID_BORN, ID_NAMES, NAMES_BORN, NEWER, PAGES, SERVICE_TYPES, Entry, entry, listed
from sandbox.availity.web import PORTAL, app_page, sandbox_of, session_of, signed_in, step, thrown_out
from sandbox.logins import Session
from sandbox.server import At, Sandbox
from sandbox.world import PRACTICE, Found

REQUIRED = "This field is required."
PICK = "Select an option from the list."
PAST, AHEAD = timedelta(days=730), timedelta(days=60)  # invented: the limits are not published
OUT_OF_RANGE = "As of Date is not within the payer's allowable inquiry period."
NO_ANSWER = "The payer is unable to respond at the current time. Please try again later."
CLOSED = "The payer's system is not available at this time. Hours of operation are Monday - Saturday, 5 a.m. - 11 p.m. ET."
UNDER_MAINTENANCE = "The payer's system is undergoing scheduled maintenance. Please try again later."
KEPT = 40
ORGANIZATION = "1"


@dataclass
class Inquiry:
    """One question under way or answered."""

    key: str
    asked: dict[str, Any]
    at: Entry
    found: list[Found]
    trouble: str
    ready: float
    when: datetime
    transaction: str


# the form


async def setup(request: Request) -> Response:
    """What the form needs at its start: organizations and the payers of the user's state."""
    session = session_of(request)
    if session is None or not session.alive:
        return thrown_out(session)
    box = sandbox_of(request)
    payers = [{"key": e.key, "label": e.label} for e in listed(session.user.region)]
    at = At(box, PORTAL, "eligibility", session)
    return JSONResponse(
        {
            "nonce": secrets.token_hex(8),
            "organizations": [{"key": ORGANIZATION, "label": PRACTICE.name}],
            "payers": payers,
            "today": us(box.world.as_of),
            "pickLost": at.fires("pick-lost") is not None,
            "notices": notices(at),
        }
    )


async def payer_setup(request: Request) -> Response:
    """The payer's own choices, asked for when it is picked."""
    session = session_of(request)
    if session is None or not session.alive:
        return thrown_out(session)
    chosen = entry(request.path_params["key"], session.user.region)
    if chosen is None:
        return JSONResponse({"error": "unknown payer"}, 404)
    pages = PAGES[chosen.payer or "aetna"]
    await asyncio.sleep(sandbox_of(request).staging_seconds(int(chosen.key)) / 2)
    return JSONResponse(
        {
            "searchOptions": [{"key": key, "label": label} for key, label in pages.search_options.items()],
            "serviceTypes": [{"key": code, "label": f"{SERVICE_TYPES[code]} - {code}"} for code in pages.service_types],
            "providerRequired": pages.provider_required,
            "generation": pages.generation.get(ELIGIBILITY, NEWER),
        }
    )


async def providers(request: Request) -> Response:
    """The organization's providers whose name or NPI contains what was typed."""
    session = session_of(request)
    if session is None or not session.alive:
        return thrown_out(session)
    typed = request.query_params.get("q", "").upper()
    everyone = [{"key": npi, "last": PRACTICE.name.upper(), "first": "", "npi": npi} for npi in PRACTICE.npis]
    staff = sandbox_of(request).world.providers
    everyone += [{"key": p.npi, "last": p.last.upper(), "first": p.first.upper(), "npi": p.npi} for p in staff]
    for one in everyone:
        one["label"] = f"{', '.join(filter(None, (one['last'], one['first'])))} - {one['npi']}"
        one["tin"] = PRACTICE.tin
    return JSONResponse({"providers": [one for one in everyone if typed in one["label"]]})


async def validate(request: Request) -> Response:
    """The form's own check in the background; Submit waits for it."""
    session = session_of(request)
    if session is None or not session.alive:
        return thrown_out(session)
    await asyncio.sleep(0.02)
    return JSONResponse({"valid": not _missing(await request.json(), session)})


def _missing(asked: dict[str, Any], session: Session) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if asked.get("organization") != ORGANIZATION:
        wrong["organization"] = PICK if asked.get("organizationText") else REQUIRED
    chosen = entry(str(asked.get("payer")), session.user.region)
    if chosen is None:
        wrong["payer"] = PICK if asked.get("payerText") else REQUIRED
        return wrong
    pages = PAGES[chosen.payer or "aetna"]
    option = asked.get("searchOption")
    needs = {
        ID_BORN: ("memberId", "birthDate"),
        ID_NAMES: ("memberId", "lastName", "firstName"),
        NAMES_BORN: ("lastName", "firstName", "birthDate"),
    }
    if option not in pages.search_options:
        wrong["searchOption"] = REQUIRED
    for name in (*needs.get(option or "", ()), "asOfDate"):
        if not str(asked.get(name) or "").strip():
            wrong[name] = REQUIRED
    for name in ("birthDate", "asOfDate"):
        if name not in wrong and asked.get(name) and parsed_day(asked[name]) is None:
            wrong[name] = "Enter a valid date."
    if asked.get("serviceType") not in pages.service_types:
        wrong["serviceType"] = PICK if asked.get("serviceTypeText") else REQUIRED
    if pages.provider_required and not asked.get("providerNpi"):
        wrong["provider"] = PICK if asked.get("providerText") else REQUIRED
    return wrong


def parsed_day(text: str) -> date | None:
    """Read MM/DD/YYYY; None for anything else."""
    try:
        return datetime.strptime(text, "%m/%d/%Y").date()  # noqa: DTZ007 -- a day has no zone
    except ValueError:
        return None


# the question


@step("coverage")
@signed_in
async def ask(request: Request, at: At) -> Response:
    """Submit: the payer takes its time, the page comes back for the answer."""
    session, asked = _session(at), await request.json()
    at.box.records.add("press", form="eligibility", nonce=str(asked.get("nonce", "")), session=session.label)
    if at.fires("blank-form") is not None:
        return JSONResponse({"reset": True})
    if wrong := _missing(asked, session):
        return JSONResponse({"fields": wrong}, 400)
    inquiry = _asked(at, session, asked)
    notes = envelope(at, id=inquiry.key)
    if at.fires("frame-detached") is not None:
        notes["notices"].append("frame-detached")
    return JSONResponse(notes, 202)


def _session(at: At) -> Session:
    if at.session is None:
        raise LookupError("no session")
    return at.session


def _asked(at: At, session: Session, asked: dict[str, Any]) -> Inquiry:
    chosen = entry(asked["payer"], session.user.region)
    if chosen is None:
        raise LookupError("no payer")
    turn = session.memory["turn"] = session.memory.get("turn", 0) + 1
    kept: dict[str, Inquiry] = session.memory.setdefault("inquiries", {})
    before = session.memory.get("last_inquiry")
    stale = before is not None and at.fires("stale-result") is not None
    found, trouble = ([], chosen.says) if not chosen.payer else _answer(at, chosen, asked)
    key = secrets.token_hex(8)
    ready = time.monotonic() + at.box.staging_seconds(turn)
    inquiry = Inquiry(key, asked, chosen, found, trouble, ready, datetime.now(), _number(key))  # noqa: DTZ005 -- as the page's clock shows it
    if stale and before:
        inquiry = replace(before, key=key, ready=ready)
    else:
        session.memory["last_inquiry"] = inquiry
    kept[key] = inquiry
    at.box.records.add(
        "search", app="eligibility", payer=chosen.payer, session=session.label, found=len(found), service_type=asked["serviceType"]
    )
    while len(kept) > KEPT:
        kept.pop(next(iter(kept)))
    return inquiry


def _number(key: str) -> str:
    return f"{int(key, 16) % 10**11:011d}"


def _answer(at: At, chosen: Entry, asked: dict[str, Any]) -> tuple[list[Found], str]:
    if trouble := payer_trouble(at):
        return [], trouble
    day, today = parsed_day(asked["asOfDate"]), at.box.world.as_of
    if day is None or not today - PAST <= day <= today + AHEAD:
        return [], OUT_OF_RANGE
    return _search(at.box, chosen.payer, asked, day)


def payer_trouble(at: At) -> str:
    """What the payer says when it cannot answer; the same in every app."""
    words = {"maintenance": UNDER_MAINTENANCE, "service-hours": CLOSED, "payer-error": NO_ANSWER}
    return next((text for fault, text in words.items() if at.fires(fault) is not None), "")


def _search(box: Sandbox, payer: str, asked: dict[str, Any], day: date) -> tuple[list[Found], str]:
    words, option = PAGES[payer].words, asked["searchOption"]
    born = parsed_day(asked.get("birthDate") or "") if option != ID_NAMES else None
    names = {} if option == ID_BORN else {"last": asked["lastName"], "first": asked["firstName"]}
    number = "" if option == NAMES_BORN else asked["memberId"]
    found = box.world.find_members(payer, member_id=number, birth_date=born, **names, on=day)
    if len({f.member.key for f in found}) > 1:
        return [], words.many
    if found:
        return found, ""
    if number and born and box.world.find_members(payer, member_id=number, on=day):
        return [], words.born_wrong
    return [], words.member_not_found


# the answer, panel by panel


async def answer(request: Request) -> Response:
    """202 until the payer has answered; then the header card or the payer's error."""
    inquiry, session = _inquiry(request)
    if inquiry is None or session is None:
        return thrown_out(session) if session is None or not session.alive else JSONResponse({"error": "no such inquiry"}, 404)
    if time.monotonic() < inquiry.ready:
        return JSONResponse({"status": "In Progress"}, 202)
    return JSONResponse(_summary(inquiry))


def _inquiry(request: Request) -> tuple[Inquiry | None, Session | None]:
    session = session_of(request)
    if session is None or not session.alive:
        return None, session
    return session.memory.get("inquiries", {}).get(request.path_params["key"]), session


def _summary(inquiry: Inquiry) -> dict[str, Any]:
    base = {
        "transactionId": inquiry.transaction,
        "transactionDate": us(inquiry.when.date()),
        "transactionTime": inquiry.when.strftime("%I:%M:%S %p"),
        "customerId": "1184027",
        "payerId": inquiry.at.payer_id,
        "payer": inquiry.at.label,
    }
    if inquiry.trouble:
        return {**base, "error": inquiry.trouble}
    day, words = parsed_day(inquiry.asked["asOfDate"]), PAGES[inquiry.at.payer].words
    who = inquiry.found[0].member
    plans = [
        {
            "plan": f.coverage.plan,
            "memberId": f.coverage.member_id,
            "status": "Active Coverage" if day and f.coverage.active_on(day) else words.inactive,
        }
        for f in inquiry.found
    ]
    person = who.person
    name = f"{person.last}, {person.first} {person.middle}".strip() + (f" {person.suffix}" if person.suffix else "")
    return {
        **base,
        "name": name.upper(),
        "born": us(person.birth_date),
        "gender": {"F": "Female", "M": "Male"}.get(person.sex, "Unknown"),
        "relation": {"self": "Self", "spouse": "Spouse", "child": "Child"}.get(who.relation, "Other Adult"),
        "subscriber": "" if who.relation == "self" else f"{who.subscriber.last}, {who.subscriber.first}".upper(),
        "dateOfService": inquiry.asked["asOfDate"],
        "plans": plans,
    }


async def panel(request: Request) -> Response:
    """One panel of one plan: its details or its benefit cards."""
    inquiry, session = _inquiry(request)
    if inquiry is None or session is None:
        return thrown_out(session) if session is None or not session.alive else JSONResponse({"error": "no such inquiry"}, 404)
    index = int(request.query_params.get("plan", "0"))
    name = request.path_params["panel"]
    if not 0 <= index < len(inquiry.found) or name not in {"plan", "benefits"}:
        return JSONResponse({"error": "no such panel"}, 404)
    waits = sandbox_of(request).staging_seconds(len(inquiry.key) + (3 if name == "plan" else 8)) / 2
    await asyncio.sleep(waits)
    found, words, day = inquiry.found[index], PAGES[inquiry.at.payer].words, parsed_day(inquiry.asked["asOfDate"])
    if name == "plan":
        return JSONResponse(plan_panel(found, words))
    shown = found.coverage.active_on(day) if day else False
    return JSONResponse({"cards": cards(found.coverage, words, inquiry.asked["serviceType"]) if shown else []})


ROUTES = [
    Route(paths.ELIGIBILITY, step("eligibility")(app_page("eligibility"))),
    Route(f"{paths.API}/v1/eligibility/setup", setup),
    Route(f"{paths.API}/v1/eligibility/payers/{{key}}", payer_setup),
    Route(f"{paths.API}/v1/providers", providers),
    Route(f"{paths.API}/v1/eligibility/validate", validate, methods=["POST"]),
    Route(f"{paths.API}/v1/coverages", ask, methods=["POST"]),
    Route(f"{paths.API}/v1/coverages/{{key}}", answer),
    Route(f"{paths.API}/v1/coverages/{{key}}/{{panel}}", panel),
]
