"""Puts the ProviderConnect twins together: the same pages behind a sign-in of their own and behind Availity's."""

from __future__ import annotations

from functools import partial

from starlette.applications import Starlette

from sandbox.carelon import auth_lists, auths, claims, home, members, paths, signin
from sandbox.carelon.sites import AVAILITY, DIRECT, Place
from sandbox.carelon.web import DEVICE_COOKIE, SESSION_COOKIE
from sandbox.server import Sandbox, TwinSite

NOWHERE = (
    "pick-lost@*", "stuck@*", "frame-detached@*", "framed-sign-in@*", "trust-device@*", "unusual-time@*", "password-expiring@*",
    "exfiltrate@*", "code-*@*", "*@code", "*@remits", "*@checks", "*@eob-*",
)  # fmt: skip


def build(place: Place, box: Sandbox) -> Starlette:
    """The pages under one address."""
    parts = (signin, home, members, claims, auths, auth_lists)
    app = Starlette(routes=[route for part in parts for route in part.ROUTES])
    app.state.box, app.state.place, app.state.agreed = box, place, []
    return app


TWINS = (
    TwinSite(DIRECT.portal, DIRECT.host, SESSION_COOKIE, DEVICE_COOKIE, partial(build, DIRECT), lacks=NOWHERE),
    TwinSite(
        AVAILITY.portal,
        AVAILITY.host,
        SESSION_COOKIE,
        DEVICE_COOKIE,
        partial(build, AVAILITY),
        leads_to=("availity",),
        begins_at="availity",
        space=("CARELON BEHAVIORAL HEALTH (BHOVO)", "ProviderConnect"),
        enters_at=paths.SSO,
        lacks=NOWHERE,
    ),
)
