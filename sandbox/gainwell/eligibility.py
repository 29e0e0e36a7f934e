"""Eligibility Verification Request: one of three keys and a span of days in, four closed sections out."""

from __future__ import annotations

import asyncio
import secrets
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from html import escape

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.gainwell import paths
from sandbox.gainwell.controls import Controls, Drift, sent
from sandbox.gainwell.coverage import SECTIONS, Section, sections
from sandbox.gainwell.sites import State
from sandbox.gainwell.web import View, controls, form_of, is_fresh, new_view, page, session_at, signed_in, state_of, step, view_of
from sandbox.gainwell.words import parsed_day, trouble, us
from sandbox.server import At
from sandbox.world import Found

FIELDS = {
    "member_id": "MemberIDCmnTextBox_Control",
    "ssn": "SSNCmnTextBox_Control",
    "last": "LastNameCmnTextBox_Control",
    "first": "FirstNameCmnTextBox_Control",
    "born": "BirthDateCmnDate_Control",
    "start": "DateRangeCmnDateRange_StartDateControl_Control",
    "end": "DateRangeCmnDateRange_EndDateControl_Control",
}
REQUIRED = "Error: Effective From and Effective To are required."
KEYS = "Error: Enter a Member ID, or an SSN and Birth Date, or a Last Name, First Name and Birth Date."
BAD_ID = "Error: The Member ID is not in a valid format."
BAD_SSN = "Error: The SSN must be 9 digits, without dashes."
BAD_RANGE = "Error: The Effective From and Effective To dates must be within the present month or the 6 years before."
NOBODY = "No member was found for the search criteria entered."
SEVERAL = "More than one member was found for the search criteria entered. Enter a Member ID."
YEARS = 6
SSN_DIGITS = 9


@dataclass
class Answer:
    """What one press of Submit found."""

    asked: dict[str, str]
    message: str = ""
    found: Found | None = None
    number: str = ""


@step("eligibility")
@signed_in
async def form_page(request: Request, at: At) -> Response:
    """The empty form; reached by a stale link it works and finds nothing."""
    return _page(request, at, at, new_view(at, live=is_fresh(request, at)), Answer({}))


@step("coverage")
@signed_in
async def submitted(request: Request, at: At) -> Response:
    """Submit: the same page again, with the answer below the form."""
    session, form = session_at(at), await form_of(request)
    view = view_of(at, form)
    at.box.records.add("press", form="eligibility", nonce=view.key, session=session.label)
    shape = At(at.box, at.portal, "eligibility", session)
    if not view.live or at.fires("blank-form") is not None:
        return _page(request, at, shape, new_view(at, live=view.live), Answer({}))
    turn = session.memory["turn"] = session.memory.get("turn", 0) + 1
    await asyncio.sleep(at.box.staging_seconds(turn))
    return _page(request, at, shape, view, _answered(request, at, form))


def _answered(request: Request, at: At, form: dict[str, str]) -> Answer:
    """The answer to this search, or once more the one before it."""
    session, before = session_at(at), session_at(at).memory.get("last_answer")
    answer = _answer(at, state_of(request), {name: sent(form, suffix) for name, suffix in FIELDS.items()})
    at.box.records.add(
        "search", app="eligibility", payer=state_of(request).payer, session=session.label, found=int(answer.found is not None)
    )
    if before is not None and at.fires("stale-result") is not None:
        stale: Answer = before
        return stale
    session.memory["last_answer"] = answer
    return answer


def _answer(at: At, state: State, asked: dict[str, str]) -> Answer:
    message = trouble(at) or _wrong(asked, at.box.world.as_of)
    if message:
        return Answer(asked, message)
    on = parsed_day(asked["start"])
    found = at.box.world.find_members(
        state.payer,
        member_id=asked["member_id"],
        last="" if asked["ssn"] else asked["last"],
        first=asked["first"],
        birth_date=parsed_day(asked["born"]) if asked["born"] else None,
        on=on or at.box.world.as_of,
    )
    if len({one.member.key for one in found}) > 1:
        return Answer(asked, SEVERAL)
    return Answer(asked, "" if found else NOBODY, found[0] if found else None, secrets.token_hex(6).upper() if found else "")


def _wrong(asked: dict[str, str], today: date) -> str:
    start, end = parsed_day(asked["start"]), parsed_day(asked["end"])
    if start is None or end is None:
        return REQUIRED
    if not (asked["member_id"] or (parsed_day(asked["born"]) and (asked["ssn"] or (asked["last"] and asked["first"])))):
        return KEYS
    if asked["member_id"] and not asked["member_id"].isdigit():
        return BAD_ID
    if asked["ssn"] and not (asked["ssn"].isdigit() and len(asked["ssn"]) == SSN_DIGITS):
        return BAD_SSN
    last = today.replace(day=monthrange(today.year, today.month)[1])
    first = date(today.year - YEARS, today.month, 1)
    return "" if first <= start <= end <= last else BAD_RANGE


# the page


def _page(request: Request, at: At, shape: At, view: View, answer: Answer) -> Response:
    mine, drift = controls(at, "EligibilityVerification"), Drift.of(shape)
    heading = "" if drift.unmarked else "<h1>Eligibility Verification Request</h1>"
    message = f'<div class="message" id="{mine.id("MessageArea")}">{escape(answer.message)}</div>' if answer.message else ""
    shown = _result(mine, state_of(request), answer, Drift.of(at)) if answer.found else ""
    return page(request, at, f"{heading}{message}{_form(mine, state_of(request), answer.asked, drift)}{shown}", view)


def _form(mine: Controls, state: State, asked: dict[str, str], drift: Drift) -> str:
    label = "Medicaid Number" if drift.renamed else state.member_label
    member = mine.box(label, "MemberIDCmnTextBox", asked.get("member_id", ""), shown_as="RecipientKey" if drift.changed else "")
    names = "".join(
        mine.box(label, FIELDS[name].removesuffix("_Control"), asked.get(name, ""))
        for label, name in (("SSN", "ssn"), ("Last Name", "last"), ("First Name", "first"), ("Birth Date", "born"))
    )
    days = "".join(
        mine.box(label, FIELDS[name].removesuffix("_Control"), asked.get(name, ""), required=True)
        for label, name in (("Effective From", "start"), ("Effective To", "end"))
    )
    fields = f"{names}{days}{member}" if drift.moved else f"{member}{names}{days}"
    return f"<div>{fields}</div>{mine.button('Submit', 'SubmitCmnButton')}"


def _result(mine: Controls, state: State, answer: Answer, drift: Drift) -> str:
    if answer.found is None:
        return ""
    who, panel = answer.found.member.person, "VerifiedPanel" if drift.changed else "EligibilityResultPanel"
    pairs = (
        ("Verification Response ID", answer.number),
        (state.member_label, answer.found.coverage.member_id),
        ("Member Name", f"{who.last}, {who.first} {who.middle}".strip().upper() + (f" {who.suffix.upper()}" if who.suffix else "")),
        ("Birth Date", us(who.birth_date)),
        ("Effective From", answer.asked["start"]),
        ("Effective To", answer.asked["end"]),
    )
    head = "".join(f'<tr class="pair"><td>{escape(label)}</td><td>{escape(value)}</td></tr>' for label, value in pairs)
    day = parsed_day(answer.asked["start"])
    parts = [_section(mine, part, drift) for part in sections(answer.found.coverage, day, limited=state.limited_plans)] if day else []
    title = "" if drift.unmarked else "<h2>Eligibility Verification Information</h2>"
    opener = "for (const part of document.querySelectorAll('.section')) part.classList.add('open')"
    link = f'<a id="{mine.id("ExpandAllLink")}" href="javascript:void(0)" onclick="{opener}">Expand All</a>'
    inside, outside = ("", "".join(parts)) if drift.moved else ("".join(parts), "")
    table = f'<table id="{mine.id("MemberInformation")}">{head}</table>'
    return f'<div id="{mine.id(panel)}">{title}{link}{table}{inside}</div><div class="footer">{outside}</div>'


def _section(mine: Controls, part: Section, drift: Drift) -> str:
    suffix, heads = SECTIONS[part.title]
    shown = ("Program", *heads[1:]) if drift.renamed and heads[0] == "Benefit Plan" else heads
    rows = [[escape(cell) for cell in row] for row in part.rows]
    inside = mine.grid(suffix, shown, rows) if rows else f'<p id="{mine.id(f"{suffix}None")}">No records found.</p>'
    return f'<div class="section"><h3>{part.title}</h3><div class="inside">{inside}</div></div>'


ROUTES = [
    Route(paths.ELIGIBILITY, form_page, methods=["GET"]),
    Route(paths.ELIGIBILITY, submitted, methods=["POST"]),
]
