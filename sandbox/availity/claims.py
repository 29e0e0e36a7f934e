"""The Claim Status app of the Availity twin: tabs, lists, cards and details that differ from payer to payer."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.availity import paths
from sandbox.availity.benefits import money, us
from sandbox.availity.codes import CATEGORY, explained
from sandbox.availity.eligibility import ORGANIZATION, PICK, REQUIRED, parsed_day, payer_trouble
from sandbox.availity.layout import envelope, notices
from sandbox.availity.payers import (
    CLAIM_ENTRIES,
    CLAIM_STATUS,
    DATES,
    HIPAA,
    HISTORY,
    MEMBER,
    NEWER,
    PAGES,
    Entry,
    PayerPages,
    entry,
    listed,
)
from sandbox.availity.web import PORTAL, app_page, sandbox_of, session_of, signed_in, step, thrown_out
from sandbox.logins import Session
from sandbox.server import At, Sandbox
from sandbox.world import PRACTICE, Claim, ServiceLine

NOT_FOUND = "The payer could not find any results based on your search"
ACKNOWLEDGED = "Acknowledgement/Not Found"
BAD_MEMBER = "Subscriber and subscriber id not found"
ID_OR_NAMES = "Enter a Member ID, or the patient's last and first name."
BAD_DATES = "Service To Date must be on or after Service From Date."
TOO_LONG = "The service dates can be at most 180 days apart."  # invented: the span is not published
FUTURE = "Service dates cannot be in the future."
SPAN = timedelta(days=180)
HISTORY_SPAN = timedelta(days=540)
PAGE_SIZE = 10
KEPT = 40
SECTIONS = ("panels", "lines")

FIELDS: dict[str, tuple[str, ...]] = {  # in page order
    MEMBER: ("memberId", "lastName", "firstName", "birthDate", "fromDate", "toDate", "claimNumber"),
    DATES: ("provider", "providerNpi", "memberId", "fromDate", "toDate", "claimNumber", "claimAmount"),
    HISTORY: ("memberId", "lastName", "firstName", "birthDate"),
    HIPAA: (
        "provider", "providerNpi", "memberId", "lastName", "firstName", "birthDate", "patientIsSubscriber", "subscriber", "fromDate",
        "toDate", "claimNumber", "claimAmount",
    ),
}  # fmt: skip
NEEDED: dict[str, tuple[str, ...]] = {
    MEMBER: ("birthDate", "fromDate", "toDate"),
    DATES: ("provider", "providerNpi", "fromDate", "toDate"),
    HISTORY: ("birthDate",),
    HIPAA: ("provider", "providerNpi", "memberId", "lastName", "firstName", "birthDate", "fromDate", "toDate"),
}
_DAYS = ("birthDate", "fromDate", "toDate")
TAB_IDS = {HIPAA: "by276", MEMBER: "byMember", DATES: "byServiceDates", HISTORY: "byClaimHistory"}  # only the first is documented


@dataclass
class Search:
    """One search and what it found."""

    key: str
    at: Entry
    tab: str
    claims: list[Claim]
    error: str = ""  # error alert
    warning: str = ""  # warning alert

    @property
    def pages(self) -> PayerPages:
        return PAGES[self.at.payer or "aetna"]


# the form


async def setup(request: Request) -> Response:
    """What the form needs at its start."""
    session = session_of(request)
    if session is None or not session.alive:
        return thrown_out(session)
    at = At(sandbox_of(request), PORTAL, "claim-status", session)
    return JSONResponse(
        {
            "nonce": secrets.token_hex(8),
            "organizations": [{"key": ORGANIZATION, "label": PRACTICE.name}],
            "payers": [{"key": e.key, "label": e.label, "payerId": e.payer_id} for e in listed(session.user.region, CLAIM_ENTRIES)],
            "pickLost": at.fires("pick-lost") is not None,
            "notices": notices(at),
        }
    )


async def payer_setup(request: Request) -> Response:
    """The payer's tabs and their fields."""
    session = session_of(request)
    if session is None or not session.alive:
        return thrown_out(session)
    chosen = entry(request.path_params["key"], session.user.region, CLAIM_ENTRIES)
    if chosen is None:
        return JSONResponse({"error": "unknown payer"}, 404)
    await asyncio.sleep(sandbox_of(request).staging_seconds(int(chosen.key)) / 2)
    if not chosen.payer:
        return JSONResponse({"error": chosen.says}, 409)
    pages = PAGES[chosen.payer]
    tabs = [{"name": tab, "id": TAB_IDS[tab], "fields": FIELDS[tab], "required": NEEDED[tab]} for tab in pages.tabs]
    generation = pages.generation.get(CLAIM_STATUS, NEWER)
    ids = {"memberId": "patientMemberId", **pages.older_ids}
    return JSONResponse({"tabs": tabs, "notes": list(pages.notes), "generation": generation, "ids": ids})


def _missing(asked: dict[str, Any], session: Session, today: date) -> dict[str, str]:
    chosen = entry(str(asked.get("payer")), session.user.region, CLAIM_ENTRIES)
    wrong: dict[str, str] = {}
    if asked.get("organization") != ORGANIZATION:
        wrong["organization"] = PICK if asked.get("organizationText") else REQUIRED
    if chosen is None or not chosen.payer:
        wrong["payer"] = PICK if asked.get("payerText") else REQUIRED
        return wrong
    for name in NEEDED.get(asked.get("tab", ""), ()):
        if not str(asked.get(name) or "").strip():
            wrong[name] = PICK if asked.get(f"{name}Text") else REQUIRED
    for name in _DAYS:
        if asked.get(name) and parsed_day(asked[name]) is None:
            wrong[name] = "Enter a valid date."
    return wrong or _nobody(asked) or _odd_dates(asked, today) or _odd_amount(asked)


def _nobody(asked: dict[str, Any]) -> dict[str, str]:
    """Where names may stand in place of the member id, one of the two must be there."""
    if asked.get("tab") not in {MEMBER, HISTORY} or asked.get("memberId") or (asked.get("lastName") and asked.get("firstName")):
        return {}
    return {"memberId": ID_OR_NAMES}


def _odd_dates(asked: dict[str, Any], today: date) -> dict[str, str]:
    start, end = parsed_day(asked.get("fromDate") or ""), parsed_day(asked.get("toDate") or "")
    if start is None or end is None:
        return {}
    if end < start:
        return {"toDate": BAD_DATES}
    if end > today:
        return {"toDate": FUTURE}
    return {"toDate": TOO_LONG} if end - start > SPAN else {}


def _odd_amount(asked: dict[str, Any]) -> dict[str, str]:
    try:
        _amount(asked)
    except InvalidOperation:
        return {"claimAmount": "Enter a valid amount."}
    return {}


def _amount(asked: dict[str, Any]) -> Decimal | None:
    text = str(asked.get("claimAmount") or "").replace("$", "").replace(",", "").strip()
    return Decimal(text) if text else None


# the search


@step("claims")
@signed_in
async def ask(request: Request, at: At) -> Response:
    """Submit on any tab."""
    session, asked = _session(at), await request.json()
    form = str(asked.get("tab", ""))
    at.box.records.add("press", form=f"claim-status/{form}", nonce=str(asked.get("nonce", "")), session=session.label)
    if at.fires("blank-form") is not None:
        return JSONResponse({"reset": True})
    if wrong := _missing(asked, session, at.box.world.as_of):
        return JSONResponse({"fields": wrong}, 400)
    detached = at.fires("frame-detached") is not None
    turn = session.memory["turn"] = session.memory.get("turn", 0) + 1
    search = _searched(at, session, asked)
    await asyncio.sleep(at.box.staging_seconds(turn))
    body = envelope(at, **_listing(search, 1, session))
    if detached:
        body["notices"].append("frame-detached")
    return JSONResponse(body)


def _session(at: At) -> Session:
    if at.session is None:
        raise LookupError("no session")
    return at.session


def _searched(at: At, session: Session, asked: dict[str, Any]) -> Search:
    chosen = entry(asked["payer"], session.user.region, CLAIM_ENTRIES)
    if chosen is None:
        raise LookupError("no payer")
    search = Search(secrets.token_hex(8), chosen, asked["tab"], [])
    search.error = payer_trouble(at)
    if not search.error:
        _look(at.box, search, asked)
    before: Search | None = session.memory.get("last_search")
    kept: dict[str, Search] = session.memory.setdefault("searches", {})
    at.box.records.add("search", app="claim-status", payer=chosen.payer, session=session.label, found=len(search.claims), tab=search.tab)
    if before is not None and at.fires("stale-result") is not None:
        search = before
    session.memory["last_search"] = kept[search.key] = search
    while len(kept) > KEPT:
        kept.pop(next(iter(kept)))
    return search


def _look(box: Sandbox, search: Search, asked: dict[str, Any]) -> None:
    payer, tab = search.at.payer, search.tab
    if tab in {HIPAA, MEMBER} and not _subscriber_known(box, payer, asked):
        search.error = BAD_MEMBER
        return
    given: dict[str, Any] = {"payer_claim_no": asked.get("claimNumber") or "", **_who(asked)}
    if "birthDate" in FIELDS[tab]:
        given["birth_date"] = parsed_day(asked.get("birthDate") or "")
    if "providerNpi" in FIELDS[tab]:
        given |= {"npi": asked["providerNpi"], "charge": _amount(asked)}
    given["dos_from"], given["dos_to"] = _dates(asked, box.world.as_of)
    search.claims = box.world.find_claims(payer, **given)
    if search.claims:
        return
    if tab == HIPAA:
        search.error = ACKNOWLEDGED
    else:
        search.warning = NOT_FOUND


def _dates(asked: dict[str, Any], today: date) -> tuple[date | None, date | None]:
    start, end = parsed_day(asked.get("fromDate") or ""), parsed_day(asked.get("toDate") or "")
    return (start, end) if asked["tab"] != HISTORY else (today - HISTORY_SPAN, today)


def _who(asked: dict[str, Any]) -> dict[str, str]:
    return {
        name: str(asked.get(at) or "").strip() for name, at in (("member_id", "memberId"), ("last", "lastName"), ("first", "firstName"))
    }


def _subscriber_known(box: Sandbox, payer: str, asked: dict[str, Any]) -> bool:
    """Whether the payer knows the id, the birth date, and whose plan it is said to be."""
    on = parsed_day(asked["fromDate"]) or box.world.as_of
    found = box.world.find_members(payer, **_who(asked), birth_date=parsed_day(asked["birthDate"]), on=on)
    if asked["tab"] == MEMBER or not PAGES[payer].asks_whose_plan:
        return bool(found)
    says_self = bool(asked.get("patientIsSubscriber", True))
    return any((f.member.relation == "self") == says_self for f in found)


async def more(request: Request) -> Response:
    """Another page of a list."""
    search, session = _kept(request)
    if search is None or session is None:
        return thrown_out(session) if session is None or not session.alive else JSONResponse({"error": "no such search"}, 404)
    await asyncio.sleep(sandbox_of(request).staging_seconds(7) / 2)
    return JSONResponse(_listing(search, int(request.query_params["page"]), session, request))


def _kept(request: Request) -> tuple[Search | None, Session | None]:
    session = session_of(request)
    if session is None or not session.alive:
        return None, session
    return session.memory.get("searches", {}).get(request.path_params["key"]), session


def _listing(search: Search, number: int, session: Session, request: Request | None = None) -> dict[str, Any]:
    claims, pages = _ordered(search, number, request), search.pages
    first = (number - 1) * PAGE_SIZE
    shown = claims[first : first + PAGE_SIZE]
    last = first + len(shown)
    session.memory["shown"] = search.key
    return {
        "id": search.key,
        "heading": pages.heading.format(first=first + 1, last=last, total=len(claims)) if claims else "Search Results",
        "columns": list(pages.columns),
        "rows": [_list_row(c, search.claims.index(c), pages) for c in shown],
        "page": number,
        "total": len(claims),
        "pageSize": PAGE_SIZE,
        "shows": pages.shows if len(claims) == 1 else "table",
        "error": search.error,
        "warning": search.warning,
        "notes": list(pages.notes),
        "transactionId": f"{int(search.key, 16) % 10**11:011d}",
    }


def _ordered(search: Search, number: int, request: Request | None) -> list[Claim]:
    """In list order; with the fault on, every later page is cut from another order."""
    if request is None or number == 1:
        return search.claims
    at = At(sandbox_of(request), PORTAL, "claims", session_of(request))
    if at.fires("pager-order") is None:
        return search.claims
    return [*search.claims[PAGE_SIZE // 2 :], *search.claims[: PAGE_SIZE // 2]]


def _date(day: date | None, pages: PayerPages) -> str:
    if day is None:
        return ""
    return day.strftime("%b %d, %Y") if pages.dates_long else us(day)


def _span(claim: Claim, pages: PayerPages) -> str:
    start = _date(claim.dos_from, pages)
    return start if claim.dos_from == claim.dos_to else f"{start} - {_date(claim.dos_to, pages)}"


def _name(claim: Claim) -> str:
    return f"{claim.patient.last}, {claim.patient.first}".upper()


def _shown(amount: Decimal | None) -> str:
    return "" if amount is None else money(amount)


def _list_row(claim: Claim, ref: int, pages: PayerPages) -> dict[str, Any]:
    cells = {
        "Claim Status": claim.badge,
        "Patient Name": _name(claim),
        "Member ID": claim.member_id,
        "Service Dates": _span(claim, pages),
        "Claim Number": claim.payer_claim_no,
        "Billed Amount": money(claim.charge),
        "Paid Amount": _shown(claim.paid),
        "Finalized Date": _date(claim.finalized, pages),
    }
    return {"ref": str(ref), "cells": [cells[c] for c in pages.columns]}


# one claim


@step("claim")
@signed_in
async def detail(request: Request, at: At) -> Response:
    """The claim's panels; its lines are asked for separately."""
    search, session = _kept(request)
    claim = _claim(search, request)
    if search is None or claim is None or session is None:
        return JSONResponse({"error": "no such claim"}, 404)
    if trouble := payer_trouble(at):
        return JSONResponse({"error": trouble}, 409)
    await asyncio.sleep(at.box.staging_seconds(len(claim.member_id)) / 2)
    at.box.records.add("opened", app="claim-status", payer=claim.payer, session=session.label)
    return JSONResponse(envelope(at, **_detail(search, claim)))


def _claim(search: Search | None, request: Request) -> Claim | None:
    ref = request.path_params["ref"]
    if search is None or not ref.isdecimal() or int(ref) >= len(search.claims):
        return None
    return search.claims[int(ref)]


def _codes_shown(search: Search) -> bool:
    """HIPAA Standard gives less, except where it is all there is."""
    return search.tab != HIPAA or search.pages.tabs == (HIPAA,)


def _detail(search: Search, claim: Claim) -> dict[str, Any]:
    pages, full = search.pages, _codes_shown(search)
    panels = [
        ("Claim Number", claim.payer_claim_no),
        ("Claim Status", claim.badge),
        ("Patient Name", _name(claim)),
        ("Member ID", claim.member_id),
        ("Service Dates", _span(claim, pages)),
        ("Received Date", _date(claim.received, pages)),
        ("Finalized Date", _date(claim.finalized, pages)),
        ("Billed Amount", money(claim.charge)),
        ("Allowed Amount", _shown(claim.allowed) if full else ""),
        ("Paid Amount", _shown(claim.paid)),
        ("Patient Responsibility", _shown(claim.patient_resp) if full else ""),
        ("Check Number", claim.check_no),
        ("Check Date", _date(claim.check_date, pages)),
        ("Reason/Remark Code", ", ".join(_codes(claim, pages)) if full else ""),
    ]
    if _x12_shown(search):
        panels.append(("Category and Status", _category(claim)))
    return {
        "id": search.key,
        "style": pages.panels,
        "panels": [(label, value) for label, value in panels if value or label in _ALWAYS],
        "statusDetails": claim.portal_text,
        "requested": claim.requested_info,
        "related": list(claim.related) if full else [],
        "disputable": claim.state in {"denied", "partly_denied", "paid", "paid_zero"},
        "listed": len(search.claims) > 1 or pages.shows != "claim",
    }


_ALWAYS = {
    "Claim Number",
    "Claim Status",
    "Finalized Date",
    "Billed Amount",
    "Paid Amount",
    "Check Number",
    "Check Date",
    "Reason/Remark Code",
}


def _x12_shown(search: Search) -> bool:
    return not search.pages.words_only or search.tab == HIPAA


def _category(claim: Claim) -> str:
    code = f"{claim.category} - {CATEGORY.get(claim.category, 'Other')}"
    status = f" | Status Code {claim.status_code}" if claim.status_code else ""
    entity = f" | Entity {claim.entity_code}" if claim.entity_code else ""
    return code + status + entity


def _carc(shown: str, pages: PayerPages) -> str:
    return shown if pages.code_style == "CO-45" else shown.rpartition("-")[2]


def _codes(claim: Claim, pages: PayerPages) -> list[str]:
    return list(dict.fromkeys([*(_carc(c, pages) for c in claim.carcs), *claim.rarcs]))


async def lines(request: Request) -> Response:
    """The line table and the table of codes."""
    search, session = _kept(request)
    claim = _claim(search, request)
    if search is None or claim is None or session is None:
        return thrown_out(session) if session is None or not session.alive else JSONResponse({"error": "no such claim"}, 404)
    await asyncio.sleep(sandbox_of(request).staging_seconds(len(claim.lines) * 13) / 2)
    full, pages = _codes_shown(search), search.pages
    columns = [c for c in pages.line_columns if full or c != "Allowed Amount"]
    codes = _codes(claim, pages) if full else []
    return JSONResponse(
        {
            "columns": columns,
            "rows": [{"cells": _line_cells(x, columns, pages), "codes": _line_codes(x, pages) if full else []} for x in claim.lines],
            "codes": [{"code": code, "text": explained(code)} for code in codes],
            "full": full,
        }
    )


def _line_cells(line: ServiceLine, columns: list[str], pages: PayerPages) -> list[str]:
    modifiers = " ".join(line.modifiers)
    procedure = line.cpt if "Modifiers" in columns or not modifiers else f"{line.cpt} {modifiers}"
    cells = {
        "Line": str(line.number),
        "Service Dates": _date(line.dos, pages),
        "Procedure Code": procedure,
        "Modifiers": modifiers,
        "Units": str(line.units),
        "Billed Amount": money(line.charge),
        "Allowed Amount": _shown(line.allowed),
        "Paid Amount": _shown(line.paid),
        "Status": line.status,
    }
    return [cells[c] for c in columns]


def _line_codes(line: ServiceLine, pages: PayerPages) -> list[str]:
    adjusted = [f"{_carc(f'{a.group}-{a.carc}', pages)} {money(a.amount)}" for a in line.adjustments]
    return [*adjusted, *line.rarcs]


async def dispute(request: Request) -> Response:
    """Somebody pressed "Dispute the Claim"; on the real page this leaves for the payer's site."""
    session = session_of(request)
    if session is None or not session.alive:
        return thrown_out(session)
    sandbox_of(request).records.add("press", form="dispute", nonce=request.path_params["key"], session=session.label)
    return JSONResponse({})


ROUTES = [
    Route(paths.CLAIM_STATUS, step("claim-status")(app_page("claims"))),
    Route(f"{paths.API}/v1/claim-status/setup", setup),
    Route(f"{paths.API}/v1/claim-status/payers/{{key}}", payer_setup),
    Route(f"{paths.API}/v1/claim-statuses", ask, methods=["POST"]),
    Route(f"{paths.API}/v1/claim-statuses/{{key}}", more),
    Route(f"{paths.API}/v1/claim-statuses/{{key}}/claims/{{ref}}", detail),
    Route(f"{paths.API}/v1/claim-statuses/{{key}}/claims/{{ref}}/lines", lines),
    Route(f"{paths.API}/v1/claim-statuses/{{key}}/dispute", dispute, methods=["POST"]),
]
