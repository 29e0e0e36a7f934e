"""Auth Inquiry: requests by member or by number, and one request on a page of its own."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from html import escape

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.auths import Standing
from sandbox.provider_express import auth_rules as rules
from sandbox.provider_express import paths
from sandbox.provider_express.frame import box, grid, message, pairs
from sandbox.provider_express.web import PAYER, form_of, heading, i, page, session_at, signed_in, step, t
from sandbox.provider_express.words import parsed_day, trouble, us
from sandbox.server import At
from sandbox.world import same_id

INQUIRY, DETAIL = f"{paths.AUTHS}/inquiry", f"{paths.AUTHS}/request"
COLUMNS = (
    "Reference Number", "Authorization Number", "Status", "Member Name", "Member ID", "Service", "Start Date", "End Date", "Submitted",
)  # fmt: skip
PAGE_SIZE = 10
NOBODY = "No member matches the Member ID and Date of Birth entered."
NEEDED = "Enter a Reference Number, or a Member ID and Date of Birth."


@dataclass(frozen=True)
class Listed:
    """One answer: what was asked, and the requests or the words that came."""

    asked: tuple[tuple[str, str], ...] = ()
    found: tuple[Standing, ...] = ()
    said: str = ""
    number: int = 1  # the page


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
    asked = await form_of(request)
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
    if not (member_id and born):
        return Listed(told, (), NEEDED)
    on = parsed_day(born)
    found = at.box.world.find_members(PAYER, member_id=member_id, birth_date=on, on=at.box.world.as_of) if on else []
    keys = {one.member.key for one in found}
    return Listed(told, tuple(one for one in standing if one.member_key in keys)) if keys else Listed(told, (), NOBODY)


def _list(at: At, listed: Listed) -> Response:
    criteria = pairs({label: value for label, value in listed.asked if value}, "authCriteria")
    count = f"<p id='authCount'>{len(listed.found)} authorizations</p>"
    if not listed.found:
        none = "<p id='noAuths'>There are no authorizations for this inquiry.</p>"
        return page(at, f"{heading(at, 'Auth Inquiry Results')}{criteria}{count}{none}")
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
        t(at, "Reference Number"): one.reference,
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
    Route(INQUIRY, inquiry_page, methods=["GET"]),
    Route(INQUIRY, inquired, methods=["POST"]),
    Route(DETAIL, detail),
]
