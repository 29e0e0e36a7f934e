"""What every call of the twin shares: the session behind a request, the step it belongs to, drift, and what covers the page."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from functools import cache, wraps
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.logins import Session
from sandbox.onehealthcare.door import sign_in_address
from sandbox.server import At, Sandbox

PORTAL = "uhc"
SESSION_COOKIE = "UHC_SESSION"
DEVICE_COOKIE = "OHID_DEVICE"  # the identity host's; here it never comes
HERE = Path(__file__).parent

Handler = Callable[[Request], Awaitable[Response]]
StepHandler = Callable[[Request, At], Awaitable[Response]]

RENAMED: dict[str, dict[str, str]] = {
    "home": {"Eligibility": "Coverage Lookup", "Sign Out": "Exit", "Claims & Payments": "Billing"},
    "eligibility": {"Member ID": "Subscriber Number", "Verify Eligibility": "Look Up"},
    "coverage": {"Member ID": "Subscriber Number", "Plan Name": "Product", "Date of Service": "As of"},
    "claim-status": {"Member ID": "Subscriber Number", "First date of service": "From", "Search": "Find Claims"},
    "claims": {"Member ID": "Subscriber Number", "First Date of Service": "From", "Claim Number": "Reference", "Billed Amount": "Charges"},
    "claim": {"Claim number": "Reference", "Claim status": "Outcome", "Total paid": "Net payment"},
    "remits": {"Member ID": "Subscriber Number", "From": "First day", "Search": "Find documents"},
    "checks": {"Payment Number": "Trace", "Payment Date": "Issued", "Payment Amount": "Sum", "Claim Number": "Reference"},
    "eob-pdf": {"Payment Number": "Trace"},
    "letters": {"Letter Number": "Reference", "Response Due": "Reply by", "Subject": "About", "Action Needed": "To do"},
    "letter": {"Letter Number": "Reference"},
    "auth-home": {"Create a new request": "Start a case", "Search existing requests": "Look up cases"},
    "auth-form": {"Member ID": "Subscriber Number", "Check Requirements": "Look Up"},
    "auth-next": {"Member ID": "Subscriber Number", "Requesting NPI": "Ordering NPI", "Start date": "First day", "Start Date": "First day"},
    "auth-submit": {"Reference Number": "Case Number", "Status": "Outcome"},
    "auth-list": {"Reference Number": "Case Number", "Member ID": "Subscriber Number", "Status": "Outcome"},
    "auth-request": {"Reference Number": "Case Number", "Status": "Outcome"},
}
IDS: dict[str, dict[str, str]] = {
    "home": {"eligibility-link": "coverage-link", "claims-and-payments-link": "billing-link"},
    "eligibility": {
        "eligibility-memberid-input": "coverage-member-input",
        "eligibility-search-member-id-abyss-text-input": "coverage-member-text-input",
    },
    "coverage": {"eligibility-overview": "coverage-overview", "section-plan": "panel-plan"},
    "claim-status": {"search.claim.memberId": "query.member", "submit-claim-search-button": "find-claims-button"},
    "claims": {"claims-results": "hits", "search-results-label": "hits-label"},
    "claim": {"overview-claim-number": "summary-number", "overview-status": "summary-status"},
    "remits": {
        "document.from": "range.from",
        "document.memberId": "range.member",
        "submit-document-search-button": "find-documents-button",
    },
    "checks": {"document-results": "hits"},
    "eob-pdf": {},
    "letters": {"document-results": "hits", "document.from": "range.from", "submit-document-search-button": "find-documents-button"},
    "letter": {},
    "auth-home": {"auth-create-request": "case-start", "auth-search-requests": "case-lookup"},
    "auth-form": {"auth.memberId": "case.member", "submit-auth-check-button": "look-up-button"},
    "auth-next": {"auth.requestingNpi": "case.orderingNpi", "auth.start": "case.first", "auth-review": "case-review"},
    "auth-submit": {"auth-response": "case-response"},
    "auth-list": {"auth-results": "hits", "authSearch.memberId": "case.member"},
    "auth-request": {"auth-detail": "case-detail"},
}
_FLAGS = {
    "moved-element": "moved",
    "reordered-columns": "reordered",
    "removed-landmark": "unmarked",
    "interstitial": "interstitial",
    "captcha": "captcha",
    "stuck": "stuck",
}


def box_of(request: Request) -> Sandbox:
    """The sandbox this twin is part of."""
    box: Sandbox = request.app.state.box
    return box


def session_of(request: Request) -> Session | None:
    """The session of the request's cookie, ended or not."""
    return box_of(request).logins.by_cookie(request.cookies.get(SESSION_COOKIE, ""))


def session_at(at: At) -> Session:
    """The session of a call that only a signed-in user makes."""
    if at.session is None:
        raise LookupError("no session")
    return at.session


def step(name: str) -> Callable[[StepHandler], Handler]:
    """A handler that is the one pass of a step: its faults come first."""

    def wrap(handler: StepHandler) -> Handler:
        @wraps(handler)
        async def answer(request: Request) -> Response:
            at = At(box_of(request), PORTAL, name, session_of(request))
            return await at.in_the_way(request) or await handler(request, at)

        return answer

    return wrap


def signed_in(handler: StepHandler) -> StepHandler:
    """Let only a living session in; the page's script goes where a 401 says."""

    @wraps(handler)
    async def answer(request: Request, at: At) -> Response:
        if not (at.session and at.session.alive):
            return thrown_out(request)
        at.session.last_input = time.monotonic()
        return await handler(request, at)

    return answer


def member_call(handler: StepHandler) -> Handler:
    """A call of a signed-in user that is no pass of a step."""

    async def answer(request: Request) -> Response:
        return await signed_in(handler)(request, At(box_of(request), PORTAL, "", session_of(request)))

    return answer


def thrown_out(request: Request) -> Response:
    """What a call without a living session gets."""
    return JSONResponse({"error": "unauthorized", "to": sign_in_address(request, PORTAL, session_of(request))}, 401)


def layout(at: At) -> dict[str, Any]:
    """What differs from the ordinary page in this pass; empty on an ordinary day."""
    made: dict[str, Any] = {flag: True for fault, flag in _FLAGS.items() if at.on(fault) is not None}
    if at.on("renamed-label") is not None:
        made["labels"] = RENAMED[at.step]
    if at.on("changed-id") is not None:
        made["ids"] = IDS[at.step]
    return made


def envelope(at: At, **data: Any) -> dict[str, Any]:  # noqa: ANN401 -- a JSON body
    """A JSON answer with what the page's script needs around it."""
    covers = [fault for fault in ("survey", "cookie-banner") if at.fires(fault) is not None]
    return {**data, "layout": layout(at), "covers": covers}


@cache
def file_of(name: str) -> str:
    """A page or a script."""
    return (HERE / name).read_text(encoding="utf-8")
