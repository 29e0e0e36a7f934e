"""Puts the UnitedHealthcare twin together: shell, eligibility, claims, documents, authorizations."""

from __future__ import annotations

from starlette.applications import Starlette

from sandbox.server import Sandbox, TwinSite
from sandbox.uhc import auths, claims, documents, eligibility, shell
from sandbox.uhc.web import DEVICE_COOKIE, PORTAL, SESSION_COOKIE

NOWHERE = (
    "pick-lost@*", "frame-detached@*", "framed-sign-in@*", "unusual-time@*", "password-expiring@*", "maintenance-notice@*",
    "exfiltrate@*", "*@eob-csv", "*@eob-835", "*@payer-space",
)  # fmt: skip


def build(box: Sandbox) -> Starlette:
    """The twin's page and calls."""
    app = Starlette(routes=[*shell.ROUTES, *eligibility.ROUTES, *claims.ROUTES, *documents.ROUTES, *auths.ROUTES])
    app.state.box = box
    return app


TWIN = TwinSite(PORTAL, "secure.uhcprovider.localhost", SESSION_COOKIE, DEVICE_COOKIE, build, leads_to=("onehealthcare",), lacks=NOWHERE)
