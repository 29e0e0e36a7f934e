"""View Payments: the Payment Summary, one payment's Remittance Detail, one claim's Claim Detail."""

from __future__ import annotations

from datetime import timedelta
from html import escape

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.optum_pay import paths, rows
from sandbox.optum_pay.frame import pairs, sheet
from sandbox.optum_pay.home import no_access, provider_line
from sandbox.optum_pay.search import Search
from sandbox.optum_pay.web import member_page, page, remits_of, session_at, us
from sandbox.server import At
from sandbox.world import PAYERS, Claim, Remit, ServiceLine

QUICK = {  # the quick search: from and up to so many days ago
    "Last 30 days": (0, 30), "Last 60 days": (0, 60), "Last 90 days": (0, 90), "Last 4-6 months": (90, 183),
    "Last 6-9 months": (183, 274), "Last 9-13 months": (274, 396),
}  # fmt: skip
CLAIM_COLUMNS = ["Account Number", "Patient Name", "Subscriber ID", "Claim #", "Claim Date", "Charge Amount", "Paid Amount"]
LINE_COLUMNS = ["Date of Service", "Procedure", "Charge", "Allowed", "Adj Reason", "Adj Amount", "RMK", "Paid"]


async def summary(request: Request, at: At) -> Response:
    """The payments of a while, newest first."""
    if (refused := no_access(at)) is not None:
        return refused
    chosen = request.query_params.get("quick", "Last 30 days")
    near, far = (timedelta(days=n) for n in QUICK.get(chosen, (0, 30)))
    today = at.box.world.as_of
    found = [remit for remit in remits_of(at) if today - far <= remit.check_date <= today - near]
    options = "".join(f"<option{' selected' if name == chosen else ''}>{name}</option>" for name in QUICK)
    lines = [rows.cells(at, remit, f"nbr={remit.check_no}", n) for n, remit in enumerate(found, start=1)]
    body = (
        f"{provider_line(at)}<form method='get'>Quick Search: <select name='quick'>{options}</select> Payment Status: <select>"
        "<option>New</option><option>Closed</option><option>Pending</option></select> <input type='submit' value='Search'></form>"
        f"<p>Record Count: {len(found)}</p>"
        f"{sheet(list(rows.PAYMENTS), lines, 'columnHeaderText')}<p class='errors' id='fileError'></p>"
    )
    return page(at, body, script=True, title="Payment Summary")


def remit_behind(at: At, request: Request) -> Remit | None:
    """The payment that a link means, by its number or by its place in a search."""
    asked = request.query_params
    mine = {remit.check_no: remit for remit in remits_of(at)}
    if "nbr" in asked:
        return mine.get(asked["nbr"])
    found: Search | None = session_at(at).memory.get("searches", {}).get(asked.get("key", ""))
    place = asked.get("ref", "")
    return found.remits[int(place)] if found is not None and place.isdecimal() and int(place) < len(found.remits) else None


async def remittance(request: Request, at: At) -> Response:
    """One payment and its claims."""
    remit = remit_behind(at, request)
    if remit is None:
        return RedirectResponse(paths.PAYMENTS, 303)
    told = {
        "Payer": PAYERS[remit.payer].label, "Payment Number": remit.check_no, "Payment Date": us(remit.check_date),
        "Amount": rows.money(remit.amount), "Type": remit.method,
    }  # fmt: skip
    lines = [_claim(paid, f"nbr={remit.check_no}&claim={n}") for n, paid in enumerate(remit.claims)]
    other = "".join(f"<p>{escape(p.code)} {escape(p.reference)} {rows.money(p.amount)}</p>" for p in remit.plbs)
    body = f"{provider_line(at)}{pairs(told)}{sheet(CLAIM_COLUMNS, lines, 'columnHeaderText')}{other}<input type='button' value='Print'>"
    return page(at, body, title="Remittance Detail")


def _claim(paid: Claim, query: str) -> list[str]:
    name = escape(f"{paid.patient.last}, {paid.patient.first}".upper())
    link = f"<a href='{paths.CLAIM}?{query}'>{paid.payer_claim_no}</a>"
    return [paid.claim_id, name, paid.member_id, link, rows.days(paid), rows.money(paid.charge), rows.money(paid.paid)]


async def claim(request: Request, at: At) -> Response:
    """One claim of a payment."""
    paid = _paid(at, request)
    if paid is None:
        return RedirectResponse(paths.PAYMENTS, 303)
    told = {
        "Patient Name": f"{paid.patient.last}, {paid.patient.first}".upper(), "Subscriber ID": paid.member_id,
        "Account Number": paid.claim_id, "Claim #": paid.payer_claim_no, "Claim Date": rows.days(paid),
        "Charge Amount": rows.money(paid.charge), "Paid Amount": rows.money(paid.paid), "Patient Responsibility": rows.money(paid.patient_resp),
    }  # fmt: skip
    table = sheet(LINE_COLUMNS, [_line(line) for line in paid.lines], "columnHeaderText")
    return page(at, f"{provider_line(at)}{pairs(told)}{table}", title="Claim Detail")


def _line(line: ServiceLine) -> list[str]:
    reasons = " ".join(f"{a.group}-{a.carc}" for a in line.adjustments)
    amounts = " ".join(rows.money(a.amount) for a in line.adjustments)
    charge, allowed, paid = (rows.money(amount) for amount in (line.charge, line.allowed, line.paid))
    return [us(line.dos), line.cpt, charge, allowed, reasons, amounts, " ".join(line.rarcs), paid]


def _paid(at: At, request: Request) -> Claim | None:
    place, remit = int(request.query_params.get("claim", "0")), remit_behind(at, request)
    if remit is not None:
        return remit.claims[place]
    found: Search | None = session_at(at).memory.get("searches", {}).get(request.query_params.get("key", ""))
    return found.claims[place][1] if found is not None and place < len(found.claims) else None


ROUTES = [
    Route(paths.PAYMENTS, member_page(summary)),
    Route(paths.REMITTANCE, member_page(remittance)),
    Route(paths.CLAIM, member_page(claim)),
]
