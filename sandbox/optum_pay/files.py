"""The files of a payment: the ePRA that is made on request, the payer's own PRA, the 835."""

from __future__ import annotations

import asyncio
import secrets
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.eobs import x12
from sandbox.optum_pay import hands_out, paths
from sandbox.optum_pay.frame import ICON, whole
from sandbox.optum_pay.payments import remit_behind
from sandbox.optum_pay.web import covers_of, member_page, remits_of, session_at, signed_in, step
from sandbox.server import At
from sandbox.world import Remit

WINDOW = "Your request for an ePRA is being processed. The PDF icon becomes available on the page when the file is ready."
ERROR_PAGE = b"<!DOCTYPE html><html><head><title>Error</title></head><body><h1>We are unable to process your request</h1></body></html>"
KEPT = 20
BUSY = 3  # an ePRA takes so many times as long as an answer


async def window(_request: Request, _at: At) -> Response:
    """The window in which the making of an ePRA is announced."""
    return HTMLResponse(whole(f"<div class='body'><p>{WINDOW}</p><a href='#' onclick='window.close()'>Close</a></div>"))


async def make(request: Request, at: At) -> Response:
    """Somebody wants an ePRA: it is made, which takes a while."""
    remit = remit_behind(at, request)
    if remit is None:
        return JSONResponse({"error": "no such payment"}, 404)
    due: dict[str, float] = session_at(at).memory.setdefault("due", {})
    due.setdefault(remit.check_no, time.monotonic() + BUSY * at.box.staging_seconds(len(remit.claims)))
    return JSONResponse({"status": "requested"})


async def status(request: Request, at: At) -> Response:
    """Whether it is ready."""
    remit, memory = remit_behind(at, request), session_at(at).memory
    if remit is None:
        return JSONResponse({"error": "no such payment"}, 404)
    ready = time.monotonic() >= memory.get("due", {}).get(remit.check_no, float("inf"))
    if ready:
        memory.setdefault("epras", {})[remit.check_no] = True
    return JSONResponse({"ready": ready, "icon": ICON})


@step("eob-pdf")
@signed_in
async def document(request: Request, at: At) -> Response:
    """A PDF is taken: the page is told where it is and how it comes."""
    remit = remit_behind(at, request)
    if remit is None:
        return JSONResponse({"error": "no such payment"}, 404)
    await asyncio.sleep(at.box.staging_seconds(len(remit.claims)))
    if at.fires("nothing-comes") is not None:
        return JSONResponse({"way": "nothing"})
    tab = not hands_out.has_epra(remit) or at.on("new-tab") is not None
    url = _kept(at, _content(at, remit), "application/pdf", f"remittance_{secrets.token_hex(4)}.pdf")
    at.box.records.add("eob", payer=remit.payer, check_no=remit.check_no, source="ppra" if tab else "epra", session=session_at(at).label)
    return JSONResponse({"way": "tab" if tab else "download", "url": url, "covers": covers_of(at)})


def _content(at: At, remit: Remit) -> bytes:
    if at.fires("html-as-pdf") is not None:
        return ERROR_PAGE
    if at.fires("wrong-pdf") is not None:
        remit = next(other for other in remits_of(at) if other.check_no != remit.check_no and not other.scanned)
    made = hands_out.pdf(remit)
    return made[: len(made) // 2] if at.fires("truncated-pdf") is not None else made


def _kept(at: At, content: bytes, kind: str, name: str) -> str:
    files: dict[str, tuple[bytes, str, str]] = session_at(at).memory.setdefault("files", {})
    token = secrets.token_hex(12)
    files[token] = (content, kind, name)
    while len(files) > KEPT:
        files.pop(next(iter(files)))
    return f"{paths.FILE}?token={token}"


async def file(request: Request, at: At) -> Response:
    """A PDF that was made ready."""
    found: Any = session_at(at).memory.get("files", {}).get(request.query_params.get("token", ""))
    if found is None:
        return RedirectResponse(paths.HOME, 303)
    content, kind, name = found
    at.box.records.add("download", path=request.url.path, session=session_at(at).label)
    where = "inline" if request.query_params.get("show") else f'attachment; filename="{name}"'
    return Response(content, media_type=kind, headers={"Content-Disposition": where, "Cache-Control": "no-store"})


async def edi(request: Request, at: At) -> Response:
    """The 835 of one payment."""
    remit = remit_behind(at, request)
    if remit is None:
        return RedirectResponse(paths.HOME, 303)
    at.box.records.add("download", path=request.url.path, session=session_at(at).label)
    name = f"835_{secrets.token_hex(4)}.txt"
    return Response(x12.as_835(remit), media_type="text/plain", headers={"Content-Disposition": f'attachment; filename="{name}"'})


ROUTES = [
    Route(paths.EPRA_WINDOW, member_page(window)),
    Route(f"{paths.EPRA}/request", member_page(make), methods=["POST"]),
    Route(f"{paths.EPRA}/status", member_page(status)),
    Route(paths.DOCUMENT, document, methods=["POST"]),
    Route(paths.FILE, member_page(file)),
    Route(paths.X12, member_page(edi)),
]
