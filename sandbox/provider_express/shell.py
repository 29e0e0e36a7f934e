"""The public page, the way to the sign-in and back, the home page, and the way out."""

from __future__ import annotations

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.onehealthcare.door import BACK, come_back, sign_in_address
from sandbox.provider_express import paths
from sandbox.provider_express.frame import whole
from sandbox.provider_express.web import (
    HERE,
    PORTAL,
    SESSION_COOKIE,
    box_of,
    file_of,
    heading,
    member_page,
    page,
    session_at,
    session_of,
    signed_in,
    step,
)
from sandbox.server import At

REASONS = {
    "second sign-in": "You have been signed out because your One Healthcare ID signed in from another device.",
    "idle": "You have been signed out due to inactivity.",
    "logout": "You have signed out.",
}


async def entry(request: Request) -> Response:
    """The public page; "Log In", upper right, leads to One Healthcare ID. Who is signed in already comes to the secure home page."""
    session = session_of(request)
    if session is not None and session.alive:
        return RedirectResponse(paths.HOME, 303)
    why = REASONS.get(session.ended, "Your session has expired.") if session is not None and session.ended else ""
    said = f"<p class='notice' role='alert'>{escape(why)}</p>" if why else ""
    body = (
        "<header class='top'><a class='brand' href='/'>Provider Express</a><nav class='upper' aria-label='Account'>"
        f"<a href='{sign_in_address(request, PORTAL, None)}'>Log In</a><a href='{paths.PUBLIC}'>First-time User</a></nav></header>"
        f"{said}<main class='hero'><h1>Welcome to Provider Express</h1><p>Tools for behavioral health professionals.</p></main>"
    )
    return HTMLResponse(whole(body), headers={"Cache-Control": "no-store"})


async def back(request: Request) -> Response:
    """The sign-in sends the browser here with a one-time code."""
    return come_back(request, box_of(request), SESSION_COOKIE)


@step("home")
@signed_in
async def home(request: Request, at: At) -> Response:
    """The first page behind the sign-in; a changed consent comes before it."""
    if at.on("terms") is not None and not session_at(at).memory.get("terms"):
        return RedirectResponse(sign_in_address(request, PORTAL, at.session, route="/consent"), 302)
    news = "<h2>What's new</h2><p>Claims entered here can be followed under My Submitted Claims at once.</p>"
    return page(at, f"{heading(at, 'Welcome to the Secure Transactions')}<p>Choose a transaction above.</p>{news}")


async def elsewhere(_request: Request, at: At) -> Response:
    """Pages that are nothing to a bot."""
    return page(at, "<h1>Resources</h1><p>There is nothing new here.</p>")


async def log_out(request: Request) -> Response:
    """Log Out."""
    session = session_of(request)
    if session:
        box_of(request).logins.end(session, "logout")
    return RedirectResponse("/", 303)


async def script(request: Request) -> Response:
    """One of the pages' scripts."""
    name = request.path_params["name"]
    known = {path.name for path in (HERE / "static").glob("*.js")}
    return Response(file_of(f"static/{name}"), media_type="text/javascript") if name in known else Response(status_code=404)


ROUTES = [
    Route("/", entry),
    Route(paths.PUBLIC, entry),
    Route(BACK, back),
    Route(paths.HOME, home),
    Route(paths.ELSEWHERE, member_page(elsewhere)),
    Route(paths.LOG_OUT, log_out),
    Route("/static/{name}", script),
]
