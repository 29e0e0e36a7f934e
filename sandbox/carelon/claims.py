"""Claims: of the member in hand by days of service, or by claim number; one list at a time, in pages; each claim on its own page."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from html import escape

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.carelon import paths
from sandbox.carelon.claim import STATUS, detail
from sandbox.carelon.frame import Drift, button, choice, field, form, grid, message, pairs
from sandbox.carelon.members import Record, head
from sandbox.carelon.web import current, form_of, keep, new_token, page, place_of, session_at, signed_in, step, took_token
from sandbox.carelon.words import money, parsed_day, trouble, us
from sandbox.server import At
from sandbox.world import PRACTICE, Claim

COLUMNS = ("Claim Number", "Service From", "Service Through", "Charged", "Paid", "Claim Status", "Date Processed")
EVERYBODY = "All Providers"
PROVIDERS = (*(f"{PRACTICE.name} - {npi}" for npi in PRACTICE.npis), EVERYBODY)  # the first one is chosen when the form comes
NO_NUMBER = "Not Yet Assigned"
NONE_FOUND = "No claims were found for the search criteria entered."
NUMBER_NEEDED = "Claim Number is required."
DAYS_NEEDED = "Service From and Service Through are required and must be entered as MMDDYYYY."
PAGE_SIZE = 10


@dataclass(frozen=True)
class Listed:
    """One answer: what was asked, and the claims or the message that came."""

    asked: tuple[tuple[str, str], ...] = ()
    claims: tuple[Claim, ...] = ()
    message: str = ""
    number: int = 1  # the page

    @property
    def by_number(self) -> bool:
        return dict(self.asked).get("Claim Number") is not None


# the two forms


@step("claim-status")
@signed_in
async def search_form(request: Request, at: At) -> Response:
    """Claim Search, by number."""
    return _number_form(request, at, Listed())


def _number_form(request: Request, at: At, listed: Listed) -> Response:
    drift = Drift.of(At(at.box, at.portal, "claim-status", at.session))
    heading = "" if drift.unmarked else "<h1>Claim Search</h1>"
    label, name = "Reference Number" if drift.renamed else "Claim Number", "claimKey" if drift.changed else "claimNumber"
    row = f"<table>{field(label, name, dict(listed.asked).get('Claim Number', ''), required=True)}</table>"
    inside = f"{button('Search', 'search')}{row}" if drift.moved else f"{row}{button('Search', 'search')}"
    return page(request, at, heading + message(listed.message) + form(paths.CLAIM_SEARCH, new_token(at), inside))


@step("claim-status")
@signed_in
async def member_form(request: Request, at: At) -> Response:
    """View Member Claims, by days of service."""
    if current(at, "record") is None:
        return RedirectResponse(paths.MEMBER_SEARCH, 303)
    return _member_form(request, at, Listed())


def _member_form(request: Request, at: At, listed: Listed) -> Response:
    record: Record = current(at, "record")
    drift, asked = Drift.of(At(at.box, at.portal, "claim-status", at.session)), dict(listed.asked)
    heading = "" if drift.unmarked else "<h1>Member Claims</h1>"
    label, name = "From" if drift.renamed else "Service From", "fromKey" if drift.changed else "serviceFrom"
    first = field(label, name, asked.get("Service From", ""), required=True, hint="MMDDYYYY")
    last = field("Service Through", "serviceThrough", asked.get("Service Through", ""), required=True, hint="MMDDYYYY")
    whose = choice("Provider", "provider", PROVIDERS, asked.get("Provider", PROVIDERS[0]))
    rows = f"{last}{whose}{first}" if drift.moved else f"{whose}{first}{last}"
    inside = f"<table>{rows}</table><div class='buttons'>{button('Search', 'search')}</div>"
    body = f"{heading}{head(record)}{message(listed.message)}{form(paths.MEMBER_CLAIMS, new_token(at), inside)}"
    return page(request, at, body)


# their answers


@step("claims")
@signed_in
async def by_number(request: Request, at: At) -> Response:
    """Search by number."""
    sent = await form_of(request)
    number = (sent.get("claimNumber") or sent.get("claimKey") or "").strip()
    if not _taken(at, sent):
        return _number_form(request, at, Listed())
    found = at.box.world.find_claims(place_of(request).payer, payer_claim_no=number) if number else []
    wrong = trouble(at) or ("" if number else NUMBER_NEEDED)
    listed = await _answer(request, at, Listed((("Claim Number", number),), () if wrong else tuple(found), wrong))
    return _number_form(request, at, listed) if listed.message else _list_page(request, at, listed)


@step("claims")
@signed_in
async def by_days(request: Request, at: At) -> Response:
    """Search by the member in hand and days of service."""
    sent, record = await form_of(request), current(at, "record")
    if record is None:
        return RedirectResponse(paths.MEMBER_SEARCH, 303)
    if not _taken(at, sent):
        return _member_form(request, at, Listed())
    listed = await _answer(request, at, _by_days(request, at, record, sent))
    if listed.by_number:  # the search before, once more
        return _list_page(request, at, listed)
    return _member_form(request, at, listed) if listed.message else _list_page(request, at, listed)


def _by_days(request: Request, at: At, record: Record, sent: dict[str, str]) -> Listed:
    plan, who = (record.found.coverage, record.found.member.person) if record.found else (None, None)
    if plan is None or who is None:
        raise LookupError("nobody")
    first, last = parsed_day(sent.get("serviceFrom") or sent.get("fromKey") or ""), parsed_day(sent.get("serviceThrough", ""))
    whose = sent.get("provider", PROVIDERS[0])
    asked = (("Member ID", plan.member_id), ("Provider", whose), ("Service From", us(first)), ("Service Through", us(last)))
    if wrong := trouble(at) or (DAYS_NEEDED if first is None or last is None else ""):
        return Listed(asked, (), wrong)
    npi = "" if whose == EVERYBODY else whose.rpartition(" - ")[2]
    found = at.box.world.find_claims(
        place_of(request).payer, member_id=plan.member_id, birth_date=who.birth_date, dos_from=first, dos_to=last, npi=npi
    )
    return Listed(asked, tuple(found))


def _taken(at: At, sent: dict[str, str]) -> bool:
    at.box.records.add("press", form="claim-status", nonce="", session=session_at(at).label)
    return took_token(at, sent) and at.fires("blank-form") is None


async def _answer(request: Request, at: At, listed: Listed) -> Listed:
    """The answer to this search, or once more the one before it."""
    session, before = session_at(at), current(at, "last_list")
    turn = session.memory["turn"] = session.memory.get("turn", 0) + 1
    await asyncio.sleep(at.box.staging_seconds(turn))
    at.box.records.add("search", app="claim-status", payer=place_of(request).payer, session=session.label, found=len(listed.claims))
    if before is not None and at.fires("stale-result") is not None:
        stale: Listed = before
        keep(at, "list", stale)
        return stale
    keep(at, "last_list", listed)
    keep(at, "list", listed)
    return listed


# the list


@step("claims")
@signed_in
async def list_page(request: Request, at: At) -> Response:
    """Another page of the list in hand, or back to it."""
    listed: Listed | None = current(at, "list")
    if listed is None:
        return RedirectResponse(paths.CLAIM_SEARCH, 303)
    return _list_page(request, at, replace(listed, number=int(request.query_params.get("page", "1"))))


def _list_page(request: Request, at: At, listed: Listed) -> Response:
    drift = Drift.of(at)
    heading = "" if drift.unmarked else "<h1>Claim Search Results</h1>"
    total = f"<p id='totalClaims'>Total Claims: {len(listed.claims)}</p>"
    body = f"{heading}{pairs(listed.asked, 'searchCriteria')}{total}"
    if not listed.claims:
        return page(request, at, f"{body}<p id='noClaims'>{NONE_FOUND}</p>")
    table = _table(at, listed, drift)
    panel = f'<div id="{"hits" if drift.changed else "claimResults"}">{"" if drift.moved else table}{_pager(listed)}</div>'
    return page(request, at, f"{body}{panel}{table if drift.moved else ''}")


def _table(at: At, listed: Listed, drift: Drift) -> str:
    heads = tuple("DOS" if drift.renamed and name == "Service From" else name for name in COLUMNS)
    rows = [_row(listed.claims[place], place) for place in _order(listed, mixed=at.on("pager-order") is not None)]
    if drift.reordered:
        heads, rows = heads[::-1], [row[::-1] for row in rows]
    return grid("claimTable", heads, rows)


def _order(listed: Listed, *, mixed: bool) -> list[int]:
    """Which claims stand on this page; mixed, every page has an order of its own."""
    places = list(range(len(listed.claims)))
    if mixed and listed.number > 1:
        places = places[PAGE_SIZE // 2 :] + places[: PAGE_SIZE // 2]
    return places[(listed.number - 1) * PAGE_SIZE : listed.number * PAGE_SIZE]


def _row(claim: Claim, place: int) -> tuple[str, ...]:
    link = f'<a href="{paths.CLAIM_DETAIL}?row={place}">{escape(claim.payer_claim_no or NO_NUMBER)}</a>'
    days = us(claim.dos_from), us(claim.dos_to)
    return link, *days, money(claim.charge), money(claim.paid), STATUS[claim.state], us(claim.finalized)


def _pager(listed: Listed) -> str:
    last = (len(listed.claims) - 1) // PAGE_SIZE + 1
    before = f'<a href="{paths.CLAIM_LIST}?page={listed.number - 1}">Previous</a>' if listed.number > 1 else ""
    after = f'<a href="{paths.CLAIM_LIST}?page={listed.number + 1}">Next</a>' if listed.number < last else ""
    return f"<p>{before} Page {listed.number} of {last} {after}</p>"


@step("claim")
@signed_in
async def one(request: Request, at: At) -> Response:
    """One claim of the list in hand."""
    listed: Listed | None = current(at, "list")
    place = int(request.query_params.get("row", "0"))
    if listed is None or place >= len(listed.claims):
        return RedirectResponse(paths.CLAIM_SEARCH, 303)
    said = trouble(at)
    at.box.records.add("opened", app="claim-status", payer=place_of(request).payer, session=session_at(at).label)
    back = f'<p><a href="{paths.CLAIM_LIST}">Return to Claim List</a></p>'
    return page(request, at, (message(said) if said else detail(listed.claims[place], Drift.of(at))) + back)


ROUTES = [
    Route(paths.CLAIM_SEARCH, search_form, methods=["GET"]),
    Route(paths.CLAIM_SEARCH, by_number, methods=["POST"]),
    Route(paths.MEMBER_CLAIMS, member_form, methods=["GET"]),
    Route(paths.MEMBER_CLAIMS, by_days, methods=["POST"]),
    Route(paths.CLAIM_LIST, list_page),
    Route(paths.CLAIM_DETAIL, one),
]
