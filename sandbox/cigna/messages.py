"""Message Center: claim letters and precertification letters, each for those who have its entitlement."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox import letters
from sandbox.cigna import searches
from sandbox.cigna.files import handed_out
from sandbox.cigna.searches import Search
from sandbox.cigna.web import envelope, place_of, session_at, signed_in, step
from sandbox.cigna.words import NONE, money, parsed_day, us
from sandbox.letters import Mail
from sandbox.server import At
from sandbox.world import World

TOOL = "letters"
KINDS = {  # value of the radio: its label, its id, what it needs
    "claim": ("Claim letters", "idClaimLetters", ("fromDate", "throughDate")),
    "precertification": ("Precertification letters", "idPrecertLetters", ("fromDate", "throughDate")),
}
ENTITLEMENTS = {"claim": "claims", "precertification": "precertification"}  # without it the letters of that kind are not shown
COLUMNS = (
    "Letter number", "Letter", "Letter date", "Response due", "Claim reference number", "Authorization number", "Patient name",
    "Patient ID", "Amount", "Document",
)  # fmt: skip
SPAN = timedelta(days=90)
NONE_FOUND = "There are no letters for the dates chosen."
NOT_ENTITLED = "You do not have access to these letters. Contact your website access manager."


def _told(at: At) -> dict[str, Any]:
    kinds = searches.kinds_of(KINDS)
    lacks = session_at(at).user.lacks
    return {"kinds": [{**kind, "denied": NOT_ENTITLED if ENTITLEMENTS[kind["value"]] in lacks else ""} for kind in kinds]}


@step("letters")
@signed_in
async def ask(request: Request, at: At) -> Response:
    """Search."""
    asked = await searches.pressed(request, at, "letters")
    if asked is None:
        return searches.reset()
    kind = str(asked.get("kind"))
    if TOOL in session_at(at).user.lacks or ENTITLEMENTS.get(kind, "") in session_at(at).user.lacks:
        return JSONResponse(envelope(at, denied=NOT_ENTITLED))
    return _page(at, searches.searched(request, at, TOOL, kind, partial(_found, at.box.world, place_of(request).payer, kind, asked)), 1)


def _found(world: World, payer: str, kind: str, asked: dict[str, Any]) -> list[Mail]:
    start, end = parsed_day(str(asked.get("fromDate"))), parsed_day(str(asked.get("throughDate")))
    if start is None or end is None or not start <= end or end - start > SPAN:
        return []
    return [one for one in letters.between(world, payer, start, end) if bool(one.auth_number) == (kind == "precertification")]


def _page(at: At, search: Search, number: int) -> Response:
    return JSONResponse(envelope(at, **searches.page_of(at, search, number, _cells, none=NONE_FOUND), columns=COLUMNS))


def _cells(one: Mail) -> list[str]:
    days = [us(one.dated), us(one.due)]
    return [
        one.number, one.title, *days, one.claim_no or NONE, one.auth_number or NONE, one.patient, one.member_id or NONE, money(one.amount),
    ]  # fmt: skip


@step("letters")
@signed_in
async def turn(request: Request, at: At) -> Response:
    """Another page of a list."""
    search = searches.kept(request, at, TOOL)
    return searches.gone() if search is None else _page(at, search, int(request.query_params["page"]))


@step("letter")
@signed_in
async def document(request: Request, at: At) -> Response:
    """Somebody wants to see a letter."""
    one: Mail | None = searches.hit_of(request, searches.kept(request, at, TOOL))
    if one is None:
        return searches.gone()
    await asyncio.sleep(at.box.staging_seconds(len(one.text)))
    at.box.records.add("opened", app="letters", payer=place_of(request).payer, session=session_at(at).label)
    others = [other for other in letters.of(at.box.world, one.payer) if other.number != one.number]
    another = next((other for other in others if other.claim_no != one.claim_no or other.auth_number != one.auth_number), one)
    return handed_out(at, partial(letters.pdf, one), partial(letters.pdf, another), "letter")


ROUTES = [
    Route("/api/messages/setup", step("letters")(signed_in(searches.setup(TOOL, _told)))),
    Route("/api/messages/search", ask, methods=["POST"]),
    Route("/api/messages/{key}", turn),
    Route("/api/messages/{key}/{ref:int}/document", document, methods=["POST"]),
]
