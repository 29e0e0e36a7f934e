"""Eligibility: one form, one answer whose sections are filled one by one, and three places for what was not found."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.server import At, Sandbox
from sandbox.uhc.benefits import SECTIONS, section, status
from sandbox.uhc.web import envelope, member_call, session_at, signed_in, step
from sandbox.uhc.words import parsed_day, trouble, us
from sandbox.world import Found

PAYER = "uhc"
BY_ID, BY_NAME, ID_NAME = "Member ID & Date of Birth", "Member Name & Date of Birth", "Member ID & Member Name"
NEEDS = {BY_ID: ("memberId", "born"), BY_NAME: ("first", "last", "born"), ID_NAME: ("memberId", "first", "last")}
PAST, AHEAD = timedelta(days=730), timedelta(days=60)
KEPT = 40
HESITATES = 7  # of so many member ids one is not found at its first search in a session


class Refusal(NamedTuple):
    """What comes in place of an answer, and where."""

    place: str
    title: str
    text: str


NO_MEMBER = Refusal(
    "dialog",
    "No Results Found",
    "Your search returned no results that matched the Member ID submitted. Please review the search criteria and try again.",
)
NO_NAME = Refusal("popup", "", "Your search returned no results. Please review the search criteria.")
OTHER_BIRTH = Refusal("banner", "", "The date of birth does not match the Member ID submitted.")
MANY = Refusal("banner", "", "Your search returned more than one member. Search by Member ID.")
OUT_OF_RANGE = Refusal("banner", "", "The date is outside the range for which eligibility can be verified.")


@dataclass
class Answer:
    """One answered question."""

    key: str
    day: date
    found: list[Found]
    transaction: str
    refusal: Refusal | None = None


@step("eligibility")
@signed_in
async def setup(_request: Request, at: At) -> Response:
    """What the form needs at its start."""
    if at.fires("maintenance") is not None:
        return JSONResponse({"maintenance": True})
    return JSONResponse(envelope(at, nonce=secrets.token_hex(8), criteria=list(NEEDS), needs=NEEDS))


@step("coverage")
@signed_in
async def ask(request: Request, at: At) -> Response:
    """Verify Eligibility."""
    session, asked = session_at(at), await request.json()
    at.box.records.add("press", form="eligibility", nonce=str(asked.get("nonce", "")), session=session.label)
    if at.fires("blank-form") is not None:
        return JSONResponse({"reset": True})
    turn = session.memory["turn"] = session.memory.get("turn", 0) + 1
    answer = _answered(at, asked)
    await asyncio.sleep(at.box.staging_seconds(turn))
    return JSONResponse(envelope(at, **_shown(answer)))


def _answered(at: At, asked: dict[str, Any]) -> Answer:
    session, before = session_at(at), session_at(at).memory.get("last_answer")
    answer = _answer(at, asked)
    at.box.records.add("search", app="eligibility", payer=PAYER, session=session.label, found=len(answer.found), service_type="30")
    if before is not None and at.fires("stale-result") is not None:
        stale: Answer = before
        return stale
    session.memory["last_answer"] = answer
    kept: dict[str, Answer] = session.memory.setdefault("answers", {})
    kept[answer.key] = answer
    while len(kept) > KEPT:
        kept.pop(next(iter(kept)))
    return answer


def _answer(at: At, asked: dict[str, Any]) -> Answer:
    day, key = parsed_day(asked.get("day", "")), secrets.token_hex(8)
    answer = Answer(key, day or at.box.world.as_of, [], f"{int(key, 16) % 10**10:010d}")
    if said := trouble(at):
        answer.refusal = Refusal("banner", "", said)
    elif day is None or not -PAST <= day - at.box.world.as_of <= AHEAD:
        answer.refusal = OUT_OF_RANGE
    elif _hesitates(at, asked):
        answer.refusal = NO_MEMBER
    else:
        answer.found, answer.refusal = _search(at.box, asked, day)
    return answer


def _hesitates(at: At, asked: dict[str, Any]) -> bool:
    """One retry sometimes succeeds: of some members the first search in a session knows nothing."""
    number = "".join(filter(str.isdigit, asked.get("memberId", "")))
    seen: set[str] = session_at(at).memory.setdefault("seen", set())
    first = number not in seen
    seen.add(number)
    return asked.get("criteria") == BY_ID and bool(number) and int(number) % HESITATES == 0 and first


def _search(box: Sandbox, asked: dict[str, Any], day: date) -> tuple[list[Found], Refusal | None]:
    given = {name: str(asked.get(name, "")) for name in NEEDS.get(asked.get("criteria", ""), ())}
    born, number = parsed_day(given.get("born", "")), given.get("memberId", "")
    names = {"last": given["last"], "first": given["first"]} if "last" in given else {}
    found = box.world.find_members(PAYER, member_id=number, birth_date=born, **names, on=day)
    if len({f.member.key for f in found}) > 1:
        return [], MANY
    if found:
        return found, None
    if number and born and box.world.find_members(PAYER, member_id=number, on=day):
        return [], OTHER_BIRTH
    return [], NO_MEMBER if number else NO_NAME


def _shown(answer: Answer) -> dict[str, Any]:
    if answer.refusal is not None:
        return {"refusal": answer.refusal._asdict()}
    policies = [f"{one.coverage.plan} {status(one.coverage, answer.day)}" for one in answer.found]
    return {
        "id": answer.key,
        "transaction": answer.transaction,
        "day": us(answer.day),
        "selected": status(answer.found[0].coverage, answer.day),
        "policies": policies,
        "sections": list(SECTIONS),
    }


async def _section(request: Request, at: At) -> Response:
    answer: Answer | None = session_at(at).memory.get("answers", {}).get(request.path_params["key"])
    name = request.path_params["section"]
    if answer is None or name not in SECTIONS:
        return JSONResponse({"error": "no such section"}, 404)
    await asyncio.sleep(at.box.staging_seconds(SECTIONS.index(name) * 3) / 2)
    found = answer.found[0]
    return JSONResponse(section(name, found.member, found.coverage, answer.day))


ROUTES = [
    Route("/api/eligibility/setup", setup),
    Route("/api/eligibility", ask, methods=["POST"]),
    Route("/api/eligibility/{key}/{section}", member_call(_section)),
]
