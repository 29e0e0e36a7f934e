"""Payment Data Files: a bundle of many payments' files is asked for, made in a while, and downloaded for some days."""

from __future__ import annotations

import io
import secrets
import time
import zipfile
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.eobs import documents, x12
from sandbox.optum_pay import hands_out, paths
from sandbox.optum_pay.frame import sheet
from sandbox.optum_pay.home import no_access, provider_line
from sandbox.optum_pay.search import day_of
from sandbox.optum_pay.web import form_of, member_page, page, remits_of, session_at, us
from sandbox.server import At

LONGEST = timedelta(days=30)
KINDS = {"EPRAs": "pdf", "PPRAs": "pdf", "835s": "txt"}
NO_DATES = "Select a settlement date range."
TOO_LONG = "The settlement date range cannot exceed 30 days."
TOO_NEW = "Settlement dates must be before the current date."
NO_KIND = "Select at least one file type."
BUSY = 20  # a bundle takes so many times as long as an answer


@dataclass
class Bundle:
    """One bundle that was asked for."""

    name: str
    start: date
    end: date
    kinds: tuple[str, ...]
    due: float

    @property
    def ready(self) -> bool:
        return time.monotonic() >= self.due


def _of(at: At) -> list[Bundle]:
    made: list[Bundle] = session_at(at).memory.setdefault("bundles", [])
    return made


async def files(request: Request, at: At) -> Response:
    """The two tabs: ask for a bundle, or take one."""
    return no_access(at) or (_taking(at) if request.query_params.get("tab") == "download" else _asking(at))


def _asking(at: At, error: str = "") -> Response:
    boxes = "".join(f"<label><input type='checkbox' name='kind' value='{kind}'>{kind}</label> " for kind in KINDS)
    body = (
        f"{_tabs()}{provider_line(at)}<div id='payment-data-files-body'><p class='errors'>{error}</p></div>"
        f"<form method='post'><p>Settlement Date Range: <input name='from'> to <input name='to'></p><p>File Types: {boxes}</p>"
        "<u>Detailed Instructions For Bundle Creation</u> <input type='submit' value='Submit'></form>"
    )
    return page(at, body, title="Create Data Bundle")


def _tabs() -> str:
    links = (("Create Data Bundle", ""), ("Download Data Bundle", "?tab=download"))
    return (
        "<ul id='payment-data-files__tabmenu'>"
        + "".join(f"<li><a href='{paths.BUNDLES}{q}'>{name}</a></li>" for name, q in links)
        + "</ul>"
    )


def _taking(at: At) -> Response:
    lines = [[_link(one), f"{us(one.start)} - {us(one.end)}", escape(", ".join(one.kinds))] for one in _of(at)]
    table = sheet(["File Name", "Settlement Date Range", "File Types"], lines, "columnHeaderText")
    return page(at, f"{_tabs()}{provider_line(at)}{table}", title="Download Data Bundle")


def _link(one: Bundle) -> str:
    return f"<a href='{paths.BUNDLE}?name={one.name}'>{one.name}</a>" if one.ready else f"{one.name} (In Progress)"


async def ask(request: Request, at: At) -> Response:
    """A bundle is asked for."""
    asked, ticked = await form_of(request), parse_qs((await request.body()).decode()).get("kind", [])
    kinds = tuple(kind for kind in KINDS if kind in ticked)
    start, end = day_of(asked.get("from", "")), day_of(asked.get("to", ""))
    if start is None or end is None:
        return _asking(at, NO_DATES)
    wrong = TOO_LONG if end - start > LONGEST else TOO_NEW if end >= at.box.world.as_of else NO_KIND if not kinds else ""
    if wrong:
        return _asking(at, wrong)
    name = f"DataBundle_{secrets.token_hex(3)}.zip"
    _of(at).append(Bundle(name, start, end, kinds, time.monotonic() + BUSY * at.box.staging_seconds(0)))
    return RedirectResponse(f"{paths.BUNDLES}?tab=download", 303)


async def take(request: Request, at: At) -> Response:
    """A bundle that is ready."""
    one = next((b for b in _of(at) if b.name == request.query_params.get("name") and b.ready), None)
    if one is None:
        return RedirectResponse(f"{paths.BUNDLES}?tab=download", 303)
    at.box.records.add("download", path=request.url.path, session=session_at(at).label)
    return Response(_packed(at, one), media_type="application/zip", headers={"Content-Disposition": f'attachment; filename="{one.name}"'})


def _packed(at: At, one: Bundle) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for n, remit in enumerate([r for r in remits_of(at) if one.start <= r.check_date <= one.end], start=1):
            made = {"835s": x12.as_835(remit), "PPRAs": documents.payer_issued(remit)}
            made |= {"EPRAs": hands_out.pdf(remit)} if hands_out.has_epra(remit) else {}
            for kind in set(one.kinds) & set(made):
                archive.writestr(f"{kind}_{n:03d}.{KINDS[kind]}", made[kind])
    return out.getvalue()


ROUTES = [
    Route(paths.BUNDLES, member_page(files)),
    Route(paths.BUNDLES, member_page(ask), methods=["POST"]),
    Route(paths.BUNDLE, member_page(take)),
]
