"""What every page of the twin shares: the session behind a request, its step, view states, menu tokens and the frame around a page."""

from __future__ import annotations

import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import wraps
from html import escape
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from sandbox.gainwell import paths
from sandbox.gainwell.controls import Controls
from sandbox.gainwell.frame import CAPTCHA, COVERS, INTERSTITIAL, MAINTENANCE, NOTICE, frame
from sandbox.gainwell.sites import State
from sandbox.logins import Session
from sandbox.server import At, Sandbox

SESSION_COOKIE = "ASP.NET_SessionId"
DEVICE_COOKIE = "HCP_DEVICE"
DEVICE_SECONDS = 365 * 24 * 3600
KEPT = 40
REASONS = {
    "second sign-in": "Your session has ended because this user signed in from another location.",
    "idle": "Your session has ended due to inactivity.",
    "logout": "You have been logged out.",
}

Handler = Callable[[Request], Awaitable[Response]]
StepHandler = Callable[[Request, At], Awaitable[Response]]


@dataclass
class View:
    """What __VIEWSTATE stands for: which page it is, and whether it was reached by a link that was good."""

    key: str
    live: bool
    kept: dict[str, Any] = field(default_factory=dict)


def box_of(request: Request) -> Sandbox:
    """The sandbox this twin is part of."""
    box: Sandbox = request.app.state.box
    return box


def state_of(request: Request) -> State:
    """Whose portal this is."""
    state: State = request.app.state.site
    return state


def session_of(request: Request) -> Session | None:
    """The session of the request's cookie, ended or not."""
    return box_of(request).logins.by_cookie(request.cookies.get(SESSION_COOKIE, ""))


async def form_of(request: Request) -> dict[str, str]:
    """What was posted."""
    return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))


def step(name: str) -> Callable[[StepHandler], Handler]:
    """A handler that is the one pass of a step: its faults come first."""

    def wrap(handler: StepHandler) -> Handler:
        @wraps(handler)
        async def answer(request: Request) -> Response:
            at = At(box_of(request), state_of(request).portal, name, session_of(request))
            return await at.in_the_way(request) or await handler(request, at)

        return answer

    return wrap


def signed_in(handler: StepHandler) -> StepHandler:
    """Let only a living session in; everybody else is sent to the sign-in page. What stands in place of any page comes first."""

    @wraps(handler)
    async def answer(request: Request, at: At) -> Response:
        if not (at.session and at.session.alive):
            return RedirectResponse(paths.SIGN_IN, 303)
        if request.url.path != paths.MY_HOME and not at.session.memory.get("provider", not state_of(request).picks_provider):
            return RedirectResponse(paths.MY_HOME, 303)
        return in_place(request, at) or await handler(request, at)

    return answer


def in_place(request: Request, at: At) -> Response | None:
    """The page that stands in place of what was asked for, where there is one."""
    whole = request.method == "GET"
    if whole and at.fires("maintenance") is not None:
        return HTMLResponse(frame(state_of(request).title, MAINTENANCE))
    if whole and at.on("captcha") is not None:
        return HTMLResponse(frame(state_of(request).title, CAPTCHA))
    if at.on("interstitial") is not None:
        return HTMLResponse(frame(state_of(request).title, INTERSTITIAL))
    return None


def session_at(at: At) -> Session:
    """The session of a page that only a signed-in user sees."""
    if at.session is None:
        raise LookupError("no session")
    return at.session


def controls(at: At, panel: str) -> Controls:
    """The controls of a page in this session; before a session every page has other numbers."""
    if at.session is None:
        return Controls(400 + secrets.randbelow(500), panel)
    return Controls(at.session.memory.setdefault("module", 400 + secrets.randbelow(500)), panel)


def new_view(at: At, *, live: bool, **kept: Any) -> View:  # noqa: ANN401 -- whatever a page keeps
    """A page's own state, kept at the server."""
    views: dict[str, View] = session_at(at).memory.setdefault("views", {})
    view = View(secrets.token_hex(24), live, kept)
    views[view.key] = view
    while len(views) > KEPT:
        views.pop(next(iter(views)))
    return view


def view_of(at: At, form: dict[str, str]) -> View:
    """The state a form was sent with; one that is not known is as good as a lost token."""
    views: dict[str, View] = session_at(at).memory.get("views", {})
    return views.get(form.get("__VIEWSTATE", ""), View("", live=False))


def is_fresh(request: Request, at: At) -> bool:
    """Whether the link that led here stood on the last page of this session."""
    token = session_at(at).memory.get("token", "")
    return bool(token) and secrets.compare_digest(request.query_params.get("tk", ""), token)


def page(request: Request, at: At, body: str, view: View) -> HTMLResponse:
    """A page with the header and the menus; it carries a token that makes all earlier links stale."""
    session = session_at(at)
    session.memory["token"], session.last_input = secrets.token_hex(8), time.monotonic()
    covers = "".join(COVERS[fault] for fault in COVERS if at.fires(fault) is not None)
    notice = NOTICE if at.on("maintenance-notice") is not None else ""
    inside = _header(state_of(request), session, at) + _menus(session.memory["token"], state_of(request)) + notice + body + covers
    return HTMLResponse(
        frame(state_of(request).title, inside, view=view.key, action=request.url.path), headers={"Cache-Control": "no-store"}
    )


def _header(state: State, session: Session, at: At) -> str:
    mine = controls(at, "Header")
    provider = session.memory.get("provider", "")
    chosen = f'<div>Provider: <span id="{mine.id("SelectedProviderCmnLabel")}">{escape(provider)}</span></div>' if provider else ""
    return (
        f'<div class="header"><span>{escape(state.title)}</span><span>Welcome {escape(session.user.name)}</span>{chosen}'
        f'<a href="{paths.SIGN_OUT}">Logout</a></div>'
    )


LOCK_IN = "Submit RCP Referral to Lock-in List"
MENUS: dict[str, tuple[tuple[str, str], ...]] = {
    "Eligibility": (("Eligibility Verification", paths.ELIGIBILITY),),
    "Claims": (("Search Claims", paths.CLAIMS), ("Search Payment History", paths.PAYMENTS)),
    "Care Management": (
        ("Create Authorization", paths.ELSEWHERE),
        ("View Authorization Status", paths.ELSEWHERE),
        ("Maintain Favorite Providers", paths.ELSEWHERE),
        (LOCK_IN, paths.ELSEWHERE),
    ),
    "Resources": (("Forms", paths.ELSEWHERE),),
}


def _menus(token: str, state: State) -> str:
    """The menus that open under the pointer; before them a copy for small screens, hidden, whose links are good for nothing."""
    hidden = _menu(secrets.token_hex(8), state)
    return f'<div class="small-screen">{hidden}</div><div class="menus">{_menu(token, state)}</div>'


def _menu(token: str, state: State) -> str:
    tops = "".join(
        f'<li><a href="javascript:void(0)">{top}</a><ul>'
        + "".join(f'<li><a href="{path}?tk={token}">{name}</a></li>' for name, path in links if name != LOCK_IN or state.locks_in)
        + "</ul></li>"
        for top, links in MENUS.items()
    )
    return f"<ul>{tops}</ul>"
