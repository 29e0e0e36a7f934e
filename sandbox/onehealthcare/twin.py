"""Puts the One Healthcare ID twin together. What it is asked to do wrong is asked of the portal whose user signs in."""

from __future__ import annotations

from starlette.applications import Starlette

from sandbox.onehealthcare import signin
from sandbox.onehealthcare.door import HOST
from sandbox.onehealthcare.signin import DEVICE_COOKIE, SESSION_COOKIE
from sandbox.server import Sandbox, TwinSite


def build(box: Sandbox) -> Starlette:
    """The twin's page and calls."""
    app = Starlette(routes=signin.ROUTES)
    app.state.box = box
    return app


TWIN = TwinSite("onehealthcare", HOST, SESSION_COOKIE, DEVICE_COOKIE, build, lacks=("*@*",))
