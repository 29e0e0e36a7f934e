"""Payment Data Files: a data bundle is created, is ready after a while, and is then downloaded."""

from __future__ import annotations

import io
import secrets
import time
import zipfile
from dataclasses import dataclass
from datetime import date

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.eobs import x12
from sandbox.optum_pay import hands_out, paths
from sandbox.optum_pay.frame import sheet
from sandbox.optum_pay.payments import day_of
from sandbox.optum_pay.web import form_of, member_page, page, remits_of, session_at, us
from sandbox.server import At

BUSY = 20  # a bundle takes so many times as long as an answer


@dataclass
class Bundle:
    """One bundle that was asked for."""

    name: str
    start: date
    end: date
    due: float

    @property
    def ready(self) -> bool:
        return time.monotonic() >= self.due


def _of(at: At) -> list[Bundle]:
    made: list[Bundle] = session_at(at).memory.setdefault("bundles", [])
    return made


async def files(_request: Request, at: At) -> Response:
    """The bundles there are, and the form for another one."""
    lines = [[one.name, f"{us(one.start)} - {us(one.end)}", _link(one)] for one in _of(at)]
    boxes = "".join(f"<div class='row'><label>{label} <input type='text' name='{name}'></label></div>" for name, label in _DAYS)
    form = f"<form method='post'>{boxes}<button>Create data bundle</button></form>"
    return page(at, "Payment Data Files", form + sheet(("Data Bundle", "Payments", "Status"), lines, "bundles"))


_DAYS = (("from", "Payments from"), ("through", "Payments through"))


def _link(one: Bundle) -> str:
    return f"<a href='{paths.BUNDLE}?name={one.name}'>Download data bundle</a>" if one.ready else "Being created"


async def create(request: Request, at: At) -> Response:
    """A bundle is asked for."""
    asked = await form_of(request)
    start, end = day_of(asked.get("from", "")), day_of(asked.get("through", ""))
    if start is not None and end is not None:
        name = f"bundle_{secrets.token_hex(3)}.zip"
        _of(at).append(Bundle(name, start, end, time.monotonic() + BUSY * at.box.staging_seconds(0)))
    return RedirectResponse(paths.BUNDLES, 303)


async def take(request: Request, at: At) -> Response:
    """A bundle that is ready."""
    one = next((b for b in _of(at) if b.name == request.query_params.get("name") and b.ready), None)
    if one is None:
        return RedirectResponse(paths.BUNDLES, 303)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for n, remit in enumerate([r for r in remits_of(at) if one.start <= r.check_date <= one.end], start=1):
            archive.writestr(f"{n:03d}.835", x12.as_835(remit))
            archive.writestr(f"{n:03d}.pdf", hands_out.pdf(remit))
    at.box.records.add("download", path=request.url.path, session=session_at(at).label)
    return Response(out.getvalue(), media_type="application/zip", headers={"Content-Disposition": f'attachment; filename="{one.name}"'})


ROUTES = [
    Route(paths.BUNDLES, member_page(files)),
    Route(paths.BUNDLES, member_page(create), methods=["POST"]),
    Route(paths.BUNDLE, member_page(take)),
]
