"""Claims: the search in its four kinds, the list in pages, and the opened claim."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.cigna.benefits import full_name
from sandbox.cigna.claim import STATUS, detail
from sandbox.cigna.web import envelope, place_of, session_at, signed_in, step
from sandbox.cigna.words import is_too_much, money, parsed_day, trouble, us
from sandbox.server import At
from sandbox.world import PRACTICE, Claim, World, same_id
from sandbox.world import same_name as plain_name

KINDS = {  # value of the radio: its label, its id, what it needs
    "dob": ("Date of birth/Cigna patient ID", "idDob", ("memberId", "dateOfBirth")),
    "name": ("Name/Cigna patient ID", "idName", ("firstName", "lastName", "memberId")),
    "number": ("Claim reference number", "idClaim", ("claimNumber",)),
    "dates": ("Service dates", "idDates", ("fromDate", "throughDate")),
}
COLUMNS = (  # the name in the cell's id, which is not always its column's
    ("claimNumber", "Claim reference number"),
    ("claimStatus", "Claim status"),
    ("patientName", "Patient name"),
    ("datesOfService", "Date of birth"),
    ("accountNumber", "Dates of service"),
    ("patientDob", "Provider account number"),
    ("taxId", "Tax ID"),
    ("amountBilled", "Amount billed"),
    ("providerName", "Provider name"),
)
PAGE_SIZE = 10
SPAN = timedelta(days=90)
KEPT = 40
NONE_FOUND = "There are no results for the parameters chosen."
NOT_ASSIGNED = "Not assigned"


@dataclass
class Search:
    """One search and what it found."""

    key: str
    claims: list[Claim]
    trouble: str = ""


@step("claim-status")
@signed_in
async def setup(_request: Request, at: At) -> Response:
    """What the form needs at its start."""
    if at.fires("maintenance") is not None:
        return JSONResponse({"maintenance": True})
    kinds = [{"value": value, "label": label, "id": name, "needs": needs} for value, (label, name, needs) in KINDS.items()]
    return JSONResponse(envelope(at, nonce=secrets.token_hex(8), kinds=kinds))


@step("claims")
@signed_in
async def ask(request: Request, at: At) -> Response:
    """Search."""
    session, asked = session_at(at), await request.json()
    at.box.records.add("press", form="claim-status", nonce=str(asked.get("nonce", "")), session=session.label)
    if at.fires("blank-form") is not None:
        return JSONResponse({"reset": True})
    turn = session.memory["turn"] = session.memory.get("turn", 0) + 1
    search = _searched(request, at, asked)
    await asyncio.sleep(at.box.staging_seconds(turn))
    return JSONResponse(envelope(at, **_page(at, search, 1)))


def _searched(request: Request, at: At, asked: dict[str, Any]) -> Search:
    """The answer to this search, or once more the one before it."""
    session, before, payer = session_at(at), session_at(at).memory.get("last_claims"), place_of(request).payer
    said = trouble(at)
    search = Search(secrets.token_hex(8), [] if said else _found(at.box.world, payer, asked), said)
    at.box.records.add("search", app="claim-status", payer=payer, session=session.label, found=len(search.claims), tab=asked.get("kind"))
    if before is not None and at.fires("stale-result") is not None:
        stale: Search = before
        return stale
    session.memory["last_claims"] = search
    kept: dict[str, Search] = session.memory.setdefault("claim_searches", {})
    kept[search.key] = search
    while len(kept) > KEPT:
        kept.pop(next(iter(kept)))
    return search


def _found(world: World, payer: str, asked: dict[str, Any]) -> list[Claim]:
    """The claims that fit; a suffix or a middle initial in a name fits nobody."""
    needs = KINDS.get(asked.get("kind", ""), ("", "", ("nothing",)))[2]
    given = {name: str(asked.get(name, "")).strip() for name in needs}
    if not all(given.values()):
        return []
    if "claimNumber" in given:
        return world.find_claims(payer, payer_claim_no=given["claimNumber"])
    if "fromDate" in given:
        start, end = parsed_day(given["fromDate"]), parsed_day(given["throughDate"])
        fits = start is not None and end is not None and start <= end and end - start <= SPAN
        return world.find_claims(payer, dos_from=start, dos_to=end) if fits else []
    if "lastName" in given:
        wanted = (plain_name(given["lastName"]), plain_name(given["firstName"]))
        spoiled = is_too_much(given["lastName"], given["firstName"])
        mine = world.find_claims(payer, member_id=given["memberId"])
        return [c for c in mine if not spoiled and (plain_name(c.patient.last), plain_name(c.patient.first)) == wanted]
    born = parsed_day(given["dateOfBirth"])
    return world.find_claims(payer, member_id=same_id(given["memberId"]), birth_date=born) if born else []


def _page(at: At, search: Search, number: int) -> dict[str, Any]:
    first, claims = (number - 1) * PAGE_SIZE, search.claims
    if number > 1 and at.on("pager-order") is not None:
        claims = [*claims[PAGE_SIZE // 2 :], *claims[: PAGE_SIZE // 2]]
    return {
        "id": search.key,
        "trouble": search.trouble,
        "none": "" if claims or search.trouble else NONE_FOUND,
        "total": len(claims),
        "first": first + 1,
        "columns": COLUMNS,
        "rows": [{"ref": search.claims.index(c), "cells": _cells(at.box.world, c)} for c in claims[first : first + PAGE_SIZE]],
        "page": number,
        "pages": (len(claims) - 1) // PAGE_SIZE + 1,
    }


def _cells(world: World, claim: Claim) -> list[str]:
    """A claim as a row of the list."""
    provider = world.provider(claim.rendering_npi)
    days = us(claim.dos_from) if claim.dos_from == claim.dos_to else f"{us(claim.dos_from)} - {us(claim.dos_to)}"
    return [
        claim.payer_claim_no or NOT_ASSIGNED,
        STATUS[claim.state],
        full_name(claim.patient),
        us(claim.patient.birth_date),
        days,
        claim.claim_id or "--",
        claim.billing_tin,
        money(claim.charge),
        f"{provider.first} {provider.last}".upper() if provider else PRACTICE.name.upper(),
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
    found: Search | None = session_at(at).memory.get("claim_searches", {}).get(request.path_params["key"])
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
    await asyncio.sleep(at.box.staging_seconds(len(claim.member_id)))
    at.box.records.add("opened", app="claim-status", payer=place_of(request).payer, session=session_at(at).label)
    return JSONResponse(envelope(at, **detail(at.box.world, claim)))


ROUTES = [
    Route("/api/claim/setup", setup),
    Route("/api/claim/search", ask, methods=["POST"]),
    Route("/api/claim/{key}", turn),
    Route("/api/claim/{key}/{ref:int}", one),
]
