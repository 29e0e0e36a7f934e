"""What every page of the twin shares: the session behind a request, its step, the one token that is good, and the page around a body."""

from __future__ import annotations

import secrets
import time
from collections.abc import Awaitable, Callable
from functools import wraps
from html import escape
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from sandbox.carelon import paths
from sandbox.carelon.frame import CAPTCHA, COVERS, INTERSTITIAL, MAINTENANCE, NOTICE, TOKEN, document
from sandbox.carelon.sites import Place
from sandbox.logins import Session
from sandbox.server import At, Sandbox

SESSION_COOKIE = "PCSESSIONID"
DEVICE_COOKIE = "PCDEVICE"
REASONS = {
    "second sign-in": "Your session has ended because this User ID logged on from another location.",
    "idle": "Your session has timed out.",
    "logout": "You have logged out.",
}
NAVIGATION = (
    ("Home", paths.HOME),
    ("Specific Member Search", paths.MEMBER_SEARCH),
    ("Search for Existing Auth", paths.AUTH_SEARCH),
    ("Enter an Authorization Request", paths.AUTH_MEMBER),
    ("View Clinical Drafts", paths.DRAFTS),
    ("Claim Search", paths.CLAIM_SEARCH),
    ("Enter a Claim", paths.ELSEWHERE),
    ("My Practice Information", paths.ELSEWHERE),
    ("ABA Availability Survey", paths.ELSEWHERE),
)

Handler = Callable[[Request], Awaitable[Response]]
StepHandler = Callable[[Request, At], Awaitable[Response]]


def box_of(request: Request) -> Sandbox:
    """The sandbox this twin is part of."""
    box: Sandbox = request.app.state.box
    return box


def place_of(request: Request) -> Place:
    """Under which address the pages are run."""
    place: Place = request.app.state.place
    return place


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
            at = At(box_of(request), place_of(request).portal, name, session_of(request))
            return await at.in_the_way(request) or await handler(request, at)

        return answer

    return wrap


def signed_in(handler: StepHandler) -> StepHandler:
    """Let only a living session in; everybody else is sent to sign in. What stands in place of any page comes first."""

    @wraps(handler)
    async def answer(request: Request, at: At) -> Response:
        if not (at.session and at.session.alive):
            return RedirectResponse(paths.FRONT, 303)
        if request.url.path not in (paths.HOME, paths.ATTESTATION) and "restricted" in at.session.user.lacks:
            return RedirectResponse(paths.HOME, 303)
        return in_place(request, at) or await handler(request, at)

    return answer


def member_page(handler: StepHandler) -> Handler:
    """A page of a signed-in user that is no pass of a step."""

    async def answer(request: Request) -> Response:
        return await signed_in(handler)(request, At(box_of(request), place_of(request).portal, "", session_of(request)))

    return answer


def in_place(request: Request, at: At) -> Response | None:
    """The page that stands in place of what was asked for, where there is one."""
    whole = request.method == "GET"
    if whole and at.fires("maintenance") is not None:
        return bare(MAINTENANCE)
    if whole and at.on("captcha") is not None:
        return bare(CAPTCHA)
    if at.on("interstitial") is not None:
        return bare(INTERSTITIAL)
    return None


def bare(body: str) -> HTMLResponse:
    """A page without the banner and the navigation."""
    return HTMLResponse(document("ProviderConnect", f'<div class="body">{body}</div>'), headers={"Cache-Control": "no-store"})


def new_token(at: At) -> str:
    """The token of the page that is made now; those of all pages before are worth nothing."""
    session_at(at).memory["token"] = secrets.token_hex(16)
    return str(session_at(at).memory["token"])


def took_token(at: At, form: dict[str, str]) -> bool:
    """Whether a form came from the page that was opened last; it counts once."""
    token = session_at(at).memory.pop("token", "")
    return bool(token) and secrets.compare_digest(token, form.get(TOKEN, ""))


def page(request: Request, at: At, body: str) -> HTMLResponse:
    """A page with the banner and the navigation."""
    session_at(at).last_input = time.monotonic()
    covers = "".join(COVERS[fault] for fault in COVERS if at.fires(fault) is not None)
    notice = NOTICE if at.on("maintenance-notice") is not None else ""
    links = "".join(f'<a href="{path}">{escape(name)}</a>' for name, path in NAVIGATION)
    inside = f'<table><tr><td class="side">{links}</td><td class="body">{notice}{body}</td></tr></table>{covers}'
    return HTMLResponse(document("ProviderConnect", _banner(request, at) + inside), headers={"Cache-Control": "no-store"})


def _banner(request: Request, at: At) -> str:
    out = f'<a href="{paths.SIGN_OUT}">Log Out</a>'
    told = f"{place_of(request).title} &nbsp; Welcome {escape(session_at(at).user.name)} &nbsp; {out}"
    return f'<table class="banner"><tr><td class="brand">ProviderConnect</td><td align="right">{told}</td></tr></table>'


def current(at: At, name: str) -> Any:  # noqa: ANN401 -- whatever the session keeps
    """What the session has in hand under this name: there is one of each."""
    return session_at(at).memory.get(name)


def keep(at: At, name: str, thing: object) -> None:
    """Put it in the session's hand."""
    session_at(at).memory[name] = thing
