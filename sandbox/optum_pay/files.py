"""The files of a payment: a page's script asks for one, is told where it is, and takes it."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.eobs import x12
from sandbox.optum_pay import hands_out, paths
from sandbox.optum_pay.payments import remit_behind
from sandbox.optum_pay.web import covers_of, member_page, remits_of, session_at, signed_in, step
from sandbox.server import At
from sandbox.world import Remit

ERROR_PAGE = b"<!DOCTYPE html><html><head><title>Error</title></head><body><h1>We are unable to process your request</h1></body></html>"
KEPT = 20


@step("eob-pdf")
@signed_in
async def pdf(request: Request, at: At) -> Response:
    """A PDF: the portal's own is a download, a payer's opens in a tab."""
    remit = remit_behind(at, request)
    if remit is None:
        return JSONResponse({"error": "no such payment"}, 404)
    await asyncio.sleep(at.box.staging_seconds(len(remit.claims)))
    if at.fires("nothing-comes") is not None:
        return JSONResponse({"way": "nothing"})
    own = hands_out.prints_own(remit)
    tab = not own or at.on("new-tab") is not None
    url = _kept(at, _content(at, remit), "application/pdf", "pdf")
    source = "portal_made" if own else "payer_issued"
    at.box.records.add("eob", payer=remit.payer, check_no=remit.check_no, source=source, session=session_at(at).label)
    return JSONResponse({"way": "tab" if tab else "download", "url": url, "covers": covers_of(at)})


def _content(at: At, remit: Remit) -> bytes:
    if at.fires("html-as-pdf") is not None:
        return ERROR_PAGE
    if at.fires("wrong-pdf") is not None:
        remit = next(other for other in remits_of(at) if other.check_no != remit.check_no and not other.scanned)
    made = hands_out.pdf(remit)
    return made[: len(made) // 2] if at.fires("truncated-pdf") is not None else made


@step("eob-835")
@signed_in
async def edi(request: Request, at: At) -> Response:
    """The 835 of one payment."""
    remit = remit_behind(at, request)
    if remit is None:
        return JSONResponse({"error": "no such payment"}, 404)
    if at.fires("nothing-comes") is not None:
        return JSONResponse({"way": "nothing"})
    return JSONResponse({"way": "download", "url": _kept(at, x12.as_835(remit), "text/plain", "835")})


def _kept(at: At, content: bytes, kind: str, ending: str) -> str:
    files: dict[str, tuple[bytes, str, str]] = session_at(at).memory.setdefault("files", {})
    token = secrets.token_hex(12)
    files[token] = (content, kind, f"remittance_{secrets.token_hex(4)}.{ending}")
    while len(files) > KEPT:
        files.pop(next(iter(files)))
    return f"{paths.FILE}?token={token}"


async def file(request: Request, at: At) -> Response:
    """A file that was made ready."""
    found: Any = session_at(at).memory.get("files", {}).get(request.query_params.get("token", ""))
    if found is None:
        return RedirectResponse(paths.HOME, 303)
    content, kind, name = found
    at.box.records.add("download", path=request.url.path, session=session_at(at).label)
    where = "inline" if request.query_params.get("show") else f'attachment; filename="{name}"'
    return Response(content, media_type=kind, headers={"Content-Disposition": where, "Cache-Control": "no-store"})


ROUTES = [
    Route(paths.PDF, pdf, methods=["POST"]),
    Route(paths.X12, edi, methods=["POST"]),
    Route(paths.FILE, member_page(file)),
]
