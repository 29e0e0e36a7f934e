"""Search for Existing Auth, View Member Auths and View Clinical Drafts: lists, and one request on a page of its own."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from html import escape

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.auths import Standing
from sandbox.carelon import auth_rules as rules
from sandbox.carelon import paths
from sandbox.carelon.frame import Drift, button, field, form, grid, message, pairs
from sandbox.carelon.members import Record, look_up
from sandbox.carelon.web import current, form_of, keep, member_page, new_token, page, place_of, session_at, signed_in, step, took_token
from sandbox.carelon.words import trouble, us
from sandbox.server import At
from sandbox.world import same_id

COLUMNS = ("Authorization Number", "Client Auth Number", "Member Name", "Member ID", "Procedure Code", "From", "To", "Status", "Submitted")
DRAFT_COLUMNS = ("Draft ID", "Member Name", "Requested Start Date", "Saved By", "Saved On")
NONE_FOUND = "No authorizations were found for the search criteria entered."
NEEDED = "Enter an Authorization Number, or a Member ID and Date of Birth."
PAGE_SIZE = 10


@dataclass(frozen=True)
class Listed:
    """One answer: what was asked, and the numbers of the requests or the message that came."""

    asked: tuple[tuple[str, str], ...] = ()
    found: tuple[Standing, ...] = ()
    message: str = ""
    number: int = 1  # the page


@step("auth-search")
@signed_in
async def search_form(request: Request, at: At) -> Response:
    """The empty form."""
    return _form(request, at, Listed())


def _form(request: Request, at: At, listed: Listed) -> Response:
    asked = dict(listed.asked)
    rows = (
        field("Authorization Number", "authNumber", asked.get("Authorization Number", ""))
        + field("Member ID", "memberId", asked.get("Member ID", ""))
        + field("Date of Birth", "dateOfBirth", asked.get("Date of Birth", ""), hint="MMDDYYYY")
    )
    body = form(paths.AUTH_SEARCH, new_token(at), f"<table>{rows}</table>{button('Search', 'search')}")
    return page(request, at, f"<h1>Search for Existing Auth</h1>{message(listed.message)}{body}")


@step("auth-list")
@signed_in
async def searched(request: Request, at: At) -> Response:
    """Search."""
    sent = await form_of(request)
    at.box.records.add("press", form="auth-search", nonce="", session=session_at(at).label)
    if not took_token(at, sent) or at.fires("blank-form") is not None:
        return _form(request, at, Listed())
    listed, before = _search(request, at, sent), current(at, "last_auths")
    await asyncio.sleep(at.box.staging_seconds(len(listed.found)))
    at.box.records.add("search", app="auths", payer=place_of(request).payer, session=session_at(at).label, found=len(listed.found))
    if before is not None and at.fires("stale-result") is not None:
        listed = before
    keep(at, "last_auths", listed)
    keep(at, "auths", listed)
    return _form(request, at, listed) if listed.message else _list(request, at, listed)


def _search(request: Request, at: At, sent: dict[str, str]) -> Listed:
    number, member_id, born = (sent.get(name, "").strip() for name in ("authNumber", "memberId", "dateOfBirth"))
    standing = at.box.auths.standing(at.box.world, place_of(request).payer)
    if number:
        said = trouble(at)
        fits = tuple(one for one in standing if same_id(number) in {same_id(one.reference), same_id(one.number)})
        return Listed((("Authorization Number", number),), () if said else fits, said)
    asked = (("Member ID", member_id), ("Date of Birth", born))
    if not (member_id and born):
        return Listed(asked, (), NEEDED)
    who = {"memberId": member_id, "dateOfBirth": born, "lastName": "", "firstName": "", "asOfDate": ""}
    record = look_up(request, at, who)
    if record.found is None:
        return Listed(asked, (), record.message)
    key = record.found.member.key
    return Listed(asked, tuple(one for one in standing if one.member_key == key))


async def _of_record(request: Request, at: At) -> Response:
    """View Member Auths: those of the member in hand."""
    record: Record | None = current(at, "record")
    if record is None or record.found is None:
        return RedirectResponse(paths.MEMBER_SEARCH, 303)
    standing, key = at.box.auths.standing(at.box.world, place_of(request).payer), record.found.member.key
    fits = tuple(one for one in standing if one.member_key == key)
    listed = Listed((("Member ID", record.found.coverage.member_id),), fits)
    keep(at, "auths", listed)
    return _list(request, at, listed)


@step("auth-list")
@signed_in
async def list_page(request: Request, at: At) -> Response:
    """Another page of the list in hand, or back to it."""
    listed: Listed | None = current(at, "auths")
    if listed is None:
        return RedirectResponse(paths.AUTH_SEARCH, 303)
    return _list(request, at, replace(listed, number=int(request.query_params.get("page", "1"))))


def _list(request: Request, at: At, listed: Listed) -> Response:
    drift = Drift.of(at)
    heading = "" if drift.unmarked else "<h1>Authorization Search Results</h1>"
    body = f"{heading}{pairs(listed.asked, 'searchCriteria')}<p id='totalAuths'>Total Authorizations: {len(listed.found)}</p>"
    if not listed.found:
        return page(request, at, f"{body}<p id='noAuths'>{NONE_FOUND}</p>")
    heads = tuple("Reference" if drift.renamed and name == "Authorization Number" else name for name in COLUMNS)
    first = (listed.number - 1) * PAGE_SIZE
    rows = [_row(one, first + n) for n, one in enumerate(listed.found[first : first + PAGE_SIZE])]
    if drift.reordered:
        heads, rows = heads[::-1], [row[::-1] for row in rows]
    return page(request, at, f"{body}{grid('hits' if drift.changed else 'authTable', heads, rows)}{_pager(listed)}")


def _row(one: Standing, place: int) -> tuple[str, ...]:
    link = f'<a href="{paths.AUTH_DETAIL}?row={place}">{escape(one.reference)}</a>'
    rest = (one.number, one.name, one.member_id, one.code_asked, us(one.begin), us(one.end), rules.WORDS[one.state], us(one.sent))
    return link, *map(escape, rest)


def _pager(listed: Listed) -> str:
    last = (len(listed.found) - 1) // PAGE_SIZE + 1
    after = f'<a href="{paths.AUTH_LIST}?page={listed.number + 1}">Next</a>' if listed.number < last else ""
    return f"<p id='authPages'>Page {listed.number} of {last} {after}</p>"


@step("auth-request")
@signed_in
async def one_request(request: Request, at: At) -> Response:
    """One request of the list in hand."""
    listed: Listed | None = current(at, "auths")
    place = int(request.query_params.get("row", "0"))
    if listed is None or place >= len(listed.found):
        return RedirectResponse(paths.AUTH_SEARCH, 303)
    drift = Drift.of(at)
    heading = "" if drift.unmarked else "<h1>Authorization Detail</h1>"
    told = pairs(_detail(at, listed.found[place]), "detail" if drift.changed else "authDetail")
    return page(request, at, f"{heading}{told}<p><a href='{paths.AUTH_LIST}'>Return to List</a></p>")


def _detail(at: At, one: Standing) -> list[tuple[str, str]]:
    asked_for = one.reason if one.state == "contact" else ""
    told = [
        ("Authorization Number", one.reference),
        ("Client Auth Number", one.number),
        ("Status", rules.WORDS[one.state]),
        ("Decision Reason", "" if asked_for else one.reason),
        ("Information Requested", asked_for),
        ("Member Name", one.name),
        ("Member ID", one.member_id),
        ("Member DOB", us(at.box.world.member(one.member_key).person.birth_date)),
        ("Type of Request", "INITIAL" if one.certification == "I" else "CONCURRENT"),
        ("Procedure Code Requested", one.code_asked),
        ("Procedure Code Approved", one.code_approved),
        ("Units Requested", str(one.units_asked)),
        ("Units Approved", "" if one.units_approved is None else str(one.units_approved)),
        ("Unit Type", {"VS": rules.VISITS}.get(one.unit_type, one.unit_type)),
        ("From", us(one.begin)),
        ("To", us(one.end)),
        ("Provider NPI", one.npi_asked),
        ("Provider NPI Approved", one.npi_approved),
        ("Submission Date", us(one.sent)),
        ("Decision Date", us(one.decided)),
    ]
    return [(label, value) for label, value in told if value]


async def _drafts(request: Request, at: At) -> Response:
    """View Clinical Drafts; none of them was sent."""
    mine = [one for one in at.box.auths.drafts if one.payer == place_of(request).payer]
    rows = [tuple(map(escape, (one.reference, one.name, one.begin, one.user, us(one.saved)))) for one in mine]
    table = grid("draftTable", DRAFT_COLUMNS, rows) if rows else "<p>There are no drafts.</p>"
    return page(request, at, f"<h1>Clinical Drafts</h1>{table}")


ROUTES = [
    Route(paths.AUTH_SEARCH, search_form, methods=["GET"]),
    Route(paths.AUTH_SEARCH, searched, methods=["POST"]),
    Route(paths.AUTH_LIST, list_page),
    Route(paths.AUTH_DETAIL, one_request),
    Route(paths.MEMBER_AUTHS, member_page(_of_record)),
    Route(paths.DRAFTS, member_page(_drafts)),
]
