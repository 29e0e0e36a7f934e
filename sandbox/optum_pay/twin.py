"""Puts the Optum Pay twin together: entry, payments, files."""

from __future__ import annotations

from starlette.applications import Starlette

from sandbox.optum_pay import bundles, files, home, payments
from sandbox.optum_pay.web import DEVICE_COOKIE, PORTAL, SESSION_COOKIE
from sandbox.server import Sandbox, TwinSite

NOWHERE = (
    "pick-lost@*", "stuck@*", "frame-detached@*", "framed-sign-in@*", "unusual-time@*", "password-expiring@*", "maintenance-notice@*",
    "exfiltrate@*", "*@eligibility", "*@coverage", "*@claim-status", "*@claims", "*@claim", "*@payer-space", "*@eob-csv", "*@auth-*",
)  # fmt: skip
HOST = "myservices.optumhealthpaymentservices.localhost"


def build(box: Sandbox) -> Starlette:
    """The twin's pages."""
    app = Starlette(routes=[*home.ROUTES, *payments.ROUTES, *files.ROUTES, *bundles.ROUTES])
    app.state.box = box
    return app


TWIN = TwinSite(PORTAL, HOST, SESSION_COOKIE, DEVICE_COOKIE, build, leads_to=("onehealthcare",), lacks=NOWHERE)
