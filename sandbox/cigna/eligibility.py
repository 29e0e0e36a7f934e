"""Patient search and one patient's benefits: several patients in one search, each opened by a link, and a day that is chosen afterwards."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.cigna import searches
from sandbox.cigna.benefits import RELATIONS, full_name, sheet
from sandbox.cigna.web import at_step, envelope, place_of, session_at, signed_in, step
from sandbox.cigna.words import is_too_much, parsed_day, trouble, us
from sandbox.server import At
from sandbox.world import Found, World

PAST, AHEAD = timedelta(days=730), timedelta(days=60)
MOST = 10
KEPT = 40
NEEDED = "Enter a patient ID and date of birth, or a first name, last name and date of birth."
NO_PATIENT = "No patients match the information entered."
OTHER_BIRTH = "The date of birth does not match the patient ID entered."
OUT_OF_RANGE = "Coverage information is not available for the date entered."
COLUMNS = ("Patient ID", "Patient name", "Date of birth", "Relationship")
Asked = dict[str, str]


@dataclass
class Search:
    """One search: what was asked, and for each patient who was found or what is said instead."""

    key: str
    asked: list[Asked]
    hits: list[Found]
    said: list[str]
    trouble: str = ""


@step("coverage")
@signed_in
async def ask(request: Request, at: At) -> Response:
    """Search."""
    asked = await searches.pressed(request, at, "eligibility")
    if asked is None:
        return searches.reset()
    return JSONResponse(envelope(at, **_shown(_searched(request, at, [_cleaned(one) for one in asked["patients"][:MOST]]))))


def _cleaned(one: dict[str, Any]) -> Asked:
    return {name: str(one.get(name, "")).strip() for name in ("id", "dob", "first", "last")}


def _searched(request: Request, at: At, asked: list[Asked]) -> Search:
    """The answer to this search, or once more the one before it."""
    session, before = session_at(at), session_at(at).memory.get("last_search")
    search = _search(at, place_of(request).payer, asked)
    found = len(search.hits)
    at.box.records.add("search", app="eligibility", payer=place_of(request).payer, session=session.label, found=found, service_type="30")
    if before is not None and before.asked != asked and at.fires("stale-result") is not None:
        stale: Search = before
        return stale
    session.memory["last_search"] = search
    kept: dict[str, Search] = session.memory.setdefault("searches", {})
    kept[search.key] = search
    while len(kept) > KEPT:
        kept.pop(next(iter(kept)))
    return search


def _search(at: At, payer: str, asked: list[Asked]) -> Search:
    search = Search(secrets.token_hex(8), asked, [], [], trouble(at))
    for one in asked if not search.trouble else ():
        hits, said = _found(at.box.world, payer, one)
        search.hits += hits
        search.said += [said] if said else []
    return search


def _found(world: World, payer: str, one: Asked) -> tuple[list[Found], str]:
    """Everybody these criteria fit, each once, or what is said instead."""
    born, today = parsed_day(one["dob"]), world.as_of
    if born is None or not (one["id"] or (one["first"] and one["last"])):
        return [], NEEDED
    if one["id"]:
        found = world.find_members(payer, member_id=one["id"], birth_date=born, on=today)
        known = bool(found) or bool(world.find_members(payer, member_id=one["id"], on=today))
        found = [] if is_too_much(one["last"], one["first"]) else found
    else:
        spoiled = is_too_much(one["last"], one["first"])
        found = [] if spoiled else world.find_members(payer, last=one["last"], first=one["first"], birth_date=born, on=today)
        known = False
    people = {hit.member.key: hit for hit in reversed(found)}
    return list(reversed(people.values())), "" if found else (OTHER_BIRTH if known else NO_PATIENT)


def _shown(search: Search) -> dict[str, Any]:
    rows = [{"cells": _cells(hit), "confirm": hit.member.relation != "self"} for hit in search.hits]
    return {"id": search.key, "columns": COLUMNS, "rows": rows, "said": search.said, "trouble": search.trouble}


def _cells(hit: Found) -> list[str]:
    who = hit.member.person
    return [hit.coverage.member_id, full_name(who), us(who.birth_date), RELATIONS[hit.member.relation]]


@signed_in
async def _patient(request: Request, at: At) -> Response:
    """One patient's benefits on a day; today's, where none is asked for."""
    session = session_at(at)
    search: Search | None = session.memory.get("searches", {}).get(request.path_params["key"])
    number = int(request.path_params["number"])
    if search is None or number >= len(search.hits):
        return JSONResponse({"error": "no such patient"}, 404)
    await asyncio.sleep(at.box.staging_seconds(len(session.memory)))
    day = parsed_day(request.query_params.get("asOf", "")) if "asOf" in request.query_params else at.box.world.as_of
    return JSONResponse(envelope(at, **_benefits(at, place_of(request).payer, search.hits[number], day)))


def _benefits(at: At, payer: str, hit: Found, day: date | None) -> dict[str, Any]:
    """What the page shows of this patient, or once more what it showed last."""
    session = session_at(at)
    if said := trouble(at):
        return {"trouble": said}
    if day is None or not -PAST <= day - at.box.world.as_of <= AHEAD:
        return {"said": OUT_OF_RANGE}
    before = session.memory.get("last_benefits")
    plans = _plans_on(at.box.world, payer, hit, day)
    number = f"{secrets.randbelow(10**12):012d}"
    answer = {**sheet(hit.member, plans, day), "number": number}
    if before is not None and at.fires("stale-result") is not None:
        stale: dict[str, Any] = before
        return stale
    session.memory["last_benefits"] = answer
    return answer


def _plans_on(world: World, payer: str, hit: Found, day: date) -> list[Found]:
    """This patient's plans on that day, the one that was searched under first."""
    mine = world.find_members(payer, member_id=hit.coverage.member_id, birth_date=hit.member.person.birth_date, on=day)
    named = world.find_members(
        payer, last=hit.member.person.last, first=hit.member.person.first, birth_date=hit.member.person.birth_date, on=day
    )
    plans = [one for one in (*mine, *named) if one.member.key == hit.member.key]
    return list({id(one.coverage): one for one in reversed(plans)}.values())[::-1]


async def patient(request: Request) -> Response:
    """A further pass of the same step; what stands in its way stood in the way of the search."""
    return await _patient(request, at_step(request, "coverage"))


ROUTES = [
    Route("/api/patient/setup", step("eligibility")(signed_in(searches.setup("patients", lambda _at: {"most": MOST})))),
    Route("/api/patient/search", ask, methods=["POST"]),
    Route("/api/patient/{key}/{number:int}", patient),
]
