"""Specific Member Search, and the record it leads to: one member at a time, in tabs that are pages of their own."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from datetime import date, timedelta
from html import escape

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.carelon import paths
from sandbox.carelon.coverage import TABS, full_name, tab
from sandbox.carelon.frame import Drift, button, form, message, pairs
from sandbox.carelon.frame import field as row
from sandbox.carelon.web import current, form_of, keep, new_token, page, place_of, session_at, signed_in, step, took_token
from sandbox.carelon.words import parsed_day, trouble, us
from sandbox.server import At
from sandbox.world import Found

FIELDS = ("memberId", "lastName", "firstName", "dateOfBirth", "asOfDate")
NEEDED = "Enter a Member ID and Date of Birth, or a Last Name, First Name and Date of Birth."
BAD_DAY = "Dates must be entered as MMDDYYYY."
BAD_AS_OF = "Eligibility information is not available for the As of Date entered."
NOBODY = "Member not found. Please verify the information entered and try again."
OTHER_BIRTH_DATE = "The Date of Birth entered does not match our records for this Member ID."
SEVERAL = "More than one member matches the information entered. Please search by Member ID."
ANTHEM = "This member is covered by an Anthem plan. Please use the Anthem payer ID on Availity Essentials for this member."
ANTHEM_MEMBERS = "Anthem members: look up eligibility on Availity Essentials."  # stands on the form, whoever is searched for
ANTHEM_PLANS = ("anthem", "carelon")
YEARS, AHEAD = 2, timedelta(days=60)
BUTTONS = ("View Member Auths", "View Member Claims", "Enter Auth Request")


@dataclass
class Record:
    """One answer: what was asked, and the member or the message that came."""

    asked: dict[str, str] = field(default_factory=dict)
    message: str = ""
    found: Found | None = None
    number: str = ""
    on: date = date.min


@step("eligibility")
@signed_in
async def form_page(request: Request, at: At) -> Response:
    """The empty form."""
    return _form_page(request, at, Record())


def _form_page(request: Request, at: At, record: Record) -> Response:
    drift = Drift.of(At(at.box, at.portal, "eligibility", at.session))
    heading = "" if drift.unmarked else "<h1>Eligibility &amp; Benefits Search</h1>"
    inside = f"<table>{_fields(record.asked, drift)}</table><div class='buttons'>{button('Search', 'search')}</div>"
    hint = f"<p class='hint'>{ANTHEM_MEMBERS}</p>"
    body = f"{heading}{message(record.message)}{hint}{form(paths.MEMBER_SEARCH, new_token(at), inside)}"
    return page(request, at, body)


def _fields(asked: dict[str, str], drift: Drift) -> str:
    name = "subscriberKey" if drift.changed else "memberId"
    member = row("Identification Number" if drift.renamed else "Member ID", name, asked.get("memberId", ""), hint="No spaces or dashes")
    names = row("Last Name", "lastName", asked.get("lastName", "")) + row("First Name", "firstName", asked.get("firstName", ""))
    born = row("Date of Birth", "dateOfBirth", asked.get("dateOfBirth", ""), required=True, hint="MMDDYYYY")
    on = row("As of Date", "asOfDate", asked.get("asOfDate", ""), hint="MMDDYYYY")
    return f"{names}{born}{on}{member}" if drift.moved else f"{member}{names}{born}{on}"


@step("coverage")
@signed_in
async def searched(request: Request, at: At) -> Response:
    """Search: the record, or the form with a message."""
    session, sent = session_at(at), await form_of(request)
    at.box.records.add("press", form="eligibility", nonce="", session=session.label)
    if not took_token(at, sent) or at.fires("blank-form") is not None:
        return _form_page(request, at, Record())
    turn = session.memory["turn"] = session.memory.get("turn", 0) + 1
    await asyncio.sleep(at.box.staging_seconds(turn))
    record = _answered(request, at, sent)
    if record.found is None:
        return _form_page(request, at, record)
    keep(at, "record", record)
    return _record_page(request, at, record, TABS[0])


def _answered(request: Request, at: At, sent: dict[str, str]) -> Record:
    """The answer to this search, or once more the one before it."""
    asked = {name: sent.get(name, "").strip() for name in FIELDS}
    asked["memberId"] = asked["memberId"] or sent.get("subscriberKey", "").strip()
    before: Record | None = current(at, "last_record")
    record = look_up(request, at, asked)
    at.box.records.add(
        "search",
        app="eligibility",
        payer=place_of(request).payer,
        session=session_at(at).label,
        found=int(record.found is not None),
    )
    if before is not None and at.fires("stale-result") is not None:
        return before
    keep(at, "last_record", record)
    return record


def look_up(request: Request, at: At, asked: dict[str, str]) -> Record:
    """Whom the payer finds, or what it says."""
    born, on = parsed_day(asked["dateOfBirth"]), parsed_day(asked["asOfDate"]) if asked["asOfDate"] else at.box.world.as_of
    if wrong := trouble(at) or _wrong(asked, born, on, at.box.world.as_of):
        return Record(asked, wrong)
    day = on or at.box.world.as_of
    by_id = {"member_id": asked["memberId"]} if asked["memberId"] else {"last": asked["lastName"], "first": asked["firstName"]}
    found = at.box.world.find_members(place_of(request).payer, **by_id, birth_date=born, on=day)
    if len({one.member.key for one in found}) > 1:
        return Record(asked, SEVERAL)
    if not found:
        return Record(asked, _nobody(request, at, asked, day))
    return Record(asked, "", found[0], secrets.token_hex(5).upper(), day)


def _wrong(asked: dict[str, str], born: date | None, on: date | None, today: date) -> str:
    if not asked["dateOfBirth"] or not (asked["memberId"] or (asked["lastName"] and asked["firstName"])):
        return NEEDED
    if born is None or on is None:
        return BAD_DAY
    first = date(today.year - YEARS, today.month, 1)
    return "" if first <= on <= today + AHEAD else BAD_AS_OF


def _nobody(request: Request, at: At, asked: dict[str, str], on: date) -> str:
    """Nobody found looks the same whoever is meant, but where the payer knows the member of a plan that is asked for elsewhere."""
    number, world = asked["memberId"], at.box.world
    if number and world.find_members(place_of(request).payer, member_id=number, on=on):
        return OTHER_BIRTH_DATE
    anthem = any(world.find_members(payer, member_id=number, on=on) for payer in ANTHEM_PLANS)
    return ANTHEM if number and anthem else NOBODY


# the record


@step("record")
@signed_in
async def record_page(request: Request, at: At) -> Response:
    """Another tab of the member in hand."""
    record: Record | None = current(at, "record")
    name = request.query_params.get("tab", TABS[0])
    if record is None or name not in TABS:
        return RedirectResponse(paths.MEMBER_SEARCH, 303)
    return _record_page(request, At(at.box, at.portal, "coverage", at.session), record, name)


def _record_page(request: Request, at: At, record: Record, name: str) -> Response:
    if record.found is None:
        raise LookupError("nobody")
    member, plan, drift = record.found.member, record.found.coverage, Drift.of(at)
    heading = "" if drift.unmarked else "<h1>Member</h1>"
    body = tab(name, member, plan, record.on, drift)
    panel = "memberPanel" if drift.changed else "memberTab"
    inside, outside = ("", body) if drift.moved else (body, "")
    shown = f'<div id="{panel}"><h2>{escape(name)}</h2>{inside}</div>{_buttons()}{outside}'
    return page(request, at, f"{heading}{head(record)}{_tabs(name)}{shown}")


def head(record: Record) -> str:
    """Who it is, on every page of the record."""
    if record.found is None:
        return ""
    member, plan = record.found.member, record.found.coverage
    told = (
        ("Member ID", plan.member_id),
        ("Member Name", full_name(member)),
        ("Date of Birth", us(member.person.birth_date)),
        ("As of Date", us(record.on)),
        ("Eligible", "Yes" if plan.active_on(record.on) else "No"),
        ("Inquiry Number", record.number),
    )
    return pairs(told, "memberHeader")


def _tabs(name: str) -> str:
    def cell(one: str) -> str:
        if one == name:
            return f'<td class="now">{one}</td>'
        return f'<td><a href="{paths.MEMBER_RECORD}?tab={one.replace(" ", "+")}">{one}</a></td>'

    return f'<table class="tabs"><tr>{"".join(map(cell, TABS))}</tr></table>'


def _buttons() -> str:
    there = (paths.MEMBER_AUTHS, paths.MEMBER_CLAIMS, paths.AUTH_MEMBER)
    made = (
        f"<form method='get' action='{path}' style='display:inline'>{button(name, 'go')}</form>"
        for name, path in zip(BUTTONS, there, strict=True)
    )
    return f"<div class='buttons'>{' '.join(made)}</div>"


ROUTES = [
    Route(paths.MEMBER_SEARCH, form_page, methods=["GET"]),
    Route(paths.MEMBER_SEARCH, searched, methods=["POST"]),
    Route(paths.MEMBER_RECORD, record_page),
]
