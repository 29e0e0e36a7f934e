"""Puts the Availity twin together: sign-in, shell, eligibility, claim status, authorizations."""

from __future__ import annotations

from starlette.applications import Starlette

from sandbox.availity import auth_lists, auths, claims, eligibility, remits, shell, signin
from sandbox.availity.web import DEVICE_COOKIE, PORTAL, SESSION_COOKIE
from sandbox.server import Sandbox, TwinSite


def build(box: Sandbox) -> Starlette:
    """The twin's pages and calls."""
    app = Starlette(
        routes=[*signin.ROUTES, *shell.ROUTES, *eligibility.ROUTES, *claims.ROUTES, *remits.ROUTES, *auths.ROUTES, *auth_lists.ROUTES]
    )
    app.state.box = box
    return app


TWIN = TwinSite(PORTAL, "essentials.availity.localhost", SESSION_COOKIE, DEVICE_COOKIE, build)
