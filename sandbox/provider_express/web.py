"""What every page of the twin shares: the session behind a request, the step it belongs to, drift, what stands in a page's place."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable
from functools import cache, wraps
from html import escape
from pathlib import Path
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from sandbox.logins import Session
from sandbox.onehealthcare.door import sign_in_address
from sandbox.provider_express import paths
from sandbox.provider_express.frame import CAPTCHA, COVERS, INTERSTITIAL, MAINTENANCE, whole
from sandbox.server import At, Sandbox

PORTAL, PAYER = "provider_express", "optum"
SESSION_COOKIE = "PE_SESSION"
DEVICE_COOKIE = "OHID_DEVICE"  # the identity host's; here it never comes
HERE = Path(__file__).parent

Handler = Callable[[Request], Awaitable[Response]]
StepHandler = Callable[[Request, At], Awaitable[Response]]

RENAMED: dict[str, dict[str, str]] = {
    "home": {"Transactions": "Tools", "Log Out": "Exit", "Claim Inquiry": "Claims", "Auths": "Authorizations"},
    "eligibility": {"Member ID": "Subscriber Number", "Search": "Look Up", "Date of Service": "As Of"},
    "coverage": {"Member ID": "Subscriber Number", "Plan Name": "Product", "Member Name": "Patient"},
    "claim-status": {"Member ID": "Subscriber Number", "Service Date From": "First Day", "Search": "Find"},
    "claims": {"Claim Number": "Reference", "Billed Amount": "Charges", "Date(s) of Service": "Days"},
    "claim": {"Claim Number": "Reference", "Claim Status": "Outcome", "Amount Paid": "Net Payment"},
}
IDS: dict[str, dict[str, str]] = {
    "home": {"transactionsMenu": "toolsMenu", "authsLink": "authorizationsLink"},
    "eligibility": {"memberId": "subscriberNumber", "eligibilitySearch": "eligibilityGo"},
    "coverage": {"memberSummary": "patientSummary", "benefitDetail": "benefitRows", "memberResults": "patientRows"},
    "claim-status": {"claimMemberId": "claimSubscriber", "claimSearch": "claimGo"},
    "claims": {"claimResults": "claimRows"},
    "claim": {"claimSummary": "claimOverview", "claimLines": "serviceRows"},
}


def box_of(request: Request) -> Sandbox:
    """The sandbox this twin is part of."""
    box: Sandbox = request.app.state.box
    return box


def session_of(request: Request) -> Session | None:
    """The session of the request's cookie, ended or not."""
    return box_of(request).logins.by_cookie(request.cookies.get(SESSION_COOKIE, ""))


def session_at(at: At) -> Session:
    """The session of a page that only a signed-in user sees."""
    if at.session is None:
        raise LookupError("no session")
    return at.session


async def form_of(request: Request) -> dict[str, str]:
    """What was posted, without the blanks around it."""
    posted = parse_qsl((await request.body()).decode(), keep_blank_values=True)
    return {name: value.strip() for name, value in posted}


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
    """Let only a living session in; everybody else is sent to the sign-in. What stands in place of the page comes first."""

    @wraps(handler)
    async def answer(request: Request, at: At) -> Response:
        if not (at.session and at.session.alive):
            return RedirectResponse(sign_in_address(request, PORTAL, at.session), 303)
        at.session.last_input = time.monotonic()
        return in_place(request, at) or await handler(request, at)

    return answer


def member_page(handler: StepHandler, name: str = "") -> Handler:
    """A page of a signed-in user that is no pass of a step; `name` is the step whose drift it has."""

    async def answer(request: Request) -> Response:
        at = At(box_of(request), PORTAL, name, session_of(request))
        return await signed_in(handler)(request, at)

    return answer


def in_place(request: Request, at: At) -> Response | None:
    """The page that stands in place of what was asked for; where something was sent, maintenance is the payer's and not the page's."""
    shown = {"captcha": CAPTCHA, "interstitial": INTERSTITIAL}
    if request.method == "GET":
        shown = {"maintenance": MAINTENANCE, **shown}
    found = next((body for fault, body in shown.items() if at.on(fault) is not None and at.fires(fault) is not None), "")
    return HTMLResponse(whole(f"<main>{found}</main>")) if found else None


def shape(at: At, name: str) -> At:
    """The same visit with another step's drift: a form that stands above an answer is still the form."""
    return At(at.box, at.portal, name, at.session)


def t(at: At, label: str) -> str:
    """A label as it reads today."""
    return RENAMED.get(at.step, {}).get(label, label) if at.on("renamed-label") is not None else label


def i(at: At, key: str) -> str:
    """An id as it is today."""
    return IDS.get(at.step, {}).get(key, key) if at.on("changed-id") is not None else key


def heading(at: At, words: str, level: int = 1) -> str:
    """The heading by which a page is known, unless it is gone today."""
    return "" if at.on("removed-landmark") is not None else f"<h{level}>{escape(words)}</h{level}>"


def page(at: At, body: str, *, scripts: Iterable[str] = ()) -> HTMLResponse:
    """A page with the header and the menus; what covers it comes with it."""
    covers = "".join(COVERS[fault] for fault in COVERS if at.fires(fault) is not None)
    inside = f"{_header(at)}<main>{body}</main><p class='foot'>Optum Behavioral Health</p>{covers}"
    return HTMLResponse(whole(inside, scripts=scripts), headers={"Cache-Control": "no-store"})


TRANSACTIONS = (
    ("Eligibility & Benefits", paths.ELIGIBILITY),
    ("Patient List", paths.PATIENTS),
    ("Claim Inquiry", paths.INQUIRY),
    ("My Submitted Claims", paths.SUBMITTED),
    ("Claim Entry", paths.ELSEWHERE),
)


def _header(at: At) -> str:
    mine = at if at.step == "home" else shape(at, "")
    links = "".join(f"<a href='{path}'>{escape(t(mine, name))}</a>" for name, path in TRANSACTIONS)
    menu = f"<details id='{i(mine, 'transactionsMenu')}'><summary>{t(mine, 'Transactions')}</summary><div>{links}</div></details>"
    upper = (
        f"<nav class='upper' aria-label='Account'><span>Welcome, {escape(session_at(at).user.name)}</span>"
        f"<a id='{i(mine, 'authsLink')}' href='{paths.AUTHS}'>{t(mine, 'Auths')}</a><a href='{paths.ELSEWHERE}'>My Practice Info</a>"
        f"<a href='{paths.LOG_OUT}'>{t(mine, 'Log Out')}</a></nav>"
    )
    brand = f"<a class='brand' href='{paths.HOME}'>Provider Express <small>Optum Behavioral Health</small></a>"
    bar = f"<nav class='bar' aria-label='Main'>{menu}<a href='{paths.ELSEWHERE}'>Resources</a></nav>"
    moved = mine.on("moved-element") is not None
    return f"{bar}<header class='top'>{brand}{upper}</header>" if moved else f"<header class='top'>{brand}{upper}</header>{bar}"


@cache
def file_of(name: str) -> str:
    """A script."""
    return (HERE / name).read_text(encoding="utf-8")
