"""Search Payment History: by payment id or by payment days; a list in pages, and each payment's remittance advice as a file.

Only the menu's path is documented. Labels, columns, messages, the limits and the way to the file are invented.
"""

from __future__ import annotations

import asyncio
import secrets
from datetime import timedelta
from html import escape
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.gainwell import paths, remittance
from sandbox.gainwell.controls import Controls, Drift, pressed, sent
from sandbox.gainwell.sites import State
from sandbox.gainwell.web import View, controls, form_of, is_fresh, new_view, page, session_at, signed_in, state_of, step, view_of
from sandbox.gainwell.words import money, parsed_day, trouble, us
from sandbox.server import At
from sandbox.world import Remit

PANEL = "SearchPaymentHistory"
FIELDS = {
    "payment_id": "PaymentIDCmnTextBox_Control",
    "start": "PaymentDateCmnDateRange_StartDateControl_Control",
    "end": "PaymentDateCmnDateRange_EndDateControl_Control",
}
COLUMNS = ("Payment ID", "Payment Date", "Payment Method", "Payment Amount", "Remittance")
METHODS = {"CHK": "Check", "ACH": "EFT", "NON": "No Payment"}
NEEDED = "Error: Enter a Payment ID, or a Payment Date From and To."
BAD_RANGE = "Error: The Payment Date range cannot be longer than 90 days."
LONGEST = timedelta(days=90)
PAGE_SIZE = 10
ERROR_PAGE = b"<!DOCTYPE html><html><head><title>Error</title></head><body><h1>The document could not be retrieved.</h1></body></html>"


class Found(NamedTuple):
    """What one press of Search found."""

    asked: dict[str, str]
    remits: tuple[Remit, ...] = ()
    message: str = ""
    number: int = 1  # the page


@step("remits")
@signed_in
async def form_page(request: Request, at: At) -> Response:
    """The empty form; reached by a stale link it works and finds nothing."""
    return _form_page(request, at, new_view(at, live=is_fresh(request, at)))


async def posted(request: Request) -> Response:
    """Everything on this page is a postback to it: Search, a page of the list, a remittance."""
    form = await form_of(request)
    if pressed(form, "SearchPaymentHistoryCmnButton"):
        return await _searched(request)
    return await (_handed_out if form.get("__EVENTARGUMENT", "").startswith("Remittance$") else _listed)(request)


@step("checks")
@signed_in
async def _searched(request: Request, at: At) -> Response:
    session, form = session_at(at), await form_of(request)
    view = view_of(at, form)
    at.box.records.add("press", form="remits", nonce=view.key, session=session.label)
    if not view.live or at.fires("blank-form") is not None:
        return _form_page(request, at, new_view(at, live=view.live))
    turn = session.memory["turn"] = session.memory.get("turn", 0) + 1
    await asyncio.sleep(at.box.staging_seconds(turn))
    found = _search(request, at, {name: sent(form, suffix) for name, suffix in FIELDS.items()})
    return _results(request, at, new_view(at, live=True, found=found), found)


def _search(request: Request, at: At, asked: dict[str, str]) -> Found:
    """The answer to this search, or once more the one before it."""
    session, state, before = session_at(at), state_of(request), session_at(at).memory.get("last_payments")
    message = trouble(at) or _wrong(asked)
    found = Found(asked, () if message else _payments(at, state, asked), message)
    at.box.records.add("search", app="remits", payer=state.payer, session=session.label, found=len(found.remits))
    if before is not None and at.fires("stale-result") is not None:
        stale: Found = before
        return stale
    session.memory["last_payments"] = found
    return found


def _wrong(asked: dict[str, str]) -> str:
    start, end = parsed_day(asked["start"]), parsed_day(asked["end"])
    if start is None or end is None:
        return "" if asked["payment_id"] and not (asked["start"] or asked["end"]) else NEEDED
    return BAD_RANGE if end - start > LONGEST else ""


def _payments(at: At, state: State, asked: dict[str, str]) -> tuple[Remit, ...]:
    """The newest first; a payment id counts only as the list writes it, with its leading zeros or without them."""
    start, end = parsed_day(asked["start"]), parsed_day(asked["end"])
    mine = [r for r in at.box.world.remits if r.payer == state.payer]
    if asked["payment_id"]:
        mine = [r for r in mine if state.payment_id(r.check_no) == asked["payment_id"]]
    if start and end:
        mine = [r for r in mine if start <= r.check_date <= end]
    return tuple(sorted(mine, key=lambda r: (-r.check_date.toordinal(), r.check_no)))


@step("checks")
@signed_in
async def _listed(request: Request, at: At) -> Response:
    """Another page of the list."""
    form = await form_of(request)
    view = view_of(at, form)
    found: Found | None = view.kept.get("found")
    if found is None:
        return _form_page(request, at, new_view(at, live=view.live))
    number = int(form.get("__EVENTARGUMENT", "").removeprefix("Page$") or found.number)
    return _results(request, at, new_view(at, live=True, found=(turned := found._replace(number=number))), turned)


# the file


@step("eob-pdf")
@signed_in
async def _handed_out(request: Request, at: At) -> Response:
    """The remittance of a row: the postback is answered with a file, and the page stays."""
    form = await form_of(request)
    view = view_of(at, form)
    found: Found | None = view.kept.get("found")
    if found is None:
        return _form_page(request, at, new_view(at, live=view.live))
    message = trouble(at)
    if message or at.fires("nothing-comes") is not None:
        return _results(request, at, new_view(at, live=True, found=found), found._replace(message=message))
    remit = found.remits[int(form["__EVENTARGUMENT"].removeprefix("Remittance$"))]
    return await _file(at, remit, "attachment")


@step("eob-pdf")
@signed_in
async def document(request: Request, at: At) -> Response:
    """The same in a tab of its own."""
    view = view_of(at, {"__VIEWSTATE": request.query_params.get("doc", "")})
    found: Found | None = view.kept.get("found")
    return Response("Not found", 404) if found is None else await _file(at, found.remits[int(request.query_params["row"])], "inline")


async def _file(at: At, remit: Remit, held: str) -> Response:
    at.box.records.add("eob", payer=remit.payer, check_no=remit.check_no, source="payer_issued", session=session_at(at).label)
    await asyncio.sleep(at.box.staging_seconds(len(remit.claims)))
    name = f"RemittanceAdvice_{secrets.token_hex(4)}.pdf"
    return Response(
        _content(at, remit),
        media_type="application/pdf",
        headers={"Content-Disposition": f'{held}; filename="{name}"', "Cache-Control": "no-store"},
    )


def _content(at: At, remit: Remit) -> bytes:
    """The document, or what goes wrong with it today."""
    if at.fires("html-as-pdf") is not None:
        return ERROR_PAGE
    if at.fires("wrong-pdf") is not None:
        remit = next(r for r in at.box.world.remits if r.payer == remit.payer and r.check_no != remit.check_no and not r.scanned)
    made = remittance.advice(remit)
    return made[: len(made) // 2] if at.fires("truncated-pdf") is not None else made


# the page


def _form_page(request: Request, at: At, view: View) -> Response:
    shape = Drift.of(At(at.box, at.portal, "remits", at.session))
    return page(request, at, _form(controls(at, PANEL), {}, shape), view)


def _form(mine: Controls, asked: dict[str, str], drift: Drift) -> str:
    heading = "" if drift.unmarked else "<h1>Search Payment History</h1>"
    label = "RA Number" if drift.renamed else "Payment ID"
    number = mine.box(label, "PaymentIDCmnTextBox", asked.get("payment_id", ""), shown_as="PaymentKey" if drift.changed else "")
    days = "".join(
        mine.box(label, FIELDS[name].removesuffix("_Control"), asked.get(name, ""))
        for label, name in (("Payment Date From", "start"), ("To", "end"))
    )
    fields = f"<div>{days}</div><div>{number}</div>" if drift.moved else f"<div>{number}</div><div>{days}</div>"
    return f"{heading}{fields}{mine.button('Search', 'SearchPaymentHistoryCmnButton')}"


def _results(request: Request, at: At, view: View, found: Found) -> Response:
    mine = controls(at, PANEL)
    shape, files = (Drift.of(At(at.box, at.portal, name, at.session)) for name in ("remits", "eob-pdf"))
    tabs = At(at.box, at.portal, "eob-pdf", at.session).on("new-tab") is not None
    rows = [_row(mine, state_of(request), found, place, files, view.key if tabs else "") for place in _places(found)]
    message = f'<div class="message" id="{mine.id("MessageArea")}">{escape(found.message)}</div>' if found.message else ""
    shown = "" if found.message and not found.remits else _list(mine, found, rows, Drift.of(at), moved=files.moved)
    return page(request, at, f"{_form(mine, found.asked, shape)}{message}{shown}", view)


def _places(found: Found) -> range:
    first = (found.number - 1) * PAGE_SIZE
    return range(first, min(first + PAGE_SIZE, len(found.remits)))


def _list(mine: Controls, found: Found, rows: list[tuple[str, ...]], drift: Drift, *, moved: bool) -> str:
    total = f'<span id="{mine.id("TotalRecordsLabel")}">Total Records: {len(found.remits)}</span>'
    heading = "" if drift.unmarked else "<h2>Search Results</h2>"
    if not rows:
        return f'<div id="{mine.id("PaymentResultsPanel")}">{heading}{total}</div>'
    heads = tuple("RA Date" if drift.renamed and head == "Payment Date" else head for head in COLUMNS)
    if moved:
        heads, rows = (heads[-1], *heads[:-1]), [(row[-1], *row[:-1]) for row in rows]
    if drift.reordered:
        heads, rows = heads[::-1], [row[::-1] for row in rows]
    grid = mine.grid("PaymentHits" if drift.changed else "PaymentHistoryGrid", heads, rows)
    inside, outside = ("", grid) if drift.moved else (grid, "")
    return f'<div id="{mine.id("PaymentResultsPanel")}">{heading}{total}{inside}{_pager(mine, found)}</div>{outside}'


def _row(mine: Controls, state: State, found: Found, place: int, drift: Drift, tab: str) -> tuple[str, ...]:
    remit = found.remits[place]
    words = "RA" if drift.renamed else "Remittance Advice"
    link = mine.link(words, "RemittanceKey" if drift.changed else "PaymentHistoryGrid", f"Remittance${place}")
    if tab:
        link = f'<a href="{paths.REMITTANCE}?doc={tab}&amp;row={place}" target="_blank">{words}</a>'
    number = escape(state.payment_id(remit.check_no))
    return number, us(remit.check_date), METHODS[remit.method], money(remit.amount), link


def _pager(mine: Controls, found: Found) -> str:
    last = (len(found.remits) - 1) // PAGE_SIZE + 1
    before = mine.link("Previous", "PaymentHistoryGrid", f"Page${found.number - 1}") if found.number > 1 else ""
    after = mine.link("Next", "PaymentHistoryGrid", f"Page${found.number + 1}") if found.number < last else ""
    return f'<div class="pager" id="{mine.id("PaymentPager")}">{before} Page {found.number} of {last} {after}</div>'


ROUTES = [
    Route(paths.PAYMENTS, form_page, methods=["GET"]),
    Route(paths.PAYMENTS, posted, methods=["POST"]),
    Route(paths.REMITTANCE, document),
]
