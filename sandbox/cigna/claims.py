"""Claims: the search in its four kinds, the list in pages, and the opened claim."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.cigna import searches
from sandbox.cigna.benefits import full_name
from sandbox.cigna.claim import STATUS, detail
from sandbox.cigna.searches import Search
from sandbox.cigna.web import envelope, place_of, session_at, signed_in, step
from sandbox.cigna.words import is_too_much, money, parsed_day, trouble, us
from sandbox.server import At
from sandbox.world import PRACTICE, Claim, World, same_id
from sandbox.world import same_name as plain_name

TOOL = "claims"
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
SPAN = timedelta(days=90)
NONE_FOUND = "There are no results for the parameters chosen."
NOT_ASSIGNED = "Not assigned"


@step("claims")
@signed_in
async def ask(request: Request, at: At) -> Response:
    """Search."""
    asked = await searches.pressed(request, at, "claim-status")
    if asked is None:
        return searches.reset()
    find = partial(_found, at.box.world, place_of(request).payer, asked)
    return _page(at, searches.searched(request, at, TOOL, str(asked.get("kind")), find), 1)


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


def _page(at: At, search: Search, number: int) -> Response:
    page = searches.page_of(at, search, number, partial(_cells, at.box.world), none=NONE_FOUND)
    return JSONResponse(envelope(at, **page, columns=COLUMNS))


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
    search = searches.kept(request, at, TOOL)
    if search is None:
        return searches.gone()
    await asyncio.sleep(at.box.staging_seconds(7) / 2)
    return _page(at, search, int(request.query_params["page"]))


@step("claim")
@signed_in
async def one(request: Request, at: At) -> Response:
    """One claim."""
    claim = searches.hit_of(request, searches.kept(request, at, TOOL))
    if claim is None:
        return searches.gone()
    if said := trouble(at):
        return JSONResponse(envelope(at, trouble=said))
    await asyncio.sleep(at.box.staging_seconds(len(claim.member_id)))
    at.box.records.add("opened", app="claim-status", payer=place_of(request).payer, session=session_at(at).label)
    return JSONResponse(envelope(at, **detail(at.box.world, claim)))


ROUTES = [
    Route("/api/claim/setup", step("claim-status")(signed_in(searches.setup(TOOL, lambda _at: {"kinds": searches.kinds_of(KINDS)})))),
    Route("/api/claim/search", ask, methods=["POST"]),
    Route("/api/claim/{key}", turn),
    Route("/api/claim/{key}/{ref:int}", one),
]
