"""What every page of the twin shares: the session behind a request, its step, drift, the practice that a user may see."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from decimal import Decimal
from functools import cache, wraps
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from sandbox.logins import Session
from sandbox.optum_pay import paths
from sandbox.optum_pay.frame import CAPTCHA, COVERS, INTERSTITIAL, MAINTENANCE, menu, whole
from sandbox.server import At, Sandbox, wants_json
from sandbox.world import PAYERS, PRACTICE, Remit

PORTAL = "optum_pay"
SESSION_COOKIE = "OPTUMPAY_SESSION"
DEVICE_COOKIE = "OHID_DEVICE"  # the identity host's; here it never comes
PAYER_KEYS = tuple(key for key, payer in PAYERS.items() if payer.portal == "provider_express")
UNLINKED = "linked practice"  # what a user lacks whose billing company no practice has linked
HERE = Path(__file__).parent

Handler = Callable[[Request], Awaitable[Response]]
StepHandler = Callable[[Request, At], Awaitable[Response]]

RENAMED: dict[str, dict[str, str]] = {
    "home": {"View Payments": "Money Received", "Sign Out": "Leave"},
    "remits": {"Payment number": "Trace", "Claim number": "Reference", "Search by": "Find with"},
    "checks": {"Payment Number": "Trace", "Payment Date": "Settled", "Payment Amount": "Net"},
    "eob-pdf": {},
}
IDS: dict[str, dict[str, str]] = {
    "home": {"menu-user": "who"},
    "remits": {"payment-number": "trace-number", "claim-number": "reference-number", "search-by": "find-with", "practice": "on-behalf-of"},
    "checks": {"payments": "hits", "searched-for": "criteria"},
    "eob-pdf": {},
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
    """What was posted."""
    return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))


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
    """Let only a living session in; what stands in place of any page comes first."""

    @wraps(handler)
    async def answer(request: Request, at: At) -> Response:
        if not (at.session and at.session.alive):
            return JSONResponse({"to": paths.ENTRY}, 401) if wants_json(request) else RedirectResponse(paths.ENTRY, 303)
        at.session.last_input = time.monotonic()
        return in_place(request, at) or await handler(request, at)

    return answer


def member_page(handler: StepHandler) -> Handler:
    """A page of a signed-in user that is no pass of a step."""

    async def answer(request: Request) -> Response:
        return await signed_in(handler)(request, At(box_of(request), PORTAL, "", session_of(request)))

    return answer


def in_place(request: Request, at: At) -> Response | None:
    """The page that stands in place of what was asked for, where there is one."""
    if wants_json(request):
        return None
    shown = {"captcha": CAPTCHA, "interstitial": INTERSTITIAL}
    if request.method == "GET":  # in place of a search's answer it is the payments that cannot be had
        shown["maintenance"] = MAINTENANCE
    found = next((body for fault, body in shown.items() if at.fires(fault) is not None), None)
    return HTMLResponse(whole(f"<main>{found}</main>")) if found else None


def t(at: At, label: str) -> str:
    """A label as it reads today."""
    return RENAMED.get(at.step, {}).get(label, label) if at.on("renamed-label") is not None else label


def i(at: At, key: str) -> str:
    """An id as it is today."""
    return IDS.get(at.step, {}).get(key, key) if at.on("changed-id") is not None else key


def page(at: At, title: str, body: str) -> HTMLResponse:
    """A page with the header and the menu; what covers it comes with it."""
    home = at.step == "home"
    labels = RENAMED["home"] if home and at.on("renamed-label") is not None else {}
    header = (
        f"<header><b>Optum Pay</b>{menu(labels, moved=home and at.on('moved-element') is not None)}<span id='{i(at, 'menu-user')}'>"
        f"{escape(session_at(at).user.name)}</span><a href='{paths.SIGN_OUT}'>{labels.get('Sign Out', 'Sign Out')}</a></header>"
    )
    heading = "" if at.on("removed-landmark") is not None else f"<h1>{escape(title)}</h1>"
    inside = f"{header}<main>{heading}{body}</main>{''.join(covers_of(at))}"
    return HTMLResponse(whole(inside, script=True), headers={"Cache-Control": "no-store"})


def covers_of(at: At) -> list[str]:
    """What lies over the page now."""
    return [COVERS[fault] for fault in COVERS if at.fires(fault) is not None]


def practices_of(at: At) -> list[str]:
    """The practices whose payments this user may see, as their list shows them."""
    return [] if UNLINKED in session_at(at).user.lacks else [f"{PRACTICE.tin} {PRACTICE.name}"]


def remits_of(at: At) -> list[Remit]:
    """The payments of the practice, newest first."""
    mine = at.box.world.remits if practices_of(at) else ()
    return sorted((r for r in mine if r.payer in PAYER_KEYS), key=lambda r: (-r.check_date.toordinal(), r.check_no))


@cache
def file_of(name: str) -> str:
    """A script."""
    return (HERE / name).read_text(encoding="utf-8")


def us(day: Any) -> str:  # noqa: ANN401 -- a day or nothing
    """11/20/2026."""
    return day.strftime("%m/%d/%Y") if day else ""


def money(amount: Decimal | None) -> str:
    """$1,250.00, also below zero."""
    return "" if amount is None else f"-${-amount:,.2f}" if amount < 0 else f"${amount:,.2f}"
