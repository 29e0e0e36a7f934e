"""Claims: the search by member, by name, by number or by dates, the list in pages, the opened claim, and the month's export."""

from __future__ import annotations

import asyncio
import csv
import io
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.server import At
from sandbox.uhc.claim import STATUS, detail
from sandbox.uhc.eligibility import PAYER
from sandbox.uhc.web import envelope, member_call, session_at, signed_in, step
from sandbox.uhc.words import money, parsed_day, trouble, us
from sandbox.world import PRACTICE, Claim

BY_ID, BY_NAME, BY_NUMBER, BY_DATES = "Member ID & date of birth", "Member name & date of birth", "Claim number", "Dates of service"
NEEDS = {BY_ID: ("memberId", "born"), BY_NAME: ("first", "last", "born"), BY_NUMBER: ("number",), BY_DATES: ()}
COLUMNS = (
    "Claim Number", "Status", "Patient Name", "Member ID", "First Date of Service", "Last Date of Service", "Billed Amount",
    "Paid Amount", "Processed Date",
)  # fmt: skip
PAGE_SIZE = 10
SPAN = timedelta(days=90)
RECENT = timedelta(days=30)
KEPT = 40
CHECK = "Check your entries and try again."
NO_MEMBER = f"Member not found. {CHECK}"
NO_CLAIM = "Member found, but no claim matches your search."
NO_CLAIMS = "No claims found"
ADJUDICATED = frozenset({"paid", "paid_zero", "denied", "partly_denied", "reversed", "finalized"})
AGAIN = 3  # of so many exported claims one was processed twice


@dataclass
class Search:
    """One search and what it found."""

    key: str
    claims: list[Claim]
    popup: str = ""


@step("claim-status")
@signed_in
async def setup(_request: Request, at: At) -> Response:
    """What the form needs at its start."""
    if at.fires("maintenance") is not None:
        return JSONResponse({"maintenance": True})
    month = f"{at.box.world.as_of:%Y-%m}"
    return JSONResponse(envelope(at, nonce=secrets.token_hex(8), types=list(NEEDS), needs=NEEDS, month=month))


@step("claims")
@signed_in
async def ask(request: Request, at: At) -> Response:
    """Search."""
    session, asked = session_at(at), await request.json()
    at.box.records.add("press", form="claim-status", nonce=str(asked.get("nonce", "")), session=session.label)
    if at.fires("blank-form") is not None:
        return JSONResponse({"reset": True})
    turn = session.memory["turn"] = session.memory.get("turn", 0) + 1
    search = _searched(at, asked)
    await asyncio.sleep(at.box.staging_seconds(turn))
    return JSONResponse(envelope(at, **_page(at, search, 1)))


def _searched(at: At, asked: dict[str, Any]) -> Search:
    """The answer to this search, or once more the one before it."""
    session, before = session_at(at), session_at(at).memory.get("last_search")
    search = _search(at, asked)
    at.box.records.add("search", app="claim-status", payer=PAYER, session=session.label, found=len(search.claims), tab=asked.get("type"))
    if before is not None and at.fires("stale-result") is not None:
        stale: Search = before
        return stale
    session.memory["last_search"] = search
    kept: dict[str, Search] = session.memory.setdefault("searches", {})
    kept[search.key] = search
    while len(kept) > KEPT:
        kept.pop(next(iter(kept)))
    return search


def _search(at: At, asked: dict[str, Any]) -> Search:
    search, today = Search(secrets.token_hex(8), []), at.box.world.as_of
    custom = asked.get("dateRange") == "custom"
    start, end = (parsed_day(asked.get(name, "")) for name in ("start", "end")) if custom else (today - RECENT, today)
    given = {name: str(asked.get(name, "")) for name in NEEDS.get(asked.get("type", ""), ())}
    if said := trouble(at):
        search.popup = said
    elif start is None or end is None or not start <= end <= today or end - start > SPAN or not all(given.values()):
        search.popup = CHECK
    elif "born" in given and not _known(at, given):
        search.popup = NO_MEMBER
    else:
        npi = "" if asked.get("tinWide") == "tin" else PRACTICE.npis[0]
        first, last = (None, None) if "number" in given else (start, end)
        search.claims = at.box.world.find_claims(PAYER, **_criteria(given), dos_from=first, dos_to=last, npi=npi)
        search.popup = NO_CLAIM if "memberId" in given and not search.claims else ""
    return search


def _criteria(given: dict[str, str]) -> dict[str, Any]:
    named = {"memberId": "member_id", "number": "payer_claim_no", "last": "last", "first": "first"}
    found: dict[str, Any] = {ours: given[theirs] for theirs, ours in named.items() if theirs in given}
    return found | ({"birth_date": parsed_day(given["born"])} if "born" in given else {})


def _known(at: At, given: dict[str, str]) -> bool:
    return parsed_day(given["born"]) is not None and bool(at.box.world.find_members(PAYER, **_criteria(given), on=at.box.world.as_of))


def _page(at: At, search: Search, number: int) -> dict[str, Any]:
    first = (number - 1) * PAGE_SIZE
    claims = search.claims
    if number > 1 and at.on("pager-order") is not None:
        claims = [*claims[PAGE_SIZE // 2 :], *claims[: PAGE_SIZE // 2]]
    return {
        "id": search.key,
        "popup": search.popup,
        "none": NO_CLAIMS if not claims and not search.popup else "",
        "total": len(claims),
        "first": first + 1,
        "columns": COLUMNS,
        "rows": [_row(c, search.claims.index(c)) for c in claims[first : first + PAGE_SIZE]],
        "page": number,
        "pages": (len(claims) - 1) // PAGE_SIZE + 1,
    }


def _row(claim: Claim, ref: int) -> dict[str, Any]:
    return {
        "ref": ref,
        "json": {"claimNumber": claim.payer_claim_no, "claimStatus": STATUS[claim.state], "firstServiceDate": us(claim.dos_from)},
        "cells": cells(claim),
    }


def cells(claim: Claim) -> list[str]:
    """A claim as a row of the list."""
    return [
        claim.payer_claim_no or "Not assigned",
        STATUS[claim.state],
        f"{claim.patient.first} {claim.patient.last}".upper(),
        claim.member_id,
        us(claim.dos_from),
        us(claim.dos_to),
        money(claim.charge),
        money(claim.paid),
        us(claim.finalized),
    ]


@step("claims")
@signed_in
async def turn(request: Request, at: At) -> Response:
    """Another page of a list."""
    search = _kept(at, request)
    if search is None:
        return JSONResponse({"error": "no such search"}, 404)
    await asyncio.sleep(at.box.staging_seconds(7) / 2)
    return JSONResponse(envelope(at, **_page(at, search, int(request.query_params["page"]))))


def _kept(at: At, request: Request) -> Search | None:
    found: Search | None = session_at(at).memory.get("searches", {}).get(request.path_params["key"])
    return found


@step("claim")
@signed_in
async def one(request: Request, at: At) -> Response:
    """One claim."""
    search, ref = _kept(at, request), int(request.path_params["ref"])
    if search is None or ref >= len(search.claims):
        return JSONResponse({"error": "no such claim"}, 404)
    if said := trouble(at):
        return JSONResponse(envelope(at, trouble=said))
    claim = search.claims[ref]
    await asyncio.sleep(at.box.staging_seconds(len(claim.member_id)) / 2)
    at.box.records.add("opened", app="claim-status", payer=PAYER, session=session_at(at).label)
    return JSONResponse(envelope(at, **detail(claim)))


async def _lines(request: Request, at: At) -> Response:
    """The service lines of a claim, asked for apart."""
    search = _kept(at, request)
    if search is None:
        return JSONResponse({"error": "no such claim"}, 404)
    await asyncio.sleep(at.box.staging_seconds(11) / 2)
    found = detail(search.claims[int(request.path_params["ref"])])
    return JSONResponse({"columns": found["columns"], "lines": found["lines"]})


async def _export(request: Request, at: At) -> Response:
    """Adjudicated claims of one month; a claim that was processed again stands there twice, and the newest row holds."""
    text = io.StringIO()
    sheet = csv.writer(text)
    sheet.writerow(COLUMNS)
    sheet.writerows(_exported(at, request.query_params.get("month", "")))
    name = f"claims-{request.query_params.get('month', '')}.csv"
    return Response(text.getvalue(), media_type="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _exported(at: At, month: str) -> Iterator[list[str]]:
    for number, claim in enumerate(at.box.world.find_claims(PAYER)):
        if claim.state not in ADJUDICATED or claim.finalized is None or f"{claim.finalized:%Y-%m}" != month:
            continue
        row = cells(claim)
        if number % AGAIN == 0:
            yield [*row[:1], "Pending", *row[2:7], money(None), us(claim.finalized - timedelta(days=5))]
        yield row


ROUTES = [
    Route("/api/claims/setup", setup),
    Route("/api/claims", ask, methods=["POST"]),
    Route("/api/claims/{key}", turn),
    Route("/api/claims/{key}/{ref:int}", one),
    Route("/api/claims/{key}/{ref:int}/lines", member_call(_lines)),
    Route("/export/claims.csv", member_call(_export)),
]
