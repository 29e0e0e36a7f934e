"""View Payments: the search, the Payment Summary it leads to, a payment's Remittance Detail, a claim's Claim Detail."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.eobs.facts import payee_npi
from sandbox.optum_pay import paths
from sandbox.optum_pay.frame import facts, sheet
from sandbox.optum_pay.hands_out import prints_own
from sandbox.optum_pay.web import form_of, i, member_page, money, page, practices_of, remits_of, session_at, signed_in, step, t, us
from sandbox.server import At
from sandbox.world import PAYERS, PRACTICE, Claim, Remit, ServiceLine, same_id, same_name

FIELDS = {  # search type: its boxes, by name and label
    "Payment number": {"payment-number": "Payment number"},
    "Claim number": {"claim-number": "Claim number"},
    "Account number": {"account-number": "Account number"},
    "Subscriber ID": {"subscriber-id": "Subscriber ID"},
    "Patient name": {"last-name": "Last name", "first-name": "First name"},
    "NPI": {"npi": "NPI"},
    "Date(s) of service": {"service-from": "Service from", "service-through": "Service through"},
    "Zero-payment claims": {},
}
CHOOSE = "Choose a practice"
NO_PRACTICE = "Your organization is not linked to a practice. The practice's administrator must link your organization in Optum Pay."
INCOMPLETE = "Complete the fields of your search."
TOO_OLD = "Payment history is available for up to 13 months."
NOTHING = "No payments were found for your search."
CANNOT = "Payments cannot be shown at this time. Please try again later."
CLOSED = "Payments cannot be shown outside of service hours. Please try again later."
HISTORY = timedelta(days=396)  # 13 months
PRESET = timedelta(days=30)
PAGE_SIZE = 10
KEPT = 20
COLUMNS = ("Payment Number", "Payment Date", "Payer", "Payee", "Payment Method", "Payment Amount", "Claims")
CLAIM_COLUMNS = ("Claim Number", "Account Number", "Patient Name", "Subscriber ID", "Date(s) of Service", "Charge", "Paid")
LINE_COLUMNS = ("Date of Service", "Procedure", "Modifiers", "Units", "Charge", "Allowed", "Adjustments", "Remarks", "Paid")


@dataclass
class Search:
    """One search and what it found."""

    key: str
    asked: dict[str, str]
    error: str = ""
    remits: list[Remit] = field(default_factory=list)


# the form


@step("remits")
@signed_in
async def form(_request: Request, at: At) -> Response:
    """The form as it is at first."""
    today = at.box.world.as_of
    return _form(at, {"paid-from": us(today - PRESET), "paid-through": us(today)})


def _form(at: At, asked: dict[str, str], error: str = "") -> HTMLResponse:
    if not practices_of(at):
        return page(at, "View Payments", f"<p role='alert' id='no-practice'>{NO_PRACTICE}</p>")
    days = {"paid-from": "Payments from", "paid-through": "Payments through"}
    parts = [_list(at, "practice", "Practice", [CHOOSE, *practices_of(at)]), _list(at, "search-by", "Search by", [*FIELDS])]
    parts += [_boxes(at, kind, boxes, asked) for kind, boxes in FIELDS.items()]
    parts += [_box(at, name, label, asked) for name, label in days.items()]
    if at.step == "remits" and at.on("moved-element") is not None:
        parts.reverse()
    said = f"<p role='alert'>{escape(error)}</p>" if error else ""
    body = f"{said}<form method='post' action='{paths.SUMMARY}'>{''.join(parts)}<button>{t(at, 'Search')}</button></form>"
    return page(at, "View Payments", body)


def _list(at: At, name: str, label: str, options: list[str]) -> str:
    inside = "".join(f"<option>{escape(option)}</option>" for option in options)
    choice = f"<select id='{i(at, name)}' name='{name}'>{inside}</select>"
    return f"<div class='row'><label for='{i(at, name)}'>{t(at, label)}</label>{choice}</div>"


def _boxes(at: At, kind: str, boxes: dict[str, str], asked: dict[str, str]) -> str:
    hidden = "" if kind == next(iter(FIELDS)) else " hidden"
    return f"<div data-kind='{kind}'{hidden}>{''.join(_box(at, name, label, asked) for name, label in boxes.items())}</div>"


def _box(at: At, name: str, label: str, asked: dict[str, str]) -> str:
    value = escape(asked.get(name, ""))
    box = f"<input type='text' autocomplete='off' id='{i(at, name)}' name='{name}' value='{value}'>"
    return f"<div class='row'><label for='{i(at, name)}'>{t(at, label)}</label>{box}</div>"


# the answer


@step("checks")
@signed_in
async def search(request: Request, at: At) -> Response:
    """The form was sent."""
    asked, session = await form_of(request), session_at(at)
    at.box.records.add("press", form="payments", nonce="", session=session.label)
    if at.fires("blank-form") is not None:
        return _form(at, {})
    if wrong := _odd(at, asked):
        return _form(at, asked, wrong)
    found = _searched(at, asked)
    turn = session.memory["turn"] = session.memory.get("turn", 0) + 1
    await asyncio.sleep(at.box.staging_seconds(turn))
    return _summary(at, found, 1)


def _odd(at: At, asked: dict[str, str]) -> str:
    """What is wrong with a question, "" where nothing is."""
    start, end = day_of(asked.get("paid-from", "")), day_of(asked.get("paid-through", ""))
    given = all(asked.get(name, "").strip() for name in FIELDS.get(asked.get("search-by", ""), {}))
    if asked.get("practice") not in practices_of(at) or start is None or end is None or not given:
        return INCOMPLETE
    return TOO_OLD if start < at.box.world.as_of - HISTORY else ""


def day_of(text: str) -> date | None:
    """Read MM/DD/YYYY; None for anything else."""
    try:
        return datetime.strptime(text.strip(), "%m/%d/%Y").date()  # noqa: DTZ007 -- a day has no zone
    except ValueError:
        return None


def _searched(at: At, asked: dict[str, str]) -> Search:
    """The answer to this search, or once more the one before it."""
    memory = session_at(at).memory
    before: Search | None = memory.get("last_search")
    found = Search(secrets.token_hex(8), asked, trouble(at))
    if not found.error:
        found.remits = [remit for remit in remits_of(at) if _within(remit, asked) and _fits(remit, asked)]
    at.box.records.add("search", app="remits", payer="", session=session_at(at).label, found=len(found.remits), tab=asked["search-by"])
    if before is not None and at.fires("stale-result") is not None:
        return before
    kept: dict[str, Search] = memory.setdefault("searches", {})
    kept[found.key] = memory["last_search"] = found
    while len(kept) > KEPT:
        kept.pop(next(iter(kept)))
    return found


def trouble(at: At) -> str:
    """What a page says where the answer cannot be given."""
    words = {"maintenance": CANNOT, "service-hours": CLOSED, "payer-error": CANNOT}
    return next((text for fault, text in words.items() if at.fires(fault) is not None), "")


def _within(remit: Remit, asked: dict[str, str]) -> bool:
    start, end = day_of(asked["paid-from"]), day_of(asked["paid-through"])
    return start is not None and end is not None and start <= remit.check_date <= end


def _fits(remit: Remit, asked: dict[str, str]) -> bool:
    if asked["search-by"] == "Payment number":
        return asked["payment-number"].strip() in remit.check_no
    return any(_holds(claim, asked) for claim in remit.claims)


def _holds(claim: Claim, asked: dict[str, str]) -> bool:
    """Whether a claim is what was searched for."""
    if asked["search-by"] == "Zero-payment claims":
        return not claim.paid
    if asked["search-by"] == "Date(s) of service":
        start, end = day_of(asked["service-from"]), day_of(asked["service-through"])
        return start is not None and end is not None and claim.dos_from <= end and claim.dos_to >= start
    told = {
        "claim-number": same_id(claim.payer_claim_no), "account-number": same_id(claim.claim_id), "subscriber-id": same_id(claim.member_id),
        "npi": claim.billing_npi, "last-name": same_name(claim.patient.last), "first-name": same_name(claim.patient.first),
    }  # fmt: skip
    boxes = FIELDS[asked["search-by"]]
    return all((same_name if name.endswith("name") else same_id)(asked[name]) == told[name] for name in boxes)


def said(asked: dict[str, str]) -> dict[str, str]:
    """What was searched for, as the summary repeats it."""
    kind = asked["search-by"]
    values = " ".join(asked[name].strip() for name in FIELDS[kind])
    return {"Search by": kind, "Value": values, "Payments": f"{asked['paid-from']} - {asked['paid-through']}"}


def _summary(at: At, found: Search, number: int) -> HTMLResponse:
    """One page of the payments that were found."""
    echo = facts(said(found.asked), i(at, "searched-for"))
    again = f"<p><a href='{paths.SEARCH}'>New search</a></p>"
    if found.error or not found.remits:
        return page(at, "Payment Summary", f"{echo}<p role='alert'>{found.error or NOTHING}</p>{again}")
    first = (number - 1) * PAGE_SIZE
    columns = [t(at, column) for column in COLUMNS]
    lines = [row(remit, f"{paths.DETAIL}?number={remit.check_no}") for remit in found.remits[first : first + PAGE_SIZE]]
    if at.on("reordered-columns") is not None:
        columns, lines = columns[::-1], [line[::-1] for line in lines]
    last = min(first + PAGE_SIZE, len(found.remits))
    count = f"<p id='shown'>Payments {first + 1} to {last} of {len(found.remits)}</p>"
    return page(at, "Payment Summary", f"{echo}{count}{sheet(columns, lines, i(at, 'payments'))}{_pager(found, number)}{again}")


def row(remit: Remit, link: str) -> list[str]:
    """A payment as a row."""
    return [
        f"<a href='{link}'>{remit.check_no}</a>",
        us(remit.check_date),
        escape(PAYERS[remit.payer].label),
        escape(PRACTICE.name.upper()),
        remit.method,
        money(remit.amount),
        str(len(remit.claims)),
    ]


def _pager(found: Search, number: int) -> str:
    pages = (len(found.remits) - 1) // PAGE_SIZE + 1
    to = {"Previous page": number - 1, "Next page": number + 1}
    return " ".join(f"<a href='{paths.SUMMARY}?key={found.key}&page={at}'>{text}</a>" for text, at in to.items() if 1 <= at <= pages)


@step("checks")
@signed_in
async def turn(request: Request, at: At) -> Response:
    """Another page of a summary."""
    found: Search | None = session_at(at).memory.get("searches", {}).get(request.query_params.get("key", ""))
    return RedirectResponse(paths.SEARCH, 303) if found is None else _summary(at, found, int(request.query_params.get("page", "1")))


# one payment, one claim


def remit_behind(at: At, request: Request) -> Remit | None:
    """The payment that a link means."""
    return next((remit for remit in remits_of(at) if remit.check_no == request.query_params.get("number")), None)


async def detail(request: Request, at: At) -> Response:
    """One payment: what it is, its documents, its claims."""
    remit = remit_behind(at, request)
    if remit is None:
        return RedirectResponse(paths.SEARCH, 303)
    told = {
        "Payment Number": remit.check_no, "Payment Date": us(remit.check_date), "Payer": PAYERS[remit.payer].label,
        "Payee": PRACTICE.name.upper(), "Payee NPI": payee_npi(remit), "Payment Method": remit.method,
        "Payment Amount": money(remit.amount),
    }  # fmt: skip
    own = f"<button type='button' data-file='{paths.PDF}?number={remit.check_no}'>Print Electronic Remittance</button>"
    payers = f"<a href='#' data-file='{paths.PDF}?number={remit.check_no}'>Payer PRA</a>"
    x12 = f"<a href='#' data-file='{paths.X12}?number={remit.check_no}'>Download 835</a>"
    documents = f"<p>{own if prints_own(remit) else payers} {x12}</p><p role='alert' id='trouble'></p>"
    lines = [_claim(claim, f"{paths.CLAIM}?number={remit.check_no}&claim={n}") for n, claim in enumerate(remit.claims)]
    other = "".join(f"<p>{escape(p.code)} {escape(p.reference)} {money(p.amount)}</p>" for p in remit.plbs)
    at.box.records.add("opened", app="remits", payer=remit.payer, session=session_at(at).label)
    return page(at, "Remittance Detail", f"{facts(told, 'payment')}{documents}{sheet(CLAIM_COLUMNS, lines, 'claims')}{other}")


def _claim(claim: Claim, link: str) -> list[str]:
    name = escape(f"{claim.patient.last}, {claim.patient.first}".upper())
    shown = f"<a href='{link}'>{claim.payer_claim_no}</a>"
    return [shown, claim.claim_id, name, claim.member_id, days(claim), money(claim.charge), money(claim.paid)]


def days(claim: Claim) -> str:
    """One day, or the first and the last."""
    return us(claim.dos_from) if claim.dos_from == claim.dos_to else f"{us(claim.dos_from)} - {us(claim.dos_to)}"


async def one_claim(request: Request, at: At) -> Response:
    """One claim of a payment."""
    remit, place = remit_behind(at, request), request.query_params.get("claim", "")
    if remit is None or not place.isdecimal() or int(place) >= len(remit.claims):
        return RedirectResponse(paths.SEARCH, 303)
    claim = remit.claims[int(place)]
    told = {
        "Claim Number": claim.payer_claim_no, "Account Number": claim.claim_id, "Subscriber ID": claim.member_id,
        "Patient Name": f"{claim.patient.last}, {claim.patient.first}".upper(), "Date(s) of Service": days(claim),
        "Charge": money(claim.charge), "Paid": money(claim.paid), "Patient Responsibility": money(claim.patient_resp),
    }  # fmt: skip
    return page(at, "Claim Detail", facts(told, "claim") + sheet(LINE_COLUMNS, map(_line, claim.lines), "lines"))


def _line(line: ServiceLine) -> list[str]:
    reasons = ", ".join(f"{a.group}-{a.carc} {money(a.amount)}" for a in line.adjustments)
    amounts = (money(line.charge), money(line.allowed))
    return [us(line.dos), line.cpt, " ".join(line.modifiers), str(line.units), *amounts, reasons, " ".join(line.rarcs), money(line.paid)]


ROUTES = [
    Route(paths.SEARCH, form),
    Route(paths.SUMMARY, search, methods=["POST"]),
    Route(paths.SUMMARY, turn),
    Route(paths.DETAIL, member_page(detail)),
    Route(paths.CLAIM, member_page(one_claim)),
]
