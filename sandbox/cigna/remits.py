"""Remittance Reports: by deposit, by patient, by claim or by remittance tracking number; medical and behavioral claims alike."""

from __future__ import annotations

import asyncio
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.cigna import searches
from sandbox.cigna.benefits import full_name
from sandbox.cigna.files import handed_out
from sandbox.cigna.searches import Search
from sandbox.cigna.web import envelope, place_of, session_at, signed_in, step
from sandbox.cigna.words import money, parsed_day, us
from sandbox.eobs import documents
from sandbox.server import At
from sandbox.world import PRACTICE, Claim, Remit, World, same_id
from sandbox.world import same_name as plain_name

TOOL = "remittance"
KINDS = {  # value of the radio: its label, its id, what it needs
    "deposit": ("Deposit amount/date range", "idDeposit", ("depositFrom", "depositThrough")),
    "patient": ("Patient", "idPatient", ()),
    "claim": ("Claim/reference number", "idClaim", ("claimNumber",)),
    "tracking": ("Remittance tracking number", "idTracking", ("trackingNumber",)),
}
MORE = {"deposit": ("depositAmount",), "patient": ("memberId", "dateOfBirth", "subscriberName", "memberFirstName")}
COLUMNS = (
    "Remittance tracking number", "Deposit date", "Deposit amount", "Payment method", "Payee", "Claims", "Report",
)  # fmt: skip
CLAIM_COLUMNS = (
    "Claim reference number", "Provider account number", "Patient name", "Patient ID", "Dates of service", "Amount billed", "Amount paid",
    "Remittance tracking number", "Deposit date", "Report",
)  # fmt: skip
NONE_FOUND = "No remittance reports match the parameters chosen."


class Hit(NamedTuple):
    """One row: a deposit, or one claim of a deposit."""

    remit: Remit
    claim: Claim | None = None


def _told(_at: At) -> dict[str, Any]:
    return {"kinds": searches.kinds_of(KINDS, MORE)}


@step("checks")
@signed_in
async def ask(request: Request, at: At) -> Response:
    """Search."""
    asked = await searches.pressed(request, at, "remits")
    if asked is None:
        return searches.reset()
    kind = str(asked.get("kind"))
    given = {name: str(value).strip() for name, value in asked.items()}
    return _page(at, searches.searched(request, at, TOOL, kind, partial(_found, at.box.world, place_of(request).payer, kind, given)), 1)


def _found(world: World, payer: str, kind: str, given: dict[str, str]) -> list[Hit]:
    mine = sorted((r for r in world.remits if r.payer == payer), key=lambda r: (-r.check_date.toordinal(), r.check_no))
    if kind == "tracking":
        return [Hit(r) for r in mine if given["trackingNumber"] and same_id(given["trackingNumber"]) in same_id(r.check_no)]
    if kind == "deposit":
        return [Hit(r) for r in mine if _is_deposit(r, given)]
    fits = _of_claim if kind == "claim" else _of_patient
    return [Hit(r, c) for r in mine for c in r.claims if fits(c, given)]


def _is_deposit(remit: Remit, given: dict[str, str]) -> bool:
    start, end, amount = parsed_day(given["depositFrom"]), parsed_day(given["depositThrough"]), _amount(given.get("depositAmount", ""))
    within = start is not None and end is not None and start <= remit.check_date <= end
    return within and amount in (None, remit.amount)


def _amount(text: str) -> Decimal | None:
    try:
        return Decimal(text.replace("$", "").replace(",", "")) if text else None
    except InvalidOperation:
        return Decimal(-1)


def _of_claim(claim: Claim, given: dict[str, str]) -> bool:
    return bool(given["claimNumber"]) and same_id(claim.payer_claim_no) == same_id(given["claimNumber"])


def _of_patient(claim: Claim, given: dict[str, str]) -> bool:
    """Patient ID and birth date; or patient ID, subscriber's name and first name; or the name, the birth date and the first name."""
    born, name, first = parsed_day(given.get("dateOfBirth", "")), given.get("subscriberName", ""), given.get("memberFirstName", "")
    by_id = bool(given["memberId"]) and same_id(claim.member_id) == same_id(given["memberId"])
    by_name = bool(name and first) and (plain_name(claim.patient.last), plain_name(claim.patient.first)) == (
        plain_name(name),
        plain_name(first),
    )
    by_birth = born is not None and claim.patient.birth_date == born
    return (by_id and by_birth) or (by_id and by_name) or (by_name and by_birth)


def _page(at: At, search: Search, number: int) -> Response:
    page = searches.page_of(at, search, number, _cells, none=NONE_FOUND)
    columns = COLUMNS if search.kind in ("tracking", "deposit") else CLAIM_COLUMNS
    return JSONResponse(envelope(at, **page, columns=columns))


def _cells(hit: Hit) -> list[str]:
    remit, claim = hit
    if claim is None:
        return [
            remit.check_no, us(remit.check_date), money(remit.amount), remit.method, PRACTICE.name.upper(), str(len(remit.claims)),
        ]  # fmt: skip
    days = us(claim.dos_from) if claim.dos_from == claim.dos_to else f"{us(claim.dos_from)} - {us(claim.dos_to)}"
    who = [full_name(claim.patient), claim.member_id]
    amounts = [money(claim.charge), money(claim.paid or Decimal("0.00"))]
    return [claim.payer_claim_no or "--", claim.claim_id or "--", *who, days, *amounts, remit.check_no, us(remit.check_date)]


@step("checks")
@signed_in
async def turn(request: Request, at: At) -> Response:
    """Another page of a list."""
    search = searches.kept(request, at, TOOL)
    return searches.gone() if search is None else _page(at, search, int(request.query_params["page"]))


@step("eob-pdf")
@signed_in
async def report(request: Request, at: At) -> Response:
    """Somebody wants the report of a deposit."""
    hit: Hit | None = searches.hit_of(request, searches.kept(request, at, TOOL))
    if hit is None:
        return searches.gone()
    await asyncio.sleep(at.box.staging_seconds(len(hit.remit.claims)))
    remit, payer = hit.remit, place_of(request).payer
    at.box.records.add("eob", payer=payer, check_no=remit.check_no, source="payer_issued", session=session_at(at).label)
    another = next((r for r in at.box.world.remits if r.payer == payer and r.check_no != remit.check_no and not r.scanned), remit)
    return handed_out(
        at, partial(documents.payer_issued, remit), partial(documents.payer_issued, another), f"remittance_{len(remit.claims)}"
    )


ROUTES = [
    Route("/api/remittance/setup", step("remits")(signed_in(searches.setup(TOOL, _told)))),
    Route("/api/remittance/search", ask, methods=["POST"]),
    Route("/api/remittance/{key}", turn),
    Route("/api/remittance/{key}/{ref:int}/report", report, methods=["POST"]),
]
