"""Auth/Referral Inquiry and Dashboard of the Availity twin: what stands at a payer, whoever asked for it, and the user's own requests."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.auths import Draft, Standing
from sandbox.availity import auth_rules as rules
from sandbox.availity import paths
from sandbox.availity.auth_rules import RULES, AuthRules
from sandbox.availity.auth_steps import us_day
from sandbox.availity.auths import the_session
from sandbox.availity.benefits import us
from sandbox.availity.eligibility import ORGANIZATION, PICK, REQUIRED, parsed_day, payer_trouble
from sandbox.availity.layout import envelope
from sandbox.availity.payers import CLAIM_ENTRIES, PAGES, entry
from sandbox.availity.web import sandbox_of, session_of, signed_in, step, thrown_out
from sandbox.logins import Session
from sandbox.server import At, Sandbox
from sandbox.world import same_id

NONE_FOUND = "No authorizations or referrals were found for the search criteria."
SUBMITTED = "Submitted - see Dashboard"
PAGE_SIZE = 5
KEPT = 40
_BY = {"portal": "Availity Essentials", "phone": "Telephone", "world": "Telephone"}


@dataclass
class Search:
    """One search and what it found."""

    key: str
    payer: str
    echo: list[list[str]]
    found: list[Standing]
    transaction: str
    error: str = ""

    @property
    def rules(self) -> AuthRules:
        return RULES[self.payer]


@step("auth-list")
@signed_in
async def ask(request: Request, at: At) -> Response:
    """Search on the inquiry page."""
    session, asked = the_session(at), await request.json()
    at.box.records.add("press", form="authorization-inquiry", nonce="", session=session.label)
    if at.fires("blank-form") is not None:
        return JSONResponse({"reset": True})
    if at.on("captcha") is not None:
        return JSONResponse({"captcha": True})
    if wrong := _wrong(asked, session):
        return JSONResponse({"fields": wrong}, 400)
    if trouble := payer_trouble(at):
        return JSONResponse({"error": trouble}, 409)
    search = _searched(at, session, asked)
    turn = session.memory["turn"] = session.memory.get("turn", 0) + 1
    await asyncio.sleep(at.box.staging_seconds(turn))
    body = envelope(at, **_listing(search, 1))
    if at.fires("frame-detached") is not None:
        body["notices"].append("frame-detached")
    return JSONResponse(body)


def _wrong(asked: dict[str, Any], session: Session) -> dict[str, str]:
    chosen = entry(str(asked.get("payer")), session.user.region, CLAIM_ENTRIES)
    wrong: dict[str, str] = {}
    if asked.get("organization") != ORGANIZATION:
        wrong["organization"] = PICK
    if chosen is None or not chosen.payer:
        wrong["payer"] = PICK
    needed = ("referenceNumber",) if asked.get("by") == "number" else ("memberId", "birthDate")
    wrong |= {name: REQUIRED for name in needed if not str(asked.get(name) or "").strip()}
    for name in ("birthDate", "fromDate", "toDate"):
        if asked.get(name) and parsed_day(asked[name]) is None:
            wrong[name] = "Enter a valid date (MM/DD/YYYY)."
    return wrong


def _searched(at: At, session: Session, asked: dict[str, Any]) -> Search:
    chosen = entry(asked["payer"], session.user.region, CLAIM_ENTRIES)
    if chosen is None:
        raise LookupError("no payer")
    found, error = _look(at.box, chosen.payer, asked)
    key = secrets.token_hex(8)
    search = Search(key, chosen.payer, _echo(asked, chosen.label), found, f"{int(key, 16) % 10**11:011d}", error)
    kept: dict[str, Search] = session.memory.setdefault("auth_searches", {})
    before: Search | None = session.memory.get("last_auth_search")
    at.box.records.add("search", app="authorizations", payer=chosen.payer, session=session.label, found=len(found))
    if before is not None and at.fires("stale-result") is not None:
        search = before
    session.memory["last_auth_search"] = kept[search.key] = search
    while len(kept) > KEPT:
        kept.pop(next(iter(kept)))
    return search


def _echo(asked: dict[str, Any], label: str) -> list[list[str]]:
    names = {"memberId": "Member ID", "birthDate": "Patient Date of Birth", "referenceNumber": "Reference or Certificate Number"}
    names |= {"fromDate": "From Date", "toDate": "To Date"}
    return [["Payer", label], *([said, str(asked[name])] for name, said in names.items() if asked.get(name))]


def _look(box: Sandbox, payer: str, asked: dict[str, Any]) -> tuple[list[Standing], str]:
    there = [s for s in box.auths.standing(box.world, payer) if not _too_new(box, payer, s)]
    if asked.get("by") == "number":
        number = same_id(asked["referenceNumber"])
        found = [s for s in there if number in {same_id(s.reference), same_id(s.number) or None}]
        return found, "" if found else NONE_FOUND
    born = parsed_day(asked["birthDate"])
    whom = box.world.find_members(payer, member_id=asked["memberId"], birth_date=born, on=box.world.as_of)
    if not whom:
        return [], PAGES[payer].words.member_not_found
    keys = {f.member.key for f in whom}
    found = [
        s
        for s in there
        if s.member_key in keys and _overlaps(s, parsed_day(asked.get("fromDate") or ""), parsed_day(asked.get("toDate") or ""))
    ]
    return found, "" if found else NONE_FOUND


def _too_new(box: Sandbox, payer: str, one: Standing) -> bool:
    """What came through the portal is shown only after the payer's lag."""
    return one.by == "portal" and (box.world.as_of - one.sent).days < RULES[payer].lag_nights


def _overlaps(one: Standing, start: date | None, end: date | None) -> bool:
    return (start is None or one.end >= start) and (end is None or one.begin <= end)


async def more(request: Request) -> Response:
    """Another page of a list."""
    search, session = _kept(request)
    if search is None or session is None:
        return thrown_out(session) if session is None or not session.alive else JSONResponse({"error": "no such search"}, 404)
    await asyncio.sleep(sandbox_of(request).staging_seconds(7) / 2)
    return JSONResponse(_listing(search, int(request.query_params["page"])))


def _kept(request: Request) -> tuple[Search | None, Session | None]:
    session = session_of(request)
    if session is None or not session.alive:
        return None, session
    return session.memory.get("auth_searches", {}).get(request.path_params["key"]), session


def _listing(search: Search, number: int) -> dict[str, Any]:
    shown = search.found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    return {
        "id": search.key,
        "echo": search.echo,
        "columns": list(search.rules.columns),
        "rows": [{"ref": s.reference, "cells": [_cells(s, search.rules)[c] for c in search.rules.columns]} for s in shown],
        "page": number,
        "pages": max(1, -(-len(search.found) // PAGE_SIZE)),
        "total": len(search.found),
        "error": search.error,
        "notes": list(search.rules.notes),
        "transactionId": search.transaction,
    }


def _cells(one: Standing, how: AuthRules, *, dashboard: bool = False) -> dict[str, str]:
    return {
        how.reference_label: one.reference,
        how.number_label: one.number,
        "Status": _status(one, how, dashboard=dashboard),
        "Patient Name": one.name,
        "Member ID": one.member_id,
        "Service Dates": f"{us(one.begin)} - {us(one.end)}",
        "Procedure Code": one.code_asked,
        "Submitted": us(one.sent),
    }


def _status(one: Standing, how: AuthRules, *, dashboard: bool) -> str:
    return SUBMITTED if how.dashboard_only and one.by == "portal" and not dashboard else how.words[one.state]


# one request


@step("auth-request")
@signed_in
async def detail(request: Request, at: At) -> Response:
    """Everything the payer shows of one request."""
    session, search = the_session(at), _kept(request)[0]
    reference = request.path_params["reference"]
    if search is None:
        return JSONResponse({"error": "no such search"}, 404)
    one = next((s for s in at.box.auths.standing(at.box.world, search.payer) if s.reference == reference), None)
    if one is None:
        return JSONResponse({"error": "no such request"}, 404)
    await asyncio.sleep(at.box.staging_seconds(len(reference)) / 2)
    at.box.records.add("opened", app="authorizations", payer=search.payer, session=session.label)
    return JSONResponse(envelope(at, rows=_detail(at.box, one, search.rules, dashboard=False)))


@step("auth-request")
@signed_in
async def own_detail(request: Request, at: At) -> Response:
    """The same for one of the user's own requests."""
    session, reference = the_session(at), request.path_params["reference"]
    one = next((s for s in _own(at.box, session) if s.reference == reference), None)
    if one is None:
        return JSONResponse({"error": "no such request"}, 404)
    at.box.records.add("opened", app="authorizations", payer=one.payer, session=session.label)
    return JSONResponse(envelope(at, rows=_detail(at.box, one, RULES[one.payer], dashboard=True)))


def _detail(box: Sandbox, one: Standing, how: AuthRules, *, dashboard: bool) -> list[list[str]]:
    open_ = _status(one, how, dashboard=dashboard) != SUBMITTED
    rows = [
        (how.reference_label, one.reference),
        (how.number_label, one.number if open_ else ""),
        ("Status", _status(one, how, dashboard=dashboard)),
        ("Request Type", rules.REQUEST_TYPES[one.category]),
        ("Certification Type", rules.CERTIFICATIONS[one.certification]),
        ("Patient Name", one.name),
        ("Patient Date of Birth", us(box.world.member(one.member_key).person.birth_date)),
        ("Member ID", one.member_id),
        ("Service Dates", f"{us(one.begin)} - {us(one.end)}"),
        ("Service Type", f"{one.service_type} - {rules.SERVICE_TYPES[one.service_type]}"),
        ("Procedure Code Requested", one.code_asked),
        ("Units Requested", str(one.units_asked)),
        ("Unit Type", rules.QUANTITY_TYPES[one.unit_type]),
        ("Rendering Provider NPI", one.npi_asked),
        ("Submitted", us(one.sent)),
        ("Submitted By", _BY[one.by]),
    ]
    if open_ and one.units_approved is not None:
        rows += [("Procedure Code Approved", one.code_approved), ("Units Approved", str(one.units_approved))]
        rows += [("Provider NPI Approved", one.npi_approved if one.npi_approved != one.npi_asked else "")]
    if open_:
        reason = "Information Requested" if one.state == "contact" else "Decision Reason"
        rows += [("Decision Date", us_day(one.decided)), (reason, one.reason)]
    return [[label, value] for label, value in rows if value]


# the dashboard


@step("auth-list")
@signed_in
async def dashboard(_request: Request, at: At) -> Response:
    """The user's own requests and drafts, newest first."""
    session = the_session(at)
    if trouble := payer_trouble(at):
        return JSONResponse({"error": trouble}, 409)
    own = [_own_row(s) for s in _own(at.box, session)]
    drafts = [_draft_row(d) for d in at.box.auths.drafts if d.user == session.user.user_id]
    await asyncio.sleep(at.box.staging_seconds(len(own)))
    columns = [
        "Payer",
        "Reference Number",
        "Certification Number",
        "Status",
        "Patient Name",
        "Member ID",
        "Service Dates",
        "Procedure Code",
        "Submitted",
    ]
    return JSONResponse(envelope(at, columns=columns, rows=[*drafts, *own]))


def _own(box: Sandbox, session: Session) -> list[Standing]:
    mine = {t.reference for t in box.auths.taken if t.user == session.user.user_id}
    there = [s for payer in RULES for s in box.auths.standing(box.world, payer) if s.reference in mine and not _too_new(box, payer, s)]
    return sorted(there, key=lambda s: s.reference[3:], reverse=True)


def _own_row(one: Standing) -> dict[str, Any]:
    cells = _cells(one, RULES[one.payer], dashboard=True)
    how = RULES[one.payer]
    first = [_payer_label(one.payer), cells[how.reference_label], cells[how.number_label]]
    return {
        "ref": one.reference,
        "cells": [*first, *(cells[c] for c in ("Status", "Patient Name", "Member ID", "Service Dates", "Procedure Code", "Submitted"))],
    }


def _draft_row(draft: Draft) -> dict[str, Any]:
    cells = ["", "Draft", draft.name, draft.member_id, f"{draft.begin} - {draft.end}", draft.code, us(draft.saved)]
    return {"ref": "", "cells": [_payer_label(draft.payer), draft.reference, *cells]}


def _payer_label(payer: str) -> str:
    return next(e.label for e in CLAIM_ENTRIES if e.payer == payer)


_V1 = f"{paths.API}/v1/service-reviews"
ROUTES = [
    Route(_V1, ask, methods=["POST"]),
    Route(f"{_V1}/dashboard", dashboard),
    Route(f"{_V1}/dashboard/{{reference}}", own_detail),
    Route(f"{_V1}/{{key}}", more),
    Route(f"{_V1}/{{key}}/{{reference}}", detail),
]
