"""Document Library and TrackIt: payment documents and letters by TIN or by member, one file of each; what stands open, with its day."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox import letters
from sandbox.eobs import documents
from sandbox.logins import Session
from sandbox.server import At
from sandbox.uhc.eligibility import PAYER
from sandbox.uhc.web import envelope, member_call, session_at, session_of, signed_in, step
from sandbox.uhc.words import money, parsed_day, trouble, us
from sandbox.world import PRACTICE, Remit, World

PAYMENTS, LETTERS = "Payment documents", "Letters"
QUICK, ADVANCED = "quick", "advanced"
SPAN = timedelta(days=90)
HISTORY = timedelta(days=730)
PAGE_SIZE = 10
KEPT = 20
DAY = timedelta(days=1)
CHECK = "Check your entries and try again."
NONE = "No documents match your search."
NO_ROLE = {
    PAYMENTS: "Your role does not include payment documents. Contact your Primary Access Administrator.",
    LETTERS: "Your role does not include letters. Contact your Primary Access Administrator.",
}
LACKS = {PAYMENTS: "payment documents", LETTERS: "letters"}
COLUMNS = {
    (PAYMENTS, QUICK): ("Payment Number", "Payment Date", "Payment Amount", "Provider", "Document"),
    (PAYMENTS, ADVANCED): (
        "Payment Number", "Payment Date", "Payment Amount", "Claim Number", "Patient Account Number", "Member Name", "Member ID",
        "First Date of Service", "Last Date of Service", "Billed Amount", "Document",
    ),
    (LETTERS, QUICK): (
        "Letter Number", "Subject", "Letter Date", "Response Due", "Claim Number", "Authorization Number", "Member Name", "Member ID",
        "Amount", "Document",
    ),
}  # fmt: skip
TASKS = ("Item", "Action Needed", "Claim Number", "Member Name", "Due Date", "Status")
WORDS = {PAYMENTS: "Provider Remittance Advice", LETTERS: "View letter"}
HTML = b"<!DOCTYPE html><html><head><title>Error</title></head><body><h1>We are unable to process your request</h1></body></html>"


@dataclass
class Hit:
    """One row: what it says, and the file behind it."""

    cells: list[str]
    file: bytes
    other: bytes = b""  # somebody else's, for a fault


@dataclass
class Search:
    """One search and what it found."""

    key: str
    kind: str
    way: str
    says: str
    hits: list[Hit] = field(default_factory=list)
    popup: str = ""


@step("remits")
@signed_in
async def setup(request: Request, at: At) -> Response:
    """What the form needs at its start."""
    return await _start(request, at)


@step("letters")
@signed_in
async def letter_setup(request: Request, at: At) -> Response:
    """The same form, where letters are what is chosen in it."""
    return await _start(request, at)


async def _start(_request: Request, at: At) -> Response:
    if at.fires("maintenance") is not None:
        return JSONResponse({"maintenance": True})
    return JSONResponse(envelope(at, nonce=secrets.token_hex(8), kinds=[PAYMENTS, LETTERS], tins=[f"{PRACTICE.tin} {PRACTICE.name}"]))


@step("checks")
@signed_in
async def ask_payments(request: Request, at: At) -> Response:
    """Search for payment documents."""
    return await _ask(request, at, PAYMENTS)


@step("letters")
@signed_in
async def ask_letters(request: Request, at: At) -> Response:
    """Search for letters."""
    return await _ask(request, at, LETTERS)


async def _ask(request: Request, at: At, kind: str) -> Response:
    session, asked = session_at(at), await request.json()
    if at.fires("blank-form") is not None:
        return JSONResponse({"reset": True})
    turn = session.memory["turn"] = session.memory.get("turn", 0) + 1
    search = _searched(at, kind, asked)
    await asyncio.sleep(at.box.staging_seconds(turn))
    return JSONResponse(envelope(at, **_page(search, 1)))


def _searched(at: At, kind: str, asked: dict[str, Any]) -> Search:
    """The answer to this search, or once more the one before it."""
    session = session_at(at)
    before: Search | None = session.memory.get(f"last {kind}")
    search = _search(at, kind, asked)
    at.box.records.add("search", app="documents", payer=PAYER, session=session.label, found=len(search.hits), tab=search.way)
    if before is not None and at.fires("stale-result") is not None:
        return before
    session.memory[f"last {kind}"] = search
    kept: dict[str, Search] = session.memory.setdefault("document searches", {})
    kept[search.key] = search
    while len(kept) > KEPT:
        kept.pop(next(iter(kept)))
    return search


def _search(at: At, kind: str, asked: dict[str, Any]) -> Search:
    way, world = str(asked.get("way", QUICK)), at.box.world
    start, end = (parsed_day(str(asked.get(name, ""))) for name in ("start", "end"))
    search = Search(secrets.token_hex(8), kind, way, "")
    if said := trouble(at):
        search.popup = said
    elif LACKS[kind] in session_at(at).user.lacks:
        search.popup = NO_ROLE[kind]
    elif start is None or end is None or not world.as_of - HISTORY <= start <= end <= world.as_of or end - start > SPAN:
        search.popup = CHECK
    elif kind == LETTERS:
        search.says = f"{LETTERS} for TIN {PRACTICE.tin}, {us(start)} - {us(end)}"
        search.hits = [_letter(letter, world) for letter in letters.between(world, PAYER, start, end)]
    elif way == ADVANCED:
        member_id, born = str(asked.get("memberId", "")), parsed_day(str(asked.get("born", "")))
        search.says = f"{PAYMENTS} for member {member_id}, {us(start)} - {us(end)}"
        search.hits = _of_member(world, member_id, born, start, end)
    else:
        search.says = f"{PAYMENTS} for TIN {PRACTICE.tin}, {us(start)} - {us(end)}"
        search.hits = [_payment(remit, world) for remit in _paid(world, start, end)]
    return search


def _paid(world: World, start: date, end: date) -> list[Remit]:
    """Payments of these days whose document is ready: the day after the payment."""
    mine = [r for r in world.remits if r.payer == PAYER and start <= r.check_date <= end and r.check_date < world.as_of]
    return sorted(mine, key=lambda r: (r.check_date, r.check_no), reverse=True)


def _payment(remit: Remit, world: World) -> Hit:
    cells = [remit.check_no, us(remit.check_date), money(remit.amount), PRACTICE.name.upper()]
    return Hit(cells, documents.payer_issued(remit), _another(world, remit))


def _another(world: World, remit: Remit) -> bytes:
    other = next(r for r in world.remits if r.payer == PAYER and r.check_no != remit.check_no and not r.scanned)
    return documents.payer_issued(other)


def _of_member(world: World, member_id: str, born: date | None, start: date, end: date) -> list[Hit]:
    found = world.find_members(PAYER, member_id=member_id, birth_date=born, on=world.as_of) if born else []
    keys = {hit.member.key for hit in found}
    return [
        Hit([*_payment(remit, world).cells[:3], *_claim(claim)], documents.payer_issued(remit), _another(world, remit))
        for remit in _paid(world, start, end)
        for claim in remit.claims
        if claim.member_key in keys
    ]


def _claim(claim: Any) -> list[str]:  # noqa: ANN401 -- a claim of the world
    name = f"{claim.patient.first} {claim.patient.last}".upper()
    days = [us(claim.dos_from), us(claim.dos_to)]
    return [claim.payer_claim_no or "--", claim.claim_id or "--", name, claim.member_id, *days, money(claim.charge)]


def _letter(letter: letters.Mail, world: World) -> Hit:
    cells = [
        letter.number, letter.title, us(letter.dated), us(letter.due), letter.claim_no or "--", letter.auth_number or "--", letter.patient,
        letter.member_id or "--", money(letter.amount),
    ]  # fmt: skip
    other = next((one for one in letters.of(world, PAYER) if one.number != letter.number), letter)
    return Hit(cells, letters.pdf(letter), letters.pdf(other))


def _page(search: Search, number: int) -> dict[str, Any]:
    first = (number - 1) * PAGE_SIZE
    hits = search.hits[first : first + PAGE_SIZE]
    return {
        "id": search.key,
        "popup": search.popup,
        "says": search.says,
        "none": "" if search.hits or search.popup else NONE,
        "total": len(search.hits),
        "first": first + 1,
        "columns": COLUMNS[(search.kind, search.way if search.kind == PAYMENTS else QUICK)],
        "rows": [{"ref": first + n, "cells": hit.cells} for n, hit in enumerate(hits)],
        "words": WORDS[search.kind],
        "page": number,
        "pages": max(1, (len(search.hits) - 1) // PAGE_SIZE + 1),
    }


async def _turn(request: Request, at: At) -> Response:
    """Another page of a list."""
    search = _kept(at, request)
    if search is None:
        return JSONResponse({"error": "no such search"}, 404)
    await asyncio.sleep(at.box.staging_seconds(7) / 2)
    return JSONResponse(envelope(at, **_page(search, int(request.query_params["page"]))))


def _kept(at: At, request: Request) -> Search | None:
    found: Search | None = session_at(at).memory.get("document searches", {}).get(request.path_params["key"])
    return found


@step("eob-pdf")
@signed_in
async def payment_file(request: Request, at: At) -> Response:
    """One payment's document is made ready."""
    return await _order(request, at)


@step("letter")
@signed_in
async def letter_file(request: Request, at: At) -> Response:
    """One letter is made ready."""
    return await _order(request, at)


async def _order(request: Request, at: At) -> Response:
    search, ref = _kept(at, request), int(request.path_params["ref"])
    if search is None or ref >= len(search.hits):
        return JSONResponse({"error": "no such document"}, 404)
    await asyncio.sleep(at.box.staging_seconds(ref))
    if at.fires("nothing-comes") is not None:
        return JSONResponse(envelope(at, way="nothing"))
    hit, session = search.hits[ref], session_at(at)
    made = HTML if at.fires("html-as-pdf") is not None else hit.other if at.fires("wrong-pdf") is not None else hit.file
    made = made[: len(made) // 2] if at.fires("truncated-pdf") is not None else made
    ready: dict[str, bytes] = session.memory.setdefault("document files", {})
    token = secrets.token_hex(12)
    ready[token] = made
    tab = at.on("new-tab") is not None
    return JSONResponse(envelope(at, way="tab" if tab else "download", url=f"/documents/{token}{'?inline=1' if tab else ''}"))


async def file(request: Request) -> Response:
    """A file that was made ready."""
    session: Session | None = session_of(request)
    made = session.memory.get("document files", {}).get(request.path_params["token"]) if session and session.alive else None
    if made is None:
        return Response("Not found", 404, media_type="text/plain")
    shown = "inline" if request.query_params.get("inline") else "attachment"
    headers = {"Content-Disposition": f'{shown}; filename="document_{secrets.token_hex(4)}.pdf"', "Cache-Control": "no-store"}
    return Response(made, media_type="application/pdf", headers=headers)


@step("letters")
@signed_in
async def tasks(_request: Request, at: At) -> Response:
    """TrackIt: what waits for the practice."""
    if at.fires("maintenance") is not None:
        return JSONResponse({"maintenance": True})
    if said := trouble(at):
        return JSONResponse(envelope(at, trouble=said))
    found = letters.tasks(at.box.world, PAYER)
    rows = [[f"T{task.number}", f"Respond: {task.title}", task.claim_no or "--", task.patient, us(task.due), "Open"] for task in found]
    await asyncio.sleep(at.box.staging_seconds(len(rows)) / 2)
    return JSONResponse(envelope(at, columns=TASKS, rows=rows, says=f"{len(rows)} open items"))


ROUTES = [
    Route("/api/documents/setup", setup),
    Route("/api/documents/letter-setup", letter_setup),
    Route("/api/documents/payments", ask_payments, methods=["POST"]),
    Route("/api/documents/letters", ask_letters, methods=["POST"]),
    Route("/api/documents/{key}", member_call(_turn)),
    Route("/api/documents/{key}/{ref:int}/payment", payment_file, methods=["POST"]),
    Route("/api/documents/{key}/{ref:int}/letter", letter_file, methods=["POST"]),
    Route("/documents/{token}", file),
    Route("/api/trackit", tasks),
]
