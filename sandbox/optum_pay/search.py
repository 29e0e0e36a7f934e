"""Search Remittance: the criteria, and what was found as payments or as claims, thirty a page."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.optum_pay import paths, rows
from sandbox.optum_pay.frame import sheet
from sandbox.optum_pay.home import no_access, provider_line
from sandbox.optum_pay.web import PAYER_KEYS, form_of, i, page, remits_of, session_at, signed_in, step, t
from sandbox.server import At
from sandbox.world import PAYERS, Claim, Remit, same_id, same_name

NOTHING = "No records match the selected search criteria. Choose a different search option or try your search again later."
CANNOT = "We are unable to process your request at this time. Please try again later."
CLOSED = "Remittance information is not available outside of service hours. Please try again later."
NO_CRITERIA = "Select at least one search criterion."
NO_DATES = "A date range is required for this search."
TOO_FAR = "Enter a date range within the last 13 months."
ELECTRONIC, CHECK = "Electronic Payment Number", "Check Number"
HISTORY = timedelta(days=396)  # 13 months
PAGE_SIZE = 30
KEPT = 20
FIELDS = {  # name: the label of it in the criteria
    "account": "Account Number", "subscriber": "Subscriber ID", "last": "Patient Last Name", "first": "Patient First Name", "npi": "NPI",
    "claim": "Claim Number", "dosFrom": "Date of Service From", "dosTo": "Date of Service To", "dopFrom": "Date of Payment From",
    "dopTo": "Date of Payment To", "zero": "Zero Payment Claims",
}  # fmt: skip


@dataclass
class Search:
    """One search and what it found."""

    key: str
    asked: dict[str, str]
    error: str = ""
    remits: list[Remit] = field(default_factory=list)
    claims: list[tuple[Remit, Claim]] = field(default_factory=list)

    @property
    def by_number(self) -> bool:
        return bool(number_in(self.asked))

    @property
    def total(self) -> int:
        return len(self.remits) if self.by_number else len(self.claims)


def number_in(asked: dict[str, str]) -> str:
    """The payment number that was typed, in whichever of the two boxes the chosen kind shows."""
    return asked.get("checkNumber" if asked.get("kind") == CHECK else "paymentNumber", "").strip()


# the criteria


@step("remits")
@signed_in
async def criteria(_request: Request, at: At) -> Response:
    """The form, empty."""
    return no_access(at) or _form(at, {})


def _form(at: At, asked: dict[str, str], error: str = "") -> HTMLResponse:
    lines = [_payer(at, asked), _numbers(at, asked), *_dates(at, asked), *_texts(at, asked), _zero(asked)]
    if at.on("moved-element") is not None and at.step == "remits":
        lines.reverse()
    table = f"<table id='newSearchParamTable'><tbody>{''.join(f'<tr>{line}</tr>' for line in lines)}</tbody></table>"
    button = "<input type='submit' name='searchRemittance' value='Search Remittance'> <input type='reset' value='Clear'>"
    said = f"<table><tr><td class='errors'>{escape(error)}</td></tr></table>" if error else ""
    hint = "<p class='hint'>Payments of the last 13 months can be searched.</p>"
    body = f"{provider_line(at)}{said}{hint}<form method='post' action='{paths.RESULTS}' id='searchForm'>{table}{button}</form>"
    return page(at, body, script=True, title="Search Remittance")


def _payer(at: At, asked: dict[str, str]) -> str:
    names = ["All Payers", *(PAYERS[key].label for key in PAYER_KEYS), "UnitedHealthcare"]
    options = "".join(f"<option{' selected' if name == asked.get('payer') else ''}>{escape(name)}</option>" for name in names)
    return f"<td>{t(at, 'Payer')}:</td><td><select id='{i(at, 'payerIdSelection')}' name='payer'>{options}</select></td>"


def _numbers(at: At, asked: dict[str, str]) -> str:
    kinds = "".join(f"<option{' selected' if kind == asked.get('kind') else ''}>{kind}</option>" for kind in (ELECTRONIC, CHECK))
    check = asked.get("kind") == CHECK

    def box(key: str, name: str, *, shown: bool) -> str:
        hidden = "" if shown else " style='display:none'"
        return f"<input type='text' autocomplete='off' id='{i(at, key)}' name='{name}' value='{escape(asked.get(name, ''))}'{hidden}>"

    return (
        f"<td>{t(at, 'Payment Number')}:</td><td><select id='{i(at, 'paymentNbrTypeSelection')}' name='kind'>{kinds}</select> "
        f"{box('paymentNumberInputId', 'paymentNumber', shown=not check)}{box('checkNumberInputId', 'checkNumber', shown=check)}</td>"
    )


def _dates(at: At, asked: dict[str, str]) -> list[str]:
    found = []
    for label, names in (("Date(s) of Service", ("dosFrom", "dosTo")), ("Date(s) of Payment", ("dopFrom", "dopTo"))):
        boxes = (f"<input type='text' size='10' name='{n}' value='{escape(asked.get(n, ''))}'><a href='#'>&#128197;</a>" for n in names)
        found.append(f"<td>{t(at, label)}:</td><td>{' to '.join(boxes)}</td>")
    return found


def _texts(at: At, asked: dict[str, str]) -> list[str]:
    boxes = (
        ("Account Number", (("ClaimAccountNum", "account"),)),
        ("Subscriber ID", (("subscriberIDText", "subscriber"),)),
        ("Patient Name", (("patientLastNameId", "last"), ("patientFirstNameId", "first"))),
        ("NPI", (("npiIDText", "npi"),)),
        ("Claim Number", (("claimNumberID", "claim"),)),
    )
    return [f"<td>{t(at, label)}:</td><td>{''.join(_text(at, key, name, asked) for key, name in keys)}</td>" for label, keys in boxes]


def _text(at: At, key: str, name: str, asked: dict[str, str]) -> str:
    return f"<input type='text' autocomplete='off' id='{i(at, key)}' name='{name}' value='{escape(asked.get(name, ''))}'> "


def _zero(asked: dict[str, str]) -> str:
    ticked = " checked" if asked.get("zero") else ""
    return (
        f"<td>Zero Payment Claims:</td><td><input type='checkbox' id='zeroPaymentID' name='zero'{ticked}> Market Type: "
        "<label><input type='radio' name='market' id='allMarketTypeId' checked>All</label></td>"
    )


# the answer


@step("checks")
@signed_in
async def search(request: Request, at: At) -> Response:
    """The form was sent."""
    asked, session = await form_of(request), session_at(at)
    at.box.records.add("press", form="remits", nonce="", session=session.label)
    if at.fires("blank-form") is not None:
        return _form(at, {})
    if (refused := no_access(at)) is not None:
        return refused
    found = _searched(at, asked)
    turn = session.memory["turn"] = session.memory.get("turn", 0) + 1
    await asyncio.sleep(at.box.staging_seconds(turn))
    if found.error or not found.total:
        return _form(at, found.asked, found.error or NOTHING)
    return shown(at, found, 1)


def _searched(at: At, asked: dict[str, str]) -> Search:
    """The answer to this search, or once more the one before it."""
    memory = session_at(at).memory
    before: Search | None = memory.get("last_remits")
    found = _found(at, asked)
    at.box.records.add("search", app="remits", payer="", session=session_at(at).label, found=found.total, tab=asked.get("kind"))
    if before is not None and at.fires("stale-result") is not None:
        return before
    kept: dict[str, Search] = memory.setdefault("searches", {})
    kept[found.key] = memory["last_remits"] = found
    while len(kept) > KEPT:
        kept.pop(next(iter(kept)))
    return found


def _found(at: At, asked: dict[str, str]) -> Search:
    search = Search(secrets.token_hex(8), asked, trouble(at) or _odd(at, asked))
    if search.error:
        return search
    payers = [key for key in PAYER_KEYS if asked.get("payer") in ("All Payers", PAYERS[key].label)]
    mine = [remit for remit in remits_of(at) if remit.payer in payers]
    if search.by_number:
        search.remits = [r for r in mine if number_in(asked) in r.check_no and (r.method == "CHK") == (asked.get("kind") == CHECK)]
    else:
        search.claims = [(r, c) for r in mine if _paid_within(r, asked) for c in r.claims if _fits(c, asked)]
    return search


def trouble(at: At) -> str:
    """What a page says where the answer cannot be given."""
    words = {"maintenance": CANNOT, "service-hours": CLOSED, "payer-error": CANNOT}
    return next((text for fault, text in words.items() if at.fires(fault) is not None), "")


def _odd(at: At, asked: dict[str, str]) -> str:
    """What is wrong with a question, "" where nothing is."""
    if number_in(asked):
        return ""
    if not any(asked.get(name, "").strip() for name in FIELDS):
        return NO_CRITERIA
    spans = [(day_of(asked.get(f"{kind}From", "")), day_of(asked.get(f"{kind}To", ""))) for kind in ("dos", "dop")]
    given = [(start, end) for start, end in spans if start and end]
    if not given:
        return NO_DATES
    today = at.box.world.as_of
    return "" if all(today - HISTORY <= start <= end for start, end in given) else TOO_FAR


def day_of(text: str) -> date | None:
    """Read MM/DD/YYYY; None for anything else."""
    try:
        return datetime.strptime(text.strip(), "%m/%d/%Y").date()  # noqa: DTZ007 -- a day has no zone
    except ValueError:
        return None


def _paid_within(remit: Remit, asked: dict[str, str]) -> bool:
    start, end = day_of(asked.get("dopFrom", "")), day_of(asked.get("dopTo", ""))
    return (start is None or remit.check_date >= start) and (end is None or remit.check_date <= end)


def _fits(claim: Claim, asked: dict[str, str]) -> bool:
    start, end = day_of(asked.get("dosFrom", "")), day_of(asked.get("dosTo", ""))
    compared = (
        ("account", claim.claim_id, same_id), ("subscriber", claim.member_id, same_id), ("npi", claim.billing_npi, same_id),
        ("claim", claim.payer_claim_no, same_id), ("last", claim.patient.last, same_name), ("first", claim.patient.first, same_name),
    )  # fmt: skip
    return (
        all(not asked.get(name, "").strip() or same(asked[name]) == same(theirs) for name, theirs, same in compared)
        and (start is None or claim.dos_to >= start)
        and (end is None or claim.dos_from <= end)
        and (not asked.get("zero") or not claim.paid)
    )


def shown(at: At, found: Search, number: int) -> HTMLResponse:
    """One page of what was found."""
    first = (number - 1) * PAGE_SIZE
    columns = list(rows.PAYMENTS if found.by_number else rows.CLAIMS)
    places = range(first, min(first + PAGE_SIZE, found.total))
    lines = [rows.payment(at, found, n) if found.by_number else rows.claim(at, found, n) for n in places]
    if at.on("reordered-columns") is not None:
        columns, lines = columns[::-1], [line[::-1] for line in lines]
    table = sheet([t(at, column) for column in columns], lines, i(at, "columnHeaderText"))
    around = table if found.by_number else f"<div id='SearchHeader'>{table}</div>"
    echo = "" if at.on("removed-landmark") is not None else f"<div id='SearchCriteriaVal'>{escape(said(found.asked))}</div>"
    body = (
        f"{provider_line(at)}{echo}<form id='searchRemittanceResultsForm'><table><tr><td>Record Count: {found.total}</td></tr><tr><td>"
        f"{_pager(found, number)}</td></tr><tr><td>{around}</td></tr><tr><td class='errors' id='fileError'></td></tr></table>"
        "<input type='button' name='printSearchResult' value='Print Search Results'> "
        "<input type='button' id='saveArchive' value='Save'></form>"
        f"<a href='{paths.SEARCH}'>New Search</a>"
    )
    return page(at, body, script=True, title="Search Results")


def said(asked: dict[str, str]) -> str:
    """The criteria in words."""
    if number_in(asked):
        return f"{asked.get('kind')}: {number_in(asked)}"
    return "; ".join(f"{label}: {asked[name].strip()}" for name, label in FIELDS.items() if asked.get(name, "").strip())


def _pager(found: Search, number: int) -> str:
    pages = (found.total - 1) // PAGE_SIZE + 1
    to = {"First Page": 1, "Previous Page": number - 1, "Next Page": number + 1, "Last Page": pages}
    links = {text: at for text, at in to.items() if pages > 1 and 1 <= at <= pages and at != number}
    return " ".join(f"<a href='{paths.RESULTS}?key={found.key}&page={at}'>{text}</a>" for text, at in links.items())


@step("checks")
@signed_in
async def turn(request: Request, at: At) -> Response:
    """Another page of a list."""
    found = kept(at, request)
    if found is None:
        return RedirectResponse(paths.SEARCH, 303)
    return shown(at, found, int(request.query_params.get("page", "1")))


def kept(at: At, request: Request) -> Search | None:
    """The search that a link belongs to."""
    found: Search | None = session_at(at).memory.get("searches", {}).get(request.query_params.get("key", ""))
    return found


ROUTES = [
    Route(paths.SEARCH, criteria),
    Route(paths.RESULTS, search, methods=["POST"]),
    Route(paths.RESULTS, turn),
]
