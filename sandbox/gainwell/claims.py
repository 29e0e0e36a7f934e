"""Search Claims: by claim id alone or by member and days; a list with five columns, and each claim on a page of its own."""

from __future__ import annotations

import asyncio
from html import escape
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.gainwell import paths
from sandbox.gainwell.claim import STATUS, detail
from sandbox.gainwell.controls import Controls, Drift, pressed, sent
from sandbox.gainwell.web import View, controls, form_of, is_fresh, new_view, page, session_at, signed_in, state_of, step, view_of
from sandbox.gainwell.words import money, parsed_day, trouble, us
from sandbox.server import At
from sandbox.world import Claim, Remit

PANEL = "SearchClaims_SearchMedicalAndDentalClaimsTabPanel"
FIELDS = {
    "claim_id": "ClaimIDCmnTextBox_Control",
    "member_id": "MemberIDCmnTextBox_Control",
    "start": "ServiceFromCmnDate_Control",
    "end": "ServiceToCmnDate_Control",
}
COLUMNS = ("Claim ID", "Member ID", "Service Date", "Status", "Paid Amount")
NO_NUMBER = "--"  # invented: what stands in place of a claim id that is not there yet
NEEDED = "Error: Enter a Claim ID, or a Member ID with Service From and Service To."
PAGE_SIZE = 10  # invented
KEY_UP = """<script>
(() => {
  const box = document.getElementById('%s'), kind = document.getElementById('%s');
  let pressed = false, before = '';
  box.addEventListener('keydown', () => { pressed = true; });
  box.addEventListener('input', () => { if (!pressed && box.value) box.value = before; else before = box.value; pressed = false; });
  box.addEventListener('keyup', () => { kind.value = box.value ? 'Professional' : ''; });
})();
</script>"""


class Found(NamedTuple):
    """What one press of Search found."""

    asked: dict[str, str]
    claims: tuple[Claim, ...] = ()
    message: str = ""
    number: int = 1  # the page


@step("claim-status")
@signed_in
async def form_page(request: Request, at: At) -> Response:
    """The empty form; reached by a stale link it works and finds nothing."""
    return _form_page(request, at, new_view(at, live=is_fresh(request, at)))


async def posted(request: Request) -> Response:
    """Everything on this page is a postback to it: Search, a page of the list, a claim, and the way back to the list."""
    form = await form_of(request)
    opens = form.get("__EVENTARGUMENT", "").startswith("Open$")
    searches = pressed(form, "SearchMedicalAndDentalClaimsCmnButton")
    return await (_opened if opens and not searches else _searched if searches else _listed)(request)


@step("claims")
@signed_in
async def _searched(request: Request, at: At) -> Response:
    session, form = session_at(at), await form_of(request)
    view = view_of(at, form)
    at.box.records.add("press", form="claim-status", nonce=view.key, session=session.label)
    asked = {name: sent(form, suffix) for name, suffix in FIELDS.items()}
    untyped = bool(asked["claim_id"]) and not sent(form, "BusinessTypeHidden")
    if not view.live or untyped or at.fires("blank-form") is not None:
        return _form_page(request, at, new_view(at, live=view.live))
    turn = session.memory["turn"] = session.memory.get("turn", 0) + 1
    await asyncio.sleep(at.box.staging_seconds(turn))
    found = _search(request, at, asked)
    return _results(request, at, new_view(at, live=True, found=found), found)


def _search(request: Request, at: At, asked: dict[str, str]) -> Found:
    """The answer to this search, or once more the one before it."""
    session, before = session_at(at), session_at(at).memory.get("last_search")
    message = trouble(at) or _wrong(asked)
    found = Found(asked, () if message else _claims(at, state_of(request).payer, asked), message)
    at.box.records.add("search", app="claim-status", payer=state_of(request).payer, session=session.label, found=len(found.claims))
    if before is not None and at.fires("stale-result") is not None:
        stale: Found = before
        return stale
    session.memory["last_search"] = found
    return found


def _wrong(asked: dict[str, str]) -> str:
    if asked["claim_id"] or (asked["member_id"] and parsed_day(asked["start"]) and parsed_day(asked["end"])):
        return ""
    return NEEDED


def _claims(at: At, payer: str, asked: dict[str, str]) -> tuple[Claim, ...]:
    start, end = parsed_day(asked["start"]), parsed_day(asked["end"])
    if asked["claim_id"]:
        return tuple(at.box.world.find_claims(payer, payer_claim_no=asked["claim_id"]))
    return tuple(at.box.world.find_claims(payer, member_id=asked["member_id"], dos_from=start, dos_to=end))


@step("claims")
@signed_in
async def _listed(request: Request, at: At) -> Response:
    """Another page of the list, or back to it."""
    form = await form_of(request)
    view = view_of(at, form)
    found: Found | None = view.kept.get("found")
    if found is None:
        return _form_page(request, at, new_view(at, live=view.live))
    argument = form.get("__EVENTARGUMENT", "")
    if argument.startswith("Page$"):
        found = found._replace(number=int(argument.removeprefix("Page$")))
    return _results(request, at, new_view(at, live=True, found=found), found)


@step("claim")
@signed_in
async def _opened(request: Request, at: At) -> Response:
    """One claim on a page of its own."""
    form = await form_of(request)
    view = view_of(at, form)
    found: Found | None = view.kept.get("found")
    if found is None:
        return _form_page(request, at, new_view(at, live=view.live))
    claim = found.claims[int(form["__EVENTARGUMENT"].removeprefix("Open$"))]
    at.box.records.add("opened", app="claim-status", payer=claim.payer, session=session_at(at).label)
    mine, message = controls(at, "ViewClaim"), trouble(at)
    body = _message(mine, message) if message else detail(mine, claim, _payment(at, claim), state_of(request), Drift.of(at))
    back = mine.button("Back to Search Results", "BackToSearchResultsCmnButton")
    return page(request, at, f"{body}<div>{back}</div>", new_view(at, live=True, found=found))


def _payment(at: At, claim: Claim) -> Remit | None:
    """The payment whose remittance names the claim."""
    mine = (r for r in at.box.world.remits if r.payer == claim.payer and any(c.payer_claim_no == claim.payer_claim_no for c in r.claims))
    return next(mine, None) if claim.payer_claim_no else None


# the page


def _form_page(request: Request, at: At, view: View) -> Response:
    shape = Drift.of(At(at.box, at.portal, "claim-status", at.session))
    return page(request, at, _form(controls(at, PANEL), state_of(request).member_label, {}, shape), view)


def _form(mine: Controls, member_label: str, asked: dict[str, str], drift: Drift) -> str:
    heading = "" if drift.unmarked else "<h1>Search Claims</h1>"
    kind = mine.id("BusinessTypeHidden")
    shown_as = "ClaimKeyTextBox" if drift.changed else ""
    label = "Internal Control Number" if drift.renamed else "Claim ID"
    claim = mine.box(label, "ClaimIDCmnTextBox", asked.get("claim_id", ""), shown_as=shown_as)
    typed = "Professional" if asked.get("claim_id") else ""
    hidden = f'<input type="hidden" id="{kind}" name="{mine.name("BusinessTypeHidden")}" value="{typed}">'
    member = mine.box(member_label, "MemberIDCmnTextBox", asked.get("member_id", ""))
    days = mine.box("Service From", "ServiceFromCmnDate", asked.get("start", "")) + mine.box("To", "ServiceToCmnDate", asked.get("end", ""))
    first, second = (member, claim) if drift.moved else (claim, member)
    script = KEY_UP % (mine.id(f"{shown_as or 'ClaimIDCmnTextBox'}_Control"), kind)
    row = f"<div>{first}{second}</div><fieldset><legend>Service Information</legend>{days}</fieldset>{hidden}"
    return f"{heading}{row}{mine.button('Search', 'SearchMedicalAndDentalClaimsCmnButton')}{script}"


def _message(mine: Controls, text: str) -> str:
    return f'<div class="message" id="{mine.id("MessageArea")}">{escape(text)}</div>' if text else ""


def _results(request: Request, at: At, view: View, found: Found) -> Response:
    mine, drift = controls(at, PANEL), Drift.of(at)
    shape = Drift.of(At(at.box, at.portal, "claim-status", at.session))
    shown = "" if found.message else _list(mine, found, drift, mixed=at.on("pager-order") is not None)
    form = _form(mine, state_of(request).member_label, found.asked, shape)
    return page(request, at, f"{form}{_message(mine, found.message)}{shown}", view)


def _list(mine: Controls, found: Found, drift: Drift, *, mixed: bool) -> str:
    total = f'<span id="{mine.id("TotalRecordsLabel")}">Total Records: {len(found.claims)}</span>'
    heading = "" if drift.unmarked else "<h2>Search Results</h2>"
    if not found.claims:
        return f'<div id="{mine.id("SearchResultsPanel")}">{heading}{total}</div>'
    heads = tuple("DOS" if drift.renamed and head == "Service Date" else head for head in COLUMNS)
    rows = [_row(mine, at, found.claims[at]) for at in _order(found, mixed=mixed)]
    if drift.reordered:
        heads, rows = heads[::-1], [row[::-1] for row in rows]
    grid = mine.grid("ClaimHits" if drift.changed else "SearchResultsGrid", heads, rows)
    inside, outside = ("", grid) if drift.moved else (grid, "")
    return f'<div id="{mine.id("SearchResultsPanel")}">{heading}{total}{inside}{_pager(mine, found)}</div>{outside}'


def _order(found: Found, *, mixed: bool) -> list[int]:
    """Which claims stand on this page; mixed, every page has an order of its own."""
    places = list(range(len(found.claims)))
    if mixed:
        turn = found.number - 1
        places = places[-turn:] + places[:-turn] if turn else places
    return places[(found.number - 1) * PAGE_SIZE : found.number * PAGE_SIZE]


def _row(mine: Controls, at: int, claim: Claim) -> tuple[str, ...]:
    days = us(claim.dos_from) if claim.dos_from == claim.dos_to else f"{us(claim.dos_from)} - {us(claim.dos_to)}"
    number = mine.link(claim.payer_claim_no or NO_NUMBER, "SearchResultsGrid", f"Open${at}")
    return number, escape(claim.member_id), days, STATUS[claim.state], money(claim.paid)


def _pager(mine: Controls, found: Found) -> str:
    last = (len(found.claims) - 1) // PAGE_SIZE + 1
    before = mine.link("Previous", "SearchResultsGrid", f"Page${found.number - 1}") if found.number > 1 else ""
    after = mine.link("Next", "SearchResultsGrid", f"Page${found.number + 1}") if found.number < last else ""
    return f'<div class="pager">{before} Page {found.number} of {last} {after}</div>'


ROUTES = [Route(paths.CLAIMS, form_page, methods=["GET"]), Route(paths.CLAIMS, posted, methods=["POST"])]
