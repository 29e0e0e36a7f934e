"""The entry, the way to the sign-in and back, the home page, and the sign-out."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.onehealthcare.door import BACK, come_back, sign_in_address
from sandbox.optum_pay import paths
from sandbox.optum_pay.frame import whole
from sandbox.optum_pay.web import PORTAL, SESSION_COOKIE, box_of, file_of, page, session_at, session_of, signed_in, step
from sandbox.server import At

REASONS = {
    "second sign-in": "You have been signed out because your One Healthcare ID signed in from another device.",
    "idle": "You have been signed out due to inactivity.",
    "logout": "You have signed out.",
}


async def entry(request: Request) -> Response:
    """The public page; it leads to One Healthcare ID."""
    session = session_of(request)
    if session is not None and session.alive:
        return RedirectResponse(paths.HOME, 303)
    why = REASONS.get(session.ended, "Your session has expired.") if session is not None and session.ended else ""
    body = (
        f"<header><b>Optum Pay</b><span>formerly Electronic Payments &amp; Statements</span></header><main><p role='alert'>{why}</p>"
        f"<h1>Welcome to Optum Pay</h1><a href='{sign_in_address(request, PORTAL, None)}'>Sign in with One Healthcare ID</a></main>"
    )
    return HTMLResponse(whole(body), headers={"Cache-Control": "no-store"})


async def root(_request: Request) -> Response:
    """The bare address."""
    return RedirectResponse(paths.HOME, 303)


async def back(request: Request) -> Response:
    """The sign-in sends the browser here with a one-time code."""
    return come_back(request, box_of(request), SESSION_COOKIE)


@step("home")
@signed_in
async def home(request: Request, at: At) -> Response:
    """The first page."""
    if at.on("terms") is not None and not session_at(at).memory.get("terms"):
        return RedirectResponse(sign_in_address(request, PORTAL, at.session, route="/consent"), 302)
    return page(at, "Welcome", "<p>Choose what you want to do.</p>")


async def sign_out(request: Request) -> Response:
    """Sign Out."""
    session = session_of(request)
    if session:
        box_of(request).logins.end(session, "logout")
    return RedirectResponse(paths.ENTRY, 303)


async def script(_request: Request) -> Response:
    """The pages' script."""
    return Response(file_of("static/payments.js"), media_type="text/javascript")


ROUTES = [
    Route("/", root),
    Route(BACK, back),
    Route(paths.ENTRY, entry),
    Route(paths.HOME, home),
    Route(paths.SIGN_OUT, sign_out),
    Route("/static/payments.js", script),
]
