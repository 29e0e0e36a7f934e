"""What every page and call of the twin shares: the session behind a request, the step it belongs to, pages and assets from disk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from functools import cache, wraps
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from sandbox.availity import paths
from sandbox.availity.layout import layout
from sandbox.logins import Session
from sandbox.server import At, Sandbox

PORTAL = "availity"
SESSION_COOKIE = "AV_SESSION"
DEVICE_COOKIE = "AV_DEVICE"
DEVICE_SECONDS = 365 * 24 * 3600
ACTIVITY_REPORT_SECONDS = 300
HERE = Path(__file__).parent
REASONS = {"second sign-in": "concurrent", "idle": "inactivity", "logout": "", "expired": "expired"}

Handler = Callable[[Request], Awaitable[Response]]
StepHandler = Callable[[Request, At], Awaitable[Response]]


def sandbox_of(request: Request) -> Sandbox:
    """The sandbox this twin is part of."""
    box: Sandbox = request.app.state.box
    return box


def session_of(request: Request) -> Session | None:
    """The session of the request's cookie, ended or not."""
    return sandbox_of(request).logins.by_cookie(request.cookies.get(SESSION_COOKIE, ""))


def step(name: str) -> Callable[[StepHandler], Handler]:
    """A handler that is the one pass of a step: its faults come first."""

    def wrap(handler: StepHandler) -> Handler:
        @wraps(handler)
        async def answer(request: Request) -> Response:
            at = At(sandbox_of(request), PORTAL, name, session_of(request))
            trouble = await at.in_the_way(request)
            return trouble or await handler(request, at)

        return answer

    return wrap


def signed_in(handler: StepHandler) -> StepHandler:
    """Let only a living session in; the page's script goes to the sign-in page on 401."""

    @wraps(handler)
    async def answer(request: Request, at: At) -> Response:
        if at.session and at.session.alive:
            return await handler(request, at)
        return thrown_out(at.session)

    return answer


def thrown_out(session: Session | None) -> Response:
    """What a call without a living session gets."""
    reason = REASONS.get(session.ended, "ended") if session else ""
    return JSONResponse({"error": "unauthorized", "reason": reason, "known": session is not None}, 401)


def app_page(name: str) -> StepHandler:
    """The page of an app that runs in the shell's frame; without a session it leads to the sign-in page."""

    async def answer(_request: Request, at: At) -> Response:
        if not (at.session and at.session.alive):
            return RedirectResponse(sign_in_url(ended=at.session is not None), 302)
        if at.fires("maintenance") is not None:
            return maintenance()
        every = report_every(at.box)
        return page(name, at, captcha=at.on("captcha") is not None, stuck=at.on("stuck") is not None, reportEvery=every)

    return answer


def report_every(box: Sandbox) -> float:
    """How many seconds lie at least between two reports of a person's activity."""
    return min(ACTIVITY_REPORT_SECONDS, box.logins.idle_seconds / 6)


def sign_in_url(*, ended: bool) -> str:
    """Where somebody without a session is sent."""
    return f"{paths.SIGN_IN}#/logout" if ended else f"{paths.SIGN_IN}#/login"


def page(name: str, at: At, **bootstrap: Any) -> HTMLResponse:  # noqa: ANN401 -- a JSON body
    """An HTML page from disk with what its script starts from."""
    start = json.dumps({"layout": layout(at), "api": paths.API, **bootstrap}).replace("<", "\\u003c")
    return HTMLResponse(_template(name).replace("%BOOTSTRAP%", start), headers={"Cache-Control": "no-store"})


def maintenance() -> HTMLResponse:
    """The page that stands in place of all others during maintenance."""
    return HTMLResponse(_template("maintenance"), 200, headers={"Cache-Control": "no-store"})


@cache
def _template(name: str) -> str:
    html = (HERE / "pages" / f"{name}.html").read_text(encoding="utf-8")
    for asset in (HERE / "static").iterdir():
        mark = hashlib.sha256(asset.read_bytes()).hexdigest()[:10]
        html = html.replace(f"%ASSET:{asset.name}%", f"{paths.ASSETS}{asset.name}?v={mark}")
    return html


@cache
def asset(name: str) -> tuple[bytes, str]:
    """A script or style sheet and its type."""
    path = HERE / "static" / name
    kinds = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
    if path.parent != HERE / "static" or not path.is_file():
        return b"", ""
    return path.read_bytes(), kinds[path.suffix]
