"""The portal's one page at all its addresses, and its scripts."""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.cigna.frame import wall
from sandbox.cigna.signin import TERMS
from sandbox.cigna.web import HOME, SIGN_IN, at_step, envelope, file_of, place_of, sign_in_address, step
from sandbox.cigna.words import us
from sandbox.server import At

SCRIPTS = ("cigna.js", "forms.js", "patients.js", "claims.js", "reports.js", "app.js")


@step("home")
async def home(request: Request, at: At) -> Response:
    """The page as it greets."""
    if not (at.session and at.session.alive):
        return RedirectResponse(sign_in_address(at.session), 303)
    if at.fires("maintenance") is not None:
        return HTMLResponse(wall(place_of(request), "maintenance"))
    if at.on("terms") is not None and not at.session.memory.get("terms"):
        return RedirectResponse(TERMS, 303)
    return _page(request, at)


async def tool(request: Request) -> Response:
    """The same page at a tool's address; without a session it leads to the sign-in."""
    at = at_step(request, "")
    if not (at.session and at.session.alive):
        return RedirectResponse(sign_in_address(at.session), 303)
    return _page(request, at)


def _page(request: Request, at: At) -> Response:
    place, user = place_of(request), at.session.user if at.session else None
    start = envelope(
        at,
        title=place.title,
        attribute=place.attribute,
        name=user.name if user else "",
        today=us(at.box.world.as_of),
        lacks=user.lacks if user else [],
    )
    body = file_of("pages/index.html").replace("%TITLE%", place.title)
    body = body.replace("%BOOTSTRAP%", json.dumps(start).replace("<", "\\u003c"))
    return HTMLResponse(body, headers={"Cache-Control": "no-store"})


async def front_door(_request: Request) -> Response:
    """The bare host leads to the sign-in page."""
    return RedirectResponse(SIGN_IN, 302)


async def script(request: Request) -> Response:
    """One of the page's scripts."""
    name = request.path_params["name"]
    return Response(file_of(f"static/{name}"), media_type="text/javascript") if name in SCRIPTS else Response(status_code=404)


ROUTES = [
    Route("/", front_door),
    Route(HOME, home),
    Route("/static/{name}", script),
    Route("/app/{path:path}", tool),
]
