"""Puts the Gainwell twins together: one for each state, the same pages with another sign-in."""

from __future__ import annotations

from functools import partial

from starlette.applications import Starlette

from sandbox.gainwell import claims, eligibility, home, payments, signin
from sandbox.gainwell.sites import STATES, State
from sandbox.gainwell.web import DEVICE_COOKIE, SESSION_COOKIE
from sandbox.server import Sandbox, TwinSite

NOWHERE = (
    "pick-lost@*", "stuck@*", "frame-detached@*", "framed-sign-in@*", "trust-device@*", "unusual-time@*", "password-expiring@*",
    "exfiltrate@*", "*@eob-csv", "*@eob-835", "*@auth-*", "*@letters", "*@letter", "*@payer-space",
    "survey@eob-pdf", "cookie-banner@eob-pdf", "removed-landmark@eob-pdf",  # a file has neither a heading nor anything over it
)  # fmt: skip


def build(state: State, box: Sandbox) -> Starlette:
    """One state's pages."""
    app = Starlette(routes=[*signin.ROUTES, *home.ROUTES, *eligibility.ROUTES, *claims.ROUTES, *payments.ROUTES])
    app.state.box, app.state.site = box, state
    return app


def _site(state: State) -> TwinSite:
    lacks = NOWHERE if state.second == "code" else (*NOWHERE, "code-*@*", "*@code")
    return TwinSite(state.portal, state.host, SESSION_COOKIE, DEVICE_COOKIE, partial(build, state), lacks=lacks)


TWINS = tuple(map(_site, STATES))
