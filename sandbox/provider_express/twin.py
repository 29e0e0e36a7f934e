"""Puts the Provider Express twin together: shell, eligibility, claims, authorizations."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

from starlette.applications import Starlette

from sandbox.provider_express import shell, web
from sandbox.provider_express.web import DEVICE_COOKIE, PORTAL, SESSION_COOKIE
from sandbox.server import Sandbox, TwinSite

NOWHERE = (
    "pick-lost@*", "stuck@*", "frame-detached@*", "framed-sign-in@*", "unusual-time@*", "password-expiring@*", "maintenance-notice@*",
    "exfiltrate@*", "*@remits", "*@checks", "*@eob-*", "*@letters", "*@letter", "*@payer-space",
)  # fmt: skip


def _part(name: str) -> list[Any]:
    """A part of the twin that may not be there yet."""
    whole = f"sandbox.provider_express.{name}"
    return [importlib.import_module(whole)] if importlib.util.find_spec(whole) else []


PARTS = [shell, *_part("eligibility"), *_part("claims")]
AUTHS = _part("auths")
for _auths in AUTHS:  # what an authorization page calls otherwise when it drifts
    web.RENAMED.update(getattr(_auths, "RENAMED", {}))
    web.IDS.update(getattr(_auths, "IDS", {}))
LACKS = (*NOWHERE, *(lacks for part in AUTHS for lacks in getattr(part, "LACKS", ()))) if AUTHS else (*NOWHERE, "*@auth-*")


def build(box: Sandbox) -> Starlette:
    """The twin's pages."""
    app = Starlette(routes=[route for part in (*PARTS, *AUTHS) for route in part.ROUTES])
    app.state.box = box
    return app


TWIN = TwinSite(PORTAL, "www.providerexpress.localhost", SESSION_COOKIE, DEVICE_COOKIE, build, leads_to=("onehealthcare",), lacks=LACKS)
