"""What a portal that signs in at One Healthcare ID needs: the way there, and the way back with a code."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sandbox import tickets
from sandbox.logins import Session
from sandbox.server import Sandbox

HOST = "identity.onehealthcareid.localhost"
PAGE = "/oneapp/index.html"
BACK = "/callback"
REASONS = {"second sign-in": "concurrent", "idle": "inactivity", "logout": "signed-out"}


def sign_in_address(request: Request, portal: str, session: Session | None, *, route: str = "/login") -> str:
    """Where a browser is sent to sign in to this portal, with why its last session ended."""
    port = request.url.port
    asked = {"client": portal, "back": f"http://{request.url.netloc}{BACK}"}
    if session is not None and session.ended:
        asked["ended"] = REASONS.get(session.ended, "expired")
    return f"http://{HOST}{f':{port}' if port else ''}{PAGE}?{urlencode(asked)}#{route}"


def come_back(request: Request, box: Sandbox, cookie: str) -> Response:
    """The browser returns: its code is taken for the portal's own session."""
    session = tickets.redeem(request.query_params.get("code", ""), box.logins)
    answer = RedirectResponse("/", 302)
    if session is None or session.ended:
        return answer
    if session.stage != "in":
        box.logins.open(session)
    answer.set_cookie(cookie, session.cookie, httponly=True, samesite="lax")
    return answer
