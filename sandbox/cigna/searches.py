"""What all searches of the twin share: an answer that is kept for its pages, or once more the one before it, and lists of ten."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.cigna.web import StepHandler, envelope, place_of, session_at
from sandbox.cigna.words import trouble
from sandbox.server import At

PAGE_SIZE = 10
KEPT = 40
NO_ACCESS = "You do not have access to this function. Contact your website access manager."


@dataclass
class Search:
    """One search and what it found."""

    key: str
    kind: str  # which of the tool's searches it was
    hits: list[Any] = field(default_factory=list)
    trouble: str = ""


def kinds_of(kinds: Mapping[str, tuple[str, str, tuple[str, ...]]], more: Mapping[str, tuple[str, ...]] = {}) -> list[dict[str, Any]]:
    """The radios of a form, with the fields that each one shows and those of them that it needs."""
    return [
        {"value": value, "label": label, "id": name, "needs": needs, "shows": (*needs, *more.get(value, ()))}
        for value, (label, name, needs) in kinds.items()
    ]


def setup(tool: str, told: Callable[[At], dict[str, Any]]) -> StepHandler:
    """What a form needs at its start; a user without the entitlement gets none."""

    async def answer(_request: Request, at: At) -> Response:
        if at.fires("maintenance") is not None:
            return JSONResponse({"maintenance": True})
        if tool in session_at(at).user.lacks:
            return JSONResponse(envelope(at, denied=NO_ACCESS))
        return JSONResponse(envelope(at, nonce=secrets.token_hex(8), **told(at)))

    return answer


async def pressed(request: Request, at: At, form: str) -> dict[str, Any] | None:
    """What was sent with this form; None where it comes back empty."""
    asked: dict[str, Any] = await request.json()
    at.box.records.add("press", form=form, nonce=str(asked.get("nonce", "")), session=session_at(at).label)
    if at.fires("blank-form") is not None:
        return None
    session = session_at(at)
    session.memory["turn"] = session.memory.get("turn", 0) + 1
    await asyncio.sleep(at.box.staging_seconds(session.memory["turn"]))
    return asked


def reset() -> Response:
    """The form comes back empty."""
    return JSONResponse({"reset": True})


def searched(request: Request, at: At, tool: str, kind: str, find: Callable[[], Sequence[Any]]) -> Search:
    """The answer to this search, or once more the one before it."""
    session, payer, said = session_at(at), place_of(request).payer, trouble(at)
    search = Search(secrets.token_hex(8), kind, [] if said else list(find()), said)
    at.box.records.add("search", app=tool, payer=payer, session=session.label, found=len(search.hits), tab=kind)
    before: Search | None = session.memory.get(f"last {tool}")
    if before is not None and at.fires("stale-result") is not None:
        return before
    session.memory[f"last {tool}"] = search
    kept: dict[str, Search] = session.memory.setdefault(f"all {tool}", {})
    kept[search.key] = search
    while len(kept) > KEPT:
        kept.pop(next(iter(kept)))
    return search


def kept(request: Request, at: At, tool: str) -> Search | None:
    """The search whose page or row is asked for."""
    found: Search | None = session_at(at).memory.get(f"all {tool}", {}).get(request.path_params["key"])
    return found


def hit_of(request: Request, search: Search | None) -> Any:  # noqa: ANN401 -- whatever the tool searches for
    """The row that is asked for, None where there is no such."""
    at = int(request.path_params["ref"])
    return search.hits[at] if search is not None and at < len(search.hits) else None


def gone() -> Response:
    """What a search that nobody remembers gets."""
    return JSONResponse({"error": "no such search"}, 404)


def page_of(at: At, search: Search, number: int, cells: Callable[[Any], Sequence[str]], *, none: str) -> dict[str, Any]:
    """Ten rows of a list, where it stands, and how many there are."""
    first, hits = (number - 1) * PAGE_SIZE, search.hits
    if number > 1 and at.on("pager-order") is not None:
        hits = [*hits[PAGE_SIZE // 2 :], *hits[: PAGE_SIZE // 2]]
    return {
        "id": search.key,
        "kind": search.kind,
        "trouble": search.trouble,
        "none": "" if hits or search.trouble else none,
        "total": len(hits),
        "first": first + 1,
        "rows": [{"ref": search.hits.index(hit), "cells": list(cells(hit))} for hit in hits[first : first + PAGE_SIZE]],
        "page": number,
        "pages": (len(hits) - 1) // PAGE_SIZE + 1,
    }
