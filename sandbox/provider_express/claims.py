"""Claim Inquiry and My Submitted Claims: two searches, two lists in pages of ten, and the opened claim."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from html import escape
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.provider_express import paths
from sandbox.provider_express.claim import ENTERED, INQUIRED, detail, entered, inquired, is_keyed, is_loading
from sandbox.provider_express.frame import box, grid, message, pairs
from sandbox.provider_express.web import (
    PAYER,
    Handler,
    form_of,
    heading,
    i,
    page,
    session_at,
    shape,
    signed_in,
    step,
    t,
)  # fmt: skip
from sandbox.provider_express.words import parsed_day, trouble
from sandbox.server import At
from sandbox.world import Claim

FIELDS = {
    "claimNumber": "Claim Number",
    "claimMemberId": "Member ID",
    "claimLastName": "Last Name",
    "claimFirstName": "First Name",
    "claimBirthDate": "Date of Birth",
    "serviceFrom": "Service Date From",
    "serviceThrough": "Service Date Through",
}
DATES = ("claimBirthDate", "serviceFrom", "serviceThrough")
PAGE_SIZE = 10
SPAN = timedelta(days=90)
KEPT = 40
NEEDED = "Enter a Claim Number, or a Date of Birth with a Member ID or a Last Name and First Name, and the service dates."
BAD_DATES = "Enter service dates as MM/DD/YYYY, at most 90 days apart."
NO_CLAIMS = "No claims match the information entered."
Asked = dict[str, str]


class Tool(NamedTuple):
    """One of the two lists."""

    name: str
    path: str
    fields: tuple[str, ...]
    columns: tuple[str, ...]


INQUIRY = Tool("Claim Inquiry", paths.INQUIRY, tuple(FIELDS), INQUIRED)
SUBMITTED = Tool("My Submitted Claims", paths.SUBMITTED, ("serviceFrom", "serviceThrough"), ENTERED)


@dataclass
class Search:
    """One search in one of the lists, and what it found or what is said instead."""

    key: str
    tool: Tool
    asked: Asked
    claims: list[Claim] = field(default_factory=list)
    said: str = ""


def _form_page(tool: Tool) -> Handler:
    @step("claim-status")
    @signed_in
    async def answer(_request: Request, at: At) -> Response:
        return _form(at, at, tool, {})

    return answer


def _searched(tool: Tool) -> Handler:
    @step("claims")
    @signed_in
    async def answer(request: Request, at: At) -> Response:
        session, asked = session_at(at), await form_of(request)
        at.box.records.add("press", form="claim-status", nonce=asked.get("nonce", ""), session=session.label)
        if at.fires("blank-form") is not None:
            return _form(at, shape(at, "claim-status"), tool, {})
        turn = session.memory["turn"] = session.memory.get("turn", 0) + 1
        await asyncio.sleep(at.box.staging_seconds(turn))
        search = _answered(at, tool, {name: asked.get(name, "") for name in tool.fields})
        return _list(at, search, 1) if search.claims else _form(at, shape(at, "claim-status"), tool, search.asked, search.said)

    return answer


def _answered(at: At, tool: Tool, asked: Asked) -> Search:
    """The answer to this search, or once more the one before it."""
    session, last = session_at(at), f"last {tool.name}"
    before: Search | None = session.memory.get(last)
    search = Search(secrets.token_hex(8), tool, asked)
    search.said = trouble(at) or _wrong(tool, asked)
    if not search.said:
        search.claims = _found(at, tool, asked)
        search.said = "" if search.claims else NO_CLAIMS
    at.box.records.add("search", app="claim-status", payer=PAYER, session=session.label, found=len(search.claims), tab=tool.name)
    if before is not None and at.fires("stale-result") is not None:
        return before
    session.memory[last] = search
    kept: dict[str, Search] = session.memory.setdefault("claim searches", {})
    kept[search.key] = search
    while len(kept) > KEPT:
        kept.pop(next(iter(kept)))
    return search


def _wrong(tool: Tool, asked: Asked) -> str:
    if asked.get("claimNumber"):
        return ""
    named = asked.get("claimMemberId") or (asked.get("claimLastName") and asked.get("claimFirstName"))
    if tool is INQUIRY and not (named and parsed_day(asked["claimBirthDate"])):
        return NEEDED
    start, end = parsed_day(asked["serviceFrom"]), parsed_day(asked["serviceThrough"])
    return "" if start is not None and end is not None and start <= end <= start + SPAN else BAD_DATES


def _found(at: At, tool: Tool, asked: Asked) -> list[Claim]:
    """A claim that was keyed here is known to Claim Inquiry some days later, and to My Submitted Claims at once."""
    world = at.box.world
    start, end = parsed_day(asked["serviceFrom"]), parsed_day(asked["serviceThrough"])
    if tool is SUBMITTED:
        return [claim for claim in world.find_claims(PAYER, dos_from=start, dos_to=end) if is_keyed(claim)]
    if asked["claimNumber"]:
        found = world.find_claims(PAYER, payer_claim_no=asked["claimNumber"])
    else:
        found = world.find_claims(
            PAYER,
            member_id=asked["claimMemberId"],
            last=asked["claimLastName"],
            first=asked["claimFirstName"],
            birth_date=parsed_day(asked["claimBirthDate"]),
            dos_from=start,
            dos_to=end,
        )
    return [claim for claim in found if not is_loading(world, claim)]


# the pages


def _form(at: At, mine: At, tool: Tool, asked: Asked, said: str = "") -> Response:
    """A search form as `mine` draws it, on a page of `at`."""
    hints = dict.fromkeys(DATES, "MM/DD/YYYY")
    fields = [box(t(mine, FIELDS[name]), i(mine, name), asked.get(name, ""), hint=hints.get(name, ""), name=name) for name in tool.fields]
    if mine.on("moved-element") is not None:
        fields.reverse()
    button = f"<button class='button' id='{i(mine, 'claimSearch')}'>{t(mine, 'Search')}</button>"
    nonce = f"<input type='hidden' name='nonce' value='{secrets.token_hex(8)}'>"
    form = f"<form method='post' action='{tool.path}'>{nonce}<div class='fields'>{''.join(fields)}</div>{button}</form>"
    return page(at, f"{heading(mine, tool.name)}{message(said)}{form}")


def _list(at: At, search: Search, number: int) -> Response:
    first, claims = (number - 1) * PAGE_SIZE, search.claims
    if number > 1 and at.on("pager-order") is not None:
        claims = [*claims[PAGE_SIZE // 2 :], *claims[: PAGE_SIZE // 2]]
    shown = claims[first : first + PAGE_SIZE]
    rows = [_row(at, search, claim) for claim in shown]
    columns: Sequence[str] = search.tool.columns
    if at.on("reordered-columns") is not None:
        columns, rows = columns[::-1], [row[::-1] for row in rows]
    told = {t(at, FIELDS[name]): value for name, value in search.asked.items() if value}
    count = f"<p id='claimCount'>Claims {first + 1} - {first + len(shown)} of {len(claims)}</p>"
    table = grid([t(at, name) for name in columns], rows, i(at, "claimResults"))
    top = f"{heading(at, f'{search.tool.name} Results')}{pairs(told, 'searchCriteria')}{count}"
    inside, outside = (top, table) if at.on("moved-element") is not None else (f"{top}{table}", "")
    return page(at, f"<div id='claimsPage'>{inside}{_pager(search, number)}</div>{outside}")


def _row(at: At, search: Search, claim: Claim) -> list[str]:
    if search.tool is SUBMITTED:
        return list(map(escape, entered(at.box.world, claim)))
    number, *rest = map(escape, inquired(claim))
    return [f"<a href='{paths.CLAIM}/{search.key}/{search.claims.index(claim)}'>{number}</a>", *rest]


def _pager(search: Search, number: int) -> str:
    pages = (len(search.claims) - 1) // PAGE_SIZE + 1
    there = f"{search.tool.path}/{search.key}?page="
    back = f"<a href='{there}{number - 1}'>Previous Page</a> " if number > 1 else ""
    return f"<p>{back}" + (f"<a href='{there}{number + 1}'>Next Page</a>" if number < pages else "") + "</p>"


@step("claims")
@signed_in
async def turned(request: Request, at: At) -> Response:
    """Another page of a list."""
    search = _kept(request, at)
    return _list(at, search, int(request.query_params["page"])) if search is not None else RedirectResponse(paths.INQUIRY, 303)


def _kept(request: Request, at: At) -> Search | None:
    found: Search | None = session_at(at).memory.get("claim searches", {}).get(request.path_params["key"])
    return found


@step("claim")
@signed_in
async def opened(request: Request, at: At) -> Response:
    """One claim."""
    search, ref = _kept(request, at), int(request.path_params["ref"])
    if search is None or ref >= len(search.claims):
        return RedirectResponse(paths.INQUIRY, 303)
    if said := trouble(at):
        return page(at, f"{heading(at, 'Claim Detail')}{message(said)}")
    await asyncio.sleep(at.box.staging_seconds(ref))
    at.box.records.add("opened", app="claim-status", payer=PAYER, session=session_at(at).label)
    return page(at, detail(at, search.claims[ref]))


ROUTES = [
    Route(f"{paths.CLAIM}/{{key}}/{{ref:int}}", opened),
    *(
        route
        for tool in (INQUIRY, SUBMITTED)
        for route in (
            Route(tool.path, _form_page(tool), methods=["GET"]),
            Route(tool.path, _searched(tool), methods=["POST"]),
            Route(f"{tool.path}/{{key}}", turned),
        )
    ),
]
