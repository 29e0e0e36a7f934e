"""The Remittance Viewer of the Availity twin: checks and claims, chips that stay, and the documents in the way each payer has them."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.availity import paths
from sandbox.availity.benefits import money, us
from sandbox.availity.codes import explained
from sandbox.availity.eligibility import ORGANIZATION, parsed_day, payer_trouble
from sandbox.availity.layout import envelope, layout, notices
from sandbox.availity.web import PORTAL, app_page, sandbox_of, session_of, signed_in, step, thrown_out
from sandbox.eobs import documents, listing
from sandbox.eobs.style import clp
from sandbox.eobs.ways import DOWNLOAD, GATED, RADIOS, TAB, way_of, withheld
from sandbox.logins import Session
from sandbox.server import At, Sandbox
from sandbox.world import AVAILITY, PAYERS, PRACTICE, Claim, Remit, ServiceLine, World, same_id

NOT_FOUND = "We did not find remittance data matching your search criteria"
NO_ACCESS = (  # invented
    "Access to remittances from {payer} has not been set up for your organization. An administrator must select Manage Access and "
    "authenticate a check."
)
PAGE_SIZE = 10
KEPT = 40
DEFAULT_SPAN = timedelta(days=7)
CHECKS, CLAIMS = "Check/EFT", "Claim"
CHECK_CHIP, CLAIM_CHIP = "Check / EFT Number", "Claim Number"
COLUMNS = ("Check / EFT Number", "Payer", "Payee", "Check / EFT Date", "Received by Availity", "Check / EFT Amount")
CLAIM_COLUMNS = (
    "Claim Number", "Patient Control Number", "Patient Name", "Member ID", "Service Dates", "Charge Amount", "Payment Amount",
    "Check / EFT Number", "Check / EFT Date",
)  # fmt: skip


@dataclass
class Hit:
    """One row: a check, or one claim of a check."""

    remit: Remit
    claim: Claim | None = None


@dataclass
class Search:
    """One search and what it found."""

    key: str
    tab: str
    hits: list[Hit] = field(default_factory=list)
    gated: tuple[str, ...] = ()  # payers whose remittances nobody gave access to
    error: str = ""


def options(remit: Remit) -> list[dict[str, Any]]:
    """The radios of the pop-over: which of them can be picked depends on what the payer sent."""
    none = withheld(remit)
    return [
        {"key": "summary", "label": "Check Summary", "disabled": True},
        {"key": "check", "label": "Full Remittance Advice", "disabled": none},
        {"key": "single", "label": "Single Claim Remittance Advice", "disabled": True},
    ]


# the form


async def setup(request: Request) -> Response:
    """What the page needs at its start."""
    session = session_of(request)
    if session is None or not session.alive:
        return thrown_out(session)
    at = At(sandbox_of(request), PORTAL, "remits", session)
    today = at.box.world.as_of
    return JSONResponse(
        {
            "nonce": secrets.token_hex(8),
            "organizations": [{"key": ORGANIZATION, "label": PRACTICE.name}],
            "from": us(today - DEFAULT_SPAN),
            "to": us(today),
            "chips": _chips(session),
            "notices": notices(at),
        }
    )


async def suggest(request: Request) -> Response:
    """The check numbers that what was typed is part of."""
    session = session_of(request)
    if session is None or not session.alive:
        return thrown_out(session)
    typed = request.query_params.get("q", "").strip()
    await asyncio.sleep(sandbox_of(request).staging_seconds(len(typed)) / 4)
    numbers = [listing.listed_number(r) for r in _shown(sandbox_of(request).world)]
    return JSONResponse({"numbers": [n for n in numbers if typed and typed in n][:8]})


def _shown(world: World) -> list[Remit]:
    """The checks of the payers that deliver through this portal; newest first."""
    return sorted((r for r in world.remits if r.payer in AVAILITY), key=lambda r: (-r.check_date.toordinal(), r.check_no))


def _chips(session: Session) -> dict[str, list[str]]:
    """Numbers searched for before, by tab. They stay until somebody takes them away."""
    chips: dict[str, list[str]] = session.memory.setdefault("remit_chips", {CHECKS: [], CLAIMS: []})
    return chips


# the search


@step("checks")
@signed_in
async def ask(request: Request, at: At) -> Response:
    """Search on either tab, or a chip was taken away."""
    session, asked = _session(at), await request.json()
    at.box.records.add("press", form=f"remits/{asked.get('tab')}", nonce=str(asked.get("nonce", "")), session=session.label)
    if at.fires("blank-form") is not None:
        session.memory.pop("remit_chips", None)
        return JSONResponse({"reset": True})
    if wrong := _odd(asked):
        return JSONResponse({"fields": wrong}, 400)
    detached = at.fires("frame-detached") is not None
    _change_chips(session, asked)
    turn = session.memory["turn"] = session.memory.get("turn", 0) + 1
    search = _searched(at, session, asked)
    await asyncio.sleep(at.box.staging_seconds(turn))
    body = envelope(at, **_listing(at.box, search, 1, session), chips=_chips(session))
    if detached:
        body["notices"].append("frame-detached")
    return JSONResponse(body)


def _session(at: At) -> Session:
    if at.session is None:
        raise LookupError("no session")
    return at.session


def _odd(asked: dict[str, Any]) -> dict[str, str]:
    wrong = {name: "Enter a valid date." for name in ("from", "to") if asked.get(name) and parsed_day(asked[name]) is None}
    try:
        _amount(asked)
    except InvalidOperation:
        wrong["amount"] = "Enter a valid amount."
    return wrong


def _amount(asked: dict[str, Any]) -> Decimal | None:
    text = str(asked.get("amount") or "").replace("$", "").replace(",", "").strip()
    return Decimal(text) if text else None


def _change_chips(session: Session, asked: dict[str, Any]) -> None:
    kept, typed, gone = _chips(session)[asked["tab"]], str(asked.get("number") or "").strip(), str(asked.get("gone") or "")
    if typed and typed not in kept:
        kept.append(typed)
    if gone in kept:
        kept.remove(gone)


def _searched(at: At, session: Session, asked: dict[str, Any]) -> Search:
    search = Search(secrets.token_hex(8), asked["tab"], error=payer_trouble(at))
    if not search.error:
        found = _found(at.box.world, _chips(session)[search.tab], asked)
        search.hits = [hit for hit in found if hit.remit.payer not in GATED]
        search.gated = tuple(dict.fromkeys(hit.remit.payer for hit in found if hit.remit.payer in GATED))
    before: Search | None = session.memory.get("last_remits")
    kept: dict[str, Search] = session.memory.setdefault("remit_searches", {})
    at.box.records.add("search", app="remits", payer="", session=session.label, found=len(search.hits), tab=search.tab)
    if before is not None and at.fires("stale-result") is not None:
        search = before
    session.memory["last_remits"] = kept[search.key] = search
    while len(kept) > KEPT:
        kept.pop(next(iter(kept)))
    return search


def _found(world: World, numbers: list[str], asked: dict[str, Any]) -> list[Hit]:
    if asked["tab"] == CLAIMS:
        wanted = {same_id(n) for n in numbers}
        return [Hit(r, c) for r in _shown(world) for c in r.claims if wanted & {same_id(c.payer_claim_no), same_id(c.claim_id)} - {""}]
    start, end, amount = parsed_day(asked.get("from") or ""), parsed_day(asked.get("to") or ""), _amount(asked)
    return [
        Hit(r)
        for r in _shown(world)
        if (start is None or r.check_date >= start)
        and (end is None or r.check_date <= end)
        and (amount is None or r.amount == amount)
        and (not numbers or any(n in listing.listed_number(r) for n in numbers))
    ]


def _listing(box: Sandbox, search: Search, number: int, session: Session) -> dict[str, Any]:
    first = (number - 1) * PAGE_SIZE
    shown = search.hits[first : first + PAGE_SIZE]
    return {
        "id": search.key,
        "tab": search.tab,
        "columns": list(COLUMNS if search.tab == CHECKS else CLAIM_COLUMNS),
        "rows": [_row(hit, first + n) for n, hit in enumerate(shown)],
        "page": number,
        "total": len(search.hits),
        "pageSize": PAGE_SIZE,
        "error": search.error,
        "gated": [NO_ACCESS.format(payer=PAYERS[payer].label) for payer in search.gated],
        "warning": "" if search.hits or search.error or search.gated else NOT_FOUND,
        "pdfLayout": layout(At(box, PORTAL, "eob-pdf", session)),
        "csvLayout": layout(At(box, PORTAL, "eob-csv", session)),
    }


def _row(hit: Hit, ref: int) -> dict[str, Any]:
    cells = _check_cells(hit.remit) if hit.claim is None else _claim_cells(hit.remit, hit.claim)
    return {"ref": str(ref), "cells": cells, "made": way_of(hit.remit) == DOWNLOAD}


def _check_cells(remit: Remit) -> list[str]:
    number, day, payer, payee, received, amount = listing.cells(remit)
    return [number, payer, payee, day, received, amount]


def _claim_cells(remit: Remit, claim: Claim) -> list[str]:
    return [
        claim.payer_claim_no,
        claim.claim_id,
        f"{claim.patient.last}, {claim.patient.first}".upper(),
        claim.member_id,
        us(claim.dos_from) if claim.dos_from == claim.dos_to else f"{us(claim.dos_from)} - {us(claim.dos_to)}",
        money(claim.charge),
        money(claim.paid or Decimal("0.00")),
        listing.listed_number(remit),
        us(remit.check_date),
    ]


async def more(request: Request) -> Response:
    """Another page of a list."""
    search, session = _kept(request)
    if search is None or session is None:
        return _gone(session)
    await asyncio.sleep(sandbox_of(request).staging_seconds(7) / 2)
    return JSONResponse(_listing(sandbox_of(request), search, int(request.query_params["page"]), session))


def _kept(request: Request) -> tuple[Search | None, Session | None]:
    session = session_of(request)
    if session is None or not session.alive:
        return None, session
    return session.memory.get("remit_searches", {}).get(request.path_params["key"]), session


def _gone(session: Session | None) -> Response:
    if session is None or not session.alive:
        return thrown_out(session)
    return JSONResponse({"error": "no such search"}, 404)


def _hit(search: Search, request: Request) -> Hit | None:
    ref = request.path_params["ref"]
    return search.hits[int(ref)] if ref.isdecimal() and int(ref) < len(search.hits) else None


# the claims of a check


async def claims(request: Request) -> Response:
    """The claims of one check, or the one claim that was found."""
    search, session = _kept(request)
    hit = _hit(search, request) if search else None
    if search is None or session is None or hit is None:
        return _gone(session)
    await asyncio.sleep(sandbox_of(request).staging_seconds(len(hit.remit.claims)) / 2)
    some = hit.remit.claims if hit.claim is None else (hit.claim,)
    sandbox_of(request).records.add("opened", app="remits", payer=hit.remit.payer, session=session.label)
    return JSONResponse(
        {
            "check": dict(zip(COLUMNS, _check_cells(hit.remit), strict=True)),
            "columns": list(CLAIM_COLUMNS),
            "claims": [{"cells": _claim_cells(hit.remit, c), "detail": _detail(c)} for c in some],
            "provider": [{"code": p.code, "reference": p.reference, "amount": money(p.amount)} for p in hit.remit.plbs],
        }
    )


def _detail(claim: Claim) -> dict[str, Any]:
    pairs = {
        "Patient Name": f"{claim.patient.last}, {claim.patient.first}".upper(),
        "Member ID": claim.member_id,
        "Claim Number": claim.payer_claim_no,
        "Patient Control Number": claim.claim_id,
        "Claim Status Code": clp(claim),
        "Rendering Provider NPI": claim.rendering_npi,
        "Charge Amount": money(claim.charge),
        "Payment Amount": money(claim.paid or Decimal("0.00")),
        "Patient Responsibility": money(claim.patient_resp or Decimal("0.00")),
    }
    return {"pairs": list(pairs.items()), "lines": [_line(line) for line in claim.lines]}


def _line(line: ServiceLine) -> dict[str, Any]:
    cells = [
        us(line.dos), line.cpt, " ".join(line.modifiers), str(line.units), money(line.charge), _blank(line.allowed), _blank(line.paid),
        " ".join(line.rarcs),
    ]  # fmt: skip
    adjustments = [[f"{a.group}-{a.carc}", explained(a.carc), money(a.amount)] for a in line.adjustments]
    return {"number": line.number, "cells": cells, "adjustments": adjustments}


def _blank(amount: Decimal | None) -> str:
    return "" if amount is None else money(amount)


# the files


@step("eob-pdf")
@signed_in
async def order(request: Request, at: At) -> Response:
    """Somebody wants the document of a check: it is made ready, and the page is told how it comes."""
    search, session = _kept(request)
    hit = _hit(search, request) if search else None
    if search is None or session is None or hit is None:
        return _gone(session)
    asked = await request.json()
    way = way_of(hit.remit)
    if way == RADIOS and not asked.get("option"):
        return JSONResponse(envelope(at, way=RADIOS, options=options(hit.remit)))
    await asyncio.sleep(at.box.staging_seconds(len(hit.remit.claims)))
    if at.fires("nothing-comes") is not None:
        return JSONResponse(envelope(at, way="nothing"))
    content, source = _document(at, hit.remit), "portal_made" if way == DOWNLOAD else "payer_issued"
    at.box.records.add("eob", payer=hit.remit.payer, check_no=hit.remit.check_no, source=source, session=session.label)
    tab = way == TAB or at.on("new-tab") is not None
    url = _ready(session, content, "application/pdf", f"remittance_{secrets.token_hex(4)}.pdf")
    return JSONResponse(envelope(at, way=TAB if tab else DOWNLOAD, url=url))


def _document(at: At, remit: Remit) -> bytes:
    if at.fires("html-as-pdf") is not None:
        return b"<!DOCTYPE html><html><head><title>Error</title></head><body><h1>We are unable to process your request</h1></body></html>"
    if at.fires("wrong-pdf") is not None:
        remit = _another(at.box.world, remit)
    made = documents.check_summary(remit) if way_of(remit) == DOWNLOAD else documents.payer_issued(remit)
    return made[: len(made) // 2] if at.fires("truncated-pdf") is not None else made


def _another(world: World, remit: Remit) -> Remit:
    others = [r for r in _shown(world) if r.check_no != remit.check_no and not r.scanned]
    return next((r for r in others if r.payer == remit.payer), others[0])


def _ready(session: Session, content: bytes, kind: str, name: str) -> str:
    files: dict[str, tuple[bytes, str, str]] = session.memory.setdefault("remit_files", {})
    token = secrets.token_hex(12)
    files[token] = (content, kind, name)
    while len(files) > KEPT:
        files.pop(next(iter(files)))
    return f"{paths.API}/v1/remit-files/{token}"


@step("eob-csv")
@signed_in
async def order_csv(request: Request, at: At) -> Response:
    """The whole list as CSV, all pages of it."""
    search, session = _kept(request)
    if search is None or session is None:
        return _gone(session)
    await asyncio.sleep(at.box.staging_seconds(len(search.hits)) / 2)
    if at.fires("nothing-comes") is not None:
        return JSONResponse(envelope(at, way="nothing"))
    remits = list({hit.remit.check_no: hit.remit for hit in search.hits}.values())
    url = _ready(session, listing.as_csv(remits), "text/csv", "Remits.csv")
    return JSONResponse(envelope(at, way=DOWNLOAD, url=url))


async def file(request: Request) -> Response:
    """A file that was made ready."""
    session = session_of(request)
    if session is None or not session.alive:
        return thrown_out(session)
    found = session.memory.get("remit_files", {}).get(request.path_params["token"])
    if found is None:
        return Response("Not found", 404, media_type="text/plain")
    content, kind, name = found
    sandbox_of(request).records.add("download", path=request.url.path, session=session.label)
    return Response(
        content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    )


ROUTES = [
    Route(paths.REMITS, step("remits")(app_page("remits"))),
    Route(f"{paths.API}/v1/remits/setup", setup),
    Route(f"{paths.API}/v1/remits/suggest", suggest),
    Route(f"{paths.API}/v1/remits", ask, methods=["POST"]),
    Route(f"{paths.API}/v1/remits/{{key}}", more),
    Route(f"{paths.API}/v1/remits/{{key}}/csv", order_csv, methods=["POST"]),
    Route(f"{paths.API}/v1/remits/{{key}}/rows/{{ref}}/claims", claims),
    Route(f"{paths.API}/v1/remits/{{key}}/rows/{{ref}}/document", order, methods=["POST"]),
    Route(f"{paths.API}/v1/remit-files/{{token}}", file),
]
