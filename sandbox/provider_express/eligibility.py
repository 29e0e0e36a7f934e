"""Eligibility & Benefits: a search, the members found with their demographics, and one member's benefits behind the name."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from html import escape
from itertools import groupby
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.provider_express import paths
from sandbox.provider_express.coverage import RELATIONS, full_name, parts, status
from sandbox.provider_express.frame import box, grid, message, pairs
from sandbox.provider_express.web import (
    PAYER,
    form_of,
    heading,
    i,
    member_page,
    page,
    session_at,
    shape,
    signed_in,
    step,
    t,
)  # fmt: skip
from sandbox.provider_express.words import NONE, parsed_day, trouble, us
from sandbox.server import At
from sandbox.world import Found

FIELDS = {
    "memberId": "Member ID",
    "lastName": "Last Name",
    "firstName": "First Name",
    "birthDate": "Date of Birth",
    "serviceDate": "Date of Service",
}
DATES = ("birthDate", "serviceDate")
COLUMNS = ("Member Name", "Member ID", "Date of Birth", "Relationship", "Eligibility Status")
PAST, AHEAD = timedelta(days=730), timedelta(days=60)
KEPT = 40
NEEDED = "Enter a Member ID, or a Last Name, First Name and Date of Birth."
BAD_DATE = "Enter dates as MM/DD/YYYY."
OUT_OF_RANGE = "Eligibility is not available for the Date of Service entered."
NOBODY = "No members match the information entered."
Asked = dict[str, str]


@dataclass
class Search:
    """One search: what was asked, and everybody whom it found with all their plans, or what is said instead."""

    key: str
    asked: Asked
    members: list[list[Found]] = field(default_factory=list)
    said: str = ""

    @property
    def number(self) -> str:
        """By which the payer knows this inquiry again."""
        return f"E{int(self.key, 16) % 10**10:010d}"


@step("eligibility")
@signed_in
async def form_page(_request: Request, at: At) -> Response:
    """The empty form; the date of service is today's."""
    return _form(at, at, {"serviceDate": us(at.box.world.as_of)})


@step("coverage")
@signed_in
async def searched(request: Request, at: At) -> Response:
    """Search: the members found, or the form again with what was typed and why."""
    session, asked = session_at(at), await form_of(request)
    at.box.records.add("press", form="eligibility", nonce=asked.get("nonce", ""), session=session.label)
    if at.fires("blank-form") is not None:
        return _form(at, shape(at, "eligibility"), {})
    turn = session.memory["turn"] = session.memory.get("turn", 0) + 1
    await asyncio.sleep(at.box.staging_seconds(turn))
    search = _answered(at, {name: asked.get(name, "") for name in FIELDS})
    return _results(at, search) if search.members else _form(at, shape(at, "eligibility"), search.asked, search.said)


def _answered(at: At, asked: Asked) -> Search:
    """The answer to this search, or once more the one before it."""
    session = session_at(at)
    before: Search | None = session.memory.get("last_members")
    search = _search(at, asked)
    at.box.records.add("search", app="eligibility", payer=PAYER, session=session.label, found=len(search.members), service_type="30")
    if before is not None and at.fires("stale-result") is not None:
        return before
    session.memory["last_members"] = search
    kept: dict[str, Search] = session.memory.setdefault("members", {})
    kept[search.key] = search
    while len(kept) > KEPT:
        kept.pop(next(iter(kept)))
    return search


def _search(at: At, asked: Asked) -> Search:
    search = Search(secrets.token_hex(8), asked)
    search.said = trouble(at) or _wrong(asked, at.box.world.as_of)
    on = parsed_day(asked["serviceDate"])
    if not search.said and on is not None:
        born = parsed_day(asked["birthDate"])
        found = at.box.world.find_members(
            PAYER, member_id=asked["memberId"], birth_date=born, last=asked["lastName"], first=asked["firstName"], on=on
        )
        search.members = [list(plans) for _, plans in groupby(found, key=lambda one: one.member.key)]
        search.said = "" if found else NOBODY
    return search


def _wrong(asked: Asked, today: date) -> str:
    if not asked["memberId"] and not (asked["lastName"] and asked["firstName"] and asked["birthDate"]):
        return NEEDED
    if any(asked[name] and parsed_day(asked[name]) is None for name in DATES) or not asked["serviceDate"]:
        return BAD_DATE
    on = parsed_day(asked["serviceDate"])
    return "" if on is not None and -PAST <= on - today <= AHEAD else OUT_OF_RANGE


# the pages


def _form(at: At, mine: At, asked: Asked, said: str = "") -> Response:
    """The form as `mine` draws it, on a page of `at`."""
    hints = dict.fromkeys(DATES, "MM/DD/YYYY")
    fields = [
        box(t(mine, label), i(mine, name), asked.get(name, ""), hint=hints.get(name, ""), name=name) for name, label in FIELDS.items()
    ]
    if mine.on("moved-element") is not None:
        fields.reverse()
    button = f"<button class='button' id='{i(mine, 'eligibilitySearch')}'>{t(mine, 'Search')}</button>"
    nonce = f"<input type='hidden' name='nonce' value='{secrets.token_hex(8)}'>"
    form = f"<form method='post' action='{paths.ELIGIBILITY}'>{nonce}<div class='fields'>{''.join(fields)}</div>{button}</form>"
    more = f"<p>Or choose a member from your <a href='{paths.PATIENTS}'>Patient List</a>.</p>"
    return page(at, f"{heading(mine, 'Eligibility & Benefits Inquiry')}{message(said)}{form}{more}")


def _criteria(at: At, search: Search) -> str:
    told = {t(at, label): search.asked[name] for name, label in FIELDS.items() if search.asked[name]}
    return pairs({**told, "Inquiry Number": search.number}, "searchCriteria")


def _results(at: At, search: Search) -> Response:
    rows = [_row(search, number, plans) for number, plans in enumerate(search.members)]
    columns = COLUMNS[::-1] if at.on("reordered-columns") is not None else COLUMNS
    table = grid([t(at, name) for name in columns], rows, i(at, "memberResults"))
    return page(at, f"{heading(at, 'Member Search Results')}{_criteria(at, search)}{table}<p>Click a member name for benefits.</p>")


def _row(search: Search, number: int, plans: Sequence[Found]) -> list[str]:
    who, on = plans[0].member.person, parsed_day(search.asked["serviceDate"])
    name = f"<a href='{paths.BENEFITS}/{search.key}/{number}'>{escape(full_name(who))}</a>"
    word = status(plans[0].coverage, on) if on else NONE
    return [name, escape(plans[0].coverage.member_id), us(who.birth_date), RELATIONS[plans[0].member.relation], word]


def _kept(request: Request, at: At) -> tuple[Search, list[Found]] | None:
    search: Search | None = session_at(at).memory.get("members", {}).get(request.path_params["key"])
    number = int(request.path_params["number"])
    return (search, search.members[number]) if search is not None and number < len(search.members) else None


async def benefits(request: Request, at: At) -> Response:
    """One member's benefits on the day that was searched for."""
    chosen = _kept(request, at)
    if chosen is None:
        return RedirectResponse(paths.ELIGIBILITY, 303)
    search, plans = chosen
    await asyncio.sleep(at.box.staging_seconds(len(search.number)))
    on = parsed_day(search.asked["serviceDate"]) or at.box.world.as_of
    told = _member(plans, on, search)
    mine, shown = pairs({t(at, label): value for label, value in told.items()}, i(at, "memberSummary")), parts(at, plans, on)
    add = (
        f"<form method='post' action='{paths.BENEFITS}/{search.key}/{request.path_params['number']}'>"
        "<button class='button'>Add to Patient List</button></form>"
    )
    moved = at.on("moved-element") is not None
    inside, outside = (mine, shown) if moved else (f"{mine}{shown}", "")
    return page(at, f"<div id='benefitsPage'>{heading(at, 'Member Benefits')}{inside}</div>{add}{outside}")


def _member(plans: Sequence[Found], on: date, search: Search) -> dict[str, str]:
    who = plans[0].member.person
    return {
        "Member Name": full_name(who),
        "Member ID": plans[0].coverage.member_id,
        "Date of Birth": us(who.birth_date),
        "Relationship": RELATIONS[plans[0].member.relation],
        "Date of Service": us(on),
        "Inquiry Number": search.number,
    }


# the patient list, which everybody keeps for themselves


async def add(request: Request, at: At) -> Response:
    """Add to Patient List."""
    chosen = _kept(request, at)
    if chosen is not None:
        mine: dict[str, Any] = session_at(at).memory.setdefault("patient list", {})
        mine[chosen[1][0].member.key] = chosen[1][0]
    return RedirectResponse(paths.PATIENTS, 303)


async def patients(_request: Request, at: At) -> Response:
    """The members this user keeps on the list."""
    mine: dict[str, Found] = session_at(at).memory.get("patient list", {})
    rows = [
        [escape(full_name(one.member.person)), escape(one.coverage.member_id), us(one.member.person.birth_date)] for one in mine.values()
    ]
    shown = grid(COLUMNS[:3], rows, "patientList") if rows else "<p>Your list is empty.</p>"
    return page(at, f"<h1>Patient List</h1>{shown}")


ROUTES = [
    Route(paths.ELIGIBILITY, form_page, methods=["GET"]),
    Route(paths.ELIGIBILITY, searched, methods=["POST"]),
    Route(f"{paths.BENEFITS}/{{key}}/{{number:int}}", member_page(benefits, "coverage"), methods=["GET"]),
    Route(f"{paths.BENEFITS}/{{key}}/{{number:int}}", member_page(add), methods=["POST"]),
    Route(paths.PATIENTS, member_page(patients)),
]
