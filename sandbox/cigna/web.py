"""What every page and call of the twin shares: whose it is, its session, the step it belongs to, drift, and what covers a page."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from functools import cache, wraps
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.cigna.sites import Place
from sandbox.logins import Session
from sandbox.server import At, Sandbox

SESSION_COOKIE = "CHCP_SESSION"
DEVICE_COOKIE = "mfa_remembered_device"
DEVICE_SECONDS = 30 * 24 * 3600
SIGN_IN = "/app/login"
HOME = "/app/home"
HERE = Path(__file__).parent
REASONS = {"second sign-in": "concurrent", "idle": "inactivity", "logout": "signed-out"}

Handler = Callable[[Request], Awaitable[Response]]
StepHandler = Callable[[Request, At], Awaitable[Response]]

RENAMED: dict[str, dict[str, str]] = {
    "sign-in": {"Username": "User name or email", "Password": "Passphrase", "Log in": "Enter"},
    "code": {"Verify your identity": "One more step", "Continue": "Go"},
    "home": {"Logout": "Exit", "Patients": "Customers", "Claims": "Billing"},
    "eligibility": {"Patient ID": "Customer number", "Search": "Look up", "Date of birth": "Birthday"},
    "coverage": {"Patient ID": "Customer number", "Plan name": "Product", "Coverage status": "Standing"},
    "claim-status": {"Cigna patient ID": "Customer number", "First name": "Given name", "Search": "Find"},
    "claims": {"Claim reference number": "Control number", "Amount billed": "Charges", "Dates of service": "Days"},
    "claim": {"Claim reference number": "Control number", "Claim status": "Outcome", "Total paid": "Net payment"},
    "remits": {"Remittance tracking number": "Trace", "Search": "Find", "Claim/reference number": "Control number"},
    "checks": {"Remittance tracking number": "Trace", "Deposit amount": "Total", "Deposit date": "Day"},
    "eob-pdf": {"View report": "Open"},
    "letters": {"Letter number": "Item", "Letter date": "Day", "Response due": "Deadline"},
}
IDS: dict[str, dict[str, str]] = {
    "sign-in": {"username": "user-key", "password": "user-secret", "login-submit-button": "enter-button"},
    "code": {"code": "one-time-code", "txt-verification-code": "txt-one-time-code"},
    "home": {"primary-nav-child-chcp.patient.search": "nav-patient-search"},
    "eligibility": {"patient_id_0": "customer_id_0", "patient_dob_0": "customer_dob_0"},
    "coverage": {"coverage-summary": "coverage-overview", "patient-id-0": "customer-id-0"},
    "claim-status": {"memberId": "customerId", "firstName": "givenName", "patient-search-button": "find-button"},
    "claims": {"claims-threesixty-search-result-table": "claims-hits"},
    "claim": {"claim-detail-summary": "claim-detail-overview"},
    "remits": {"trackingNumber": "traceNumber", "remittance-search-button": "report-find-button"},
    "checks": {"remittance-result-table": "report-hits"},
    "eob-pdf": {},
    "letters": {"letterFrom": "mailFrom", "letter-result-table": "mail-hits", "letter-search-button": "mail-find-button"},
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


def place_of(request: Request) -> Place:
    """Which of the two portals this is."""
    place: Place = request.app.state.place
    return place


def session_of(request: Request) -> Session | None:
    """The session of the request's cookie, ended or not."""
    return box_of(request).logins.by_cookie(request.cookies.get(SESSION_COOKIE, ""))


def session_at(at: At) -> Session:
    """The session of a call that only a signed-in user makes."""
    if at.session is None:
        raise LookupError("no session")
    return at.session


async def form_of(request: Request) -> dict[str, str]:
    """What was posted."""
    return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))


def at_step(request: Request, name: str) -> At:
    """A pass of a step, or of none."""
    return At(box_of(request), place_of(request).portal, name, session_of(request))


def step(name: str) -> Callable[[StepHandler], Handler]:
    """A handler that is the one pass of a step: its faults come first."""

    def wrap(handler: StepHandler) -> Handler:
        @wraps(handler)
        async def answer(request: Request) -> Response:
            at = at_step(request, name)
            return await at.in_the_way(request) or await handler(request, at)

        return answer

    return wrap


def signed_in(handler: StepHandler) -> StepHandler:
    """Let only a living session in; the page's script goes where a 401 says."""

    @wraps(handler)
    async def answer(request: Request, at: At) -> Response:
        if not (at.session and at.session.alive):
            return JSONResponse({"error": "unauthorized", "to": sign_in_address(at.session)}, 401)
        at.session.last_input = time.monotonic()
        return await handler(request, at)

    return answer


def member_call(handler: StepHandler) -> Handler:
    """A call of a signed-in user that is no pass of a step."""

    async def answer(request: Request) -> Response:
        return await signed_in(handler)(request, at_step(request, ""))

    return answer


def sign_in_address(session: Session | None) -> str:
    """The sign-in page, with why the last session ended."""
    if session is None or not session.ended:
        return SIGN_IN
    return f"{SIGN_IN}?{urlencode({'ended': REASONS.get(session.ended, 'expired')})}"


def layout(at: At) -> dict[str, Any]:
    """What differs from the ordinary page in this pass; empty on an ordinary day."""
    made: dict[str, Any] = {flag: True for fault, flag in _FLAGS.items() if at.on(fault) is not None}
    if at.on("renamed-label") is not None:
        made["labels"] = RENAMED[at.step]
    if at.on("changed-id") is not None:
        made["ids"] = IDS[at.step]
    return made


def covers(at: At) -> list[str]:
    """What lies over the page."""
    return [fault for fault in ("survey", "cookie-banner") if at.fires(fault) is not None]


def envelope(at: At, **data: Any) -> dict[str, Any]:  # noqa: ANN401 -- a JSON body
    """A JSON answer with what the page's script needs around it."""
    return {**data, "layout": layout(at), "covers": covers(at)}


@cache
def file_of(name: str) -> str:
    """A page or a script."""
    return (HERE / name).read_text(encoding="utf-8")
