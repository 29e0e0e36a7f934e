"""Puts the Availity twin together: sign-in, shell, eligibility, claim status, authorizations."""

from __future__ import annotations

from starlette.applications import Starlette

from sandbox.availity import auth_lists, auths, claims, eligibility, payer_spaces, remits, shell, signin
from sandbox.availity.web import DEVICE_COOKIE, PORTAL, SESSION_COOKIE
from sandbox.server import Sandbox, TwinSite


def build(box: Sandbox) -> Starlette:
    """The twin's pages and calls."""
    parts = (signin, shell, eligibility, claims, remits, auths, auth_lists, payer_spaces)
    app = Starlette(routes=[route for part in parts for route in part.ROUTES])
    app.state.box = box
    return app


TWIN = TwinSite(PORTAL, "essentials.availity.localhost", SESSION_COOKIE, DEVICE_COOKIE, build)
