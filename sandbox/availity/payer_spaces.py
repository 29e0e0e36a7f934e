"""Payer spaces of the Availity twin: a card for each payer, its applications, and the way on into one with a one-time ticket."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox import tickets
from sandbox.availity import paths
from sandbox.availity.layout import envelope
from sandbox.availity.web import app_page, signed_in, step
from sandbox.server import At, TwinSite, twins


def _spaces() -> list[TwinSite]:
    """Every twin that is reached from here."""
    return [site for site in twins() if site.space[0]]


@step("home-page")
@signed_in
async def listed(_request: Request, at: At) -> Response:
    """The payers that have a space, each with what it leads to."""
    spaces = [{"payer": site.space[0], "application": site.space[1], "to": site.portal} for site in _spaces()]
    return JSONResponse(envelope(at, spaces=spaces, sameTab=At(at.box, at.portal, "payer-space", at.session).on("same-tab") is not None))


@step("payer-space")
@signed_in
async def go(request: Request, at: At) -> Response:
    """Single sign-on: the browser is sent on with a ticket for this session."""
    site = next((site for site in _spaces() if site.portal == request.query_params.get("to")), None)
    if site is None or at.session is None:
        return JSONResponse({"error": "no such application"}, 404)
    port = request.url.port
    there = f"http://{site.host}{f':{port}' if port else ''}{site.enters_at}"
    return RedirectResponse(f"{there}?{urlencode({'ticket': tickets.issue(at.session)})}", 302)


ROUTES = [
    Route(paths.PAYER_SPACES, step("home-page")(app_page("spaces"))),
    Route(f"{paths.API}/v1/payer-spaces", listed),
    Route(f"{paths.API}/v1/payer-spaces/go", go),
]
