"""The portal's one page, its way to the sign-in and back, and the sign-out."""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.onehealthcare.door import BACK, come_back, sign_in_address
from sandbox.server import At
from sandbox.uhc.web import PORTAL, SESSION_COOKIE, box_of, envelope, file_of, session_of, step
from sandbox.uhc.words import us

SCRIPTS = ("abyss.js", "eligibility.js", "claims.js", "documents.js", "auths.js", "app.js")


@step("home")
async def home(request: Request, at: At) -> Response:
    """The page with everything in it; without a session it leads to the sign-in."""
    if not (at.session and at.session.alive):
        return RedirectResponse(sign_in_address(request, PORTAL, at.session), 302)
    if at.fires("maintenance") is not None:
        return HTMLResponse(file_of("pages/maintenance.html"))
    if at.on("terms") is not None and not at.session.memory.get("terms"):
        return RedirectResponse(sign_in_address(request, PORTAL, at.session, route="/consent"), 302)
    user = at.session.user
    start = envelope(at, name=user.name, today=us(at.box.world.as_of), lacks=user.lacks)
    body = file_of("pages/index.html").replace("%BOOTSTRAP%", json.dumps(start).replace("<", "\\u003c"))
    return HTMLResponse(body, headers={"Cache-Control": "no-store"})


async def back(request: Request) -> Response:
    """The sign-in sends the browser here with a one-time code."""
    return come_back(request, box_of(request), SESSION_COOKIE)


async def script(request: Request) -> Response:
    """One of the page's scripts."""
    name = request.path_params["name"]
    return Response(file_of(f"static/{name}"), media_type="text/javascript") if name in SCRIPTS else Response(status_code=404)


async def sign_out(request: Request) -> Response:
    """Sign Out."""
    session = session_of(request)
    if session:
        box_of(request).logins.end(session, "logout")
    answer = JSONResponse({"to": sign_in_address(request, PORTAL, session)})
    answer.delete_cookie(SESSION_COOKIE)
    return answer


ROUTES = [
    Route("/", home),
    Route(BACK, back),
    Route("/static/{name}", script),
    Route("/api/sign-out", sign_out, methods=["POST"]),
]
