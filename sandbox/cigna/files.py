"""Documents as the portal hands them out: made ready first, then fetched, as a download or in a new tab."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.cigna.web import envelope, member_call, session_at
from sandbox.server import At

KEPT = 40
ERROR_PAGE = b"<!DOCTYPE html><html><head><title>Error</title></head><body><h1>We're unable to process your request</h1></body></html>"


def handed_out(at: At, this: Callable[[], bytes], another: Callable[[], bytes], name: str) -> Response:
    """How a document comes: as what it is, or as what goes wrong with it today."""
    if at.fires("nothing-comes") is not None:
        return JSONResponse(envelope(at, way="nothing"))
    if at.fires("html-as-pdf") is not None:
        content = ERROR_PAGE
    else:
        content = another() if at.fires("wrong-pdf") is not None else this()
        content = content[: len(content) // 2] if at.fires("truncated-pdf") is not None else content
    way = "tab" if at.on("new-tab") is not None else "download"
    return JSONResponse(envelope(at, way=way, url=_ready(at, content, f"{name}_{secrets.token_hex(4)}.pdf")))


def _ready(at: At, content: bytes, name: str) -> str:
    files: dict[str, tuple[bytes, str]] = session_at(at).memory.setdefault("files", {})
    token = secrets.token_hex(12)
    files[token] = (content, name)
    while len(files) > KEPT:
        files.pop(next(iter(files)))
    return f"/api/file/{token}"


async def _file(request: Request, at: At) -> Response:
    """A file that was made ready."""
    found = session_at(at).memory.get("files", {}).get(request.path_params["token"])
    if found is None:
        return Response("Not found", 404, media_type="text/plain")
    content, name = found
    at.box.records.add("download", path=request.url.path, session=session_at(at).label)
    held = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/pdf", headers=held)


ROUTES = [Route("/api/file/{token}", member_call(_file))]
