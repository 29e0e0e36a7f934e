"""Puts the Cigna and Evernorth twins together: two hosts, the same pages, two generations."""

from __future__ import annotations

from functools import partial

from starlette.applications import Starlette

from sandbox.cigna import claims, eligibility, files, messages, remits, shell, signin
from sandbox.cigna.sites import PLACES, Place
from sandbox.cigna.web import DEVICE_COOKIE, SESSION_COOKIE
from sandbox.server import Sandbox, TwinSite

PARTS = (signin, eligibility, claims, remits, messages, files, shell)
NOWHERE = (
    "pick-lost@*", "frame-detached@*", "framed-sign-in@*", "unusual-time@*", "password-expiring@*", "maintenance-notice@*",
    "trust-device@*", "exfiltrate@*", "*@payer-space", "*@eob-csv", "*@auth-*",
)  # fmt: skip


def build(place: Place, box: Sandbox) -> Starlette:
    """One place's pages and calls."""
    app = Starlette(routes=[route for part in PARTS for route in part.ROUTES])
    app.state.box, app.state.place, app.state.users = box, place, {}
    return app


def _site(place: Place) -> TwinSite:
    return TwinSite(place.portal, place.host, SESSION_COOKIE, DEVICE_COOKIE, partial(build, place), lacks=NOWHERE)


TWINS = tuple(map(_site, PLACES))
